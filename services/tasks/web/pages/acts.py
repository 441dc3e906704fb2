"""Acts on a part as forms that work without script: start, note, report, accept and the others.

The address of each is the API's: ``/phan-viec/<id>/<act>``. GET shows its form, POST acts and
leads on (303). What is wrong stands at its field with everything typed kept; a version that is
no longer the newest leads to both versions side by side (409).
"""

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotFoundError,
    PlanBusyError,
    WrongStateError,
)
from services.tasks.domain.permissions import Act
from services.tasks.queries import task_page as queries
from services.tasks.queries.allowed import allowed
from services.tasks.usecases.asked import Report, ResultDocument
from services.tasks.usecases.files import TYPES, FileRef
from services.tasks.web.deps import deps
from services.tasks.web.files import MOST_FILES, given_files
from services.tasks.web.identity import actor
from services.tasks.web.pages.acting import once
from services.tasks.web.pages.conflict import conflict
from services.tasks.web.pages.inputs import LINE, Form
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.task import place_of
from services.tasks.web.pages.task_next import SLUGS, label
from services.tasks.web.words import agency_name, due, state_kind
from shared.clock import LOCAL
from shared.mongo import Document, StaleVersionError
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("acts", __name__)
_ACTS: Mapping[str, Act] = {slug: act for act, slug in SLUGS.items()}
_ONE = "/phan-viec/<part_id>/<slug>"
_WITH_REASON = frozenset({Act.RETURN, Act.REOPEN})
# A script that shows the progress of an upload cannot follow a redirect without losing its flash.
_UPLOAD_HEADER = "X-Upload"


@blueprint.get(_ONE)
@signed_in
def form(part_id: str, slug: str) -> ResponseReturnValue:
    """Show the form of an act, unless this person may not do it now."""
    act, part = _act(slug), queries.part(deps().database, part_id)
    plan = queries.plan_of(deps().database, part["plan_id"])
    against = allowed(actor(), part, plan, deps().clock.today())[act]
    if against is not None:
        raise against
    return _page(act, part, Form(given={}))


@blueprint.post(_ONE)
@signed_in
def do(part_id: str, slug: str) -> ResponseReturnValue:
    """Act."""
    act, part = _act(slug), queries.part(deps().database, part_id)
    typed = Form(given=request.form)
    if "sua" in request.form:  # from the page of a conflict: go on editing what was typed
        return _page(act, part, typed)
    ran = False
    try:
        ran = _run(act, part_id, typed)
    except InvalidError as error:
        typed.wrong(error.field, words(error))
    except StaleVersionError as error:
        return conflict(act, error.current, typed), HTTPStatus.CONFLICT
    except (WrongStateError, PlanBusyError) as error:
        typed.wrong("_", words(error))
        return _page(act, part, typed), _status(error)
    if typed.errors:
        return _page(act, part, typed), HTTPStatus.UNPROCESSABLE_ENTITY
    return _onward(act, part, ran=ran)


def _act(slug: str) -> Act:
    try:
        return _ACTS[slug]
    except KeyError:
        raise NotFoundError("error.not_found") from None


def _run(act: Act, part_id: str, typed: Form) -> bool:
    """Check what was typed and act; nothing happens when something is wrong with it.

    :return: whether the act ran now, and not at an earlier sending of the same form.
    """
    if act is Act.REPORT:
        return _report(part_id, typed)
    text = _text(act, typed)
    if typed.errors:
        return False
    person, acts, version = actor(), deps().acts, typed.version()
    works: Mapping[Act, Callable[[], Document]] = {
        Act.START: lambda: acts.start(person, part_id, version=version),
        Act.NOTE: lambda: acts.note(person, part_id, text=text, version=version),
        Act.TAKE_BACK: lambda: acts.take_back(person, part_id, version=version),
        Act.ACCEPT: lambda: acts.accept(person, part_id, note=text, version=version),
        Act.RETURN: lambda: acts.return_(person, part_id, reason=text, version=version),
        Act.REOPEN: lambda: acts.reopen(person, part_id, reason=text, version=version),
    }
    return once(works[act])


def _text(act: Act, typed: Form) -> str:
    if act in _WITH_REASON:
        return typed.text("reason", missing="page.act.reason_missing")
    return typed.text("note", missing="page.act.note_missing" if act is Act.NOTE else None)


def _report(part_id: str, typed: Form) -> bool:
    note = typed.text("note", missing="page.act.result_missing")
    explanation = typed.text("explanation")
    document = _document(typed)
    uploads = given_files(request.files)
    if not (uploads or document or explanation or typed.errors):
        typed.wrong("files", t("page.act.evidence_missing"))
    if typed.errors:
        return False
    stored: list[FileRef] = []

    def store() -> None:
        files = deps().files
        stored.extend(files.store(upload.stream, upload.filename or "") for upload in uploads)

    def work() -> Document:
        sent = Report(note=note, explanation=explanation, document=document, files=tuple(stored))
        return deps().acts.report(actor(), part_id, report=sent, version=typed.version())

    return once(work, before=store, files=uploads)


def _document(typed: Form) -> ResultDocument | None:
    """Return the document of a report: all three of its fields, or none."""
    names = ("document_number", "document_date", "document_issuer")
    if not any(typed.given.get(name, "").strip() for name in names):
        return None
    number = typed.text("document_number", longest=LINE, missing="page.act.number_missing")
    signed_on = typed.day("document_date", missing="page.act.date_missing")
    issuer = typed.text("document_issuer", longest=LINE, missing="page.act.issuer_missing")
    if signed_on is not None and signed_on > deps().clock.today():
        typed.wrong("document_date", t("page.act.date_future"))
    if signed_on is None or typed.errors:
        return None
    return ResultDocument(number=number, signed_on=signed_on, issuer=issuer)


def _onward(act: Act, part: Document, *, ran: bool) -> ResponseReturnValue:
    """Tell what happened and lead on: to where the form came from, else to the task."""
    time = f"{deps().clock.now().astimezone(LOCAL):%H:%M}"
    if ran:
        flash(
            t(
                f"page.done.{act.value}",
                code=part["task_code"],
                agency=agency_name(part["agency_code"]),
                time=time,
            )
        )
    place = safe_path(request.form.get("tiep"), place_of(part))
    if request.headers.get(_UPLOAD_HEADER):
        return jsonify({"to": place})
    return redirect(place, HTTPStatus.SEE_OTHER)


def _page(act: Act, part: Document, typed: Form) -> str:
    today = deps().clock.today()
    return render_template(
        "tasks/act.html",
        act=act.value,
        slug=SLUGS[act],
        label=label(act, part),
        part=part,
        state=state_kind(part),
        due=due(part, today, t),
        given=typed.given,
        errors=typed.errors,
        # One form has one key; going on after an error is a new one.
        key=secrets.token_urlsafe(16),
        report=_last_report(part) if act in (Act.ACCEPT, Act.RETURN, Act.REPORT) else None,
        tiep=safe_path(request.values.get("tiep"), place_of(part)),
        back=place_of(part),
        types=[f".{name}" for name in TYPES],
        kinds=", ".join(TYPES),
        most_files=MOST_FILES,
        megabytes=deps().files.megabytes,
        had_files=any(upload.filename for upload in request.files.getlist("files")),
        agency_name=agency_name,
        period_text=period_text,
    )


def _last_report(part: Document) -> Document | None:
    if not part["report_count"]:
        return None
    return next(iter(queries.reports(deps().database, [part["_id"]])), None)


def _status(error: DomainError) -> HTTPStatus:
    if isinstance(error, PlanBusyError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.CONFLICT
