"""How a plan stands: the 2×2 of all counted tasks, by area and by agency, and what is wrong."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.domain import rollup as rules
from services.tasks.domain.rollup import Progress, TaskRollup
from services.tasks.queries.api import lead_parts
from shared.events.tasks import AssignmentState, AssignmentStatus, Timeliness
from shared.mongo import Document

_TASK = {
    "code": 1,
    "title": 1,
    "area": 1,
    "lead_agency": 1,
    "counts_in_completion": 1,
    "withdrawn_in": 1,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A task that is overdue, and for how many days its oldest part is."""

    task: Document
    days: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The numbers of a plan on a day; every group has the same four that add up to its tasks.

    ``months``: last day of each month gone by, and today → tasks that were done by then.
    """

    progress: Progress
    by_area: Mapping[str, Progress]
    by_agency: Mapping[str, Progress]
    late: Sequence[Late]
    months: Sequence[tuple[dt.date, int]]


def overview(database: "Database[Document]", plan: Mapping[str, Any], today: dt.date) -> Overview:
    """Return how the counted tasks of a plan stand on a local day."""
    tasks = list(database["tasks"].find({"plan_id": plan["_id"]}, _TASK))
    parts = rules.by_task(lead_parts(database, {"plan_id": plan["_id"]}))
    counted = [
        (task, _rollup(task, parts.get(task["_id"], ()), today))
        for task in tasks
        if task["counts_in_completion"]
    ]
    late = [
        Late(task=task, days=_days_late(parts[task["_id"]], today))
        for task, found in counted
        if found.overdue
    ]
    return Overview(
        progress=rules.progress(found for _, found in counted),
        by_area=_grouped(counted, lambda task: str(task["area"])),
        by_agency=_grouped(counted, lambda task: str(task["lead_agency"])),
        late=sorted(late, key=lambda one: (-one.days, one.task["code"])),
        months=_months(
            [parts.get(task["_id"], ()) for task, _ in counted], int(plan["year"]), today
        ),
    )


def _rollup(task: Document, parts: Sequence[AssignmentState], today: dt.date) -> TaskRollup:
    return rules.rollup(parts, today, withdrawn=task.get("withdrawn_in") is not None)


def _grouped(
    counted: Iterable[tuple[Document, TaskRollup]], group: Callable[[Document], str]
) -> dict[str, Progress]:
    groups: dict[str, list[TaskRollup]] = {}
    for task, found in counted:
        groups.setdefault(group(task), []).append(found)
    return {name: rules.progress(found) for name, found in groups.items()}


def _days_late(parts: Iterable[AssignmentState], today: dt.date) -> int:
    times = (part.timing(today) for part in parts)
    return max(-time.days for time in times if time.timeliness is Timeliness.OVERDUE)


def _months(
    tasks: Iterable[Sequence[AssignmentState]], year: int, today: dt.date
) -> list[tuple[dt.date, int]]:
    done_on = [day for day in map(_done_on, tasks) if day is not None]
    firsts = [dt.date(year, month, 1) for month in range(2, 13)] + [dt.date(year + 1, 1, 1)]
    ends = [first - dt.timedelta(days=1) for first in firsts]
    days = [end for end in ends if end < today] + [min(today, ends[-1])]
    return [(day, sum(done <= day for done in done_on)) for day in days]


def _done_on(parts: Sequence[AssignmentState]) -> dt.date | None:
    """Return the day on which the last lead part of a task was accepted."""
    left = [part for part in parts if part.state is not AssignmentStatus.WITHDRAWN]
    days = [part.accepted_on for part in left if part.accepted_on is not None]
    return max(days) if left and len(days) == len(left) else None
