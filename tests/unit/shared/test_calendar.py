"""The working days of 2025 and 2026 as the Government announced them, and how they are counted."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import DayKind, Override, WorkingCalendar, load_calendar, load_overrides

CALENDAR = load_calendar()
PLANS = Path(__file__).parents[3] / "plans"
DAYS = st.dates(dt.date(2024, 6, 1), dt.date(2027, 6, 30))

# Weekdays on which public bodies rest, and weekend days on which they work.
OFF = {
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
}
WORKING = {2025: "04-26", 2026: "01-10 08-22"}


def _days(year: int, words: str) -> set[dt.date]:
    return {dt.date.fromisoformat(f"{year}-{word}") for word in words.split()}


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_whole_year_is_as_announced(year: int) -> None:
    first = dt.date(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range(365)]
    weekdays = {day for day in days if day.weekday() < 5}

    working = {day for day in days if CALENDAR.is_working_day(day)}

    assert weekdays - working == _days(year, OFF[year])
    assert working - weekdays == _days(year, WORKING[year])


def test_overrides_win_over_the_package_both_ways() -> None:
    """The package did not know the swap of January 2026, which came a week before."""
    bare = WorkingCalendar()
    friday, saturday = dt.date(2026, 1, 2), dt.date(2026, 1, 10)

    assert bare.is_working_day(friday)
    assert not bare.is_working_day(saturday)
    assert not CALENDAR.is_working_day(friday)
    assert CALENDAR.is_working_day(saturday)


def test_every_row_names_its_decree_and_the_unconfirmed_are_marked() -> None:
    rows = load_overrides()

    assert all(row.decree and row.source for row in rows)
    assert {row.first for row in rows if not row.verified} == {dt.date(2026, 11, 24)}


def test_a_year_without_an_announced_schedule_is_flagged() -> None:
    assert CALENDAR.covers(dt.date(2025, 12, 31))
    assert CALENDAR.covers(dt.date(2026, 12, 31))
    assert not CALENDAR.covers(dt.date(2027, 1, 1))
    assert CALENDAR.horizon() == dt.date(2026, 12, 31)


def test_the_schedule_reaches_a_year_past_every_plan() -> None:
    """Overdue work of a plan is urged on in the year after it; add the new decree's rows."""
    years = [int(found[0]) for p in PLANS.iterdir() if (found := re.findall(r"\d{4}$", p.name))]

    assert years
    assert all(CALENDAR.covers(dt.date(year + 1, 12, 31)) for year in years)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2025-06-30", -7, "2025-06-19"),
        ("2025-06-30", -1, "2025-06-27"),
        ("2025-05-05", -1, "2025-04-29"),  # 02/05 is off
        ("2025-04-28", -1, "2025-04-26"),  # the Saturday worked
        ("2025-02-28", 5, "2025-03-07"),
        ("2025-06-29", 5, "2025-07-04"),  # counted from a Sunday
        ("2026-01-09", 1, "2026-01-10"),
        ("2025-06-29", 0, "2025-06-29"),
    ],
)
def test_known_distances(day: str, count: int, expected: str) -> None:
    reached = CALENDAR.add_working_days(dt.date.fromisoformat(day), count)

    assert reached == dt.date.fromisoformat(expected)


def test_the_last_working_day_before_tet() -> None:
    assert CALENDAR.previous_working_day(dt.date(2025, 2, 3)) == dt.date(2025, 1, 24)
    assert CALENDAR.working_day_on_or_before(dt.date(2025, 2, 3)) == dt.date(2025, 2, 3)
    assert CALENDAR.working_day_on_or_before(dt.date(2025, 2, 2)) == dt.date(2025, 1, 24)


@given(DAYS, st.integers(1, 40))
def test_adding_lands_on_a_working_day_that_many_away(day: dt.date, count: int) -> None:
    after, before = CALENDAR.add_working_days(day, count), CALENDAR.add_working_days(day, -count)

    assert CALENDAR.is_working_day(after)
    assert CALENDAR.is_working_day(before)
    assert CALENDAR.working_days_between(day, after) == count
    assert before < day < after


@given(DAYS, DAYS, DAYS)
def test_distances_add_up(a: dt.date, b: dt.date, c: dt.date) -> None:
    between = CALENDAR.working_days_between

    assert between(a, b) == -between(b, a)
    first, middle, last = sorted((a, b, c))
    assert between(first, middle) + between(middle, last) == between(first, last)


def test_two_rows_for_one_day_are_refused() -> None:
    day = dt.date(2025, 6, 16)
    row = Override(first=day, last=day, kind=DayKind.OFF, name="lũ", decree="x")

    with pytest.raises(ValueError, match="two rows"):
        WorkingCalendar([row, row])


def test_a_row_without_a_decree_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text(
        "first,last,kind,name,decree,source,verified\n2025-01-01,2025-01-01,off,x,,,yes\n"
    )

    with pytest.raises(ValueError, match="decree"):
        load_overrides(file)
