"""What notify knows of plans, agencies, tasks, assignments and officers: the newest of each.

An officer's document is the contact card; it exists only here and goes with its tombstone.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database

from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    EditionApplied,
    OfficerState,
    PlanState,
    TaskDefined,
)
from shared.mongo import Document, from_document, to_document


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanFact:
    """What reminders need of a plan; ``loaded_at`` is when its first edition was applied.

    ``extension_authority``: the agency that decides requests, by the plan's policy.
    """

    plan_id: str
    version: int
    year: int
    edition: int
    title: str
    loaded_at: dt.datetime
    closed: bool
    extension_authority: str = ""


class Facts:
    """Keeps the newest version of each fact and drops what is older or repeated."""

    def __init__(self, database: "Database[Document]") -> None:
        self._plans = database["plans"]
        self._agencies = database["agencies"]
        self._tasks = database["tasks"]
        self._assignments = database["assignments"]
        self._officers = database["officers"]
        self._deliveries = database["deliveries"]

    def keep_plan(self, event: EditionApplied) -> bool:
        """Keep a plan; tell whether its reminders must be planned anew.

        An earlier edition that comes later still moves ``loaded_at`` back.
        """
        found = self._plans.find_one({"_id": event.plan_id})
        known = from_document(PlanFact, found) if found else None
        fact = known if known and known.version >= event.version else _plan(event)
        if known is not None:
            fact = dataclasses.replace(fact, loaded_at=min(known.loaded_at, event.applied_at))
        if fact == known:
            return False
        self._plans.replace_one({"_id": fact.plan_id}, to_document(fact), upsert=True)
        return known is None or (known.closed, known.loaded_at) != (fact.closed, fact.loaded_at)

    def keep_agency(self, state: AgencyState) -> None:
        _keep(self._agencies, state.code, state.version, to_document(state))

    def keep_task(self, state: TaskDefined) -> None:
        _keep(self._tasks, state.task_id, state.version, to_document(state))

    def keep_assignment(self, state: AssignmentState) -> None:
        """Keep an assignment and mark it for planning, which works in batches."""
        document = {**to_document(state), "replan": True}
        _keep(self._assignments, state.assignment_id, state.version, document)

    def keep_officer(self, state: OfficerState) -> None:
        _keep(self._officers, state.officer_id, state.version, to_document(state))

    def forget_officer(self, officer_id: str) -> None:
        """Erase the contact card; what was sent keeps the id and loses even the masked address."""
        self._officers.delete_one({"_id": officer_id})
        self._deliveries.update_many({"officer_id": officer_id}, {"$set": {"address": ""}})

    def replan_all(self, plan_id: str) -> None:
        """Mark every assignment of a plan for planning."""
        self._assignments.update_many({"plan_id": plan_id}, {"$set": {"replan": True}})

    def replan(self, assignment_ids: Iterable[str]) -> None:
        """Mark these assignments for planning."""
        self._assignments.update_many(
            {"_id": {"$in": list(assignment_ids)}}, {"$set": {"replan": True}}
        )

    def anything_to_plan(self) -> bool:
        return self._assignments.find_one({"replan": True}, {"_id": 1}) is not None

    def to_plan(self, plan_ids: Sequence[str], limit: int) -> list[AssignmentState]:
        """Return marked assignments of the plans that are known."""
        query = {"replan": True, "plan_id": {"$in": list(plan_ids)}}
        return [_assignment(row) for row in self._assignments.find(query, limit=limit)]

    def planned(self, states: Iterable[AssignmentState]) -> None:
        """Unmark these assignments, unless they have changed meanwhile."""
        writes = [
            UpdateOne(
                {"_id": state.assignment_id, "version": state.version},
                {"$set": {"replan": False}},
            )
            for state in states
        ]
        if writes:
            self._assignments.bulk_write(writes, ordered=False)

    def plans(self) -> Mapping[str, PlanFact]:
        return {row["_id"]: from_document(PlanFact, row) for row in self._plans.find()}

    def plan(self, plan_id: str) -> PlanFact | None:
        row = self._plans.find_one({"_id": plan_id})
        return from_document(PlanFact, row) if row else None

    def assignments(self, ids: Iterable[str]) -> Mapping[str, AssignmentState]:
        rows = self._assignments.find({"_id": {"$in": list(ids)}})
        return {row["_id"]: _assignment(row) for row in rows}

    def tasks(self, ids: Iterable[str]) -> Mapping[str, TaskDefined]:
        rows = self._tasks.find({"_id": {"$in": list(ids)}})
        return {row["_id"]: from_document(TaskDefined, row) for row in rows}

    def agencies(self, codes: Iterable[str]) -> Mapping[str, AgencyState]:
        rows = self._agencies.find({"_id": {"$in": list(codes)}})
        return {row["_id"]: from_document(AgencyState, row) for row in rows}

    def officer(self, officer_id: str) -> OfficerState | None:
        row = self._officers.find_one({"_id": officer_id})
        return from_document(OfficerState, row) if row else None

    def people_of(self, codes: Iterable[str]) -> list[OfficerState]:
        """Return the people of these agencies and the deputies of those on leave."""
        people = self._people({"agency_code": {"$in": list(codes)}})
        known = {officer.officer_id for officer in people}
        deputies = {o.away.deputy_id for o in people if o.away and o.away.deputy_id} - known
        if deputies:
            people += self._people({"_id": {"$in": list(deputies)}})
        return people

    def _people(self, query: Document) -> list[OfficerState]:
        return [from_document(OfficerState, row) for row in self._officers.find(query)]


def _plan(event: EditionApplied) -> PlanFact:
    return PlanFact(
        plan_id=event.plan_id,
        version=event.version,
        year=event.year,
        edition=event.edition,
        title=event.title,
        loaded_at=event.applied_at,
        closed=event.state is PlanState.CLOSED,
        extension_authority=event.policies.extension_authority,
    )


def _assignment(row: Document) -> AssignmentState:
    return from_document(AssignmentState, row)


def _keep(collection: "Collection[Document]", key: str, version: int, document: Document) -> None:
    """Store the document unless a version that is as new is there; one round trip.

    An upsert guarded by the version would fail on the key and abort the transaction instead.
    """
    newer = {"$lt": [{"$ifNull": ["$version", 0]}, version]}
    whole = {"$literal": {**document, "_id": key}}
    collection.update_one(
        {"_id": key}, [{"$replaceWith": {"$cond": [newer, whole, "$$ROOT"]}}], upsert=True
    )
