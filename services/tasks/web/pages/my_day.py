"""Việc của tôi and Thẩm định: what this person must do, and what waits to be decided here."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import Actor, OfficerRole
from services.tasks.queries import my_day as queries
from services.tasks.queries import plans as plan_queries
from services.tasks.queries import requests as request_queries
from services.tasks.queries.my_day import Waiting
from services.tasks.queries.requests import PendingRequest
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages.figure_words import figure_text
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.problems import words
from services.tasks.web.words import (
    Due,
    agency_name,
    due,
    near_until,
    partial_state,
    state_kind,
    working_days,
)
from shared.clock import LOCAL
from shared.events.tasks import RequestKind, Role, Timeliness
from shared.mongo import Document
from shared.web import signed_in
from shared.web.formats import day
from shared.web.language import t

blueprint = Blueprint("my_day", __name__)

MOST = 20
_LATELY = 5
_WORKERS = (OfficerRole.OFFICER, OfficerRole.HEAD)
_LONG_WAIT = 5
_YEAR = 4


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do or to decide: ``note`` says where it stands, ``button`` what comes next.

    ``against`` is the sentence that says why it is locked.
    """

    href: str
    code: str
    who: str
    title: str
    note: str
    button: str = ""
    button_href: str = ""
    primary: bool = False
    due: Due | None = None
    bar: str = ""
    files: int = 0
    long: bool = False
    against: str = ""


@blueprint.get("/viec-cua-toi")
@signed_in
def show() -> ResponseReturnValue:
    """Show what this person does first, what waits for a decision, what was accepted lately."""
    person, today = actor(), deps().clock.today()
    urgent, lately = _own(person, today) if person.has(*_WORKERS) else ([], [])
    waiting = [item for item in _waiting(person, today) if not item.against]
    return render_template(
        "work/my_day.html",
        works=person.has(*_WORKERS),
        urgent=urgent[:MOST],
        more_urgent=max(len(urgent) - MOST, 0),
        waiting=waiting[:MOST],
        more_waiting=max(len(waiting) - MOST, 0),
        lately=lately,
        decides=bool(waiting) or person.has(OfficerRole.APPRAISER),
        today=today,
        weekday=today.isoweekday(),
        agency=person.acting_agency or person.agency_code,
    )


@blueprint.get("/tham-dinh")
@signed_in
def queue() -> ResponseReturnValue:
    """Show the reports and figures that wait for this person, those of the own agency locked."""
    person, today = actor(), deps().clock.today()
    items = _waiting(person, today)
    return render_template(
        "work/appraisal.html",
        items=[item for item in items if not item.against],
        locked=[item for item in items if item.against],
        today=today,
    )


def _own(person: Actor, today: dt.date) -> tuple[list[Item], list[Item]]:
    database = deps().database
    rows = queries.to_do(database, person.agencies, today=today, near_until=near_until(today))
    if not person.has(OfficerRole.HEAD):
        # What the head gave to somebody else is that person's work; what nobody has is everybody's.
        rows = [row for row in rows if row.get("handler_id") in (None, person.officer_id)]
    returned = [row["_id"] for row in rows if row["return_count"]]
    reasons = queries.return_reasons(database, returned)
    lately = queries.lately_accepted(database, person.agencies, most=_LATELY)
    return (
        [_to_do(row, reasons.get(row["_id"]), today) for row in _by_pressure(rows, today)],
        [_accepted(row, today) for row in lately],
    )


def _by_pressure(rows: Iterable[Document], today: dt.date) -> list[Document]:
    """Put what was sent back first, then what is late, own leading before coordinating."""

    def pressure(row: Document) -> tuple[bool, bool, bool, str, str]:
        late = partial_state(row).timing(today).timeliness is Timeliness.OVERDUE
        returned, lead = bool(row["return_count"]), row["role"] == Role.LEAD.value
        return not returned, not lead, not late, row["due_on"], row["task_code"]

    return sorted(rows, key=pressure)


def _to_do(row: Document, decision: Mapping[str, object] | None, today: dt.date) -> Item:
    said = due(row, today, t)
    again = state_kind(row) == "returned"
    return Item(
        href=_place(row),
        code=row["task_code"],
        who="",
        title=row["title"],
        note=_returned(decision) if again and decision else _standing(row),
        button=t("my_day.complete" if again else "my_day.report"),
        button_href=f"/phan-viec/{row['_id']}/report?tiep=/viec-cua-toi",
        primary=again,
        due=said,
        bar="late" if said.kind == "late" else "near",
    )


