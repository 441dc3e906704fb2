"""Who opens a page: the session cookie looked up, so that ending a session works at once.

The other webs cannot look into our database; for them tasks signs a short identity into a cookie
of its own and renews it on a redirect (docs/architecture.md, decision 10).
"""

import dataclasses
import datetime as dt

from flask import Response, g, request

from services.tasks.usecases.sessions import Session
from services.tasks.web.api.auth import actor
from services.tasks.web.deps import deps
from shared.web.identity import COOKIE, SESSION_COOKIE, Identity, sign

__all__ = ["actor", "forget", "identify", "lend", "remember", "renewed"]

# Less than the ten minutes that the other webs allow, so that their clock may differ a little.
_LENT = dt.timedelta(minutes=9)


def identify() -> Identity | None:
    """Return whom the session cookie stands for; :func:`actor` then gives the roles in full."""
    token = request.cookies.get(SESSION_COOKIE, "")
    session = deps().sessions.find(token) if token else None
    if session is None:
        return None
    g.tasks_session = session
    return _identity(session)


def remember(response: Response, token: str) -> None:
    """Put a session just opened into the browser, with the identity for the other webs.

    Without ``Secure`` in development alone, where pages come by plain HTTP on loopback.
    """
    session = deps().sessions.find(token)
    if session is not None:
        _set(response, SESSION_COOKIE, token, session.expires_at - deps().system.now())
        lend(response, _identity(session))


def lend(response: Response, identity: Identity) -> None:
    """Give the browser a signed identity for the other webs; without a key there is none."""
    key = deps().identity_key_file
    if key is not None:
        until = min(identity.expires_at, deps().system.now() + _LENT)
        short = dataclasses.replace(identity, expires_at=until)
        _set(response, COOKIE, sign(short, key), _LENT)


def renewed(response: Response) -> Response:
    """Give the browser a fresh identity, e.g. after the language changed; return the answer."""
    token = request.cookies.get(SESSION_COOKIE, "")
    session = deps().sessions.find(token) if token else None
    if session is not None:
        lend(response, _identity(session))
    return response


def forget(response: Response) -> None:
    """Take both cookies out of the browser."""
    for name in (SESSION_COOKIE, COOKIE):
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=not deps().development)


def _identity(session: Session) -> Identity:
    person = session.actor
    return Identity(
        officer_id=person.officer_id,
        name=person.name,
        agency_code=person.agency_code,
        agency_name=person.agency_name,
        roles=person.role_names,
        acting_for=person.acting_for,
        acting_for_agency=person.acting_agency,
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
