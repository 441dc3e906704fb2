"""The set of cards that the board and the table show, and whether it has changed.

A card is a part: of one task's parts the oldest unfinished one whose period has come, or the
newest finished one when nothing is left to do today ("5/12 kỳ" counts them); each agency has a card
of its own unless only leads are asked for. First
the whole set is read with the few fields that counting and sorting need; then the fields of the
cards that are really shown.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.queries import people
from services.tasks.queries.search import marked, missed, searched
from shared.events.tasks import AssignmentStatus, Role
from shared.mongo import Document

_DONE = AssignmentStatus.ACCEPTED.value
_WITHDRAWN = AssignmentStatus.WITHDRAWN.value
_OPEN = [AssignmentStatus.ASSIGNED.value, AssignmentStatus.IN_PROGRESS.value]
# So many of the newest changes are looked at to see that anything changed: a transaction may end
# after one that began later.
_LATEST = 16
# One answer of the server holds a whole list: no second question for its rest.
_AT_ONCE = 10_000
_PICKED = (
    "_id",
    "state",
    "return_count",
    "opens_on",
    "due_on",
    "area",
    "agency_code",
    "task_id",
    "task_code",
    "changed_seq",
    "accepted_on",
    "reported_on",
)
CARD = (
    "task_id",
    "task_code",
    "title",
    "area",
    "role",
    "agency_code",
    "lead_agency",
    "period",
    "state",
    "return_count",
    "opens_on",
    "due_on",
    "original_due_on",
    "no_deadline",
    "reported_on",
    "accepted_on",
    "coord_count",
    "indicator_codes",
    "evidence_count",
    "handler_id",
    "plan_id",
    "version",
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which parts are wanted; None means all. ``words`` are searched with or without marks."""

    plan_id: str
    role: str | None = None
    agency: str | None = None
    words: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Picked:
    """What counting and sorting need of one card.

    ``kind``: ``todo``, ``doing``, ``returned``, ``review`` or ``done``. ``parts`` of ``periods``
    are finished. ``missed`` marked words of the search stand in the title without their marks.
    ``late`` and ``near`` are what they are on the day asked for.
    """

    id: str
    kind: str
    late: bool
    near: bool
    due_on: str
    area: str
    agency_code: str
    code: str
    changed: int
    finished_on: str
    reported_on: str
    done_periods: int
    periods: int
    missed: int = 0


def pick(
    database: "Database[Document]", wanted: Wanted, *, today: dt.date, near_until: dt.date
) -> list[Picked]:
    """Return the cards of the set, in no order."""
    day, near = today.isoformat(), near_until.isoformat()
    query = {"$and": [_query(wanted), {"state": {"$ne": _WITHDRAWN}}]}
    words = marked(wanted.words)
    fields = dict.fromkeys((*_PICKED, "title") if words else _PICKED, 1)
    rows = database["assignments"].find(query, fields).batch_size(_AT_ONCE)
    found = (_card(parts, day, near, words) for parts in _parts_of(wanted, rows))
    return [card for card in found if card is not None]


def cards(database: "Database[Document]", ids: Sequence[str]) -> dict[str, Document]:
    """Return what cards show, by id; parts given to one person have their ``handler`` by name."""
    if not ids:
        return {}
    found = database["assignments"].find({"_id": {"$in": list(ids)}}, dict.fromkeys(CARD, 1))
    rows = {row["_id"]: row for row in found.batch_size(_AT_ONCE)}
    given = {row["_id"]: row["handler_id"] for row in rows.values() if row.get("handler_id")}
    names = people.names(database, given.values()) if given else {}
    for part_id, officer_id in given.items():
        rows[part_id]["handler"] = names.get(officer_id, {}).get("name", "")
    return rows


def chips(database: "Database[Document]", plan_id: str) -> dict[str, Document]:
    """Return the status of each indicator of a plan by its code."""
    fields = {"code": 1, "status": 1, "flags": 1, "value_text": 1, "target_text": 1}
    rows = database["indicator_chips"].find({"plan_id": plan_id}, {**fields, "plan_id": 1})
    return {row["code"]: row for row in rows}


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """Where the order of changes stands: ``text`` differs when a card, a chip or the day has."""

    text: str
    seq: int


