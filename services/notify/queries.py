"""Reads for the pages: what was sent, to whom (masked), why, with what result."""

import base64
import binascii
import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from pymongo.database import Database

from services.notify.domain.deliveries import Attempt, Receipt
from shared.events.notify import DeliveryStatus
from shared.events.tasks import AssignmentStatus
from shared.mongo import Document, from_document

Row = TypeVar("Row")

PAGE = 50
_NEWEST = [("dispatched_at", -1), ("_id", -1)]
_LAST_CHANGED = [("changed_at", -1), ("_id", -1)]
_SILENT = ("newer", "too_late", "nobody")


class BadCursorError(Exception):
    """The cursor in the address is not one of ours."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the list is narrowed to; ``agency`` is forced for people who see only their own."""

    failed: bool = False
    channel: str | None = None
    agency: str | None = None
    code: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    subject: str
    lines: tuple[str, ...]
    parts: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One copy, as the list and the reminder's page show it."""

    delivery_id: str
    reminder_id: str
    assignment_id: str
    task_code: str
    agency_code: str
    rule_id: str
    occurrence: int
    role: str
    address: str
    channel: str
    state: DeliveryStatus
    cause: str
    dispatched_at: dt.datetime
    expires_at: dt.datetime
    possible_duplicate: bool
    message: MessageRow
    deputy_for: str | None = None
    attempts: tuple[Attempt, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    agency_name: str = ""

    def may_resend(self, now: dt.datetime) -> bool:
        """Tell whether a person may still send it again."""
        return self.state is DeliveryStatus.FAILED and now <= self.expires_at


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRow:
    """One reminder: planned, gone out, or why it did not."""

    reminder_id: str
    assignment_id: str
    task_id: str
    task_code: str
    agency_code: str
    rule_id: str
    occurrence: int
    deadline_version: int
    due_at: dt.datetime
    expires_at: dt.datetime
    changed_at: dt.datetime
    state: str
    cause: str
    agency_name: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """What the reminder speaks of, as notify knows it now."""

    state: AssignmentStatus
    due_on: dt.date
    period: str
    deadline_version: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPage:
    """One reminder with its copies, and the other reminders of the same assignment."""

    reminder: ReminderRow
    title: str
    assignment: AssignmentRow | None
    deliveries: tuple[DeliveryRow, ...]
    others: tuple[ReminderRow, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page of a list and the place where the next one begins."""

    items: tuple[Row, ...]
    next_cursor: str | None


class Queries:
    """Reads only; each query has its index in the store."""

    def __init__(self, database: "Database[Document]") -> None:
        self._database = database

    def deliveries(
        self, filters: Filters, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[DeliveryRow]:
        """Return the copies, newest first.

        :raises BadCursorError: when the cursor cannot be read.
        """
        query: Document = {}
        if filters.failed:
            query["state"] = DeliveryStatus.FAILED.value
        if filters.channel:
            query["channel"] = filters.channel
        if filters.agency:
            query["agency_code"] = filters.agency
        if filters.code:
            query["task_code"] = filters.code
        query |= _after(cursor, "dispatched_at")
        found = self._database["deliveries"].find(query, sort=_NEWEST, limit=limit + 1)
        rows = self._delivery_rows(list(found))
        return _listed(rows, limit, lambda row: (row.dispatched_at, row.delivery_id))

    def silent(
        self, filters: Filters, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[ReminderRow]:
        """Return the reminders that told nobody: swallowed by a newer one, too late, no people.

        :raises BadCursorError: when the cursor cannot be read.
        """
        query: Document = {"cause": {"$in": list(_SILENT)}}
        if filters.agency:
            query["agency_code"] = filters.agency
        if filters.code:
            query["task_code"] = filters.code
        query |= _after(cursor, "changed_at")
        found = self._database["reminders"].find(query, sort=_LAST_CHANGED, limit=limit + 1)
        rows = self._reminder_rows(list(found))
        return _listed(rows, limit, lambda row: (row.changed_at, row.reminder_id))

    def reminder(self, reminder_id: str, agency: str | None = None) -> ReminderPage | None:
        """Return one reminder's page; None when there is none or it is another agency's."""
        row = self._database["reminders"].find_one({"_id": reminder_id})
        if row is None or (agency is not None and row["agency_code"] != agency):
            return None
        assignment_id = row["assignment_id"]
        family = self._reminder_rows(
            self._database["reminders"].find({"assignment_id": assignment_id})
        )
        reminder = next(r for r in family if r.reminder_id == reminder_id)
        copies = self._database["deliveries"].find({"reminder_id": reminder_id}, sort=[("_id", 1)])
        known = self._database["assignments"].find_one({"_id": assignment_id})
        task = self._database["tasks"].find_one({"_id": row["task_id"]}, {"title": 1})
        return ReminderPage(
            reminder=reminder,
            title=task["title"] if task else "",
            assignment=from_document(AssignmentRow, known) if known else None,
            deliveries=tuple(self._delivery_rows(list(copies))),
            others=tuple(
                sorted((r for r in family if r.reminder_id != reminder_id), key=lambda r: r.due_at)
            ),
        )

    def newest_plan(self) -> tuple[int, int] | None:
        """Return year and edition of the newest plan."""
        row = self._database["plans"].find_one({}, {"year": 1, "edition": 1}, sort=[("year", -1)])
        return (row["year"], row["edition"]) if row else None

    def agencies(self) -> list[tuple[str, str]]:
        """Return code and short name of the agencies that were sent something, by name."""
        codes = self._database["deliveries"].distinct("agency_code")
        names = self._names(codes)
        return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])

    def _names(self, codes: Iterable[str]) -> Mapping[str, str]:
        rows = self._database["agencies"].find(
            {"_id": {"$in": list(set(codes))}}, {"short_name": 1}
        )
        return {row["_id"]: row["short_name"] for row in rows}

    def _delivery_rows(self, rows: list[Document]) -> list[DeliveryRow]:
        names = self._names(row["agency_code"] for row in rows)
        return [
            from_document(
                DeliveryRow,
                {**row, "agency_name": names.get(row["agency_code"], row["agency_code"])},
            )
            for row in rows
        ]

    def _reminder_rows(self, rows: Iterable[Document]) -> list[ReminderRow]:
        found = list(rows)
        names = self._names(row["agency_code"] for row in found)
        return [
            from_document(
                ReminderRow,
                {**row, "agency_name": names.get(row["agency_code"], row["agency_code"])},
            )
            for row in found
        ]


def encode_cursor(at: dt.datetime, identity: str) -> str:
    """Return an opaque place in a list."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), identity]).encode()).decode()


def _after(cursor: str | None, field: str) -> Document:
    if not cursor:
        return {}
    try:
        at, identity = json.loads(base64.urlsafe_b64decode(cursor))
        moment = dt.datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadCursorError(cursor) from error
    return {"$or": [{field: {"$lt": moment}}, {field: moment, "_id": {"$lt": str(identity)}}]}


def _listed(
    rows: Sequence[Row], limit: int, place: Callable[[Row], tuple[dt.datetime, str]]
) -> Listed[Row]:
    items = tuple(rows[:limit])
    more = len(rows) > limit
    return Listed(items, encode_cursor(*place(items[-1])) if more else None)
