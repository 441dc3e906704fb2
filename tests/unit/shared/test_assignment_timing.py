"""On time, late and overdue come from dates alone (guide events-and-states, C)."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.tasks import (
    AssignmentState,
    AssignmentStatus,
    Change,
    Role,
    Timeliness,
    Timing,
)

DUE = dt.date(2025, 2, 28)
DAY = dt.timedelta(days=1)
PART = AssignmentState(
    assignment_id="a",
    version=1,
    change=Change(act="assign", by="system:load", at=dt.datetime(2024, 12, 24, tzinfo=dt.UTC)),
    plan_id="p",
    task_id="t",
    task_code="NV-58",
    edition=1,
    role=Role.LEAD,
    agency_code="A",
    period="2025",
    opens_on=dt.date(2024, 12, 24),
    due_on=DUE,
    original_due_on=DUE,
    state=AssignmentStatus.ASSIGNED,
)
days = st.dates(dt.date(2024, 12, 24), dt.date(2026, 12, 31))


def part(state: AssignmentStatus, reported_on: dt.date | None = None) -> AssignmentState:
    return dataclasses.replace(PART, state=state, reported_on=reported_on)


@pytest.mark.parametrize("state", [AssignmentStatus.ASSIGNED, AssignmentStatus.IN_PROGRESS])
def test_a_deadline_is_good_to_the_end_of_its_day(state: AssignmentStatus) -> None:
    assert Timing(timeliness=Timeliness.IN_TIME, days=0) == part(state).timing(DUE)
    assert Timing(timeliness=Timeliness.OVERDUE, days=-1) == part(state).timing(DUE + DAY)


def test_before_it_opens_it_is_not_due_to_anyone() -> None:
    timing = part(AssignmentStatus.ASSIGNED).timing(PART.opens_on - DAY)

    assert timing.timeliness is Timeliness.NOT_OPEN


@given(days)
def test_a_report_that_waits_for_appraisal_is_never_overdue(today: dt.date) -> None:
    waiting = part(AssignmentStatus.REPORTED, DUE)

    assert waiting.timing(today).timeliness is Timeliness.IN_TIME


@given(days, days)
def test_an_appraisers_delay_never_makes_an_agency_late(reported: dt.date, today: dt.date) -> None:
    done = dataclasses.replace(part(AssignmentStatus.ACCEPTED, reported), accepted_on=today)

    expected = Timeliness.DONE_LATE if reported > DUE else Timeliness.DONE_ON_TIME
    assert done.timing(today).timeliness is expected


@given(days)
def test_withdrawn_work_is_neither_late_nor_in_time(today: dt.date) -> None:
    assert part(AssignmentStatus.WITHDRAWN).timing(today).timeliness is Timeliness.WITHDRAWN
