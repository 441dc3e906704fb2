"""Requests as pages that work without script: asking, and one request with its decision.

``/phan-viec/<id>/kien-nghi?loai=extension|decline`` asks; ``/kien-nghi/<id>`` shows a request, to
the decider with both answers, to the agency that asked with the way back.
"""

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotFoundError,
    PlanBusyError,
    WrongStateError,
)
from services.tasks.domain.permissions import Act, require
from services.tasks.domain.requests import Wish
from services.tasks.queries import agencies as agency_queries
from services.tasks.queries import people as people_queries
from services.tasks.queries import requests as queries
from services.tasks.queries import task_page as task_queries
from services.tasks.queries.allowed import matter_of
from services.tasks.usecases.files import TYPES, FileRef
from services.tasks.usecases.ruling import Ruling
from services.tasks.web.deps import deps
from services.tasks.web.files import MOST_FILES, given_files
from services.tasks.web.identity import actor
from services.tasks.web.pages import task_stream
from services.tasks.web.pages.acting import once
from services.tasks.web.pages.inputs import LINE, Form
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.task import place_of
from services.tasks.web.pages.task_requests import KINDS
from services.tasks.web.words import agency_name, due, state_kind
from shared.events.tasks import RequestKind, RequestStatus
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("requests", __name__)
_NEW = "/phan-viec/<part_id>/kien-nghi"
_ONE = "/kien-nghi/<request_id>"
_ANSWERS = frozenset({"grant", "refuse", "cancel"})
_WITHDRAW = "thu-hoi"


@blueprint.get(_NEW)
@signed_in
def form(part_id: str) -> ResponseReturnValue:
    """Show the form of a request, unless this person may not ask now."""
    part, kind = task_queries.part(deps().database, part_id), _kind(request.args.get("loai"))
    plan = task_queries.plan_of(deps().database, part["plan_id"])
    require(Act.REQUEST, actor(), matter_of(part))
    standing = queries.standing(queries.of_parts(deps().database, [part_id]), plan)
    against = queries.against(kind, part, standing, deps().clock.today())
    if against is not None:
        raise against
    return _form(part, plan, kind, Form(given={}))


@blueprint.post(_NEW)
@signed_in
def make(part_id: str) -> ResponseReturnValue:
    """Ask."""
    part, kind = task_queries.part(deps().database, part_id), _kind(request.form.get("kind"))
    typed = Form(given=request.form)
    reason = typed.text("reason", missing="page.act.reason_missing")
    extension = kind is RequestKind.EXTENSION
    due_on = typed.day("due_on", missing="request.day_missing") if extension else None
    uploads, ran = given_files(request.files), False
    stored: list[FileRef] = []

    def store() -> None:
        files = deps().files
        stored.extend(files.store(upload.stream, upload.filename or "") for upload in uploads)

    def work() -> Document:
        wish = Wish(kind=kind, reason=reason, due_on=due_on)
        return deps().requests.make(actor(), part_id, wish, files=tuple(stored))

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        ran = not typed.errors and once(work, before=store, files=uploads)
    except InvalidError as error:
        typed.wrong(error.field, words(error))
    except (WrongStateError, PlanBusyError) as error:
        typed.wrong("_", words(error))
        status = _status(error)
    if typed.errors:
        plan = task_queries.plan_of(deps().database, part["plan_id"])
        return _form(part, plan, kind, typed), status
    if ran:
        flash(t(f"request.done.made.{kind.value}", code=part["task_code"]))
    return redirect(safe_path(request.form.get("tiep"), place_of(part)), HTTPStatus.SEE_OTHER)


@blueprint.get(_ONE)
@signed_in
def show(request_id: str) -> ResponseReturnValue:
    """Show a request and what this person may do with it."""
    return _page(queries.one(deps().database, request_id), Form(given={}))


