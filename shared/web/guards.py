"""Guards of views: each view says who may call it, and an architecture test wants a word of each.

A page asked for without a sign-in leads to the sign-in of tasks and comes back; a form sent
without one is refused, because a redirect would lose what was typed.
"""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import current_app, redirect, request

from shared.web.config import WebConfig
from shared.web.identity import find
from shared.web.language import t
from shared.web.problems import Problem, wants_json

_View = TypeVar("_View", bound=Callable[..., Any])
_SAFE = frozenset({"GET", "HEAD"})
CONFIG = "cchc.web"


def public(view: _View) -> _View:
    """Mark a view that anybody may call."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: _View) -> _View:
    """Let only signed-in people call the view."""
    return _guarded(view, frozenset(), "signed_in")


def roles(*names: str) -> Callable[[_View], _View]:
    """Let only people with one of the roles call the view."""

    def guard(view: _View) -> _View:
        return _guarded(view, frozenset(names), f"roles: {', '.join(names)}")

    return guard


def _guarded(view: _View, wanted: frozenset[str], name: str) -> _View:
    @functools.wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        person = find()
        if person is None:
            return _to_sign_in()
        if wanted and not wanted & set(person.roles):
            raise Problem(HTTPStatus.FORBIDDEN, code="role", detail=t("shell.error.role"))
        return view(*arguments, **named)

    guarded.guard = name  # type: ignore[attr-defined]
    return cast("_View", guarded)


def sign_in_address() -> str:
    """Return where a person without an identity is sent, with the way back."""
    config = cast("WebConfig", current_app.extensions[CONFIG])
    if config.service == "tasks":
        return f"/dang-nhap?tiep={quote(request.full_path.rstrip('?'), safe='')}"
    back = config.own_base + request.full_path.rstrip("?")
    return f"{config.addresses.tasks_url.rstrip('/')}/dinh-danh?tiep={quote(back, safe='')}"


def _to_sign_in() -> Any:
    if request.method in _SAFE and not wants_json():
        return redirect(sign_in_address(), HTTPStatus.SEE_OTHER)
    raise Problem(HTTPStatus.UNAUTHORIZED, code="unauthorized", detail=t("shell.error.session"))
