"""Which plan a page speaks of, and what the plan itself says."""

import dataclasses
from collections import Counter
from collections.abc import Mapping

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from shared.mongo import Document


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How many tasks and indicators a plan has in each area, and where its rows come from.

    ``provenance``: ``tasks`` and ``indicators`` → provenance → how many rows.
    """

    tasks: Mapping[str, int]
    indicators: Mapping[str, int]
    provenance: Mapping[str, Mapping[str, int]]


def find(database: "Database[Document]", slug: str | None) -> Document | None:
    """Return the plan of an address, or the newest one; None when none is loaded.

    :raises NotFoundError: when the address names a plan that is not there.
    """
    if slug is None:
        # A handful of plans, read whole.
        return database["plans"].find_one({}, sort=[("year", -1), ("_id", 1)])
    found = database["plans"].find_one({"slug": slug})
    if found is None:
        raise NotFoundError("error.not_found")
    return found


def newest(database: "Database[Document]") -> tuple[int, int] | None:
    """Return year and edition of the newest plan; None when none is loaded."""
    row = database["plans"].find_one({}, {"year": 1, "edition": 1}, sort=[("year", -1), ("_id", 1)])
    return (row["year"], row["edition"]) if row else None


def contents(database: "Database[Document]", plan_id: str) -> Contents:
    """Return what a plan holds, by area and by provenance."""
    fields = {"area": 1, "provenance": 1}
    rows = {
        name: list(database[name].find({"plan_id": plan_id, "withdrawn_in": None}, fields))
        for name in ("tasks", "indicators")
    }
    return Contents(
        tasks=Counter(row["area"] for row in rows["tasks"]),
        indicators=Counter(row["area"] for row in rows["indicators"]),
        provenance={
            name: Counter(row["provenance"] for row in found) for name, found in rows.items()
        },
    )
