"""Errors of the API as RFC 9457 problem+json, with a reason code and words in two languages."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, json, request
from werkzeug.exceptions import HTTPException

from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    PlanBusyError,
    SignInError,
    WrongStateError,
)
from services.tasks.queries import api as queries
from services.tasks.usecases.trouble import DatabaseDownError
from services.tasks.web.api.blueprints import Blueprint
from services.tasks.web.api.schemas import (
    AssignmentSchema,
    ChangeLineSchema,
    MeasurementSchema,
    timed,
)
from services.tasks.web.deps import deps
from shared.logs import correlation
from shared.mongo import StaleVersionError

_STATUS: dict[type[DomainError], int] = {
    NotAllowedError: 403,
    WrongStateError: 409,
    InvalidError: 422,
    NotFoundError: 404,
    PlanBusyError: 503,
    SignInError: 401,
}
_BUSY_SECONDS = 5
# marshmallow's name for what is wrong with the whole and with no field of it.
_WHOLE = "_schema"
_TOLD = frozenset({"Allow", "Retry-After", "WWW-Authenticate"})
_TYPE = "application/problem+json"


def handle_problems(blueprint: Blueprint) -> Blueprint:
    """Let a blueprint answer every error as a problem; return it."""
    blueprint.register_error_handler(DomainError, _domain)
    blueprint.register_error_handler(StaleVersionError, _stale)
    blueprint.register_error_handler(DatabaseDownError, _down)
    blueprint.register_error_handler(HTTPException, _http)
    return blueprint


def text(key: str, **params: object) -> str:
    """Return a text in the language that the caller asks for, Vietnamese first."""
    locale = request.accept_languages.best_match(["vi", "en"], "vi")
    return deps().texts.get(key, locale, **{k: _shown(v) for k, v in params.items()})


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return an error answer."""
    body = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    if found := correlation():
        body["correlation_id"] = found
    answer = Response(json.dumps(body, ensure_ascii=False), status, content_type=_TYPE)
    answer.headers.update(headers or {})
    return answer


def _domain(error: DomainError) -> Response:
    status, headers, more = _STATUS[type(error)], {}, {}
    detail = text(error.key, **error.params)
    if isinstance(error, InvalidError):
        place = "" if error.item is None else f"acts.{error.item}."
        more = {"errors": {f"{place}{error.field}": [detail]}}
    if isinstance(error, PlanBusyError):
        headers = {"Retry-After": str(_BUSY_SECONDS)}
    if isinstance(error, SignInError):
        status = 429 if error.retry_after else 401
        name, value = ("Retry-After", str(error.retry_after)) if error.retry_after else _CHALLENGE
        headers = {name: value}
    return problem(status, error.code, detail, headers=headers, **_item(error), **more)


def _down(_error: Exception) -> Response:
    headers = {"Retry-After": str(_BUSY_SECONDS)}
    return problem(503, "database", text("error.database"), headers=headers)


_CHALLENGE = ("WWW-Authenticate", 'Bearer realm="cchc"')


def _item(error: DomainError | StaleVersionError) -> dict[str, int]:
    """Return the number of the act at fault when several were asked for together."""
    return {} if error.item is None else {"item": error.item}


def _stale(error: StaleVersionError) -> Response:
    """Tell the current state and what changed since the version that the caller saw."""
    dependencies = deps()
    current = error.current
    seen = seen_version(error.item) or 0
    if "measurement_id" in current:
        shown = MeasurementSchema().dump(current)
    else:
        shown = AssignmentSchema().dump(timed(current, dependencies.clock.today()))
    lines = queries.changes_since(dependencies.database, current, seen)
    return problem(
        409,
        "stale",
        text("error.stale"),
        headers={"ETag": f'"{current["version"]}"'},
        current=shown,
        changes=ChangeLineSchema(many=True).dump(lines),
        **_item(error),
    )


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None or status < 400:  # noqa: PLR2004 - a redirect is no error
        return Response(error.get_response().get_data(), status, error.get_response().headers)
    messages = getattr(error, "data", {}).get("messages")
    if messages is None:
        return problem(status, _code(error), _title(status), headers=_headers(error))
    errors = _flat(messages)
    return problem(status, "invalid", text("error.invalid"), errors=errors)


def _title(status: int) -> str:
    key = f"api.problem.{status}"
    return text(key if key in deps().texts else "api.problem.other")


def _code(error: HTTPException) -> str:
    return error.name.lower().replace(" ", "_")


def _headers(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name in _TOLD}


def _flat(messages: Any) -> dict[str, list[str]]:
    """Return field → sentences, out of webargs' {location: {field: …}} of any depth."""
    errors: dict[str, list[str]] = {}
    places = messages.values() if isinstance(messages, dict) else [messages]
    for fields in places:
        _gather(errors, "", fields)
    return errors


def _gather(errors: dict[str, list[str]], name: str, found: Any) -> None:
    if isinstance(found, dict):
        for key, value in found.items():
            path = [name] if key == _WHOLE else [name, str(key)]
            _gather(errors, ".".join(filter(None, path)), value)
        return
    sentences = found if isinstance(found, list) else [found]
    errors.setdefault(name or "_", []).extend(_sentence(str(sentence)) for sentence in sentences)


def _sentence(message: str) -> str:
    """Return the words of a field error; schemas give keys, ``key|name=value|…``."""
    key, *pairs = message.split("|")
    if key not in deps().texts:
        return message
    return text(key, **dict(pair.split("=", 1) for pair in pairs))


def _shown(value: object) -> object:
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value


def seen_version(item: int | None = None) -> int | None:
    """Return the version that the caller saw: If-Match, else ``version`` of the body.

    :param item: which of several acts is meant; each says its own version.
    """
    if item is not None:
        seen: int | None = request.get_json()["acts"][item].get("version")
        return seen
    given = request.headers.get("If-Match", "").removeprefix("W/").strip('"')
    if given:
        return None if given == "*" else _number(given)
    body: Any = request.form or request.get_json(silent=True)
    version = body.get("version") if hasattr(body, "get") else None
    return _number(version) if version is not None else None


def _number(value: object) -> int:
    """Return a version; one that is none was never seen, and so is stale."""
    try:
        return int(str(value))
    except ValueError:
        return 0