@blueprint.post(f"{_ONE}/<answer>")
@signed_in
def answer(request_id: str, answer: str) -> ResponseReturnValue:
    """Grant, refuse or cancel."""
    if answer not in _ANSWERS:
        raise NotFoundError("error.not_found")
    row, typed = queries.one(deps().database, request_id), Form(given=request.form)
    text = typed.text("reason", missing="page.act.reason_missing" if answer == "refuse" else None)
    choice = typed.text("agency_code", longest=LINE)
    status, ran = HTTPStatus.UNPROCESSABLE_ENTITY, False

    try:
        ran = not typed.errors and once(lambda: _answered(row, answer, typed, text, choice))
    except InvalidError as error:
        typed.wrong(error.field, words(error))
    except (WrongStateError, PlanBusyError) as error:
        typed.wrong("_", words(error))
        status = _status(error)
    if typed.errors:
        fresh = queries.one(deps().database, request_id)
        return _page(fresh, typed, answering=answer), status
    if ran:
        flash(t(f"request.done.{answer}.{row['kind']}", code=row["task_code"]))
    return redirect(safe_path(request.form.get("tiep"), place_of(_part(row))), HTTPStatus.SEE_OTHER)


def _answered(row: Document, answer: str, typed: Form, text: str, choice: str) -> Document:
    use, person, request_id, version = deps().requests, actor(), row["_id"], typed.version()
    if answer == "refuse":
        return use.refuse(person, request_id, reason=text, version=version)
    if answer == "cancel":
        return use.cancel(person, request_id, version=version)
    ruling = _ruling(row, choice)
    return use.grant(person, request_id, note=text, ruling=ruling, version=version)


def _ruling(row: Document, choice: str) -> Ruling | None:
    if row["kind"] != RequestKind.DECLINE.value or not choice:
        return None
    if choice == _WITHDRAW:
        return Ruling(withdraw=True)
    return Ruling(agency_code=choice)


def _form(part: Document, plan: Document, kind: RequestKind, typed: Form) -> str:
    standing = queries.standing(queries.of_parts(deps().database, [part["_id"]]), plan)
    return render_template(
        "requests/new.html",
        kind=kind.value,
        standing=standing,
        decider=queries.decider(plan),
        part=part,
        state=state_kind(part),
        due=due(part, deps().clock.today(), t),
        given=typed.given,
        errors=typed.errors,
        key=secrets.token_urlsafe(16),
        types=[f".{name}" for name in TYPES],
        kinds=", ".join(TYPES),
        most_files=MOST_FILES,
        megabytes=deps().files.megabytes,
        tiep=safe_path(request.values.get("tiep"), place_of(part)),
        back=place_of(part),
        agency_name=agency_name,
        period_text=period_text,
    )


def _page(row: Document, typed: Form, *, answering: str = "") -> str:
    database, person = deps().database, actor()
    part = task_queries.part(database, row["assignment_id"])
    plan = task_queries.plan_of(database, row["plan_id"])
    require(Act.READ, person, matter_of(part))
    waits = row["state"] == RequestStatus.PENDING.value
    against = queries.may(Act.DECIDE_REQUEST, person, row, plan) if waits else None
    decides = waits and against is None
    declines = row["kind"] == RequestKind.DECLINE.value
    rows = queries.of_parts(database, [row["assignment_id"]])
    return render_template(
        "requests/one.html",
        row=row,
        kind=KINDS[row["state"]],
        part=part,
        state=state_kind(part),
        standing=queries.standing(rows, plan),
        decider=queries.decider(plan),
        decides=decides,
        against=words(against) if against and against.key == "error.own_agency" else "",
        cancels=waits and queries.may(Act.CANCEL_REQUEST, person, row, plan) is None,
        agencies=_receivers(plan, part) if decides and declines else (),
        withdraw=_WITHDRAW,
        people=people_queries.names(
            database, {row["asked_by"], (row["decision"] or {}).get("by") or row["asked_by"]}
        ),
        person_name=task_stream.person_name,
        given=typed.given,
        errors=typed.errors,
        answering=answering,
        key=secrets.token_urlsafe(16),
        tiep=safe_path(request.values.get("tiep"), place_of(part)),
        back=place_of(part),
        agency_name=agency_name,
        period_text=period_text,
    )


def _receivers(plan: Mapping[str, Any], part: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the agencies of today that could have a part, by name."""
    found = agency_queries.existing(
        deps().database, list(plan.get("groups") or {}), deps().clock.today()
    )
    return [row for row in found if row["_id"] != part["agency_code"]]


def _part(row: Document) -> Document:
    return {"_id": row["assignment_id"], "task_id": row["task_id"]}


def _kind(given: str | None) -> RequestKind:
    try:
        return RequestKind(given or "")
    except ValueError:
        raise NotFoundError("error.not_found") from None


def _status(error: DomainError) -> HTTPStatus:
    busy = isinstance(error, PlanBusyError)
    return HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.CONFLICT
