"""The first sign-in by an invitation, and asking for a new one when the password is forgotten."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.officers import SHORTEST_PASSWORD
from services.tasks.web import identity
from services.tasks.web.deps import deps
from services.tasks.web.pages.inputs import LINE, text_of
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.signing import opened_from
from shared.mongo import Document
from shared.web import public
from shared.web.language import t

blueprint = Blueprint("invitations", __name__)


@blueprint.get("/moi/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Show whose account it is and ask for a password; looking uses nothing up."""
    return _page(token, deps().invitations.find(token), {})


@blueprint.post("/moi/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    """Set the password and sign the person in."""
    officer = deps().invitations.find(token)
    password = request.form.get("password", "")[:LINE]
    if password != request.form.get("again", "")[:LINE]:
        errors = {"again": [t("page.account.password_differs")]}
        return _page(token, officer, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        officer = deps().invitations.accept(token, password)
    except InvalidError as error:
        errors = {error.field: [words(error)]}
        return _page(token, officer, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(t("people.invitation.done"))
    response = make_response(redirect("/", HTTPStatus.SEE_OTHER))
    identity.remember(response, deps().sessions.open(officer, opened_from=opened_from()))
    return response


@blueprint.get("/quen-mat-khau")
@public
def forgotten() -> ResponseReturnValue:
    """Tell how one gets a new password, and take a username."""
    return render_template("people/forgotten.html", asked=False)


@blueprint.post("/quen-mat-khau")
@public
def ask() -> ResponseReturnValue:
    """Tell the keepers of the account; the answer is the same whether the name exists or not."""
    deps().invitations.ask(text_of(request.form.get("username"))[:LINE])
    return render_template("people/forgotten.html", asked=True)


def _page(token: str, officer: Document, errors: dict[str, list[str]]) -> str:
    return render_template(
        "people/accept.html",
        token=token,
        officer=officer,
        errors=errors,
        shortest=SHORTEST_PASSWORD,
        oidc=deps().oidc,
    )
