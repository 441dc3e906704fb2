"""Reads of the REST API: plain documents, one query a list and one for what belongs to it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.domain import rollup as rules
from services.tasks.domain.errors import NotFoundError
from services.tasks.domain.rollup import TaskRollup
from services.tasks.queries.cursors import Page, Window, page
from services.tasks.queries.search import searched
from services.tasks.store.assignments import state_of
from shared.events.tasks import AssignmentState, AssignmentStatus
from shared.mongo import Document

_OPEN = [AssignmentStatus.ASSIGNED.value, AssignmentStatus.IN_PROGRESS.value]
_NO_SEARCH = {"search": 0}
_CHIP_FIELDS = {"code": 1, "status": 1, "flags": 1, "value_text": 1, "target_text": 1, "as_of": 1}


def plans(database: "Database[Document]", window: Window) -> Page:
    """Return the plans, by their address."""
    return page(database["plans"], {}, window, by="slug")


def plan(database: "Database[Document]", name: str) -> Document:
    """Return a plan by its slug or id.

    :raises NotFoundError: when there is none.
    """
    return _one(database, "plans", {"$or": [{"slug": name}, {"_id": name}]})


def tasks(
    database: "Database[Document]",
    plan_id: str,
    window: Window,
    *,
    today: dt.date,
    filters: Mapping[str, Any],
) -> Page:
    """Return tasks with their roll-ups on a day.

    :param filters: ``code``, ``area``, ``agency`` (lead), ``q`` (folded search).
    """
    query = {"plan_id": plan_id, **_chosen(filters, code="code", area="area", agency="lead_agency")}
    found = page(
        database["tasks"],
        searched(query, filters.get("q") or ""),
        window,
        by="code",
        fields=_NO_SEARCH,
    )
    ids = [row["_id"] for row in found.items]
    parts = rules.by_task(lead_parts(database, {"task_id": {"$in": ids}}))
    for row in found.items:
        row["rollup"] = _rollup(row, parts.get(row["_id"], ()), today)
    return found


def task(database: "Database[Document]", task_id: str, *, today: dt.date) -> Document:
    """Return a task with its parts, its roll-up and the chips of its indicators.

    :raises NotFoundError: when there is none.
    """
    row = _one(database, "tasks", {"_id": task_id})
    parts = list(
        database["assignments"].find({"task_id": task_id}).sort([("period", 1), ("_id", 1)])
    )
    row["assignments"] = parts
    row["rollup"] = _rollup(row, [state_of(part) for part in parts], today)
    row["indicators"] = list(
        database["indicator_chips"].find({"_id": {"$in": row["indicator_ids"]}}, _CHIP_FIELDS)
    )
    return row


def lead_parts(database: "Database[Document]", query: Mapping[str, Any]) -> list[AssignmentState]:
    """Return the lead parts that a query names."""
    rows = database["assignments"].find({**query, "role": "lead"}, _NO_SEARCH)
    return [state_of(row) for row in rows]


def assignments(
    database: "Database[Document]",
    plan_id: str,
    window: Window,
    *,
    today: dt.date,
    filters: Mapping[str, Any],
) -> Page:
    """Return parts by task code.

    :param filters: ``code`` (of the task), ``agency``, ``area``, ``role``, ``state``, ``period``,
        ``open`` (begun on this day), ``late`` (overdue on this day), ``q`` (folded search).
    """
    query: Document = {
        "plan_id": plan_id,
        **_chosen(
            filters,
            code="task_code",
            agency="agency_code",
            area="area",
            role="role",
            state="state",
            period="period",
        ),
    }
    if filters.get("open"):
        query["opens_on"] = {"$lte": today.isoformat()}
    if filters.get("late"):
        query["due_on"] = {"$lt": today.isoformat()}
        query = {"$and": [query, {"state": {"$in": _OPEN}}]}
    found = searched(query, filters.get("q") or "")
    return page(database["assignments"], found, window, by="task_code", fields=_NO_SEARCH)


def assignment(database: "Database[Document]", assignment_id: str) -> Document:
    """Return a part with its reports.

    :raises NotFoundError: when there is none.
    """
    row = _one(database, "assignments", {"_id": assignment_id})
    row["reports"] = list(
        database["reports"].find({"assignment_id": assignment_id}).sort("number", 1)
    )
    return row


def assignment_history(database: "Database[Document]", assignment_id: str) -> list[Document]:
    """Return what happened to a part, the oldest first."""
    return list(
        database["history"].find({"assignment_id": assignment_id}).sort([("at", 1), ("_id", 1)])
    )


def changes_since(
    database: "Database[Document]", current: Mapping[str, Any], version: int
) -> list[Document]:
    """Return the history lines that made the current document newer than the version seen.

    :param current: an assignment's or a measurement's document.
    """
    kind = "measurement_id" if "measurement_id" in current else "assignment_id"
    query = {kind: current["_id"], "version": {"$gt": version}}
    if kind == "measurement_id":
        query["indicator_id"] = current["series"]["indicator_id"]
    return list(database["history"].find(query).sort([("at", 1), ("_id", 1)]))


def indicators(
    database: "Database[Document]", plan_id: str, window: Window, *, filters: Mapping[str, Any]
) -> Page:
    """Return indicators with their chips.

    :param filters: ``code``, ``area``, ``agency`` (lead).
    """
    query = {"plan_id": plan_id, **_chosen(filters, code="code", area="area", agency="lead_agency")}
    found = page(database["indicators"], query, window, by="code")
    chips = _chips(database, [row["_id"] for row in found.items])
    for row in found.items:
        row["chip"] = chips.get(row["_id"])
    return found


def measurements(database: "Database[Document]", indicator_id: str, window: Window) -> Page:
    """Return the figures of an indicator by the id, which grows with time."""
    _one(database, "indicators", {"_id": indicator_id})
    return page(database["measurements"], {"series.indicator_id": indicator_id}, window, by="_id")


def measurement(database: "Database[Document]", measurement_id: str) -> Document:
    """Return a figure.

    :raises NotFoundError: when there is none.
    """
    return _one(database, "measurements", {"_id": measurement_id})


def agencies(
    database: "Database[Document]", groups: Sequence[str], window: Window, *, code: str | None
) -> Page:
    """Return agencies without the names of groups, which are no agencies."""
    query: Document = {"_id": {"$nin": list(groups)}}
    if code:
        query = {"$and": [query, {"_id": code}]}
    return page(database["agencies"], query, window, by="code", fields=_NO_SEARCH)


def _chips(database: "Database[Document]", ids: Sequence[str]) -> dict[str, Document]:
    rows = database["indicator_chips"].find({"_id": {"$in": list(ids)}}, _CHIP_FIELDS)
    return {row["_id"]: row for row in rows}


def _rollup(row: Mapping[str, Any], parts: Sequence[AssignmentState], today: dt.date) -> TaskRollup:
    return rules.rollup(parts, today, withdrawn=row.get("withdrawn_in") is not None)


def _one(database: "Database[Document]", collection: str, query: Mapping[str, Any]) -> Document:
    found = database[collection].find_one(query, _NO_SEARCH)
    if found is None:
        raise NotFoundError("error.not_found")
    return found


def _chosen(filters: Mapping[str, Any], **fields: str) -> Document:
    """Return the query of the simple filters that were given."""
    return {field: filters[name] for name, field in fields.items() if filters.get(name)}