def mark(database: "Database[Document]", plan_id: str, today: dt.date) -> Mark:
    """Return where the changes of a plan stand.

    One query on two indexes, so that an open board may ask every other second.
    """
    rows = database["assignments"].aggregate(
        [
            {"$match": {"plan_id": plan_id}},
            {"$sort": {"plan_id": 1, "changed_seq": -1}},
            {"$limit": _LATEST},
            {"$project": {"version": 1, "changed_seq": 1}},
            {
                "$unionWith": {
                    "coll": "indicator_chips",
                    "pipeline": [
                        {"$match": {"plan_id": plan_id}},
                        {"$group": {"_id": None, "version": {"$sum": "$revision"}}},
                    ],
                }
            },
        ]
    )
    digest, seq = hashlib.sha256(today.isoformat().encode()), 0
    for row in rows:
        digest.update(f"{row['_id']}:{row['version']};".encode())
        seq = max(seq, row.get("changed_seq", 0))
    return Mark(digest.hexdigest()[:20], seq)


def changed_since(database: "Database[Document]", wanted: Wanted, seq: int) -> int:
    """Return how many parts of the set changed after that place in the order of changes."""
    query = {"$and": [_query(wanted), {"plan_id": wanted.plan_id, "changed_seq": {"$gt": seq}}]}
    return database["assignments"].count_documents(query, hint="plan_changed")


def _query(wanted: Wanted) -> Document:
    query: Document = {"plan_id": wanted.plan_id}
    if wanted.role:
        query["role"] = wanted.role
    if wanted.agency:
        query["agency_code"] = wanted.agency
    return searched(query, wanted.words)


def _parts_of(wanted: Wanted, rows: Iterable[Document]) -> Iterable[list[Document]]:
    """Group the parts of one agency and task, or of one task where only leads are wanted.

    A lead that ended and its successor are one there: the task has one card.
    """
    groups: dict[tuple[str, str], list[Document]] = {}
    leads = wanted.role == Role.LEAD.value
    for row in rows:
        key = (row["task_id"], "" if leads else row["agency_code"])
        groups.setdefault(key, []).append(row)
    return groups.values()


def _card(parts: Sequence[Document], day: str, near: str, words: Sequence[str]) -> Picked | None:
    """Return the card of some parts; None when the time of none has come."""
    finished = [part for part in parts if part["state"] == _DONE]
    waiting = [part for part in parts if part["state"] != _DONE and part["opens_on"] <= day]
    if waiting:
        row = min(waiting, key=_by_due) if len(waiting) > 1 else waiting[0]
    elif finished:
        row = max(finished, key=_by_due)
    else:
        return None
    state, due_on = row["state"], row["due_on"]
    is_open = state in _OPEN
    return Picked(
        row["_id"],
        _kind(row),
        is_open and due_on < day,
        is_open and day <= due_on <= near,
        due_on,
        row["area"],
        row["agency_code"],
        row["task_code"],
        row["changed_seq"],
        row["accepted_on"] or "",
        row["reported_on"] or "",
        len(finished),
        len(parts),
        missed(words, row["title"]) if words else 0,
    )


def _by_due(part: Mapping[str, Any]) -> tuple[str, str]:
    return part["due_on"], part["_id"]


_KINDS = {
    AssignmentStatus.ASSIGNED.value: "todo",
    AssignmentStatus.IN_PROGRESS.value: "doing",
    AssignmentStatus.REPORTED.value: "review",
    AssignmentStatus.ACCEPTED.value: "done",
}


def _kind(row: Mapping[str, Any]) -> str:
    kind = _KINDS[row["state"]]
    return "returned" if kind == "doing" and row["return_count"] else kind


def holders(database: "Database[Document]", plan_id: str, role: str | None) -> list[str]:
    """Return the agencies that hold parts of the plan, in the role or in any."""
    query = {"plan_id": plan_id, "role": {"$in": [role] if role else [kind.value for kind in Role]}}
    found: list[str] = database["assignments"].distinct("agency_code", query)
    return found
