"""My account: who I am here, language, theme, password, signing out."""

import datetime as dt
from collections.abc import Collection, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import InvalidError, SignInError
from services.tasks.domain.permissions import OfficerRole
from services.tasks.domain.scopes import Scope
from services.tasks.queries import people as queries
from services.tasks.queries.people import Absence
from services.tasks.usecases.officers import SHORTEST_PASSWORD
from services.tasks.web import identity
from services.tasks.web.auth import session
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages.inputs import LINE
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.signing import opened_from
from shared.texts import LOCALES
from shared.web import signed_in
from shared.web.app import THEME_COOKIE, THEMES
from shared.web.language import COOKIE as LANGUAGE_COOKIE
from shared.web.language import t, texts

blueprint = Blueprint("account", __name__)
PAGE = "/tai-khoan"
_YEAR = dt.timedelta(days=365)


@blueprint.get(PAGE)
@signed_in
def show() -> ResponseReturnValue:
    """Show the account."""
    return account_page({})


@blueprint.post(f"{PAGE}/ngon-ngu")
@signed_in
def choose_language() -> ResponseReturnValue:
    """Change the language of pages and messages."""
    chosen = request.form.get("locale", "")
    response = _back()
    if chosen in LOCALES:
        deps().officers.set_locale(actor().officer_id, chosen)
        flash(texts().get("page.account.language_set", chosen))
        _keep(response, LANGUAGE_COOKIE, chosen)
        identity.renewed(response)
    return response


@blueprint.post(f"{PAGE}/giao-dien")
@signed_in
def choose_theme() -> ResponseReturnValue:
    """Change between light and dark; anything else follows the system."""
    chosen = request.form.get("theme", "")
    response = _back()
    if chosen in THEMES:
        _keep(response, THEME_COOKIE, chosen)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


@blueprint.post(f"{PAGE}/mat-khau")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change the password: the old one is asked again, every other session ends."""
    person = actor()
    old, new = (request.form.get(name, "")[:LINE] for name in ("old", "password"))
    errors: dict[str, list[str]] = {}
    if new != request.form.get("again", ""):
        errors["again"] = [t("page.account.password_differs")]
    if len(new) < SHORTEST_PASSWORD:
        errors["password"] = [t("error.password_short", n=SHORTEST_PASSWORD)]
    elif new == old:
        errors["password"] = [t("page.account.password_same")]
    if errors:
        return account_page(errors), HTTPStatus.UNPROCESSABLE_ENTITY
    sessions = deps().sessions
    try:
        sessions.check(person.username, old)
        deps().officers.set_password(person.officer_id, new)
    except SignInError as error:
        sentence = words(error) if error.retry_after else t("page.account.password_wrong")
        return account_page({"old": [sentence]}), HTTPStatus.UNPROCESSABLE_ENTITY
    except InvalidError as error:
        return account_page({error.field: [words(error)]}), HTTPStatus.UNPROCESSABLE_ENTITY
    sessions.end_all(person.officer_id)
    response = make_response(redirect(PAGE, HTTPStatus.SEE_OTHER))
    flash(t("page.account.password_set"))
    token = sessions.sign_in(person.username, new, opened_from=opened_from())
    identity.remember(response, token)
    return response


def account_page(
    errors: dict[str, list[str]],
    *,
    given: Mapping[str, str] | None = None,
    scopes: Collection[str] = (Scope.READ,),
    token: str = "",
) -> str:
    """Return the page.

    :param given: what was typed into the form at fault; never a password.
    :param scopes: the scopes chosen for a new token.
    :param token: a token just made, shown this once.
    """
    person, database = actor(), deps().database
    return render_template(
        "tasks/account.html",
        person=person,
        errors=errors,
        given=given or {},
        shortest=SHORTEST_PASSWORD,
        chosen_theme=request.cookies.get(THEME_COOKIE, ""),
        sessions=queries.sessions_of(database, person.officer_id),
        this_session=session().session_id,
        tokens=queries.tokens_of(database, person.officer_id),
        every_scope=[scope.value for scope in Scope],
        chosen_scopes=scopes,
        token=token,
        oidc=deps().oidc,
        linked=queries.is_linked(database, person.officer_id) if deps().oidc else False,
        principals=queries.principals(database, person.officer_id, deps().clock.today()),
        absence=_absence(),
    )


def _absence() -> Absence | None:
    """Return when I am away, for a head who acts for himself; nobody else has a deputy."""
    person = actor()
    if person.acting_for is not None or not person.has(OfficerRole.HEAD):
        return None
    return queries.absence(deps().database, person.officer_id, deps().clock.today())


def _back() -> Response:
    return make_response(redirect(safe_path(request.form.get("tiep"), PAGE), HTTPStatus.SEE_OTHER))


def _keep(response: Response, name: str, value: str) -> None:
    # Read by the pages alone; a choice of taste, no secret.
    response.set_cookie(
        name,
        value,
        max_age=int(_YEAR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=not deps().development,
    )
