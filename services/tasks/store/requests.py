"""Requests: documents ↔ domain; of a part one waits at most."""

from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks.domain.errors import NotFoundError, WrongStateError
from services.tasks.domain.permissions import Matter
from services.tasks.domain.requests import Standing
from shared.events.tasks import AssignmentState, RequestKind, RequestState, RequestStatus
from shared.mongo import Document, from_document, to_document


def request_of(document: Document) -> RequestState:
    """Return the request of a document."""
    return from_document(RequestState, document)


def authority(plan: Document) -> str:
    """Return the agency that decides requests, followed through successions."""
    return str(plan.get("authority_now") or plan["policies"]["extension_authority"])


def request_matter(row: Document, plan: Document) -> Matter:
    """Return what the permission table asks about a request: the agency that asked holds it."""
    return Matter(
        plan_id=row["plan_id"],
        agency_code=row["agency_code"],
        lead_agency=row["agency_code"],
        appraisers=tuple(plan["appraisers_now"]),
        authority=authority(plan),
    )


class Requests:
    """The requests of all parts; call the writing methods inside ``atomically``."""

    def __init__(self, database: "Database[Document]") -> None:
        self._rows = database["requests"]

    def get(self, request_id: str) -> Document:
        """Return the document.

        :raises NotFoundError: when there is none.
        """
        found = self._rows.find_one({"_id": request_id})
        if found is None:
            raise NotFoundError("error.not_found")
        return found

    def standing(self, part: AssignmentState, plan: Document) -> Standing:
        """Return how requests stand for a part."""
        rows = list(self._rows.find({"assignment_id": part.assignment_id}, {"kind": 1, "state": 1}))
        return standing_of(rows, plan)

    def add(self, state: RequestState, **beside: Any) -> Document:
        """Keep a new request.

        :raises WrongStateError: when another one of the part waits.
        """
        row = {
            "_id": state.request_id,
            **to_document(state),
            "pending_for": state.assignment_id,
            "decision": None,
            **beside,
        }
        try:
            self._rows.insert_one(row)
        except DuplicateKeyError:
            raise WrongStateError("error.request_pending") from None
        return row

    def end(self, row: Document, state: RequestState, decision: Document | None) -> Document:
        """Keep what became of a request.

        :raises WrongStateError: when somebody else was faster.
        """
        changed = {**to_document(state), "pending_for": None, "decision": decision}
        done = self._rows.update_one(
            {"_id": row["_id"], "version": row["version"]}, {"$set": changed}
        )
        if not done.matched_count:
            raise WrongStateError(f"error.request_{self.get(row['_id'])['state']}")
        return {**row, **changed}


def standing_of(rows: list[Document], plan: Document) -> Standing:
    """Return how requests stand for a part, from its rows."""
    granted = sum(
        row["kind"] == RequestKind.EXTENSION.value and row["state"] == RequestStatus.GRANTED.value
        for row in rows
    )
    return Standing(
        granted=granted,
        most=plan["policies"]["max_extensions"],
        pending=any(row["state"] == RequestStatus.PENDING.value for row in rows),
    )
