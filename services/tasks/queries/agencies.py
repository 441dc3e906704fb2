"""Agencies for pages: their names, and how the work of each stands."""

from collections.abc import Iterable, Mapping

from pymongo.database import Database

from shared.mongo import Document


def short_names(database: "Database[Document]") -> Mapping[str, str]:
    """Return code → short name of all agencies, some hundred rows read whole."""
    rows = database["agencies"].find({}, {"short_name": 1})
    return {row["_id"]: row["short_name"] for row in rows}


def levels(database: "Database[Document]", codes: Iterable[str]) -> Mapping[str, str]:
    """Return code → level of some agencies."""
    rows = database["agencies"].find({"_id": {"$in": sorted(set(codes))}}, {"level": 1})
    return {row["_id"]: row["level"] for row in rows}
