"""Who is signed in: a short signed identity in a cookie, made by tasks, verified by all.

Signed with Ed25519, so that a web which can check an identity cannot make one. It lasts ten
minutes at most; tasks renews it on a redirect while the session lives.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jwt
from flask import Flask, current_app, g, request

COOKIE = "cchc_identity"
SESSION_COOKIE = "cchc_session"
LONGEST = dt.timedelta(minutes=10)

_NAME = "cchc.identify"
_ALGORITHM = "EdDSA"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A signed-in person as pages see one; ``csrf`` is what forms of the session must repeat."""

    officer_id: str
    name: str
    agency_code: str
    agency_name: str
    roles: tuple[str, ...]
    locale: str
    csrf: str
    expires_at: dt.datetime
    acting_for: str | None = None
    acting_for_agency: str | None = None
    acting_for_name: str | None = None


Identify = Callable[[], Identity | None]


def sign(identity: Identity, private_key_file: Path) -> str:
    """Return the cookie's value for an identity."""
    claims = {
        # What is not said is left out, so that a web of an earlier make can read it as well.
        name: value
        for name, value in dataclasses.asdict(identity).items()
        if value is not None and name != "expires_at"
    }
    claims["exp"] = identity.expires_at
    return jwt.encode(claims, private_key_file.read_text(), algorithm=_ALGORITHM)


def verify(token: str, public_key: str) -> Identity | None:
    """Return the identity of a cookie, or None when it is forged, over, or of another make."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, public_key, algorithms=[_ALGORITHM], options={"require": ["exp"]}
        )
        expires_at = dt.datetime.fromtimestamp(claims.pop("exp"), dt.UTC)
        return Identity(**claims | {"roles": tuple(claims["roles"]), "expires_at": expires_at})
    except (jwt.InvalidTokenError, TypeError, KeyError):
        return None


def by_signature(public_key_file: Path) -> Identify:
    """Return what tells who asks by a signed identity: a browser's cookie, a program's bearer.

    A program gets one from ``POST /api/v1/auth/identity`` of tasks.
    """
    public_key = public_key_file.read_text()

    def identify() -> Identity | None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE)
        return verify(token, public_key) if token else None

    return identify


def install(app: Flask, identify: Identify) -> None:
    """Let :func:`find` ask that function, once a request."""
    app.extensions[_NAME] = identify


def find() -> Identity | None:
    """Return who asks, or None when nobody is signed in."""
    if "identity" not in g:
        g.identity = cast("Identify", current_app.extensions[_NAME])()
    return cast("Identity | None", g.identity)


def current() -> Identity:
    """Return who asks; inside a guarded view."""
    person = find()
    if person is None:
        raise LookupError("current() belongs inside a guarded view")
    return person
