"""The pages: what was sent, why one was or was not received, and sending again."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.notify.queries import BadCursorError, Filters
from services.notify.usecases.acts import CannotResendError, NoSuchDeliveryError
from services.notify.web.deps import deps
from shared.events.notify import Channel
from shared.web import roles, signed_in
from shared.web.identity import current
from shared.web.language import t
from shared.web.problems import Problem

blueprint = Blueprint(
    "notify",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/nhac-viec/static",
)

# People of these roles see every agency's rows; all others only their own agency's.
_WIDE_ROLES = frozenset({"appraiser", "plan_manager", "leader", "administrator", "auditor"})
_RESENDERS = ("appraiser", "plan_manager", "administrator")
_VIEWS = ("sent", "failed", "silent")


@blueprint.get("/nhac-viec")
@signed_in
def index() -> str:
    """List the copies, or the reminders that told nobody, narrowed by the address."""
    view = request.args.get("xem", "sent")
    view = view if view in _VIEWS else "sent"
    filters = _filters(view)
    cursor = request.args.get("sau")
    queries = deps().queries
    try:
        page: Any = (
            queries.silent(filters, cursor)
            if view == "silent"
            else queries.deliveries(filters, cursor)
        )
    except BadCursorError:
        raise _problem(HTTPStatus.BAD_REQUEST, "bad_cursor") from None
    return render_template(
        "notify/index.html",
        page=page,
        view=view,
        views=_VIEWS,
        filters=filters,
        cursor=cursor,
        channels=[channel.value for channel in Channel],
        agencies=[] if _own_agency() else queries.agencies(),
        own=_own_agency() is not None,
        may_resend=_may_resend(),
        now=deps().clock.now(),
        covered=deps().calendar.covers(deps().clock.today()),
        year=deps().clock.today().year,
        tasks_url=deps().tasks_url,
    )


@blueprint.get("/nhac-viec/<reminder_id>")
@signed_in
def reminder(reminder_id: str) -> str:
    """Tell why a reminder was or was not received: rule, state, copies, attempts, receipts."""
    page = deps().queries.reminder(reminder_id, _own_agency())
    if page is None:
        raise _problem(HTTPStatus.NOT_FOUND, "not_found")
    return render_template(
        "notify/reminder.html",
        page=page,
        may_resend=_may_resend(),
        now=deps().clock.now(),
        tasks_url=deps().tasks_url,
    )


@blueprint.post("/nhac-viec/lan-gui/<delivery_id>/gui-lai")
@roles(*_RESENDERS)
def resend(delivery_id: str) -> Response:
    """Queue a failed copy again, and show it waiting."""
    try:
        sent = deps().resend(delivery_id, current().officer_id)
    except NoSuchDeliveryError:
        raise _problem(HTTPStatus.NOT_FOUND, "not_found") from None
    except CannotResendError:
        raise _problem(HTTPStatus.CONFLICT, "cannot_resend") from None
    flash(t("notify.page.resent"))
    address = url_for("notify.reminder", reminder_id=sent.reminder_id)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _filters(view: str) -> Filters:
    channel = request.args.get("kenh", "")
    return Filters(
        failed=view == "failed",
        channel=channel if channel in set(Channel) else None,
        agency=_own_agency() or request.args.get("co_quan") or None,
        code=request.args.get("ma", "").strip().upper() or None,
    )


def _own_agency() -> str | None:
    """Return the agency that this person is confined to, or None for those who see all."""
    person = current()
    return None if _WIDE_ROLES & set(person.roles) else person.agency_code


def _may_resend() -> bool:
    return bool(set(_RESENDERS) & set(current().roles))


def _problem(status: HTTPStatus, code: str) -> Problem:
    return Problem(status, code=code, detail=t(f"notify.page.{code}"))
