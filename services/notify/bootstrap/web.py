"""The web process of notify: application, operations port, server."""

import functools

from flask import Flask

from services.notify.bootstrap import TEXTS, House
from services.notify.config import Settings
from services.notify.queries import Queries
from services.notify.usecases import acts
from services.notify.web.app import make_app
from services.notify.web.deps import Deps
from shared.settings import AddressSettings, SettingsError
from shared.web import WebConfig
from shared.web.server import serve_process


def web_app(house: House) -> Flask:
    """Return the web application on the parts of this process."""
    settings, context = house.settings, house.context
    dependencies = Deps(
        queries=Queries(house.database),
        take_receipt=functools.partial(acts.take_receipt, context),
        resend=functools.partial(acts.resend, context),
        clock=context.business,
        calendar=context.calendar,
        receipt_secret=settings.receipt_secret,
        tasks_url=settings.tasks_url,
    )
    config = WebConfig(
        service="notify",
        addresses=_addresses(settings),
        development=settings.process.development,
    )
    return make_app(dependencies, config, texts=[TEXTS])


def serve(settings: Settings) -> None:
    """Serve pages and take receipts until told to stop."""
    serve_process(
        settings.process, _addresses(settings), parts=lambda: House(settings), app=web_app
    )


def _addresses(settings: Settings) -> AddressSettings:
    if settings.web is None:
        raise SettingsError("The web needs its addresses: read the settings with web=True.")
    return settings.web
