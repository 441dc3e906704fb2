"""What a succession asks of the parts in bulk."""

from collections.abc import Sequence

from pymongo.database import Database

from shared.events.tasks import AssignmentStatus
from shared.mongo import Document

UNFINISHED = [
    AssignmentStatus.ASSIGNED.value,
    AssignmentStatus.IN_PROGRESS.value,
    AssignmentStatus.REPORTED.value,
]


def owed_twice(
    database: "Database[Document]", agency: str, plans: Sequence[str], *, limit: int
) -> list[list[str]]:
    """Return the ids of unfinished parts that an agency has of one task and period, if several.

    :param limit: most groups to return.
    """
    groups = database["assignments"].aggregate(
        [
            {
                "$match": {
                    "agency_code": agency,
                    "plan_id": {"$in": list(plans)},
                    "state": {"$in": UNFINISHED},
                }
            },
            {"$group": {"_id": {"t": "$task_id", "p": "$period"}, "parts": {"$push": "$_id"}}},
            {"$match": {"parts.1": {"$exists": True}}},
            {"$sort": {"_id": 1}},
            {"$limit": limit},
        ]
    )
    return [group["parts"] for group in groups]
