"""From a task's deadline to the parts that agencies owe: docs/events.md, table D.

Pure: rows in, planned parts out. Groups are expanded by the agencies that exist when a period
opens, so one row gives different agencies in different months of a year of mergers.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.tasks.domain.planrows import AgencyRow, Members, TaskRow
from shared.events.tasks import DeadlineKind, Role
from shared.ids import stable_id

_ONE_DAY = dt.timedelta(days=1)
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(?P<year>[0-9]{4})-Q(?P<quarter>[1-4])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# How many dates a year → months between them and the letter of the period's name.
_RHYTHMS = {12: (1, ""), 4: (3, "Q"), 2: (6, "H")}


class DeadlineFormError(ValueError):
    """A deadline is not written in the form of its kind."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One period of a task; ``no_deadline`` marks all-year work."""

    period: str
    opens_on: dt.date
    due_on: dt.date
    no_deadline: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """What one agency will owe for one task in one period."""

    role: Role
    agency_code: str
    period: str
    opens_on: dt.date
    due_on: dt.date
    no_deadline: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """On ``day`` the agency ``new`` takes the place of ``old``."""

    day: dt.date
    old: str
    new: str


def due_dates(kind: DeadlineKind, deadline: str) -> tuple[dt.date, ...]:
    """Return the due dates of a deadline as it is written: ``2025-03-31``, ``2025-06``, ….

    :param deadline: one date; ``YYYY-MM``; ``YYYY-Qn``; dates joined by ``;`` when recurring.
    :raises DeadlineFormError: when it has another form.
    """
    if kind is DeadlineKind.MONTH:
        found = _found(_MONTH, deadline)
        return (_last_day(int(found["year"]), int(found["month"])),)
    if kind is DeadlineKind.QUARTER:
        found = _found(_QUARTER, deadline)
        return (_last_day(int(found["year"]), int(found["quarter"]) * 3),)
    if kind is DeadlineKind.RECURRING:
        return tuple(_date(text) for text in deadline.split(";"))
    return (_date(deadline),)


def periods_of(
    kind: DeadlineKind, deadline: str, effective_on: dt.date, year: int
) -> tuple[Period, ...]:
    """Return the periods of a task in the year of its plan, the earliest first.

    :param effective_on: the day from which the edition holds.
    :raises DeadlineFormError: when the deadline is not written in the form of its kind.
    """
    dates = due_dates(kind, deadline)
    if kind is DeadlineKind.ALL_YEAR:
        last = dt.date(year, 12, 31)
        return (Period(period=str(year), opens_on=effective_on, due_on=last, no_deadline=True),)
    if kind is not DeadlineKind.RECURRING:
        return (Period(period=str(year), opens_on=effective_on, due_on=dates[0]),)
    opens = (max(dt.date(year, 1, 1), effective_on), *(day + _ONE_DAY for day in dates[:-1]))
    names = _names(dates)
    return tuple(
        Period(period=name, opens_on=opens_on, due_on=due_on)
        for name, opens_on, due_on in zip(names, opens, dates, strict=True)
    )


def expand_group(
    members: Members, agencies: Mapping[str, AgencyRow], on_day: dt.date
) -> tuple[str, ...]:
    """Return the agencies of a group that exist on a day, in the order of the plan's rows.

    :param members: a level, or codes; a code that ended is followed to its successor.
    """
    if isinstance(members, str):
        return tuple(
            row.code for row in agencies.values() if row.level == members and row.valid_on(on_day)
        )
    return _once(_on_day(code, agencies, on_day) for code in members)


def parts_of(
    task: TaskRow,
    agencies: Mapping[str, AgencyRow],
    groups: Mapping[str, Members],
    effective_on: dt.date,
    year: int,
) -> tuple[PlannedPart, ...]:
    """Return what the lead and the coordinating agencies owe, period by period, the lead first.

    The lead stays as written: when it is replaced later, its parts move with their history. An
    agency that leads, or will lead when the period opens, does not coordinate too.
    """
    return tuple(
        part
        for period in periods_of(task.deadline_kind, task.deadline, effective_on, year)
        for part in _parts(task, period, agencies, groups, max(effective_on, period.opens_on))
    )


def successions_between(
    agencies: Iterable[AgencyRow], after: dt.date, until: dt.date
) -> list[Change]:
    """Return the successions of the days ``after < day <= until``, in order."""
    found = (
        Change(day=row.valid_to + _ONE_DAY, old=row.code, new=row.successor)
        for row in agencies
        if row.valid_to is not None and row.successor is not None
    )
    within = (change for change in found if after < change.day <= until)
    return sorted(within, key=lambda change: (change.day, change.old))


def plan_key(slug: str) -> str:
    """Return the id of a plan."""
    return stable_id("plan", slug)


def indicator_key(slug: str, code: str) -> str:
    """Return the id of an indicator by its code at birth."""
    return stable_id("indicator", slug, code)


def task_key(slug: str, code: str) -> str:
    """Return the id of a task by its code at birth."""
    return stable_id("task", slug, code)


def part_key(slug: str, task_code: str, agency_code: str, period: str) -> str:
    """Return the id of a part: an agency owes one task once in a period."""
    return stable_id("part", slug, task_code, agency_code, period)


def _parts(
    task: TaskRow,
    period: Period,
    agencies: Mapping[str, AgencyRow],
    groups: Mapping[str, Members],
    on_day: dt.date,
) -> Iterator[PlannedPart]:
    leading = {task.lead, _on_day(task.lead, agencies, on_day)}
    named = (
        code
        for written in task.coordinators
        for code in (
            expand_group(groups[written], agencies, on_day)
            if written in groups
            else (_on_day(written, agencies, on_day),)
        )
    )
    coordinating = [code for code in _once(named) if code not in leading]
    for role, code in (
        (Role.LEAD, task.lead),
        *((Role.COORDINATING, code) for code in coordinating),
    ):
        yield PlannedPart(
            role=role,
            agency_code=code,
            period=period.period,
            opens_on=period.opens_on,
            due_on=period.due_on,
            no_deadline=period.no_deadline,
        )


def _on_day(code: str, agencies: Mapping[str, AgencyRow], day: dt.date) -> str | None:
    """Return who has the work of an agency on a day: itself, a successor, or nobody."""
    seen: set[str] = set()
    while code not in seen and code in agencies:
        seen.add(code)
        row = agencies[code]
        if row.valid_on(day):
            return code
        if row.valid_to is None or day <= row.valid_to or row.successor is None:
            return None
        code = row.successor
    return None


def _once(codes: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def _names(dates: Sequence[dt.date]) -> list[str]:
    """Name recurring periods by month, quarter or half when each has its own date in it."""
    months, letter = _RHYTHMS.get(len(dates), (0, ""))
    if not months or [(day.month - 1) // months for day in dates] != list(range(len(dates))):
        return [day.isoformat() for day in dates]
    if not letter:
        return [f"{day:%Y-%m}" for day in dates]
    return [f"{day.year}-{letter}{number}" for number, day in enumerate(dates, start=1)]


def _found(form: re.Pattern[str], text: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise DeadlineFormError(text)
    return found


def _date(text: str) -> dt.date:
    if _DATE.fullmatch(text) is None:
        raise DeadlineFormError(text)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise DeadlineFormError(text) from None


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - _ONE_DAY
