"""Reads about officers and about how far a new province has come."""

from collections.abc import Iterable

from pymongo.database import Database

from shared.mongo import Document

MOST_ACCOUNTS = 400


def names(database: "Database[Document]", officer_ids: Iterable[str]) -> dict[str, Document]:
    """Return name and agency of officers by id; one who is erased or unknown is left out."""
    wanted = sorted(set(officer_ids))
    if not wanted:
        return {}
    rows = database["officers"].find(
        {"_id": {"$in": wanted}}, {"name": 1, "agency_code": 1, "agency_name": 1}
    )
    return {row["_id"]: row for row in rows}


def demonstration_accounts(database: "Database[Document]") -> list[Document]:
    """Return the accounts of the demonstration by username; many, so only what a list shows."""
    fields = {"username": 1, "name": 1, "agency_code": 1, "agency_name": 1, "roles.role": 1}
    query = {"demonstration": True, "active": True}
    return list(database["officers"].find(query, fields).sort("username", 1).limit(MOST_ACCOUNTS))


def has_plan(database: "Database[Document]") -> bool:
    """Tell whether any plan is loaded or being loaded."""
    return database["plans"].find_one({}, {"_id": 1}) is not None
