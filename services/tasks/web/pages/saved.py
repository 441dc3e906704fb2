"""Bộ lọc đã lưu: save what the board shows under a name, open, rename, share, delete."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.saved_filters import LONGEST_NAME, SavedFilters
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import filters as addresses
from services.tasks.web.pages.inputs import LINE, text_of
from services.tasks.web.pages.problems import words
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("saved", __name__)
_PAGE = "/bo-loc"


@blueprint.get(_PAGE)
@signed_in
def show() -> ResponseReturnValue:
    """List the filters; the words of the address are what would be saved."""
    return _page({}, "")


@blueprint.post(_PAGE)
@signed_in
def save() -> ResponseReturnValue:
    """Save the filter of the address under a name."""
    name, shared = _given()
    address = addresses.read(request.args, None).address()
    try:
        _filters().save(actor(), name, address, shared=shared)
    except InvalidError as error:
        return _page({error.field: [words(error)]}, name), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(t("saved.saved", name=name))
    return redirect(_PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{_PAGE}/<filter_id>")
@signed_in
def change(filter_id: str) -> ResponseReturnValue:
    """Rename a filter, or share it or no longer."""
    name, shared = _given()
    try:
        _filters().rename(actor(), filter_id, name, shared=shared)
    except InvalidError as error:
        flash(words(error), "error")
    return redirect(_PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{_PAGE}/<filter_id>/xoa")
@signed_in
def forget(filter_id: str) -> ResponseReturnValue:
    """Delete a filter."""
    _filters().forget(actor(), filter_id)
    flash(t("saved.deleted"))
    return redirect(_PAGE, HTTPStatus.SEE_OTHER)


def _given() -> tuple[str, bool]:
    name = text_of(request.form.get("name")).replace("\n", " ")[:LINE]
    return name, request.form.get("shared") == "1"


def _page(errors: dict[str, list[str]], name: str) -> str:
    address = addresses.read(request.args, None).address()
    return render_template(
        "work/saved.html",
        rows=_filters().of(actor()),
        mine=actor().officer_id,
        address=address if address != addresses.PATH else "",
        action=address.replace(addresses.PATH, _PAGE, 1),
        longest=LONGEST_NAME,
        errors=errors,
        name=name,
    )


def _filters() -> SavedFilters:
    return SavedFilters(deps().database, system=deps().system)
