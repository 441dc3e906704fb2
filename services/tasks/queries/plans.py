"""Which plan a page speaks of, and what the plan itself says."""

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from shared.mongo import Document


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