def _accepted(row: Document, today: dt.date) -> Item:
    return Item(
        href=_place(row),
        code=row["task_code"],
        who="",
        title=row["title"],
        note=_standing(row),
        due=due(row, today, t),
    )


def _returned(decision: Mapping[str, object]) -> str:
    at = decision["at"]
    day = f"{at.astimezone(LOCAL):%d/%m}" if isinstance(at, dt.datetime) else ""
    return t("my_day.returned", date=day, reason=decision["reason"])


def _standing(row: Mapping[str, str]) -> str:
    role = t(f"role.{row['role']}")
    if row["role"] == Role.COORDINATING.value:
        role = t("board.with_lead", lead=agency_name(row["lead_agency"]))
    if len(row["period"]) > _YEAR:
        return f"{role} · {period_text(row['period'])}"
    return role


def _waiting(person: Actor, today: dt.date) -> list[Item]:
    plan = plan_queries.find(deps().database, None)
    if plan is None:
        return []
    reports = queries.reports(deps().database, plan, person)
    figures = queries.figures(deps().database, plan, person)
    asked = request_queries.pending(deps().database, plan, person)
    return [
        *(_request(one, today) for one in asked),
        *(_report(one, today) for one in reports),
        *(_figure(one, today) for one in figures),
    ]


def _report(one: Waiting, today: dt.date) -> Item:
    row = one.row
    waited = _waited(dt.date.fromisoformat(row["reported_on"]), today)
    return Item(
        href=_place(row),
        code=row["task_code"],
        who=" · ".join((agency_name(row["agency_code"]), t(f"role.{row['role']}"))),
        title=row["title"],
        note=_waited_words(waited),
        button=t("my_day.appraise"),
        button_href=f"/phan-viec/{row['_id']}/accept?tiep=/tham-dinh",
        due=due(row, today, t),
        files=row["evidence_count"],
        long=waited >= _LONG_WAIT,
        against=words(one.against) if one.against else "",
    )


def _request(one: PendingRequest, today: dt.date) -> Item:
    row = one.row
    waited = _waited(row["asked_at"].astimezone(LOCAL).date(), today)
    return Item(
        href=f"/kien-nghi/{row['_id']}",
        code=row["task_code"],
        who=" · ".join((agency_name(row["agency_code"]), t(f"role.{row['role']}"))),
        title=row["title"],
        note=" · ".join((_asked(row), _waited_words(waited))),
        button=t("request.see"),
        button_href=f"/kien-nghi/{row['_id']}?tiep=/tham-dinh",
        files=len(row["files"]),
        long=waited >= _LONG_WAIT,
        against=words(one.against) if one.against else "",
    )


def _asked(row: Document) -> str:
    if row["kind"] == RequestKind.DECLINE.value:
        return t("request.note.decline")
    return t("request.note.extension", before=day(row["due_on"]), after=day(row["proposed_due_on"]))


def _figure(one: Waiting, today: dt.date) -> Item:
    indicator, row = one.indicator or {}, one.row
    waited = _waited(row["change"]["at"].astimezone(LOCAL).date(), today)
    return Item(
        href=f"/so-lieu/{indicator['_id']}",
        code=indicator["code"],
        who=f"{agency_name(indicator['lead_agency'])} · {period_text(row['series']['period'])}",
        title=indicator["title"],
        note=" · ".join((figure_text(row), _waited_words(waited))),
        button=t("my_day.see_figure"),
        button_href=f"/so-lieu/{indicator['_id']}",
        files=row["evidence_count"],
        long=waited >= _LONG_WAIT,
        against=words(one.against) if one.against else "",
    )


def _waited(since: dt.date, today: dt.date) -> int:
    """Return for how many working days something has waited."""
    return working_days(since, today)


def _waited_words(days: int) -> str:
    return t("my_day.waited", n=days) if days > 0 else t("my_day.new_today")


def _place(row: Mapping[str, str]) -> str:
    return f"/nhiem-vu/{row['task_id']}?phan={row['_id']}"
