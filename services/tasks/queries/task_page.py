"""Reads of the page of one task: few queries, each by an index."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from shared.events.tasks import AssignmentStatus, Role
from shared.mongo import Document

MOST_LINES = 500
FIRST_LINES = 12
_MOST_REPORTS = 30
_MOST_NOTICES = 60
_NO_SEARCH = {"search": 0}
# The state of a part without what only lists search or every part repeats from its task.
_PART_FIELDS = {"search": 0, "title": 0, "indicator_codes": 0}
_PLAN_FIELDS = {
    "slug": 1,
    "title": 1,
    "year": 1,
    "edition": 1,
    "state": 1,
    "applying": 1,
    "appraisers_now": 1,
    "policies": 1,
    "authority_now": 1,
    "heads_send": 1,
    "groups": 1,
    "decision": 1,
    "areas": 1,
    "levels": 1,
}
_CHIP_FIELDS = {"known_at": 0}
_UNFINISHED = frozenset(
    {
        AssignmentStatus.ASSIGNED.value,
        AssignmentStatus.IN_PROGRESS.value,
        AssignmentStatus.REPORTED.value,
    }
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OneTask:
    """A task with its plan, all its parts and the chips of its indicators.

    :param indicators: by code, each with its ``chip`` or None before scoring told of it.
    """

    task: Document
    plan: Document
    parts: Sequence[Document]
    indicators: Sequence[Document]

    def part(self, part_id: str) -> Document | None:
        """Return a part of this task by its id."""
        return next((part for part in self.parts if part["_id"] == part_id), None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What happened, the newest first; ``more`` tells that older lines are left out."""

    lines: Sequence[Document]
    notices: Sequence[Document]
    more: bool


def one_task(database: "Database[Document]", task_id: str) -> OneTask:
    """Return a task for its page.

    :raises NotFoundError: when there is none.
    """
    task = _one(database, "tasks", task_id, _NO_SEARCH)
    plan = _one(database, "plans", task["plan_id"], _PLAN_FIELDS)
    parts = database["assignments"].find({"task_id": task_id}, _PART_FIELDS)
    order = [("period", 1), ("role", -1), ("agency_code", 1)]
    return OneTask(
        task=task,
        plan=plan,
        parts=list(parts.sort(order)),
        indicators=indicators(database, task["indicator_ids"]),
    )


def neighbours(
    database: "Database[Document]", plan_id: str, code: str
) -> tuple[Document | None, Document | None]:
    """Return id and code of the tasks before and after one, by code.

    Two rows by the index of codes, whatever the size of the plan.
    """
    fields = {"code": 1}
    tasks = database["tasks"]
    before = tasks.find({"plan_id": plan_id, "code": {"$lt": code}}, fields).sort("code", -1)
    after = tasks.find({"plan_id": plan_id, "code": {"$gt": code}}, fields).sort("code", 1)
    return next(before.limit(1), None), next(after.limit(1), None)


def part(database: "Database[Document]", part_id: str) -> Document:
    """Return a part.

    :raises NotFoundError: when there is none.
    """
    return _one(database, "assignments", part_id, _NO_SEARCH)


def plan_of(database: "Database[Document]", plan_id: str) -> Document:
    """Return what a page says of a plan and what decides over acts on it."""
    return _one(database, "plans", plan_id, _PLAN_FIELDS)


def indicators(database: "Database[Document]", indicator_ids: Sequence[str]) -> list[Document]:
    """Return indicators by code, each with its chip."""
    if not indicator_ids:
        return []
    wanted = {"_id": {"$in": list(indicator_ids)}}
    fields = {"code": 1, "short_title": 1, "title": 1, "lead_agency": 1, "unit": 1}
    rows = sorted(database["indicators"].find(wanted, fields), key=lambda row: str(row["code"]))
    chips = {row["_id"]: row for row in database["indicator_chips"].find(wanted, _CHIP_FIELDS)}
    return [{**row, "chip": chips.get(row["_id"])} for row in rows]


def live(database: "Database[Document]", task_id: str) -> tuple[Document, list[Document]]:
    """Return the little that the live line shows: the task's ids and its lead parts.

    :raises NotFoundError: when there is none.
    """
    fields = {"code": 1, "plan_id": 1, "indicator_ids": 1, "withdrawn_in": 1}
    task = _one(database, "tasks", task_id, fields)
    query = {"task_id": task_id, "role": Role.LEAD.value}
    rows = database["assignments"].find(query, _PART_FIELDS).sort("period", 1)
    return task, list(rows)


def levels(database: "Database[Document]", codes: Iterable[str]) -> dict[str, str]:
    """Return code → level of some agencies."""
    rows = database["agencies"].find({"_id": {"$in": sorted(set(codes))}}, {"level": 1})
    return {row["_id"]: row["level"] for row in rows}


def reports(database: "Database[Document]", part_ids: Sequence[str]) -> list[Document]:
    """Return the reports of parts, the newest first."""
    rows = database["reports"].find({"assignment_id": {"$in": list(part_ids)}})
    return list(rows.sort("reported_at", -1).limit(_MOST_REPORTS))


def stream(
    database: "Database[Document]", task_id: str, part_ids: Sequence[str], *, most: int
) -> Stream:
    """Return what happened to a task, and who was reminded of some of its parts.

    :param part_ids: whose reminders are shown.
    """
    found = database["history"].find({"task_id": task_id})
    lines = list(found.sort([("at", -1), ("_id", -1)]).limit(most + 1))
    notices = database["assignment_notices"].find({"assignment_id": {"$in": list(part_ids)}})
    return Stream(
        lines=lines[:most],
        notices=list(notices.sort("at", -1).limit(_MOST_NOTICES)),
        more=len(lines) > most,
    )


def current_lead(parts: Sequence[Document], today: dt.date) -> Document | None:
    """Return the lead part that matters today.

    The oldest open unfinished one; when all that are open are finished the next to come; when
    everything is finished the last.
    """
    leads = [part for part in parts if part["role"] == Role.LEAD.value]
    kept = [part for part in leads if part["state"] != AssignmentStatus.WITHDRAWN.value] or leads
    unfinished = [part for part in kept if part["state"] in _UNFINISHED]
    day = today.isoformat()
    began = [part for part in unfinished if part["opens_on"] <= day]
    chosen = began or unfinished
    if chosen:
        return min(chosen, key=lambda part: str(part["due_on"]))
    return max(kept, key=lambda part: str(part["due_on"]), default=None)


def waiting_lead(parts: Sequence[Document]) -> Document | None:
    """Return the lead part that has waited longest for appraisal, if any waits."""
    waiting = [
        part
        for part in parts
        if part["role"] == Role.LEAD.value and part["state"] == AssignmentStatus.REPORTED.value
    ]
    return min(waiting, key=lambda part: str(part["reported_on"]), default=None)


def own_part(
    parts: Sequence[Document], agencies: frozenset[str], today: dt.date
) -> Document | None:
    """Return the part of a person's own agency that he would work on today."""
    day = today.isoformat()
    own = [
        part
        for part in parts
        if part["agency_code"] in agencies
        and part["role"] != Role.FOLLOWING.value
        and part["state"] in _UNFINISHED
        and part["opens_on"] <= day
    ]
    return min(
        own, key=lambda part: (part["role"] != Role.LEAD.value, part["due_on"]), default=None
    )


def _one(
    database: "Database[Document]", collection: str, identity: str, fields: dict[str, Any]
) -> Document:
    found = database[collection].find_one({"_id": identity}, fields)
    if found is None:
        raise NotFoundError("error.not_found")
    return found
