import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import (
    LOCAL,
    Anchor,
    BusinessClock,
    ClockMoveError,
    FixedClock,
    SimulatedClock,
    business_clock,
    cut,
    local_midnight,
    move,
)

REAL = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2025, 6, 16, 7, 30, tzinfo=LOCAL)


def test_the_local_day_begins_seven_hours_before_utc() -> None:
    late_evening = dt.datetime(2025, 6, 15, 17, 0, tzinfo=dt.UTC)

    assert dt.date(2025, 6, 16) == BusinessClock(FixedClock(late_evening)).today()
    assert late_evening == local_midnight(dt.date(2025, 6, 16))


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_instants_are_cut_to_what_the_database_keeps(instant: dt.datetime) -> None:
    assert cut(instant).microsecond % 1000 == 0
    assert dt.timedelta(0) <= instant - cut(instant) < dt.timedelta(milliseconds=1)


def test_a_simulated_clock_runs_on_from_its_anchor(tmp_path: Path) -> None:
    system = FixedClock(REAL)
    move(tmp_path / "clock.json", MORNING, system=system)
    clock = BusinessClock(SimulatedClock(tmp_path / "clock.json", system))

    system.advance(dt.timedelta(minutes=5))

    assert MORNING + dt.timedelta(minutes=5) == clock.now()
    assert clock.simulated


def test_every_reader_sees_a_move_within_a_second(tmp_path: Path) -> None:
    system = FixedClock(REAL)
    path = tmp_path / "clock.json"
    move(path, MORNING, system=system)
    clock = SimulatedClock(path, system)

    move(path, MORNING + dt.timedelta(days=3), system=system)
    system.advance(dt.timedelta(seconds=1))

    assert MORNING + dt.timedelta(days=3, seconds=1) == clock.now()


def test_a_simulated_clock_never_goes_back(tmp_path: Path) -> None:
    system = FixedClock(REAL)
    path = tmp_path / "clock.json"
    move(path, MORNING, system=system)

    with pytest.raises(ClockMoveError, match="only moves forward"):
        move(path, MORNING - dt.timedelta(seconds=1), system=system)

    assert SimulatedClock(path, system).now() == MORNING


def test_a_rate_makes_days_pass_in_seconds() -> None:
    anchor = Anchor(real=REAL, business=MORNING, rate=86400.0)

    assert MORNING + dt.timedelta(days=2) == anchor.at(REAL + dt.timedelta(seconds=2))


def test_without_a_file_business_time_is_real_time() -> None:
    assert not business_clock(None).simulated
