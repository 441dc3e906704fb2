"""Acting for a head who is away: the head or an administrator says who, the deputy chooses when."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import DomainError, InvalidError
from services.tasks.usecases.deputies import Absence
from services.tasks.web import identity
from services.tasks.web.auth import session
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import people_form as forms
from services.tasks.web.pages.account import PAGE as ACCOUNT
from services.tasks.web.pages.account import account_page
from services.tasks.web.pages.inputs import LINE, LONG_TEXT, Form, text_of
from services.tasks.web.pages.people import PAGE as PEOPLE
from services.tasks.web.pages.people import people_page
from services.tasks.web.pages.problems import words
from shared.web import roles, signed_in
from shared.web.language import t

blueprint = Blueprint("deputies", __name__)
_administrators = roles("administrator")


@blueprint.post(f"{ACCOUNT}/vang-mat")
@signed_in
def appoint() -> ResponseReturnValue:
    """Let somebody act for me while I am away."""
    return _appoint(
        actor().officer_id, ACCOUNT, lambda form: account_page(form.errors, given=form.given)
    )


@blueprint.post(f"{ACCOUNT}/vang-mat/ket-thuc")
@signed_in
def end() -> ResponseReturnValue:
    """End my absence."""
    return _end(actor().officer_id, ACCOUNT)


@blueprint.post(f"{ACCOUNT}/xu-ly-thay")
@signed_in
def choose() -> ResponseReturnValue:
    """Act for a head whose deputy I am, or for nobody again."""
    principal = text_of(request.form.get("principal"))[:LINE]
    deps().deputies.choose(actor().officer_id, session().session_id, principal)
    flash(t("people.acting.begun" if principal else "people.acting.stopped"))
    return identity.renewed(make_response(redirect(ACCOUNT, HTTPStatus.SEE_OTHER)))


@blueprint.post(f"{PEOPLE}/<officer_id>/vang-mat")
@_administrators
def appoint_for(officer_id: str) -> ResponseReturnValue:
    """Let somebody act for a head who is away, by an administrator."""
    officer = deps().people.managed(actor(), officer_id)

    def page(form: Form) -> str:
        return people_page({**forms.given_of(officer), **form.given}, form.errors, officer)

    return _appoint(officer_id, f"{PEOPLE}/{officer_id}", page)


@blueprint.post(f"{PEOPLE}/<officer_id>/vang-mat/ket-thuc")
@_administrators
def end_for(officer_id: str) -> ResponseReturnValue:
    """End a head's absence, by an administrator."""
    return _end(officer_id, f"{PEOPLE}/{officer_id}")


def _appoint(officer_id: str, place: str, page: Callable[[Form], str]) -> ResponseReturnValue:
    form = Form(request.form.to_dict())
    absence = Absence(
        deputy=form.text("deputy", longest=LINE),
        since=form.day("since"),
        until=form.day("until"),
        reason=form.text("reason", longest=LONG_TEXT),
    )
    if form.errors:
        return page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        deps().deputies.appoint(actor(), officer_id, absence)
    except DomainError as error:
        field = error.field if isinstance(error, InvalidError) else "_"
        form.wrong(field, words(error))
        wrong = isinstance(error, InvalidError)
        return page(form), HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.FORBIDDEN
    flash(t("people.away.set"))
    return redirect(place, HTTPStatus.SEE_OTHER)


def _end(officer_id: str, place: str) -> ResponseReturnValue:
    deps().deputies.end(actor(), officer_id)
    flash(t("people.away.ended"))
    return redirect(place, HTTPStatus.SEE_OTHER)
