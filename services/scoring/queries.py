"""Reads for the pages and the API: indicators with their statuses, and one with everything."""

import base64
import binascii
import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from pymongo.database import Database

from services.scoring.domain.rollup import TaskOnDay
from services.scoring.domain.values import order
from services.scoring.store.facts import Facts
from services.scoring.store.statuses import Stored
from shared.events.tasks import (
    AgencyState,
    EditionApplied,
    IndicatorDefined,
    MeasurementState,
    Nature,
)
from shared.mongo import Document, from_document

__all__ = ["MOST", "USUAL", "BadCursorError", "One", "Page", "Queries", "Row", "Stored"]

MOST = 200
USUAL = 50
_HISTORY = 50


class BadCursorError(Exception):
    """The cursor in the address is not one of ours."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An indicator and its status; None until it has been computed for the first time."""

    indicator: IndicatorDefined
    status: Stored | None
    lead_name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A piece of a list; ``next_cursor`` is None at its end."""

    items: Sequence[Row]
    next_cursor: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One indicator with all that its page shows; the newest of each list first.

    :param tasks: the linked tasks, or all of the plan for an indicator computed from them.
    """

    row: Row
    plan: EditionApplied
    history: Sequence[Stored]
    tasks: Sequence[TaskOnDay]
    measurements: Sequence[MeasurementState]


class Queries:
    """Reads; nothing here writes."""

    def __init__(self, database: "Database[Document]", facts: Facts) -> None:
        self._facts = facts
        self._plans = database["plans"]
        self._agencies = database["agencies"]
        self._indicators = database["indicators"]
        self._measurements = database["measurements"]
        self._statuses = database["statuses"]
        self._history = database["status_history"]

    def plans(self) -> Sequence[EditionApplied]:
        """Return the plans, the newest year first."""
        rows = self._plans.find(sort=[("year", -1), ("slug", 1)])
        return [from_document(EditionApplied, row) for row in rows]

    def newest_plan(self) -> tuple[int, int] | None:
        """Return year and edition of the newest plan."""
        row = self._plans.find_one({}, {"year": 1, "edition": 1}, sort=[("year", -1), ("slug", 1)])
        return (row["year"], row["edition"]) if row else None

    def plan(self, slug: str) -> EditionApplied | None:
        row = self._plans.find_one({"slug": slug})
        return from_document(EditionApplied, row) if row else None

    def all_of(self, plan: EditionApplied) -> Sequence[Row]:
        """Return all indicators of a plan by their code."""
        return self._rows(self._indicators.find({"plan_id": plan.plan_id}).sort("code", 1))

    def page(
        self, plan: EditionApplied, *, cursor: str | None, limit: int, code: str | None
    ) -> Page:
        """Return a piece of a plan's indicators by their code.

        :raises BadCursorError: when the cursor is not one of ours.
        """
        query: Document = {"plan_id": plan.plan_id}
        if code is not None:
            query["code"] = code
        elif cursor is not None:
            query["code"] = {"$gt": _decoded(cursor)}
        rows = self._rows(self._indicators.find(query).sort("code", 1).limit(limit + 1))
        more = len(rows) > limit
        items = rows[:limit]
        return Page(items=items, next_cursor=_encoded(items[-1]) if more else None)

    def by_code(self, plan: EditionApplied, code: str) -> Row | None:
        rows = self._rows(self._indicators.find({"plan_id": plan.plan_id, "code": code}))
        return rows[0] if rows else None

    def one(self, indicator_id: str) -> One | None:
        """Return one indicator with its history, tasks and figures."""
        known = self._facts.known([indicator_id])
        if not known.indicators:
            return None
        indicator = known.indicators[0]
        plan = known.plans.get(indicator.plan_id)
        row = self._rows(self._indicators.find({"_id": indicator_id}))[0]
        if plan is None or row.status is None:
            return None
        whole = indicator.nature is Nature.FROM_TASKS
        return One(
            row=row,
            plan=plan,
            history=self._lines(indicator_id),
            tasks=sorted(
                (
                    task
                    for task in known.rolled_up(row.status.as_of)
                    if whole or indicator_id in task.task.indicator_ids
                ),
                key=lambda task: (-task.overdue_days, task.task.code),
            ),
            measurements=self._figures(indicator_id),
        )

    def _lines(self, indicator_id: str) -> Sequence[Stored]:
        rows = self._history.find({"indicator_id": indicator_id})
        return [from_document(Stored, row) for row in rows.sort("revision", -1).limit(_HISTORY)]

    def _figures(self, indicator_id: str) -> Sequence[MeasurementState]:
        rows = self._measurements.find({"series.indicator_id": indicator_id})
        return sorted((from_document(MeasurementState, r) for r in rows), key=order, reverse=True)

    def _rows(self, found: Iterable[Document]) -> Sequence[Row]:
        indicators = [from_document(IndicatorDefined, row) for row in found]
        ids = [indicator.indicator_id for indicator in indicators]
        statuses = {
            row["_id"]: from_document(Stored, row)
            for row in self._statuses.find({"_id": {"$in": ids}})
        }
        names = self._names({indicator.lead_agency for indicator in indicators})
        return [
            Row(
                indicator=indicator,
                status=statuses.get(indicator.indicator_id),
                lead_name=names.get(indicator.lead_agency, indicator.lead_agency),
            )
            for indicator in indicators
        ]

    def _names(self, codes: Iterable[str]) -> Mapping[str, str]:
        rows = self._agencies.find({"_id": {"$in": sorted(codes)}})
        return {row["_id"]: from_document(AgencyState, row).short_name for row in rows}


def _encoded(row: Row) -> str:
    return base64.urlsafe_b64encode(row.indicator.code.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> str:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise BadCursorError(cursor) from None
