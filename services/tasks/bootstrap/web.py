"""The web process of tasks: application, operations port, server."""

from flask import Flask

from services.tasks.bootstrap import TEXTS, House
from services.tasks.config import SERVICE, Settings
from services.tasks.web.app import make_app
from services.tasks.web.deps import Deps
from shared.settings import AddressSettings, SettingsError
from shared.texts import Texts
from shared.web import WebConfig
from shared.web.server import serve_process


def web_app(house: House) -> Flask:
    """Return the web application on the parts of this process."""
    settings = house.settings
    if settings.addresses is None:
        raise SettingsError("The web needs its addresses: read the settings with for_web.")
    config = WebConfig(
        service=SERVICE, addresses=settings.addresses, development=settings.process.development
    )
    return make_app(
        _deps(house, settings.addresses),
        config,
        texts=TEXTS,
        max_file_megabytes=settings.max_file_megabytes,
        oidc=settings.oidc,
    )


def serve(settings: Settings) -> None:
    """Serve pages and API until told to stop; the operations port is open meanwhile.

    :raises SettingsError: when demonstration accounts would be served without the switch.
    """
    if settings.addresses is None:
        raise SettingsError("The web needs its addresses: read the settings with for_web.")
    before = House(settings)
    try:
        before.refuse_demonstration()
    finally:
        before.close()
    serve_process(settings.process, settings.addresses, parts=lambda: House(settings), app=web_app)


def _deps(house: House, addresses: AddressSettings) -> Deps:
    """Return what the pages and the API are given."""
    process = house.settings.process
    return Deps(
        acts=house.acts,
        requests=house.requests,
        coordination=house.coordination,
        measurements=house.measurements,
        files=house.files,
        sessions=house.sessions,
        officers=house.officers,
        people=house.people,
        invitations=house.invitations,
        tokens=house.tokens,
        deputies=house.deputies,
        subjects=house.subjects,
        idempotency=house.idempotency,
        database=house.database,
        texts=Texts.load(TEXTS),
        clock=house.clock,
        system=house.system,
        development=process.development,
        clock_file=process.clock_file,
        identity_key_file=house.settings.identity_private_key_file,
        addresses=addresses,
    )
