"""What the pages and the API of tasks are given: use cases, a database to query, clocks.

The composition root builds it once; a view finds it with :func:`deps`.
"""

import dataclasses
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

from services.tasks.usecases.acts import Acts
from services.tasks.usecases.coordination import Coordination
from services.tasks.usecases.deputies import Deputies
from services.tasks.usecases.files import Files
from services.tasks.usecases.idempotency import Idempotency
from services.tasks.usecases.invitations import Invitations
from services.tasks.usecases.measurements import Measurements
from services.tasks.usecases.officers import Officers
from services.tasks.usecases.people import People
from services.tasks.usecases.requests import Requests
from services.tasks.usecases.sessions import Sessions
from services.tasks.usecases.subjects import Subjects
from services.tasks.usecases.tokens import Tokens
from services.tasks.web.oidc import Oidc
from shared.clock import BusinessClock, Clock
from shared.settings import AddressSettings
from shared.texts import Texts

_NAME = "cchc.tasks"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Use cases for writing, ``database`` for :mod:`services.tasks.queries` alone.

    :param texts: the text catalogue, for answers of the API.
    :param clock: the business clock (dates, deadlines, history).
    :param system: the system clock (sessions, expiry).
    :param clock_file: the simulated clock's file, None in real time.
    :param identity_key_file: the private key that signs identities for the other webs.
    :param addresses: the public base addresses of the three webs.
    :param oidc: the OpenID provider, None without its settings.
    :param development: the development switch (banner button, marked demonstration acts).
    """

    acts: Acts
    requests: Requests
    coordination: Coordination
    measurements: Measurements
    files: Files
    sessions: Sessions
    officers: Officers
    people: People
    invitations: Invitations
    tokens: Tokens
    deputies: Deputies
    subjects: Subjects
    idempotency: Idempotency
    database: Any
    texts: Texts
    clock: BusinessClock
    system: Clock
    development: bool
    clock_file: Path | None = None
    identity_key_file: Path | None = None
    addresses: AddressSettings | None = None
    oidc: Oidc | None = None


def install(app: Flask, value: Deps) -> None:
    """Give the application its dependencies."""
    app.extensions[_NAME] = value


def deps() -> Deps:
    """Return the dependencies of the application that serves this request."""
    return cast("Deps", current_app.extensions[_NAME])
