"""Where I am signed in and which programs act in my name: seen and ended on the account page."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.tokens import Wanted
from services.tasks.web.auth import session
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages.account import PAGE, account_page
from services.tasks.web.pages.inputs import LINE, Form
from services.tasks.web.pages.problems import words
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("access", __name__)
_SESSIONS = f"{PAGE}/phien"
_TOKENS = f"{PAGE}/ma-api"


@blueprint.post(f"{_SESSIONS}/<session_id>/ket-thuc")
@signed_in
def end_session(session_id: str) -> ResponseReturnValue:
    """End one of the own sessions."""
    deps().sessions.end(actor().officer_id, session_id)
    flash(t("people.session.ended"))
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{_SESSIONS}/ket-thuc-khac")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every own session but this one."""
    ended = deps().sessions.end_others(actor().officer_id, session().session_id)
    flash(t("people.session.others_ended", n=ended))
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(_TOKENS)
@signed_in
def create_token() -> ResponseReturnValue:
    """Make a token and show it in this answer alone."""
    form = Form(request.form)
    name = form.text("name", longest=LINE)
    scopes = request.form.getlist("scopes")
    wanted = Wanted(name=name, scopes=scopes, days=form.whole("days") or 0)
    token = ""
    try:
        if not form.errors:
            token = deps().tokens.create(actor().officer_id, wanted)
    except InvalidError as error:
        form.wrong(error.field, words(error))
    if not token:
        page = account_page(form.errors, given=form.given, scopes=scopes)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    response = make_response(account_page({}, token=token))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"{_TOKENS}/<token_id>/thu-hoi")
@signed_in
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End one of the own tokens."""
    deps().tokens.revoke(actor().officer_id, token_id)
    flash(t("people.token.revoked"))
    return redirect(PAGE, HTTPStatus.SEE_OTHER)
