"""The roll-up of tasks means the same on scoring's facts as on the task pages."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.rollup import completion, task_on_day
from services.tasks.domain.rollup import progress, rollup
from shared.events.tasks import AssignmentState, AssignmentStatus, Role
from tests.unit.scoring.samples import part, task

_days = st.dates(min_value=dt.date(2025, 1, 1), max_value=dt.date(2025, 12, 31))


@st.composite
def any_part(draw: st.DrawFn) -> AssignmentState:
    opens_on, due_on = sorted((draw(_days), draw(_days)))
    reported = draw(st.none() | _days)
    return part(
        role=draw(st.sampled_from([Role.LEAD, Role.LEAD, Role.COORDINATING, Role.FOLLOWING])),
        state=draw(st.sampled_from(AssignmentStatus)),
        opens_on=opens_on,
        due_on=due_on,
        reported_on=reported,
        accepted_on=reported,
    )


_tasks = st.tuples(st.lists(any_part(), max_size=5), st.sampled_from([None, None, 2]))


@given(tasks=st.lists(_tasks, max_size=6), day=_days)
def test_both_services_roll_tasks_up_alike(
    tasks: list[tuple[list[AssignmentState], int | None]], day: dt.date
) -> None:
    ours = [task_on_day(task(withdrawn_in=edition), parts, day) for parts, edition in tasks]
    theirs = [rollup(parts, day, withdrawn=edition is not None) for parts, edition in tasks]

    for one, other in zip(ours, theirs, strict=True):
        assert (one.state.value, one.parts, one.done_parts) == (
            other.state.value,
            other.parts,
            other.done_parts,
        )
        if one.state.value != "withdrawn":
            assert one.overdue == other.overdue
    counted, other_counted = completion(ours), progress(theirs)
    assert (counted.done, counted.total) == (other_counted.done, other_counted.total)
