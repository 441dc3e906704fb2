"""Parts, their history and reports: documents ↔ domain, saved under their version."""

from collections.abc import Iterable
from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError, PlanBusyError, WrongStateError
from services.tasks.domain.permissions import Matter
from shared.events.tasks import (
    TOPIC,
    AssignmentState,
    AssignmentStatus,
    PlanState,
    Role,
    assignment_type,
)
from shared.mongo import (
    Document,
    StaleVersionError,
    from_document,
    insert,
    to_document,
    update,
)
from shared.outbox import Outbox

_PLAN_FIELDS = {
    "state": 1,
    "applying": 1,
    "appraisers_now": 1,
    "policies": 1,
    "authority_now": 1,
    "heads_send": 1,
    "slug": 1,
    "tiers": 1,
}
_ITS_PLAN: Document = {
    "from": "plans",
    "localField": "plan_id",
    "foreignField": "_id",
    "pipeline": [{"$project": _PLAN_FIELDS}],
    "as": "its_plan",
}
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


class Writing:
    """What one transaction does to parts: read in one question, written in a few by ``flush``.

    An act sees what those before it in the same transaction have changed, and a hundred acts
    cost hardly more round trips than one. Make it inside ``atomically``, anew for each try.

    :param assignment_ids: the parts that will be asked for.
    """

    def __init__(
        self, database: "Database[Document]", outbox: Outbox, assignment_ids: Iterable[str]
    ) -> None:
        self.database = database
        self._assignments = database["assignments"]
        self._history = database["history"]
        self._reports = database["reports"]
        self.outbox = outbox
        wanted = {"_id": {"$in": list(dict.fromkeys(assignment_ids))}}
        found = self._assignments.aggregate([{"$match": wanted}, {"$lookup": _ITS_PLAN}])
        self._plans: dict[str, Document] = {}
        self._parts: dict[str, Document] = {}
        for part in found:
            self._plans.update((plan["_id"], plan) for plan in part.pop(_ITS_PLAN["as"]))
            self._parts[part["_id"]] = part
        self._forget()

    def get(self, assignment_id: str) -> Document:
        """Return the document as it stands in this transaction.

        :raises NotFoundError: when there is none.
        """
        found = self._parts.get(assignment_id)
        if found is None:
            raise NotFoundError("error.not_found")
        return found

    def open_plan(self, document: Document) -> Document:
        """Return what acts must know of a part's plan.

        :raises PlanBusyError: while an edition is being applied.
        :raises WrongStateError: when the plan is closed.
        """
        return _open(self._plans.get(document["plan_id"]))

    def save(self, before: Document, after: AssignmentState, **beside: Any) -> Document:
        """Keep the state after an act and return the new document."""
        changed = {**to_document(after), **beside}
        which = {"_id": before["_id"], "version": before["version"]}
        self._changes.append((which, changed))
        self._parts[before["_id"]] = {**before, **changed}
        return self._parts[before["_id"]]

    def open_required(self, document: Document) -> int:
        """Count the unfinished required parts beside a lead part of the same period."""
        if document["role"] != Role.LEAD.value:
            return 0
        self.flush()  # one of them may have been finished a moment ago
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
        """Keep a line of the history."""
        self._lines.append(line)

    def publish(self, act: str, state: AssignmentState) -> None:
        """Keep an event."""
        self._events.append((assignment_type(act), state))

    def add_report(self, report: Document) -> None:
        """Keep a report."""
        self._new_reports.append(report)

    def decide_report(self, assignment_id: str, number: int, decision: Document) -> None:
        """Keep what became of a report."""
        which = {"assignment_id": assignment_id, "number": number}
        self._decisions.append((which, {"decision": decision}))

    def flush(self) -> None:
        """Write what is kept.

        :raises StaleVersionError: when somebody else was faster.
        """
        if update(self._assignments, self._changes) < len(self._changes):
            which, _fields = self._changes[0]
            raise StaleVersionError(self._assignments.find_one({"_id": which["_id"]}) or which)
        insert(self._reports, self._new_reports)
        update(self._reports, self._decisions)
        insert(self._history, self._lines)
        self.outbox.append_many(TOPIC, self._events)
        self._forget()

    def _forget(self) -> None:
        self._changes: list[tuple[Document, Document]] = []
        self._new_reports: list[Document] = []
        self._decisions: list[tuple[Document, Document]] = []
        self._lines: list[Document] = []
        self._events: list[tuple[str, AssignmentState]] = []


def matter(document: Document, plan: Document) -> Matter:
    """Return what the permission table asks about a part."""
    return Matter(
        plan_id=document["plan_id"],
        agency_code=document["agency_code"],
        lead_agency=document["lead_agency"],
        appraisers=tuple(plan["appraisers_now"]),
        role=Role(document["role"]),
        heads_send=document["agency_code"] in plan.get("heads_send", ()),
    )


def open_plan(plans: Any, plan_id: str) -> Document:
    """Return the plan's state and appraisers, if acts are allowed on it now.

    :raises PlanBusyError: while an edition is being applied.
    :raises WrongStateError: when the plan is closed.
    """
    return _open(plans.find_one({"_id": plan_id}, _PLAN_FIELDS))


def _open(plan: Document | None) -> Document:
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
