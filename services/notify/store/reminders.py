"""Reminders as documents."""

import datetime as dt
from collections.abc import Iterable

from pymongo import UpdateOne
from pymongo.database import Database

from services.notify.domain.reminders import Reminder, ReminderStatus
from shared.mongo import Document, from_document, to_document


class Reminders:
    """The reminders of all assignments; ids make each exist once."""

    def __init__(self, database: "Database[Document]") -> None:
        self._rows = database["reminders"]

    def of_assignments(self, assignment_ids: Iterable[str]) -> dict[str, list[Reminder]]:
        """Return the reminders by assignment."""
        found: dict[str, list[Reminder]] = {}
        for row in self._rows.find({"assignment_id": {"$in": list(assignment_ids)}}):
            found.setdefault(row["assignment_id"], []).append(from_document(Reminder, row))
        return found

    def due(self, now: dt.datetime, assignments: int) -> dict[str, list[Reminder]]:
        """Return all due reminders of the assignments that have waited longest."""
        query = {"state": ReminderStatus.PLANNED.value, "look_at": {"$lte": now}}
        first = self._rows.find(
            query, {"assignment_id": 1}, sort=[("look_at", 1)], limit=assignments
        )
        ids = {row["assignment_id"] for row in first}
        found: dict[str, list[Reminder]] = {}
        if not ids:
            return found
        everything = {
            "assignment_id": {"$in": list(ids)},
            "state": ReminderStatus.PLANNED.value,
            "due_at": {"$lte": now},
        }
        for row in self._rows.find(everything):
            found.setdefault(row["assignment_id"], []).append(from_document(Reminder, row))
        return found

    def waiting(self, now: dt.datetime) -> tuple[int, dt.datetime | None]:
        """Return how many reminders are due and the oldest one's time."""
        query = {"state": ReminderStatus.PLANNED.value, "due_at": {"$lte": now}}
        oldest = self._rows.find_one(query, {"due_at": 1}, sort=[("due_at", 1)])
        return self._rows.count_documents(query), oldest["due_at"] if oldest else None

    def get(self, reminder_id: str) -> Reminder | None:
        row = self._rows.find_one({"_id": reminder_id})
        return from_document(Reminder, row) if row else None

    def add(self, reminders: Iterable[Reminder]) -> None:
        rows = [{"_id": r.reminder_id, **to_document(r)} for r in reminders]
        if rows:
            self._rows.insert_many(rows, ordered=False)

    def save(self, reminders: Iterable[Reminder]) -> None:
        """Write the new state of reminders."""
        writes = [UpdateOne({"_id": r.reminder_id}, {"$set": to_document(r)}) for r in reminders]
        if writes:
            self._rows.bulk_write(writes, ordered=False)
