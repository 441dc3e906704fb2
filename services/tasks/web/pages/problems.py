"""Errors of the rules as pages: the same statuses as the API's, words in the reader's language."""

import datetime as dt
from http import HTTPStatus

from flask import Flask, Response

from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    PlanBusyError,
    WrongStateError,
)
from services.tasks.web.words import agency_name
from shared.web.language import t
from shared.web.problems import Problem, answer

_STATUS: dict[type[DomainError], HTTPStatus] = {
    NotAllowedError: HTTPStatus.FORBIDDEN,
    WrongStateError: HTTPStatus.CONFLICT,
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    PlanBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
# Parameters that are codes of an agency; people read its name.
_AGENCIES = frozenset({"agency"})


def words(error: DomainError) -> str:
    """Return the sentence of an error: dates as people write them, agencies by name."""
    return t(error.key, **{name: _shown(name, value) for name, value in error.params.items()})


def problem_of(error: DomainError) -> Problem:
    """Return the page for an error that no form can show at a field."""
    status = _STATUS.get(type(error), HTTPStatus.CONFLICT)
    return Problem(status, code=error.code, detail=words(error))


def tell_domain_errors(app: Flask) -> None:
    """Let every page answer an error of the rules as a page; the API has its own handlers."""
    app.register_error_handler(DomainError, _domain)


def _domain(error: DomainError) -> Response:
    return answer(problem_of(error))


def _shown(name: str, value: object) -> object:
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return agency_name(str(value)) if name in _AGENCIES else value
