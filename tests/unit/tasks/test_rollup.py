import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain.rollup import Progress, TaskStatus, by_task, progress, rollup
from shared.events.tasks import AssignmentState, AssignmentStatus, Role
from tests.unit.tasks.samples import TODAY, part

DAYS = st.dates(dt.date(2024, 12, 24), dt.date(2025, 12, 31))


@st.composite
def parts(draw: st.DrawFn) -> AssignmentState:
    state = draw(st.sampled_from(list(AssignmentStatus)))
    reported = state in {AssignmentStatus.REPORTED, AssignmentStatus.ACCEPTED}
    return part(
        task_id=draw(st.sampled_from(["a", "b", "c"])),
        role=draw(st.sampled_from([Role.LEAD, Role.COORDINATING])),
        opens_on=draw(DAYS),
        due_on=draw(DAYS),
        state=state,
        reported_on=draw(DAYS) if reported else None,
    )


def lead(state: str, **fields: object) -> AssignmentState:
    return part(state=AssignmentStatus(state), **fields)


LATER = TODAY + dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("given_parts", "expected"),
    [
        ([lead("accepted"), lead("accepted")], "done"),
        ([lead("accepted"), lead("assigned", opens_on=LATER)], "in_progress"),
        ([lead("accepted"), lead("reported")], "reported"),
        ([lead("reported"), lead("assigned", opens_on=LATER)], "reported"),
        ([lead("reported"), lead("in_progress")], "in_progress"),
        ([lead("accepted"), lead("assigned")], "in_progress"),
        ([lead("assigned")], "not_started"),
        ([lead("accepted"), lead("withdrawn")], "done"),
        ([lead("accepted"), lead("assigned", role=Role.COORDINATING)], "done"),
        ([lead("accepted", role=Role.COORDINATING)], "not_started"),
        ([], "not_started"),
    ],
)
def test_a_task_is_rolled_up_from_its_lead_parts(
    given_parts: list[AssignmentState], expected: str
) -> None:
    assert rollup(given_parts, TODAY).state.value == expected


def test_a_task_out_of_the_plan_is_withdrawn_whatever_its_parts_say() -> None:
    assert rollup([lead("accepted")], TODAY, withdrawn=True).state is TaskStatus.WITHDRAWN


def test_a_task_is_overdue_when_one_lead_part_is() -> None:
    late = lead("in_progress", due_on=TODAY - dt.timedelta(days=1))

    assert rollup([lead("accepted"), late], TODAY).overdue
    assert not rollup([lead("in_progress", due_on=TODAY)], TODAY).overdue
    assert not rollup([lead("assigned", role=Role.COORDINATING, due_on=LATER)], TODAY).overdue


def test_a_report_in_time_that_waits_is_not_overdue() -> None:
    waiting = lead("reported", due_on=TODAY - dt.timedelta(days=9), reported_on=TODAY)

    assert not rollup([waiting], TODAY).overdue


def test_a_task_done_by_a_late_report_is_done_late() -> None:
    late = lead("accepted", due_on=TODAY, reported_on=LATER)

    found = rollup([late, lead("accepted", reported_on=TODAY)], LATER)

    assert (found.state, found.done_late) == (TaskStatus.DONE, True)
    assert (found.parts, found.done_parts) == (2, 2)


def test_31_of_75_is_41_33_per_cent() -> None:
    found = Progress(done_on_time=29, done_late=2, open_in_time=40, open_late=4)

    assert (found.done, found.total, found.rate) == (31, 75, Decimal("41.33"))


def test_nothing_to_do_has_no_rate() -> None:
    assert Progress().rate is None


@given(st.lists(parts()), DAYS, st.sets(st.sampled_from(["a", "b", "c"])))
def test_the_four_numbers_add_up_to_the_denominator(
    given_parts: list[AssignmentState], today: dt.date, withdrawn: set[str]
) -> None:
    groups = by_task(given_parts)

    found = progress(
        rollup(group, today, withdrawn=task in withdrawn) for task, group in groups.items()
    )

    four = found.done_on_time + found.done_late + found.open_in_time + found.open_late
    assert four == found.total == len(set(groups) - withdrawn)


@given(st.lists(parts(), min_size=1), DAYS)
def test_a_done_task_has_no_unfinished_lead_part(
    given_parts: list[AssignmentState], today: dt.date
) -> None:
    found = rollup(given_parts, today)

    assert (found.state is TaskStatus.DONE) == (found.parts > 0 and found.done_parts == found.parts)
    assert not (found.state is TaskStatus.DONE and found.overdue)
