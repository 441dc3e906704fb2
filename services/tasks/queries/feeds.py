"""The open deadlines of an agency, for calendars."""

from pymongo.database import Database

from shared.events.tasks import AssignmentStatus
from shared.mongo import Document

MOST = 1000
_OPEN = [AssignmentStatus.ASSIGNED.value, AssignmentStatus.IN_PROGRESS.value]
_FIELDS = (
    "task_id",
    "task_code",
    "title",
    "role",
    "period",
    "due_on",
    "lead_agency",
    "changed_at",
    "version",
)


def deadlines(database: "Database[Document]", agency: str) -> list[Document]:
    """Return the unfinished parts of an agency that have a deadline, the next one first."""
    query = {"agency_code": agency, "state": {"$in": _OPEN}, "no_deadline": False}
    rows = database["assignments"].find(query, dict.fromkeys(_FIELDS, 1))
    return list(rows.sort([("due_on", 1), ("_id", 1)]).limit(MOST).batch_size(MOST))
