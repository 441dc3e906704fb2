"""What scoring knows of the plan: the newest version of each fact, in any order of arrival.

Coordinating and following parts say nothing about an indicator and are not kept.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.scoring.domain.rollup import TaskOnDay, tasks_on_day
from services.scoring.domain.values import COUNTING
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    EditionApplied,
    IndicatorDefined,
    MeasurementState,
    MeasurementStatus,
    Nature,
    TaskDefined,
)
from shared.mongo import Document, from_document, to_document

_HEARD = [status.value for status in (*COUNTING, MeasurementStatus.REPORTED)]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The facts that a batch of indicators is computed from."""

    indicators: Sequence[IndicatorDefined]
    plans: Mapping[str, EditionApplied]
    tasks: Sequence[TaskDefined]
    parts: Sequence[AssignmentState]
    measurements: Sequence[MeasurementState]
    agencies: Sequence[AgencyState]

    def rolled_up(self, day: dt.date) -> Sequence[TaskOnDay]:
        """Return the tasks as they stand on a day."""
        return list(tasks_on_day(self.tasks, self.parts, day).values())


class Facts:
    """Keeps facts; each ``keep_…`` tells whether it was news."""

    def __init__(self, database: "Database[Document]") -> None:
        self._plans = database["plans"]
        self._agencies = database["agencies"]
        self._indicators = database["indicators"]
        self._tasks = database["tasks"]
        self._parts = database["parts"]
        self._measurements = database["measurements"]

    def keep_plan(self, state: EditionApplied) -> bool:
        return _keep(self._plans, state.plan_id, state)

    def keep_agency(self, state: AgencyState) -> bool:
        return _keep(self._agencies, state.code, state)

    def keep_indicator(self, state: IndicatorDefined) -> bool:
        return _keep(self._indicators, state.indicator_id, state)

    def keep_task(self, state: TaskDefined) -> bool:
        return _keep(self._tasks, state.task_id, state)

    def keep_part(self, state: AssignmentState) -> bool:
        return _keep(self._parts, state.assignment_id, state)

    def keep_measurement(self, state: MeasurementState) -> bool:
        return _keep(self._measurements, state.measurement_id, state)

    # --- which indicators a fact touches --------------------------------------------------------

    def linked(self, task_id: str) -> set[str]:
        """Return the indicators that a task is linked to; none while the task is not known."""
        found = self._tasks.find_one({"_id": task_id}, {"indicator_ids": 1})
        return set(found["indicator_ids"]) if found else set()

    def of_tasks(self, plan_id: str) -> set[str]:
        """Return the plan's indicators that are computed from all its tasks."""
        return self._ids({"plan_id": plan_id, "nature": Nature.FROM_TASKS.value})

    def of_plan(self, plan_id: str) -> set[str]:
        return self._ids({"plan_id": plan_id})

    def of_tiers(self) -> set[str]:
        """Return the indicators with targets by tier."""
        return self._ids({"targets.tier": {"$ne": None}})

    def every_indicator(self) -> set[str]:
        return self._ids({})

    def _ids(self, query: Document) -> set[str]:
        return {row["_id"] for row in self._indicators.find(query, {"_id": 1})}

    # --- what a status is computed from ---------------------------------------------------------

    def known(self, indicator_ids: Iterable[str]) -> Known:
        """Return all facts about these indicators, in as few questions as can be."""
        ids = list(indicator_ids)
        indicators = _all(self._indicators, IndicatorDefined, {"_id": {"$in": ids}})
        plan_ids = sorted({indicator.plan_id for indicator in indicators})
        plans = {
            plan.plan_id: plan
            for plan in _all(self._plans, EditionApplied, {"_id": {"$in": plan_ids}})
        }
        tasks, parts = self._work(indicators, plan_ids)
        heard = {"series.indicator_id": {"$in": ids}, "state": {"$in": _HEARD}}
        return Known(
            indicators=indicators,
            plans=plans,
            tasks=tasks,
            parts=parts,
            measurements=_all(self._measurements, MeasurementState, heard),
            agencies=self._of_levels(indicators, plans.values()),
        )

    def _work(
        self, indicators: Sequence[IndicatorDefined], plan_ids: Sequence[str]
    ) -> tuple[Sequence[TaskDefined], Sequence[AssignmentState]]:
        if any(indicator.nature is Nature.FROM_TASKS for indicator in indicators):
            whole = {"plan_id": {"$in": plan_ids}}
            return _all(self._tasks, TaskDefined, whole), _all(self._parts, AssignmentState, whole)
        ids = [indicator.indicator_id for indicator in indicators]
        tasks = _all(self._tasks, TaskDefined, {"indicator_ids": {"$in": ids}})
        of_tasks = {"task_id": {"$in": [task.task_id for task in tasks]}}
        return tasks, _all(self._parts, AssignmentState, of_tasks)

    def _of_levels(
        self, indicators: Iterable[IndicatorDefined], plans: Iterable[EditionApplied]
    ) -> Sequence[AgencyState]:
        if not any(target.tier for indicator in indicators for target in indicator.targets):
            return ()
        levels = {level for plan in plans for tier in plan.tiers.values() for level in tier}
        return _all(self._agencies, AgencyState, {"level": {"$in": sorted(levels)}})


def _all(collection: "Collection[Document]", kind: type[Any], query: Document) -> list[Any]:
    return [from_document(kind, row) for row in collection.find(query)]


def _keep(collection: "Collection[Document]", key: str, state: Any) -> bool:
    """Store the state unless one that is as new is there; one round trip.

    An upsert guarded by the version would fail on the key and abort the transaction instead.
    """
    newer = {"$lt": [{"$ifNull": ["$version", 0]}, state.version]}
    whole = {"$literal": {**to_document(state), "_id": key}}
    done = collection.update_one(
        {"_id": key}, [{"$replaceWith": {"$cond": [newer, whole, "$$ROOT"]}}], upsert=True
    )
    return bool(done.modified_count) or done.upserted_id is not None
