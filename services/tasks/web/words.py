"""What pages say of a part: its deadline in words, its state, the short names of agencies.

A part is a document as the database holds it, so that lists need not read every field. Whether it
is late is asked of :meth:`AssignmentState.timing` alone.
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import g

from services.tasks.queries import agencies as queries
from services.tasks.web.deps import deps
from shared.calendar import WorkingCalendar, load_calendar
from shared.events.tasks import AssignmentState, AssignmentStatus, Change, Role, Timeliness

NEAR_WORKING_DAYS = 10
_DAY = dt.timedelta(days=1)
_KINDS = {
    AssignmentStatus.ASSIGNED: "todo",
    AssignmentStatus.IN_PROGRESS: "doing",
    AssignmentStatus.REPORTED: "review",
    AssignmentStatus.ACCEPTED: "done",
    AssignmentStatus.WITHDRAWN: "withdrawn",
}
_NOBODY = Change(act="read", by="", at=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
# What :func:`due` and :func:`state_kind` read of a document; a query may leave the rest out.
FIELDS = (
    "role",
    "state",
    "opens_on",
    "due_on",
    "original_due_on",
    "no_deadline",
    "reported_on",
    "accepted_on",
    "return_count",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words.

    ``kind``: ``plain``, ``near``, ``today``, ``late``, ``done``, ``done_late`` or ``all_year``.
    """

    kind: str
    text: str


def due(document: Mapping[str, Any], today: dt.date, t: Callable[..., str]) -> Due:
    """Return how a part stands to its deadline on a local day.

    :param t: gives the text of a key in the reader's language.
    """
    return due_of(partial_state(document), today, t)


def due_of(state: AssignmentState, today: dt.date, t: Callable[..., str]) -> Due:
    """Return the same of a state that was made before."""
    timing = state.timing(today)
    match timing.timeliness:
        case Timeliness.DONE_ON_TIME:
            said = Due("done", t("due.done"))
        case Timeliness.DONE_LATE:
            said = Due("done_late", t("due.done_late", n=-timing.days))
        case Timeliness.OVERDUE:
            said = Due("late", t("due.late", n=-timing.days))
        case Timeliness.NOT_OPEN:
            said = Due("plain", t("due.not_open", date=_long(state.due_on)))
        case Timeliness.WITHDRAWN:
            said = Due("plain", _long(state.due_on))
        case _:
            said = _in_time(state, today, t)
    return said


def state_kind(document: Mapping[str, Any]) -> str:
    """Return ``todo``, ``doing``, ``review``, ``returned``, ``done`` or ``withdrawn``.

    ``returned`` is work in progress that an appraiser sent back.
    """
    state = AssignmentStatus(document["state"])
    if state is AssignmentStatus.IN_PROGRESS and document["return_count"]:
        return "returned"
    return _KINDS[state]


def near_until(today: dt.date) -> dt.date:
    """Return the last day that counts as near: at most ten working days lie before it."""
    return _near_until(today)


def working_days(since: dt.date, until: dt.date) -> int:
    """Return how many working days come after ``since`` up to and with ``until``."""
    return _calendar().working_days_between(since, until)


def day_off(day: dt.date) -> tuple[bool, str]:
    """Tell whether public bodies do not work on a day, and why: "" for an ordinary week-end."""
    return not _calendar().is_working_day(day), _calendar().name_of(day) or ""


def agency_names() -> Mapping[str, str]:
    """Return code → short name of every agency; read once a request."""
    if "agency_names" not in g:
        g.agency_names = queries.short_names(deps().database)
    return cast("Mapping[str, str]", g.agency_names)


def agency_name(code: str) -> str:
    """Return the short name of an agency, or the code itself when there is no such agency."""
    return agency_names().get(code, code)


def partial_state(document: Mapping[str, Any]) -> AssignmentState:
    """Return what the rules of time and state ask for; the other fields are left empty."""
    return AssignmentState(
        assignment_id="",
        version=0,
        change=_NOBODY,
        plan_id="",
        task_id="",
        task_code="",
        edition=0,
        role=Role(document["role"]),
        agency_code="",
        period="",
        opens_on=dt.date.fromisoformat(document["opens_on"]),
        due_on=dt.date.fromisoformat(document["due_on"]),
        original_due_on=dt.date.fromisoformat(document["original_due_on"]),
        state=AssignmentStatus(document["state"]),
        no_deadline=document["no_deadline"],
        reported_on=_day(document["reported_on"]),
        accepted_on=_day(document["accepted_on"]),
    )


def _in_time(state: AssignmentState, today: dt.date, t: Callable[..., str]) -> Due:
    if state.state is AssignmentStatus.REPORTED:
        return Due("plain", t("due.reported", date=_short(state.due_on)))
    days = (state.due_on - today).days
    if days == 0:
        return Due("today", t("due.today"))
    if state.due_on <= near_until(today):
        return Due("near", t("due.near", date=_short(state.due_on), n=days))
    if state.no_deadline:
        return Due("all_year", t("due.all_year", year=state.due_on.year))
    if state.due_on > state.original_due_on:
        return Due("plain", t("due.extended", date=_long(state.due_on)))
    return Due("plain", _long(state.due_on))


@functools.cache
def _calendar() -> WorkingCalendar:
    return load_calendar()


@functools.lru_cache(maxsize=8)
def _near_until(today: dt.date) -> dt.date:
    return _calendar().add_working_days(today, NEAR_WORKING_DAYS + 1) - _DAY


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _short(day: dt.date) -> str:
    return f"{day:%d/%m}"


def _long(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
