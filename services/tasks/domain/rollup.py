"""A task's state is rolled up from its lead parts and never set by hand: docs/events.md, table E.

Coordinating parts never hold a task back. The four numbers of :class:`Progress` always add up to
the denominator.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from shared.events.tasks import AssignmentState, AssignmentStatus, Role, Timeliness

_TWO_PLACES = Decimal("0.01")


class TaskStatus(enum.StrEnum):
    """States of a task, computed only."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskRollup:
    """What the lead parts say of a task on a day.

    ``done_parts`` of ``parts`` periods are accepted ("5/12 kỳ").
    """

    state: TaskStatus
    overdue: bool
    done_late: bool
    parts: int
    done_parts: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The 2×2 of the Government Office: done or not × in time or late."""

    done_on_time: int = 0
    done_late: int = 0
    open_in_time: int = 0
    open_late: int = 0

    @property
    def done(self) -> int:
        return self.done_on_time + self.done_late

    @property
    def total(self) -> int:
        """Return the denominator: counted tasks of the edition that are not withdrawn."""
        return self.done + self.open_in_time + self.open_late

    @property
    def rate(self) -> Decimal | None:
        """Return done ÷ total in per cent with two places; None when there is nothing to do."""
        if not self.total:
            return None
        return (Decimal(100) * self.done / self.total).quantize(_TWO_PLACES, ROUND_HALF_UP)


def rollup(
    parts: Iterable[AssignmentState], today: dt.date, *, withdrawn: bool = False
) -> TaskRollup:
    """Return a task's state on a local day.

    :param parts: all parts of the task; others than lead ones are left out.
    :param withdrawn: whether an edition took the task out of the plan.
    """
    leads = [
        part
        for part in parts
        if part.role is Role.LEAD and part.state is not AssignmentStatus.WITHDRAWN
    ]
    times = [part.timing(today).timeliness for part in leads]
    return TaskRollup(
        state=TaskStatus.WITHDRAWN if withdrawn else _state(leads, today),
        overdue=Timeliness.OVERDUE in times,
        done_late=Timeliness.DONE_LATE in times,
        parts=len(leads),
        done_parts=sum(part.state is AssignmentStatus.ACCEPTED for part in leads),
    )


def progress(rollups: Iterable[TaskRollup]) -> Progress:
    """Count the tasks that enter the completion rate (the caller leaves the others out)."""
    counted = {"done_on_time": 0, "done_late": 0, "open_in_time": 0, "open_late": 0}
    for task in rollups:
        if task.state is TaskStatus.WITHDRAWN:
            continue
        if task.state is TaskStatus.DONE:
            counted["done_late" if task.done_late else "done_on_time"] += 1
        else:
            counted["open_late" if task.overdue else "open_in_time"] += 1
    return Progress(**counted)


def by_task(parts: Iterable[AssignmentState]) -> Mapping[str, Sequence[AssignmentState]]:
    """Group parts by their task id."""
    groups: dict[str, list[AssignmentState]] = {}
    for part in parts:
        groups.setdefault(part.task_id, []).append(part)
    return groups


def _state(leads: Sequence[AssignmentState], today: dt.date) -> TaskStatus:
    states = [part.state for part in leads]
    if leads and all(state is AssignmentStatus.ACCEPTED for state in states):
        return TaskStatus.DONE
    waiting = [
        part.state
        for part in leads
        if part.opens_on <= today and part.state is not AssignmentStatus.ACCEPTED
    ]
    if waiting and all(state is AssignmentStatus.REPORTED for state in waiting):
        return TaskStatus.REPORTED
    if AssignmentStatus.IN_PROGRESS in states or AssignmentStatus.ACCEPTED in states:
        return TaskStatus.IN_PROGRESS
    return TaskStatus.NOT_STARTED
