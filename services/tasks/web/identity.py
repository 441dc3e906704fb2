"""Who opens a page: the session cookie looked up, so that ending a session works at once.

The other webs cannot look into our database; for them tasks signs a short identity into a cookie
of its own and renews it on a redirect (docs/architecture.md, decision 10).
"""

import dataclasses
import datetime as dt

from flask import Response, g, request

from services.tasks.usecases.sessions import Session
from services.tasks.web.auth import actor
from services.tasks.web.deps import deps
from shared.settings import SettingsError
from shared.web.identity import COOKIE, SESSION_COOKIE, Identity, sign

__all__ = [
    "actor",
    "forget",
    "identify",
    "identity_of",
    "lend",
    "remember",
    "renewed",
    "short_lived",
]

# Less than the ten minutes that the other webs allow, so that their clock may differ a little.
_LENT = dt.timedelta(minutes=9)


def identify() -> Identity | None:
    """Return whom the session cookie stands for; :func:`actor` then gives the roles in full."""
    token = request.cookies.get(SESSION_COOKIE, "")
    session = deps().sessions.find(token) if token else None
    if session is None:
        return None
    g.tasks_session = session
    return identity_of(session)


def remember(response: Response, token: str) -> None:
    """Put a session just opened into the browser, with the identity for the other webs.

    Without ``Secure`` in development alone, where pages come by plain HTTP on loopback.
    """
    session = deps().sessions.find(token)
    if session is not None:
        _set(response, SESSION_COOKIE, token, session.expires_at - deps().system.now())
        lend(response, identity_of(session))


def lend(response: Response, identity: Identity) -> None:
    """Give the browser a signed identity for the other webs; without a key there is none."""
    if deps().identity_key_file is not None:
        signed, _until = short_lived(identity)
        _set(response, COOKIE, signed, _LENT)


def short_lived(identity: Identity) -> tuple[str, dt.datetime]:
    """Return a signed identity for the other webs and the instant at which it expires.

    :raises SettingsError: when this web was given no key.
    """
    key = deps().identity_key_file
    if key is None:
        raise SettingsError("TASKS_IDENTITY_PRIVATE_KEY_FILE is missing")
    until = min(identity.expires_at, deps().system.now() + _LENT)
    return sign(dataclasses.replace(identity, expires_at=until), key), until


def renewed(response: Response) -> Response:
    """Give the browser a fresh identity, e.g. after the language changed; return the answer."""
    token = request.cookies.get(SESSION_COOKIE, "")
    session = deps().sessions.find(token) if token else None
    if session is not None:
        lend(response, identity_of(session))
    return response


def forget(response: Response) -> None:
    """Take both cookies out of the browser."""
    for name in (SESSION_COOKIE, COOKIE):
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=not deps().development)


def identity_of(session: Session) -> Identity:
    """Return a signed-in person as the shell and the other webs see one."""
    person = session.actor
    return Identity(
        officer_id=person.officer_id,
        name=person.name,
        agency_code=person.agency_code,
        agency_name=person.agency_name,
        roles=person.role_names,
        acting_for=person.acting_for,
        acting_for_agency=person.acting_agency,
        acting_for_name=person.acting_name,
        locale=person.locale,
        csrf=session.csrf,
        expires_at=session.expires_at,
    )


def _set(response: Response, name: str, value: str, age: dt.timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(age.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=not deps().development,
    )
