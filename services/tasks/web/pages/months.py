"""The set by its deadlines: a month as a calendar, and the plan's year as lines of time."""

import calendar
import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence

from services.tasks.queries.board import Picked
from services.tasks.web.pages.filters import TABLE, Filters
from services.tasks.web.pages.orders import by_deadline
from services.tasks.web.words import day_off
from shared.mongo import Document

LINES = 3
FIRST_OF_YEAR = 100
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_MONTHS = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: at most three cards are shown, ``more`` leads to all of it.

    ``off`` is no working day; ``holiday`` is its name, "" for an ordinary one.
    """

    date: dt.date
    inside: bool
    today: bool
    off: bool
    holiday: str
    shown: Sequence[Picked]
    hidden: int
    more: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month in weeks that begin on Monday."""

    first: dt.date
    weeks: Sequence[Sequence[Day]]
    count: int
    before: str
    after: str
    this: str

    @property
    def shown(self) -> list[Picked]:
        """Return the cards whose fields are needed."""
        return [card for week in self.weeks for day in week for card in day.shown]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One card over the year, in per cent of it: from its opening to the granted deadline.

    ``original`` is where the deadline was before it was extended, None when it still is.
    """

    id: str
    begin: float
    width: float
    due: float
    original: float | None


def month(picked: Sequence[Picked], filters: Filters, today: dt.date) -> Month:
    """Return the month that the address names, or the present one."""
    first = _first(filters.month, today)
    groups: dict[str, list[Picked]] = {}
    for card in picked:
        if filters.fits(card):
            groups.setdefault(card.due_on, []).append(card)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        weeks=[[_day(day, first, today, groups, filters) for day in week] for week in weeks],
        count=sum(len(cards) for day, cards in groups.items() if day.startswith(f"{first:%Y-%m}")),
        before=filters.address(thang=f"{first - dt.timedelta(days=1):%Y-%m}"),
        after=filters.address(thang=f"{first + dt.timedelta(days=31):%Y-%m}"),
        this=filters.address(thang=None),
    )


def _first(given: str, today: dt.date) -> dt.date:
    found = _MONTH.fullmatch(given)
    if found is None:
        return today.replace(day=1)
    return dt.date(int(found[1]), int(found[2]), 1)


def _day(
    day: dt.date,
    first: dt.date,
    today: dt.date,
    groups: Mapping[str, Sequence[Picked]],
    filters: Filters,
) -> Day:
    inside = day.month == first.month
    cards = sorted(groups.get(day.isoformat(), ()), key=_standing) if inside else []
    off, name = day_off(day)
    return Day(
        date=day,
        inside=inside,
        today=day == today,
        off=off,
        holiday=name,
        shown=cards[:LINES],
        hidden=max(len(cards) - LINES, 0),
        more=filters.address(xem=TABLE, ngay=day.isoformat()),
    )


def _standing(card: Picked) -> tuple[bool, bool, str]:
    return not card.late, card.kind == "done", card.code


def in_order(picked: Sequence[Picked], filters: Filters) -> list[Picked]:
    """Return the cards of the set by their deadlines, for the lines of the year."""
    return sorted((card for card in picked if filters.fits(card)), key=by_deadline)


def line(row: Document, year: int) -> Line:
    """Return the line of a card whose fields were read."""
    begin, due = _place(row["opens_on"], year, end=False), _place(row["due_on"], year, end=True)
    original = _place(row["original_due_on"], year, end=True)
    return Line(
        id=row["_id"],
        begin=begin,
        width=round(max(due - begin, 0.3), 2),
        due=due,
        original=original if row["original_due_on"] != row["due_on"] else None,
    )


def place(day: dt.date, year: int) -> float | None:
    """Return where a day stands in a year, in per cent; None outside of it."""
    return _place(day.isoformat(), year, end=True) if day.year == year else None


def ticks(year: int) -> list[tuple[int, float]]:
    """Return the months with the place where each begins."""
    return [
        (number, _place(dt.date(year, number, 1).isoformat(), year, end=False))
        for number in range(1, _MONTHS + 1)
    ]


def _place(text: str, year: int, *, end: bool) -> float:
    day, begin = dt.date.fromisoformat(text), dt.date(year, 1, 1)
    days = (dt.date(year + 1, 1, 1) - begin).days
    gone = (day - begin).days + end
    return round(100 * min(max(gone, 0), days) / days, 2)
