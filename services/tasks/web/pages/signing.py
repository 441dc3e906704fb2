"""Signing in and out, lending the identity to the other webs, the first run of a new province."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.browsers import browser_of
from services.tasks.domain.errors import SignInError
from services.tasks.domain.permissions import OfficerRole
from services.tasks.queries import people as queries
from services.tasks.web import identity
from services.tasks.web.auth import session
from services.tasks.web.deps import deps
from services.tasks.web.pages.inputs import text_of
from services.tasks.web.pages.places import HOME, safe_place
from services.tasks.web.pages.problems import words
from shared.mongo import Document
from shared.web import public, signed_in
from shared.web.identity import SESSION_COOKIE, current, find

blueprint = Blueprint("signing", __name__)
_LONGEST_LINE = 300
# Who stands at the top of the list of demonstration accounts: one of each kind of work.
_EXAMPLES = 6
_RARE = (OfficerRole.ADMINISTRATOR, OfficerRole.LEADER, OfficerRole.APPRAISER)


@blueprint.get("/dang-nhap")
@public
def form() -> ResponseReturnValue:
    """Show the sign-in form, or go on when the person is signed in already."""
    place = safe_place(request.args.get("tiep"))
    if find() is not None:
        return redirect(place, HTTPStatus.SEE_OTHER)
    if not deps().officers.has_administrator():
        return redirect("/bat-dau", HTTPStatus.SEE_OTHER)
    return _form(place, username=text_of(request.args.get("ten"))[:_LONGEST_LINE])


@blueprint.post("/dang-nhap")
@public
def sign_in() -> ResponseReturnValue:
    """Open a session; a wrong try shows the form again with the name kept, never the password."""
    place = safe_place(request.form.get("tiep"))
    username = text_of(request.form.get("username"))[:_LONGEST_LINE]
    password = request.form.get("password", "")[:_LONGEST_LINE]
    try:
        token = deps().sessions.sign_in(username, password, opened_from=opened_from())
    except SignInError as error:
        answer = make_response(_form(place, username=username, wrong=words(error)))
        answer.status_code = (
            HTTPStatus.TOO_MANY_REQUESTS if error.retry_after else HTTPStatus.UNAUTHORIZED
        )
        if error.retry_after:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    _end_earlier_session()
    session = deps().sessions.find(token)
    administers = session is not None and session.actor.has(OfficerRole.ADMINISTRATOR)
    if administers and place == HOME and not queries.has_plan(deps().database):
        place = "/bat-dau"
    response = _see(place)
    identity.remember(response, token)
    return response


@blueprint.post("/dang-xuat")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session and forget it in the browser."""
    hint, provider = session().hint, deps().oidc
    _end_earlier_session()
    response = _see("/dang-nhap")
    if hint and provider is not None:
        addresses = deps().addresses
        base = addresses.tasks_url.rstrip("/") if addresses else ""
        onward = provider.sign_out_address(hint, f"{base}/dang-nhap")
        if onward is not None:
            page = render_template("people/onward.html", to=onward, name=provider.name)
            response = make_response(page)
    identity.forget(response)
    return response


@blueprint.get("/dinh-danh")
@signed_in
def lend_identity() -> ResponseReturnValue:
    """Renew the identity cookie for another web and go back there.

    Without a session the guard leads to the sign-in, which gives the cookie as well.
    """
    response = _see(safe_place(request.args.get("tiep")))
    identity.lend(response, current())
    return response


@blueprint.get("/bat-dau")
@public
def first_run() -> ResponseReturnValue:
    """Tell what a new province does first: an administrator, then the plan, then its officers."""
    person = find()
    has_administrator = deps().officers.has_administrator()
    is_administrator = person is not None and OfficerRole.ADMINISTRATOR in person.roles
    if has_administrator and not is_administrator:
        return redirect("/", HTTPStatus.SEE_OTHER)
    return render_template(
        "tasks/first_run.html",
        has_administrator=has_administrator,
        has_plan=queries.has_plan(deps().database),
    )


def _form(place: str, *, username: str, wrong: str = "") -> str:
    development = deps().development
    accounts = queries.demonstration_accounts(deps().database) if development else []
    return render_template(
        "tasks/sign_in.html",
        tiep=place,
        username=username,
        wrong=wrong,
        examples=_examples(accounts),
        accounts=accounts,
        oidc=deps().oidc,
    )


def _examples(accounts: Sequence[Document]) -> list[Document]:
    """Return a few accounts of different roles: the rare ones, then people they work with."""
    rare = [row for row in accounts if _roles(row) & set(_RARE)]
    shown = {row["username"] for row in rare}
    agencies = {row["agency_code"] for row in rare}
    # Accounts of an agency that has ended moved to its heir and keep their old names.
    ordinary = [
        row
        for row in accounts
        if row["username"] not in shown
        and row["agency_code"] in agencies
        and row["username"].partition(".")[0] == str(row["agency_code"]).lower()
    ]
    return [*rare, *ordinary][:_EXAMPLES]


def _roles(row: Document) -> set[str]:
    return {role["role"] for role in row["roles"]}


def opened_from() -> str:
    """Return which browser asks, in the two words that are kept of it."""
    return browser_of(request.headers.get("User-Agent", ""))


def _end_earlier_session() -> None:
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        deps().sessions.sign_out(token)


def _see(place: str) -> Response:
    return make_response(redirect(place, HTTPStatus.SEE_OTHER))
