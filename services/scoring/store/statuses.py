"""Marks of what must be computed anew, statuses with their explanation, and their history.

Marks are only ever inserted by those who change facts and deleted by who has computed, so that
the two never wait for each other; a mark that comes meanwhile stays and is seen to next.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from pymongo import ReplaceOne
from pymongo.database import Database

from services.scoring.domain.outcome import Outcome
from shared.ids import new_id
from shared.mongo import Document, from_document, to_document


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An indicator to compute anew; ``cause`` is the correlation id, ``at`` the event's time."""

    mark_id: str
    indicator_id: str
    cause: str
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A status as it is kept: the outcome, and when and from which revision it is."""

    indicator_id: str
    revision: int
    plan_id: str
    code: str
    edition: int
    as_of: dt.date
    known_at: dt.datetime
    changed_on: dt.date
    rules_version: str
    outcome: Outcome


class Statuses:
    """Keeps one status for each indicator and a line of history for each revision."""

    def __init__(self, database: "Database[Document]") -> None:
        self._marks = database["marks"]
        self._days = database["days"]
        self._statuses = database["statuses"]
        self._history = database["status_history"]

    def mark(self, indicator_ids: Iterable[str], *, cause: str, at: dt.datetime) -> None:
        """Ask for these indicators to be computed anew."""
        rows = [
            {"_id": new_id(), "indicator_id": identity, "cause": cause, "at": at}
            for identity in sorted(indicator_ids)
        ]
        if rows:
            self._marks.insert_many(rows)

    def anything_marked(self) -> bool:
        return self._marks.find_one({}, {"_id": 1}) is not None

    def marked(self, limit: int) -> list[Mark]:
        """Return the oldest marks."""
        rows = self._marks.find({}, sort=[("_id", 1)], limit=limit)
        return [from_document(Mark, {**row, "mark_id": row["_id"]}) for row in rows]

    def unmark(self, marks: Iterable[Mark]) -> None:
        self._marks.delete_many({"_id": {"$in": [mark.mark_id for mark in marks]}})

    def computed_day(self) -> dt.date | None:
        """Return the local day for which all indicators were last computed."""
        found = self._days.find_one({"_id": "computed"})
        return dt.date.fromisoformat(found["day"]) if found else None

    def set_computed_day(self, day: dt.date) -> None:
        self._days.update_one({"_id": "computed"}, {"$set": {"day": day.isoformat()}}, upsert=True)

    def current(self, indicator_ids: Iterable[str]) -> Mapping[str, Stored]:
        rows = self._statuses.find({"_id": {"$in": list(indicator_ids)}})
        return {row["_id"]: from_document(Stored, row) for row in rows}

    def save(self, statuses: Sequence[Stored], *, news: Iterable[Stored]) -> None:
        """Keep statuses; those that are news become lines of history too."""
        if statuses:
            self._statuses.bulk_write(
                [ReplaceOne({"_id": s.indicator_id}, _document(s), upsert=True) for s in statuses],
                ordered=False,
            )
        lines = [{**_document(s), "_id": f"{s.indicator_id}:{s.revision}"} for s in news]
        if lines:
            self._history.insert_many(lines)

    def counts(self) -> Mapping[str, int]:
        """Return how many indicators have each status."""
        groups = self._statuses.aggregate(
            [{"$group": {"_id": "$outcome.status", "n": {"$sum": 1}}}]
        )
        return {row["_id"]: row["n"] for row in groups}


def _document(status: Stored) -> Document:
    return {"_id": status.indicator_id, **to_document(status)}
