"""Người dùng: the accounts, kept by administrators and, for their own agency, by heads."""

import math
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import DomainError, InvalidError, NotAllowedError
from services.tasks.queries import people as queries
from services.tasks.queries.people import Absence
from services.tasks.usecases.people import administers
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import people_form as forms
from services.tasks.web.pages.inputs import LINE, Form, text_of
from services.tasks.web.pages.problems import words
from services.tasks.web.words import agency_name
from shared.mongo import Document, StaleVersionError
from shared.web import roles
from shared.web.language import t

blueprint = Blueprint("people", __name__)
PAGE = "/nguoi-dung"
_keepers = roles("administrator", "head")
_MOST_PAGES = 1000


@blueprint.get(PAGE)
@_keepers
def index() -> ResponseReturnValue:
    """List the accounts that the person keeps: search, agency, closed ones, who asks for a link."""
    person, database = actor(), deps().database
    own = "" if administers(person) else person.agency_code
    agency = own or text_of(request.args.get("co_quan"))[:LINE]
    search = text_of(request.args.get("tim"))[:LINE]
    closed = request.args.get("ngung") == "1"
    number = min(max(request.args.get("trang", 1, type=int), 1), _MOST_PAGES)
    found = queries.accounts(database, agency=agency, search=search, closed=closed, page=number)
    return render_template(
        "people/index.html",
        people=found,
        page=number,
        pages=max(math.ceil(found.total / queries.PAGE_ROWS), 1),
        asking=queries.asking(database, own),
        choices=forms.choices(person),
        agency=agency,
        search=search,
        closed=closed,
        everywhere=not own,
    )


@blueprint.get(f"{PAGE}/them")
@_keepers
def blank() -> ResponseReturnValue:
    """Show the empty form of a new account."""
    return people_page({"agency_code": text_of(request.args.get("co_quan"))[:LINE]}, {}, None)


@blueprint.post(f"{PAGE}/them")
@_keepers
def create() -> ResponseReturnValue:
    """Create an account, then show it, where it is invited."""
    form = Form(request.form)
    username = form.text("username", longest=LINE, missing="people.field.username_missing")
    card = forms.read(form, actor())
    if form.errors:
        return people_page(form.given, form.errors, None), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        officer_id = deps().people.create(actor(), username, card)
    except DomainError as error:
        return _refused(form, error, None)
    flash(t("people.created", name=card.name))
    return redirect(f"{PAGE}/{officer_id}", HTTPStatus.SEE_OTHER)


@blueprint.get(f"{PAGE}/<officer_id>")
@_keepers
def show(officer_id: str) -> ResponseReturnValue:
    """Show an account with its form, its invitation and its lines."""
    officer = deps().people.managed(actor(), officer_id)
    return people_page(forms.given_of(officer), {}, officer)


@blueprint.post(f"{PAGE}/<officer_id>")
@_keepers
def change(officer_id: str) -> ResponseReturnValue:
    """Change an account; when somebody was faster, show what stands there beside what was typed."""
    officer = deps().people.managed(actor(), officer_id)
    form = Form(request.form)
    card = forms.read(form, actor())
    if form.errors:
        return people_page(form.given, form.errors, officer), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        deps().people.change(actor(), officer_id, card, version=form.version())
    except StaleVersionError as stale:
        return _changed_meanwhile(form, stale.current)
    except DomainError as error:
        return _refused(form, error, officer)
    flash(t("people.changed", name=card.name))
    return redirect(f"{PAGE}/{officer_id}", HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/<officer_id>/ngung")
@_keepers
def close(officer_id: str) -> ResponseReturnValue:
    """Close an account."""
    deps().people.close(actor(), officer_id)
    flash(t("people.closed"))
    return redirect(f"{PAGE}/{officer_id}", HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/<officer_id>/mo-lai")
@_keepers
def open_again(officer_id: str) -> ResponseReturnValue:
    """Open a closed account again."""
    deps().people.open(actor(), officer_id)
    flash(t("people.opened"))
    return redirect(f"{PAGE}/{officer_id}", HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/<officer_id>/xoa")
@_keepers
def erase(officer_id: str) -> ResponseReturnValue:
    """Erase an account, when the box beside the button says that it is meant."""
    officer = deps().people.managed(actor(), officer_id)
    if request.form.get("chac_chan") != "1":
        errors = {"chac_chan": [t("people.erase_unconfirmed")]}
        page = people_page(forms.given_of(officer), errors, officer)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    deps().people.erase(actor(), officer_id)
    flash(t("people.erased"))
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/<officer_id>/lien-ket")
@_keepers
def invite(officer_id: str) -> ResponseReturnValue:
    """Make an invitation and show its address, once: it is kept nowhere."""
    token, until = deps().invitations.invite(actor(), officer_id)
    addresses = deps().addresses
    base = addresses.tasks_url.rstrip("/") if addresses else ""
    return render_template(
        "people/invitation.html",
        officer=deps().people.managed(actor(), officer_id),
        address=f"{base or request.host_url.rstrip('/')}/moi/{token}",
        until=until,
    )


@blueprint.post(f"{PAGE}/<officer_id>/bo-yeu-cau")
@_keepers
def turn_down(officer_id: str) -> ResponseReturnValue:
    """Take away a request for a link that the person did not make."""
    deps().invitations.turn_down(actor(), officer_id)
    flash(t("people.asking.turned_down"))
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


def _refused(form: Form, error: DomainError, officer: Document | None) -> ResponseReturnValue:
    """Show the form again with the reason, so that nothing typed is lost."""
    field = error.field if isinstance(error, InvalidError) else "_"
    page = people_page(form.given, {field: [words(error)]}, officer)
    allowed = not isinstance(error, NotAllowedError)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if allowed else HTTPStatus.FORBIDDEN


def _changed_meanwhile(form: Form, current: Document) -> ResponseReturnValue:
    there = forms.given_of(current)
    form.wrong("_", t("people.stale"))
    for name in ("name", "agency_code", "email", "phone"):
        if there[name] != form.given.get(name, there[name]):
            shown = agency_name(there[name]) if name == "agency_code" else there[name]
            form.wrong(name, t("people.stale_field", value=shown or "–"))
    given = {**form.given, "version": there["version"]}
    return people_page(given, form.errors, current), HTTPStatus.CONFLICT


def people_page(
    given: Mapping[str, str], errors: dict[str, list[str]], officer: Document | None
) -> str:
    lines = queries.lines(deps().database, officer["_id"]) if officer else []
    authors = queries.names(deps().database, [line["by"] for line in lines])
    return render_template(
        "people/form.html",
        given=given,
        errors=errors,
        officer=officer,
        rows=forms.role_rows(given),
        choices=forms.choices(actor()),
        everywhere=administers(actor()),
        oneself=officer is not None and officer["_id"] == actor().officer_id,
        lines=lines,
        author=lambda by: authors[by]["name"] if by in authors else t("page.person.erased"),
        agency_name=agency_name,
        absence=_absence(officer),
    )


def _absence(officer: Document | None) -> Absence | None:
    """Return when a head is away, for administrators; other accounts have no deputy."""
    heads = officer is not None and any(row["role"] == "head" for row in officer["roles"])
    if officer is None or not heads or not administers(actor()):
        return None
    return queries.absence(deps().database, officer["_id"], deps().clock.today())
