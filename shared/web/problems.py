"""Errors as people and programs read them: a page in the shell, or RFC 9457 problem+json.

A stranger's error is logged whole under a short id and shown as that id alone.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, json, make_response, render_template, request
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    NetworkTimeout,
    ServerSelectionTimeoutError,
)
from werkzeug.exceptions import HTTPException

from shared.logs import correlation
from shared.web.language import t, texts

_log = logging.getLogger(__name__)
_BUSY_SECONDS = 5
_DOWN = (AutoReconnect, ConnectionFailure, NetworkTimeout, ServerSelectionTimeoutError)
_TYPE = "application/problem+json"
_TOLD = ("Allow", "Retry-After", "WWW-Authenticate")


class Problem(Exception):  # noqa: N818 - the name of RFC 9457 for what is told, not for the fault
    """Something that the person is told plainly.

    :param code: a short word for programs and tests, e.g. ``not_found``.
    :param detail: a sentence in the reader's language: what happened, what to do.
    :param errors: field → sentences, when fields are at fault.
    """

    def __init__(
        self,
        status: HTTPStatus,
        *,
        code: str,
        detail: str,
        errors: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})


def wants_json() -> bool:
    """Tell whether a program asks: under ``/api/``, or one that prefers JSON to pages."""
    if request.path.startswith("/api/"):
        return True
    kinds = request.accept_mimetypes
    return kinds.best_match(["text/html", "application/json", _TYPE], "text/html") != "text/html"


def register_errors(app: Flask) -> None:
    """Answer every error in one place."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http)
    for kind in _DOWN:
        app.register_error_handler(kind, _down)
    app.register_error_handler(Exception, _stranger)


def answer(problem: Problem) -> Response:
    """Return a problem as the caller reads it."""
    title = _title(problem.status)
    if wants_json():
        response = Response(json.dumps(_body(problem, title), ensure_ascii=False))
        response.content_type = _TYPE
    else:
        page = render_template("error.html", title=title, problem=problem)
        response = make_response(page)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _body(problem: Problem, title: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": int(problem.status),
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = {name: list(sentences) for name, sentences in problem.errors.items()}
    if found := correlation():
        body["correlation_id"] = found
    return body


def _title(status: HTTPStatus) -> str:
    key = f"shell.status.{int(status)}"
    return t(key) if key in texts() else t("shell.status.other")


def _http(error: HTTPException) -> Any:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    key = f"shell.error.{int(status)}"
    headers = {name: value for name, value in error.get_headers() if name in _TOLD}
    return answer(
        Problem(
            status,
            code=error.name.lower().replace(" ", "_"),
            detail=t(key if key in texts() else "shell.error.other"),
            headers=headers,
        )
    )


def _down(error: Exception) -> Response:
    _ask_nobody_again()
    _log.warning("database cannot be reached", extra={"reason": type(error).__name__})
    return answer(
        Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            code="database",
            detail=t("shell.error.database"),
            headers={"Retry-After": str(_BUSY_SECONDS)},
        )
    )


def _ask_nobody_again() -> None:
    """Show the error to a stranger when it struck while looking who asks; the page would ask."""
    g.setdefault("identity", None)


def _stranger(error: Exception) -> Response:
    _ask_nobody_again()
    error_id = secrets.token_hex(3).upper()
    _log.error("unexpected error", exc_info=error, extra={"error_id": error_id})
    return answer(
        Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            code="unexpected",
            detail=t("shell.error.unexpected", error_id=error_id),
        )
    )
