"""Periods of measurement: ``2025-01``, ``2025-Q1``, ``2025-H1``, ``2025``."""

import calendar
import datetime as dt
import re
from collections.abc import Sequence

from shared.events.tasks import Periodicity

# A period's figure is expected so many days after its last day (assumed; ADR on indicator rules).
GRACE = dt.timedelta(days=15)

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|Q(?P<quarter>[1-4])|H(?P<half>[12])))?"
)
_MONTHS = {Periodicity.MONTH: 1, Periodicity.QUARTER: 3, Periodicity.HALF: 6, Periodicity.YEAR: 12}


def span(period: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last local day of a period.

    :raises ValueError: when the text is no period.
    """
    found = _FORM.fullmatch(period)
    if found is None:
        raise ValueError(f"not a period: {period!r}")
    year = int(found["year"])
    if found["month"]:
        return _months(year, int(found["month"]), 1)
    if found["quarter"]:
        return _months(year, int(found["quarter"]) * 3 - 2, 3)
    if found["half"]:
        return _months(year, int(found["half"]) * 6 - 5, 6)
    return _months(year, 1, 12)


def last_day(period: str) -> dt.date:
    """Return the last local day of a period."""
    return span(period)[1]


def over(period: str, day: dt.date) -> bool:
    """Tell whether the period has ended before that day began."""
    return day > last_day(period)


def within(whole: str, periodicity: Periodicity) -> Sequence[str]:
    """Return the periods of a periodicity that end inside a longer period, in order."""
    first, last = span(whole)
    months = _MONTHS[periodicity]
    names = [
        _name(periodicity, year, number + 1)
        for year in range(first.year, last.year + 1)
        for number in range(12 // months)
    ]
    return [name for name in names if first <= last_day(name) <= last]


def due_day(period: str, whole: str, known_after: dt.date | None) -> dt.date:
    """Return the last day on which the figure of a period may still be missing.

    The closing period of ``whole`` may be known late (rankings come out the year after): then the
    grace runs from ``known_after``.
    """
    last = last_day(period)
    if known_after is not None and last >= last_day(whole):
        last = max(last, known_after)
    return last + GRACE


def newest_due(
    periodicity: Periodicity, whole: str, known_after: dt.date | None, day: dt.date
) -> str | None:
    """Return the newest period inside ``whole`` whose figure should be known on a day."""
    due = [p for p in within(whole, periodicity) if day > due_day(p, whole, known_after)]
    return due[-1] if due else None


def next_due(
    periodicity: Periodicity, whole: str, known_after: dt.date | None, day: dt.date
) -> tuple[str, dt.date] | None:
    """Return the first period inside ``whole`` that is not due yet, and its last day of grace."""
    for period in within(whole, periodicity):
        until = due_day(period, whole, known_after)
        if day <= until:
            return period, until
    return None


def elapsed(whole: str, day: dt.date) -> tuple[int, int]:
    """Return how many days of a period have gone by at the end of a day, and how many it has."""
    first, last = span(whole)
    total = (last - first).days + 1
    return min(max((day - first).days + 1, 0), total), total


def _months(year: int, month: int, count: int) -> tuple[dt.date, dt.date]:
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        raise ValueError(f"not a month: {month}")
    end = month + count - 1
    return dt.date(year, month, 1), dt.date(year, end, calendar.monthrange(year, end)[1])


def _name(periodicity: Periodicity, year: int, number: int) -> str:
    names = {
        Periodicity.MONTH: f"{year}-{number:02}",
        Periodicity.QUARTER: f"{year}-Q{number}",
        Periodicity.HALF: f"{year}-H{number}",
        Periodicity.YEAR: f"{year}",
    }
    return names[periodicity]
