"""Assignments, their history and reports: documents ↔ domain, saved under their version."""

from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError, PlanBusyError, WrongStateError
from services.tasks.domain.permissions import Matter
from shared.events.tasks import AssignmentState, AssignmentStatus, PlanState, Role
from shared.mongo import Document, StaleVersionError, from_document, to_document

_PLAN_FIELDS = {"state": 1, "applying": 1, "appraisers_now": 1, "slug": 1, "tiers": 1}
_UNFINISHED = [
    AssignmentStatus.ASSIGNED.value,
    AssignmentStatus.IN_PROGRESS.value,
    AssignmentStatus.REPORTED.value,
]
_NOT_TOLD = frozenset({"version", "change"})


def state_of(document: Document) -> AssignmentState:
    """Return the assignment of a document."""
    return from_document(AssignmentState, document)


def document_of(state: AssignmentState, **beside: Any) -> Document:
    """Return a new assignment's document; ``beside`` are the fields that lists need."""
    return {"_id": state.assignment_id, **to_document(state), **beside}


class Assignments:
    """Reads and saves assignments; call the writing methods inside ``atomically``."""

    def __init__(self, database: "Database[Document]") -> None:
        self._assignments = database["assignments"]
        self._history = database["history"]
        self._reports = database["reports"]
        self._plans = database["plans"]

    def get(self, assignment_id: str) -> Document:
        """Return the document.

        :raises NotFoundError: when there is none.
        """
        found = self._assignments.find_one({"_id": assignment_id})
        if found is None:
            raise NotFoundError("error.not_found")
        return found

    def open_plan(self, plan_id: str) -> Document:
        """Return what acts must know of a plan.

        :raises PlanBusyError: while an edition is being applied.
        :raises WrongStateError: when the plan is closed.
        """
        return open_plan(self._plans, plan_id)

    def matter(self, document: Document, plan: Document) -> Matter:
        """Return what the permission table asks about a part."""
        return Matter(
            plan_id=document["plan_id"],
            agency_code=document["agency_code"],
            lead_agency=document["lead_agency"],
            appraisers=tuple(plan["appraisers_now"]),
            role=Role(document["role"]),
        )

    def save(self, before: Document, after: AssignmentState, **beside: Any) -> Document:
        """Save the state after an act and return the new document.

        :raises StaleVersionError: when somebody else was faster.
        """
        changed = {**to_document(after), **beside}
        done = self._assignments.update_one(
            {"_id": after.assignment_id, "version": before["version"]}, {"$set": changed}
        )
        if not done.matched_count:
            raise StaleVersionError(self.get(after.assignment_id))
        return {**before, **changed}

    def open_required(self, document: Document) -> int:
        """Count the unfinished required parts beside a lead part of the same period."""
        if document["role"] != Role.LEAD.value:
            return 0
        return self._assignments.count_documents(
            {
                "task_id": document["task_id"],
                "period": document["period"],
                "required": True,
                "state": {"$in": _UNFINISHED},
                "_id": {"$ne": document["_id"]},
            }
        )

    def tell(self, line: Document) -> None:
        """Write a line of the history."""
        self._history.insert_one(line)

    def add_report(self, report: Document) -> None:
        """Keep a report."""
        self._reports.insert_one(report)

    def decide_report(self, assignment_id: str, number: int, decision: Document) -> None:
        """Write what became of a report."""
        self._reports.update_one(
            {"assignment_id": assignment_id, "number": number}, {"$set": {"decision": decision}}
        )


def open_plan(plans: Any, plan_id: str) -> Document:
    """Return the plan's state and appraisers, if acts are allowed on it now.

    :raises PlanBusyError: while an edition is being applied.
    :raises WrongStateError: when the plan is closed.
    """
    plan: Document | None = plans.find_one({"_id": plan_id}, _PLAN_FIELDS)
    if plan is None:
        raise NotFoundError("error.not_found")
    if plan["applying"]:
        raise PlanBusyError("error.plan_busy")
    if plan["state"] == PlanState.CLOSED.value:
        raise WrongStateError("error.plan_closed")
    return plan


def difference(before: Any, after: Any) -> tuple[Document, Document]:
    """Return the fields that an act changed, as they were and as they are."""
    old, new = to_document(before), to_document(after)
    names = [name for name in new if name not in _NOT_TOLD and old.get(name) != new[name]]
    return {name: old.get(name) for name in names}, {name: new[name] for name in names}
