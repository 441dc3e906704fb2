"""Agencies for pages: their names, and how the work of each stands."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from shared.events.tasks import AssignmentStatus
from shared.mongo import Document

_OPEN = [AssignmentStatus.ASSIGNED.value, AssignmentStatus.IN_PROGRESS.value]
# One answer of the server holds a whole list: no second question for its rest.
_AT_ONCE = 500
_SHOWN = {
    "name": 1,
    "short_name": 1,
    "level": 1,
    "valid_from": 1,
    "valid_to": 1,
    "successors": 1,
    "source": 1,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How many begun parts an agency has: of them open, late, waiting for appraisal, done."""

    open: int = 0
    late: int = 0
    reported: int = 0
    done: int = 0


def short_names(database: "Database[Document]") -> Mapping[str, str]:
    """Return code → short name of all agencies, some hundred rows read whole."""
    rows = database["agencies"].find({}, {"short_name": 1}).batch_size(_AT_ONCE)
    return {row["_id"]: row["short_name"] for row in rows}


def levels(database: "Database[Document]", codes: Iterable[str]) -> Mapping[str, str]:
    """Return code → level of some agencies."""
    rows = database["agencies"].find({"_id": {"$in": sorted(set(codes))}}, {"level": 1})
    return {row["_id"]: row["level"] for row in rows}


def everything(database: "Database[Document]", groups: Sequence[str]) -> list[Document]:
    """Return all agencies without the names of groups, some hundred rows read whole."""
    return list(
        database["agencies"].find({"_id": {"$nin": list(groups)}}, _SHOWN).batch_size(_AT_ONCE)
    )


def existing(
    database: "Database[Document]", groups: Sequence[str], today: dt.date
) -> Sequence[Document]:
    """Return the agencies that exist on a day, by short name."""
    day = today.isoformat()
    present = (
        row
        for row in everything(database, groups)
        if (row["valid_from"] or "") <= day and (row["valid_to"] or day) >= day
    )
    return sorted(present, key=lambda row: str(row["short_name"]))


def one(database: "Database[Document]", code: str) -> Document:
    """Return an agency.

    :raises NotFoundError: when there is none.
    """
    found = database["agencies"].find_one({"_id": code}, _SHOWN)
    if found is None:
        raise NotFoundError("error.not_found")
    return found


def work(
    database: "Database[Document]", plan_id: str, today: dt.date, agency: str | None = None
) -> dict[str, Work]:
    """Return how the begun parts of each agency stand, or of one agency."""
    day = today.isoformat()
    query: Document = {
        "plan_id": plan_id,
        "agency_code": agency or {"$gt": ""},
        "opens_on": {"$lte": day},
    }
    is_open = {"$in": ["$state", _OPEN]}
    counted: Mapping[str, Any] = {
        "open": is_open,
        "late": {"$and": [is_open, {"$lt": ["$due_on", day]}]},
        "reported": {"$eq": ["$state", AssignmentStatus.REPORTED.value]},
        "done": {"$eq": ["$state", AssignmentStatus.ACCEPTED.value]},
    }
    sums = {name: {"$sum": {"$cond": [test, 1, 0]}} for name, test in counted.items()}
    rows = database["assignments"].aggregate(
        [{"$match": query}, {"$group": {"_id": "$agency_code", **sums}}],
        batchSize=_AT_ONCE,
    )
    return {
        row["_id"]: Work(
            open=row["open"], late=row["late"], reported=row["reported"], done=row["done"]
        )
        for row in rows
    }


def people(database: "Database[Document]", agency: str | None = None) -> dict[str, int]:
    """Return how many active officers each agency has, or one agency."""
    rows = database["officers"].aggregate(
        [
            {"$match": {"agency_code": agency or {"$gt": ""}, "active": True}},
            {"$group": {"_id": "$agency_code", "count": {"$sum": 1}}},
        ],
        batchSize=_AT_ONCE,
    )
    return {row["_id"]: row["count"] for row in rows}


def predecessors(database: "Database[Document]", code: str) -> list[Document]:
    """Return the agencies that this one succeeded; all some hundred rows are looked at."""
    return list(database["agencies"].find({"successors.code": code}, _SHOWN).sort("_id", 1))
