"""Who calls: a bearer token, or the session cookie with its CSRF token on unsafe requests."""

import functools
import hmac
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from services.tasks.domain.errors import NotAllowedError
from services.tasks.domain.permissions import Actor
from services.tasks.domain.scopes import Scope
from services.tasks.usecases.sessions import Session
from services.tasks.web.deps import deps

SESSION_COOKIE = "cchc_session"
CSRF_HEADER = "X-CSRF-Token"
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]

_CHALLENGE = WWWAuthenticate("bearer", {"realm": "cchc"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_View = TypeVar("_View", bound=Callable[..., Any])


def public(view: _View) -> _View:
    """Mark a view that anybody may call; the architecture test wants every view marked."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def scoped(*scopes: Scope) -> Callable[[_View], _View]:
    """Say which scopes a program's token needs for the view, where its method does not tell.

    Without it a look needs ``read`` and everything else ``act``.
    """

    def mark(view: _View) -> _View:
        view.scopes = frozenset(scopes)  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: _View) -> _View:
    """Let only signed-in people call the view; :func:`actor` tells who."""

    @functools.wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        g.tasks_session = _session()
        usual = frozenset({Scope.READ if request.method in _SAFE else Scope.ACT})
        missing = getattr(view, "scopes", usual) - session().scopes
        if missing:
            raise NotAllowedError("error.scope", scopes=", ".join(sorted(missing)))
        return view(*arguments, **named)

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return cast("_View", guarded)


def actor() -> Actor:
    """Return who calls; inside a guarded view."""
    return session().actor


def session() -> Session:
    """Return the session of who calls; inside a guarded view."""
    return cast("Session", g.tasks_session)


def demonstration() -> bool:
    """Tell whether the act belongs to the played history (development switch only)."""
    return deps().development and request.headers.get("X-Demonstration") == "1"


def _session() -> Session:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        found = deps().sessions.find_token(token.strip()) if scheme.lower() == "bearer" else None
        return _known(found)
    known = _known(deps().sessions.find(request.cookies.get(SESSION_COOKIE, "")))
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in _SAFE and not hmac.compare_digest(given.encode(), known.csrf.encode()):
        raise NotAllowedError("error.csrf")
    return known


def _known(found: Session | None) -> Session:
    if found is None:
        raise Unauthorized(www_authenticate=_CHALLENGE)
    return found
