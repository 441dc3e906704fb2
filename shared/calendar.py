"""Working days of Vietnamese public bodies: what "7 working days before" means.

The base is the package ``holidays``; overrides win, because the Government swaps working days by
letters that appear after a release of the package, sometimes only days before (12729/VPCP-KGVX
was signed on 25/12/2025 for 02/01/2026). Each override names its decree. A year is *covered*
when its official schedule has been entered; outside, the days are a best guess and are flagged.
"""

import csv
import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable
from pathlib import Path

import holidays

DEFAULT_FILE = Path(__file__).with_name("calendar_vn.csv")
_DAY = dt.timedelta(days=1)


class DayKind(enum.StrEnum):
    """What a row of the data says of its days."""

    OFF = "off"
    WORKING = "working"
    COVERED = "covered"  # the official schedule of these days is entered


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A run of days, first and last included, with the decree that says so.

    ``verified``: the decree was found in a source; otherwise the row waits for confirmation.
    """

    first: dt.date
    last: dt.date
    kind: DayKind
    name: str
    decree: str
    source: str = ""
    verified: bool = True

    def days(self) -> Iterable[dt.date]:
        """Return each day of the run."""
        return (self.first + _DAY * n for n in range((self.last - self.first).days + 1))


class WorkingCalendar:
    """Answers which days are working days, and counts them.

    :param overrides: rows that win over the package; a day may stand in only one of them.
    :raises ValueError: when two rows speak of the same day, or a row ends before it begins.
    """

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        self._base = holidays.country_holidays("VN", language="vi")
        self._set: dict[dt.date, Override] = {}
        self._covered: list[Override] = []
        for row in overrides:
            if row.last < row.first:
                raise ValueError(f"{row.name}: {row.last} lies before {row.first}")
            if row.kind is DayKind.COVERED:
                self._covered.append(row)
                continue
            for day in row.days():
                if day in self._set:
                    raise ValueError(f"{day} stands in two rows of the calendar")
                self._set[day] = row

    def is_working_day(self, day: dt.date) -> bool:
        """Tell whether public bodies work on that local day."""
        override = self._set.get(day)
        if override is not None:
            return override.kind is DayKind.WORKING
        return bool(self._base.is_working_day(day))

    def name_of(self, day: dt.date) -> str | None:
        """Return why the day is special (a holiday, a swap), or None for an ordinary day."""
        override = self._set.get(day)
        if override is not None:
            return override.name
        name: str | None = self._base.get(day)
        return name

    def covers(self, day: dt.date) -> bool:
        """Tell whether the official schedule of that day's year has been entered."""
        return any(row.first <= day <= row.last for row in self._covered)

    def horizon(self) -> dt.date | None:
        """Return the last covered day, or None when nothing is covered."""
        return max((row.last for row in self._covered), default=None)

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """Return the ``count``-th working day after ``day`` (before it when negative).

        Zero returns the day itself, working or not.
        """
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Return how many working days come after ``start`` up to and with ``end``.

        Negative when ``end`` lies before ``start``; so it is zero between a day and itself.
        """
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + _DAY * n for n in range(1, (end - start).days + 1))
        return sum(1 for day in days if self.is_working_day(day))

    def previous_working_day(self, day: dt.date) -> dt.date:
        """Return the last working day before ``day``."""
        return self.add_working_days(day, -1)

    def working_day_on_or_before(self, day: dt.date) -> dt.date:
        """Return the day itself if it is a working day, otherwise the last one before it."""
        return day if self.is_working_day(day) else self.previous_working_day(day)


def load_overrides(path: Path = DEFAULT_FILE) -> tuple[Override, ...]:
    """Return the rows of a calendar file.

    :raises ValueError: when a date or kind cannot be read or a row names no decree.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def load_calendar(path: Path = DEFAULT_FILE) -> WorkingCalendar:
    """Return the calendar with the overrides of a file."""
    return WorkingCalendar(load_overrides(path))


def _row(row: dict[str, str]) -> Override:
    if not row["decree"] or row["verified"] not in {"yes", "no"}:
        raise ValueError(f"{row['first']}: a row needs a decree and verified yes or no")
    return Override(
        first=dt.date.fromisoformat(row["first"]),
        last=dt.date.fromisoformat(row["last"]),
        kind=DayKind(row["kind"]),
        name=row["name"],
        decree=row["decree"],
        source=row["source"],
        verified=row["verified"] == "yes",
    )
