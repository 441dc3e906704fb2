"""People whom an act may name: those of one agency, and those concerned with one task."""

from collections.abc import Iterable, Sequence

from pymongo.database import Database

from shared.mongo import Document

_FIELDS = {"username": 1, "name": 1, "agency_code": 1, "agency_name": 1}
_MOST = 300


def people_of(database: "Database[Document]", agencies: Iterable[str]) -> Sequence[Document]:
    """Return the active officers of some agencies, by agency and name."""
    wanted = {"agency_code": {"$in": sorted(set(agencies))}, "active": True}
    rows = list(database["officers"].find(wanted, _FIELDS).limit(_MOST))
    return sorted(rows, key=lambda row: (row["agency_name"], row["name"]))


def agencies_of(database: "Database[Document]", part: Document, plan: Document) -> set[str]:
    """Return the agencies concerned with the task of a part: theirs, and those that appraise."""
    rows = database["assignments"].find({"task_id": part["task_id"]}, {"agency_code": 1})
    return {row["agency_code"] for row in rows} | set(plan["appraisers_now"])
