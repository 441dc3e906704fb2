"""What heads, the plan manager and everybody concerned do with a part, as forms without script.

``/phan-viec/<id>/dieu-phoi/<slug>``: inviting, handing to a person, moving to an agency,
commenting have a form; requiring, taking back and urging are sent at once.
"""

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.coordination import Invitation
from services.tasks.domain.errors import InvalidError, NotFoundError, PlanBusyError, WrongStateError
from services.tasks.queries import agencies as agency_queries
from services.tasks.queries import concerned
from services.tasks.queries import plans as plan_queries
from services.tasks.queries import task_page as task_queries
from services.tasks.queries.allowed import allowed
from services.tasks.usecases import steering
from services.tasks.usecases.acts import Item
from services.tasks.usecases.asked import Asked
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages.acting import once
from services.tasks.web.pages.inputs import LINE, Form
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.task import place_of
from services.tasks.web.pages.task_requests import STEERING
from services.tasks.web.words import agency_name, due, state_kind
from shared.mongo import Document, StaleVersionError
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("steering", __name__)
_ONE = "/phan-viec/<part_id>/dieu-phoi/<slug>"
_COMMENT = "y-kien"
_FORMS = frozenset({"moi-phoi-hop", "phan-cong", "chuyen-co-quan", _COMMENT})
_NOBODY = "khong-ai"


@blueprint.get(_ONE)
@signed_in
def form(part_id: str, slug: str) -> ResponseReturnValue:
    """Show a form, unless this person may not do it now."""
    if slug not in _FORMS:
        raise NotFoundError("error.not_found")
    part = task_queries.part(deps().database, part_id)
    plan = task_queries.plan_of(deps().database, part["plan_id"])
    if slug != _COMMENT:
        against = allowed(actor(), part, plan, deps().clock.today())[STEERING[slug]]
        if against is not None:
            raise against
    return _page(slug, part, plan, Form(given={}))


@blueprint.post(_ONE)
@signed_in
def do(part_id: str, slug: str) -> ResponseReturnValue:
    """Act; what is wrong with a form stands at its field."""
    if slug not in STEERING and slug != _COMMENT:
        raise NotFoundError("error.not_found")
    part, typed = task_queries.part(deps().database, part_id), Form(given=request.form)
    if slug not in _FORMS:
        return _onward(slug, part, ran=once(lambda: _work(slug, part_id, typed)))
    status, ran = HTTPStatus.CONFLICT, False
    try:
        ran = once(lambda: _work(slug, part_id, typed))
    except _WrongFormError:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidError as error:
        typed.wrong(error.field, words(error))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    except StaleVersionError as error:
        typed.wrong("_", t("error.stale"))
        part = error.current
    except (WrongStateError, PlanBusyError) as error:
        typed.wrong("_", words(error))
    if typed.errors:
        plan = task_queries.plan_of(deps().database, part["plan_id"])
        return _page(slug, part, plan, typed), status
    return _onward(slug, part, ran=ran)


@blueprint.post("/co-quan/<code>/gui-bao-cao")
@signed_in
def let_officers_send(code: str) -> ResponseReturnValue:
    """Let officers of the own agency send reports, or its head alone."""
    plan = plan_queries.find(deps().database, None)
    if plan is None:
        raise NotFoundError("error.not_found")
    officers_send = request.form.get("officers_send") == "1"
    deps().coordination.let_officers_send(actor(), plan["_id"], code, officers_send=officers_send)
    flash(t("steer.sending.officers" if officers_send else "steer.sending.head"))
    return redirect(f"/co-quan/{code}", HTTPStatus.SEE_OTHER)


def _onward(slug: str, part: Document, *, ran: bool) -> ResponseReturnValue:
    if ran:
        agency = agency_name(part["agency_code"])
        flash(t(f"steer.done.{slug}", code=part["task_code"], agency=agency))
    return redirect(safe_path(request.form.get("tiep"), place_of(part)), HTTPStatus.SEE_OTHER)


class _WrongFormError(Exception):
    """Something typed is wrong; the form knows what."""


def _work(slug: str, part_id: str, typed: Form) -> Document:
    person, use = actor(), deps().coordination
    if slug == _COMMENT:
        return use.comment(person, part_id, _checked(typed, typed.text("text")))
    if slug == "don-doc":
        return use.nudge(person, part_id)
    if slug == "moi-phoi-hop":
        invitation = Invitation(
            agency_code=typed.text("agency_code", longest=LINE, missing="steer.agency_missing"),
            what=typed.text("what"),
            due_on=typed.day("due_on"),
            required=bool(typed.given.get("required")),
        )
        return use.invite(person, part_id, _checked(typed, invitation))
    seen = typed.version() if slug in _FORMS else None
    item = Item(assignment_id=part_id, asked=_asked(slug, typed), version=seen)
    return deps().acts.do(person, item)


def _asked(slug: str, typed: Form) -> Asked:
    if slug == "phan-cong":
        officer = typed.text("officer_id", longest=LINE, missing="steer.officer_missing")
        return steering.set_handler(None if _checked(typed, officer) == _NOBODY else officer)
    if slug == "chuyen-co-quan":
        code = typed.text("agency_code", longest=LINE, missing="steer.agency_missing")
        reason = typed.text("reason", missing="page.act.reason_missing")
        return steering.reassign(_checked(typed, code), reason)
    if slug == "thu-hoi":
        return steering.uninvite()
    return steering.mark_required(required=slug == "bat-buoc")


def _checked(typed: Form, value: Any) -> Any:
    if typed.errors:
        raise _WrongFormError
    return value


def _page(slug: str, part: Document, plan: Document, typed: Form) -> str:
    database, today = deps().database, deps().clock.today()
    people: Sequence[Document] = ()
    if slug == "phan-cong":
        people = concerned.people_of(database, [part["agency_code"]])
    elif slug == _COMMENT:
        people = concerned.people_of(database, concerned.agencies_of(database, part, plan))
    wants_agency = slug in ("moi-phoi-hop", "chuyen-co-quan")
    return render_template(
        "steering/form.html",
        slug=slug,
        part=part,
        state=state_kind(part),
        due=due(part, today, t),
        agencies=_agencies(plan, part) if wants_agency else (),
        people=people,
        nobody=_NOBODY,
        given=typed.given,
        errors=typed.errors,
        key=secrets.token_urlsafe(16),
        tiep=safe_path(request.values.get("tiep"), place_of(part)),
        back=place_of(part),
        agency_name=agency_name,
        period_text=period_text,
    )


def _agencies(plan: Document, part: Document) -> Sequence[Document]:
    found = agency_queries.existing(
        deps().database, list(plan.get("groups") or {}), deps().clock.today()
    )
    return [row for row in found if row["_id"] != part["agency_code"]]
