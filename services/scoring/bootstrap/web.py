"""The web process of scoring: application, operations port, server."""

from flask import Flask

from services.scoring.bootstrap import TEXTS, House
from services.scoring.config import Settings
from services.scoring.queries import Queries
from services.scoring.web.app import make_app
from services.scoring.web.deps import Deps
from shared.settings import AddressSettings, SettingsError
from shared.texts import Texts
from shared.web import WebConfig
from shared.web.server import serve_process


def web_app(house: House) -> Flask:
    """Return the web application on the parts of this process."""
    addresses = _addresses(house.settings)
    dependencies = Deps(
        queries=Queries(house.database, house.facts),
        texts=Texts.load([TEXTS]),
        clock=house.business,
        tasks_url=addresses.tasks_url.rstrip("/"),
    )
    development = house.settings.process.development
    config = WebConfig(service="scoring", addresses=addresses, development=development)
    return make_app(dependencies, config, texts=[TEXTS])


def serve(settings: Settings) -> None:
    """Serve pages and API until told to stop; the operations port is open meanwhile."""
    serve_process(
        settings.process, _addresses(settings), parts=lambda: House(settings), app=web_app
    )


def _addresses(settings: Settings) -> AddressSettings:
    if settings.web is None:
        raise SettingsError("The web needs its addresses: read the settings with web=True.")
    return settings.web
