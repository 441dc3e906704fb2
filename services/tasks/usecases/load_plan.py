"""Applying an edition of a plan: it rolls forward, in small transactions, and never back.

The whole annex was checked before (:mod:`services.tasks.planfiles`). Then: one small transaction
opens the edition and stops all acts; batches of at most 500 documents each make what is missing,
with ids that follow from the rows, so that a stop anywhere is made good by running again; the
last transaction opens the plan for work and publishes ``edition_applied`` (docs/events.md, I).
"""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.errors import WrongStateError
from services.tasks.store.assignments import document_of
from services.tasks.usecases.history import history_line
from shared.clock import BusinessClock, Clock
from shared.events.tasks import (
    AGENCY_CHANGED,
    INDICATOR_DEFINED,
    PLAN_APPLIED,
    TASK_DEFINED,
    TOPIC,
    AgencyState,
    AssignmentState,
    EditionApplied,
    IndicatorDefined,
    TaskDefined,
    assignment_type,
)
from shared.ids import stable_id
from shared.mongo import Document, atomically, to_document
from shared.outbox import Outbox

MOST_DOCUMENTS = 500
BY = "system:load"
# A part brings three documents: itself, its first line of history, its outbox row.
PARTS_AT_ONCE = MOST_DOCUMENTS // 3
ROWS_AT_ONCE = MOST_DOCUMENTS // 2
_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The state of one thing as its event carries it, and the fields that only tasks keeps."""

    state: Any
    beside: Document


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A checked edition, ready to be applied: whatever is here will be made, in this order.

    :param plan: :class:`EditionApplied`; beside it ``groups``, ``province`` and ``solutions`` with
        their details and provenance.
    :param agencies: :class:`AgencyState`; beside it ``source``, ``search``.
    :param indicators: :class:`IndicatorDefined`; beside it ``quote``, ``source``, ``note``.
    :param tasks: :class:`TaskDefined`; beside it ``lead_agency_at_issue``, ``coord_codes``,
        ``indicator_codes``, ``quote``, ``source``, ``search``.
    :param parts: :class:`AssignmentState`; beside it ``area``, ``title``, ``lead_agency``,
        ``coord_count``, ``indicator_codes``, ``evidence_count`` (0), ``search``.
    """

    plan: Row
    agencies: Sequence[Row]
    indicators: Sequence[Row]
    tasks: Sequence[Row]
    parts: Sequence[Row]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load did; all zeros when the edition had been applied before."""

    plan_id: str
    made: int
    resumed: bool


class PlanLoader:
    """Applies editions.

    :param clock: the business clock: when it was applied.
    :param system: the system clock: the order of changes that pages ask for.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        clock: BusinessClock,
        system: Clock,
    ) -> None:
        self._client = client
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._system = system

    def apply(
        self, edition: Edition, *, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Loaded:
        """Apply an edition, go on with one that was stopped, or do nothing when it is applied.

        :param progress: told how many rows of how many were looked at.
        :raises WrongStateError: when this edition is there with another content.
        """
        plan: EditionApplied = edition.plan.state
        mark = fingerprint(edition)
        found = self._database["plans"].find_one({"_id": plan.plan_id})
        if found is not None and (found["edition"], found["fingerprint"]) != (plan.edition, mark):
            raise WrongStateError("error.plan_other")
        if found is not None and not found["applying"]:
            return Loaded(plan_id=plan.plan_id, made=0, resumed=False)
        if found is None:
            atomically(self._client, lambda: self._open(edition, mark))
        made, done, total = 0, 0, _size(edition)
        for size, step in self._steps(edition):
            made += atomically(self._client, step)
            done += size
            progress(done, total)
        atomically(self._client, lambda: self._finish(edition))
        return Loaded(plan_id=plan.plan_id, made=made, resumed=found is not None)

    def _open(self, edition: Edition, mark: str) -> None:
        """Store the edition and stop every act on the plan."""
        plan: EditionApplied = edition.plan.state
        self._database["plans"].insert_one(
            {
                "_id": plan.plan_id,
                **to_document(plan),
                "appraisers_now": list(plan.policies.appraisers),
                "applied_at": None,
                "applying": True,
                "fingerprint": mark,
                **edition.plan.beside,
            }
        )

    def _steps(self, edition: Edition) -> Iterator[tuple[int, Callable[[], int]]]:
        """Give the batches in the order in which others want to hear of them."""
        for kind, collection, rows in (
            (AGENCY_CHANGED, "agencies", edition.agencies),
            (INDICATOR_DEFINED, "indicators", edition.indicators),
            (TASK_DEFINED, "tasks", edition.tasks),
        ):
            for batch in _batches(rows, ROWS_AT_ONCE):
                yield len(batch), _bound(self._make, kind, collection, batch)
        for batch in _batches(edition.parts, PARTS_AT_ONCE):
            yield len(batch), _bound(self._make_parts, batch)

    def _make(self, kind: str, collection: str, batch: Sequence[Row]) -> int:
        """Make what is missing; an agency may be there from another plan and stays as it is."""
        fresh = self._missing(collection, batch)
        if fresh:
            self._database[collection].insert_many(
                [{"_id": _key(row), **to_document(row.state), **row.beside} for row in fresh]
            )
            self._outbox.append_many(TOPIC, ((kind, row.state) for row in fresh))
        return len(fresh)

    def _make_parts(self, batch: Sequence[Row]) -> int:
        fresh = self._missing("assignments", batch)
        if not fresh:
            return 0
        seq = int(self._system.now().timestamp() * 1000)
        documents, lines = [], []
        for row in fresh:
            state: AssignmentState = row.state
            at = state.change.at
            documents.append(document_of(state, changed_at=at, changed_seq=seq, **row.beside))
            lines.append(_first_line(state))
        self._database["assignments"].insert_many(documents)
        self._database["history"].insert_many(lines)
        self._outbox.append_many(TOPIC, ((assignment_type("assigned"), row.state) for row in fresh))
        return len(fresh)

    def _missing(self, collection: str, batch: Sequence[Row]) -> list[Row]:
        ids = [_key(row) for row in batch]
        known = {
            row["_id"] for row in self._database[collection].find({"_id": {"$in": ids}}, {"_id": 1})
        }
        return [row for row in batch if _key(row) not in known]

    def _finish(self, edition: Edition) -> None:
        """Open the plan for work and tell the others that the edition is complete."""
        plan: EditionApplied = dataclasses.replace(edition.plan.state, applied_at=self._clock.now())
        done = self._database["plans"].update_one(
            {"_id": plan.plan_id, "applying": True},
            {"$set": {"applying": False, "applied_at": plan.applied_at}},
        )
        if done.modified_count:
            self._outbox.append(TOPIC, PLAN_APPLIED, plan)


def fingerprint(edition: Edition) -> str:
    """Return a hash of what the edition says; when and by whom it is loaded does not enter."""
    digest = hashlib.sha256()
    everything = (
        edition.plan,
        *edition.agencies,
        *edition.indicators,
        *edition.tasks,
        *edition.parts,
    )
    for row in everything:
        told = to_document(row.state)
        told.pop("change")
        told.pop("applied_at", None)
        digest.update(msgspec.json.encode([told, row.beside], order="deterministic"))
    return digest.hexdigest()


def _size(edition: Edition) -> int:
    groups = (edition.agencies, edition.indicators, edition.tasks, edition.parts)
    return sum(len(group) for group in groups)


def _key(row: Row) -> str:
    state = row.state
    if isinstance(state, AgencyState):
        return state.code
    if isinstance(state, IndicatorDefined):
        return state.indicator_id
    return state.task_id if isinstance(state, TaskDefined) else str(state.assignment_id)


def _first_line(state: AssignmentState) -> Document:
    fields = {"state", "agency_code", "role", "opens_on", "due_on"}
    told = {name: value for name, value in to_document(state).items() if name in fields}
    line = history_line(state, state, None, note=None, demonstration=False)
    return {"_id": stable_id("history", state.assignment_id, "assigned"), **line, "after": told}


def _batches(rows: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (rows[begin : begin + size] for begin in range(0, len(rows), size))


def _bound(step: Callable[..., int], *arguments: Any) -> Callable[[], int]:
    return lambda: step(*arguments)
