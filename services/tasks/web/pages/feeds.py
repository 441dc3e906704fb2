"""Deadlines in one's own calendar: a secret address that calendar programs read (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from icalendar import Calendar, Event, vDuration

from services.tasks.queries.feeds import deadlines
from services.tasks.usecases.calendar_feeds import CalendarFeeds
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages.periods import period_text
from services.tasks.web.words import agency_name
from shared.mongo import Document
from shared.web import public, signed_in
from shared.web.language import t
from shared.web.problems import Problem

blueprint = Blueprint("feeds", __name__)
_PAGE = "/tai-khoan/lich"
_DAY = dt.timedelta(days=1)
_REFRESH = dt.timedelta(hours=6)
_YEAR = 4


@blueprint.get(_PAGE)
@signed_in
def show() -> ResponseReturnValue:
    """Show whether there is an address, and how to make or revoke it."""
    return _page("")


@blueprint.post(_PAGE)
@signed_in
def create() -> ResponseReturnValue:
    """Make a new address and show it, this once."""
    secret = _feeds().create(actor().officer_id)
    addresses = deps().addresses
    base = addresses.tasks_url.rstrip("/") if addresses else ""
    return _page(f"{base}/lich/{secret}.ics")


@blueprint.post(f"{_PAGE}/thu-hoi")
@signed_in
def revoke() -> ResponseReturnValue:
    """End the address."""
    _feeds().revoke(actor().officer_id)
    flash(t("feed.revoked"))
    return redirect(_PAGE, HTTPStatus.SEE_OTHER)


@blueprint.get("/lich/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """Give the deadlines of the agency of whose address it is."""
    person = _feeds().find(secret)
    if person is None:
        raise Problem(HTTPStatus.NOT_FOUND, code="not_found", detail=t("feed.unknown"))
    rows = deadlines(deps().database, person.agency_code)
    response = Response(_calendar(rows, person.agency_name), mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="han-cong-viec.ics"'
    return response


def _calendar(rows: Iterable[Document], agency: str) -> bytes:
    made = Calendar()
    made.add("prodid", "-//CCHC//tasks//VI")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", t("feed.name", agency=agency))
    made.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    for row in rows:
        made.add_component(_event(row))
    return bytes(made.to_ical())


def _event(row: Document) -> Event:
    addresses = deps().addresses
    base = addresses.tasks_url.rstrip("/") if addresses else ""
    link = f"{base}/nhiem-vu/{row['task_id']}?phan={row['_id']}"
    day = dt.date.fromisoformat(row["due_on"])
    told = [t(f"role.{row['role']}"), t("feed.lead", agency=agency_name(row["lead_agency"]))]
    if len(row["period"]) > _YEAR:
        told.append(period_text(row["period"]))
    made = Event()
    made.add("uid", f"{row['_id']}@cchc")
    made.add("dtstamp", row["changed_at"])
    made.add("sequence", row["version"])
    made.add("summary", t("feed.due", code=row["task_code"], title=row["title"]))
    made.add("dtstart", day)
    made.add("dtend", day + _DAY)
    made.add("transp", "TRANSPARENT")
    made.add("description", "\n".join((*told, link)))
    made.add("url", link)
    return made


def _page(address: str) -> str:
    return render_template(
        "work/feed.html", address=address, since=_feeds().since(actor().officer_id)
    )


def _feeds() -> CalendarFeeds:
    found = deps()
    return CalendarFeeds(found.database, clock=found.clock, system=found.system)
