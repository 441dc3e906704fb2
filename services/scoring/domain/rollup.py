"""What lead parts say of a task on a day (docs/events.md, table E), on scoring's own facts.

The same rule as the task pages show; a contract test compares the two.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from shared.events.tasks import (
    AssignmentState,
    AssignmentStatus,
    Role,
    TaskDefined,
    Timeliness,
)


class TaskState(enum.StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskOnDay:
    """A task as an indicator sees it.

    :param overdue_days: of the part that is overdue longest; 0 when none is.
    :param due_on: that part's due date.
    """

    task: TaskDefined
    state: TaskState
    parts: int
    done_parts: int
    overdue_days: int = 0
    due_on: dt.date | None = None

    @property
    def done(self) -> bool:
        return self.state is TaskState.DONE

    @property
    def overdue(self) -> bool:
        return self.overdue_days > 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Done tasks of those that the edition counts; withdrawn ones are out of both."""

    done: int
    total: int

    @property
    def rate(self) -> Decimal | None:
        """Return per cent, unrounded; None when there is nothing to do."""
        return Decimal(100) * self.done / self.total if self.total else None


def task_on_day(task: TaskDefined, parts: Iterable[AssignmentState], day: dt.date) -> TaskOnDay:
    """Roll up the lead parts of a task; other parts never hold it back."""
    leads = [
        part
        for part in parts
        if part.role is Role.LEAD and part.state is not AssignmentStatus.WITHDRAWN
    ]
    overdue = [part for part in leads if part.timing(day).timeliness is Timeliness.OVERDUE]
    longest = min(overdue, key=lambda part: part.due_on, default=None)
    withdrawn = task.withdrawn_in is not None
    return TaskOnDay(
        task=task,
        state=TaskState.WITHDRAWN if withdrawn else _state(leads, day),
        parts=len(leads),
        done_parts=sum(part.state is AssignmentStatus.ACCEPTED for part in leads),
        overdue_days=(day - longest.due_on).days if longest and not withdrawn else 0,
        due_on=longest.due_on if longest and not withdrawn else None,
    )


def tasks_on_day(
    tasks: Iterable[TaskDefined], parts: Iterable[AssignmentState], day: dt.date
) -> Mapping[str, TaskOnDay]:
    """Roll up many tasks; task id → task."""
    of_task: dict[str, list[AssignmentState]] = {}
    for part in parts:
        of_task.setdefault(part.task_id, []).append(part)
    return {task.task_id: task_on_day(task, of_task.get(task.task_id, ()), day) for task in tasks}


def completion(tasks: Iterable[TaskOnDay]) -> Completion:
    """Return done ÷ counted over these tasks."""
    counted = [
        task
        for task in tasks
        if task.task.counts_in_completion and task.state is not TaskState.WITHDRAWN
    ]
    return Completion(done=sum(task.done for task in counted), total=len(counted))


def _state(leads: Sequence[AssignmentState], day: dt.date) -> TaskState:
    states = [part.state for part in leads]
    if states and all(state is AssignmentStatus.ACCEPTED for state in states):
        return TaskState.DONE
    unfinished = [
        part.state
        for part in leads
        if part.opens_on <= day and part.state is not AssignmentStatus.ACCEPTED
    ]
    if unfinished and all(state is AssignmentStatus.REPORTED for state in unfinished):
        return TaskState.REPORTED
    if AssignmentStatus.IN_PROGRESS in states or AssignmentStatus.ACCEPTED in states:
        return TaskState.IN_PROGRESS
    return TaskState.NOT_STARTED
