"""Facts for tests of scoring, with only what a test speaks of left to say."""

import datetime as dt
from decimal import Decimal
from typing import Any

from services.scoring.domain.rollup import TaskOnDay, TaskState
from services.scoring.domain.status import Scene
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    AssignmentStatus,
    Baseline,
    Change,
    Comparator,
    DeadlineKind,
    Direction,
    IndicatorDefined,
    MeasurementState,
    MeasurementStatus,
    Nature,
    Periodicity,
    Provenance,
    Role,
    Series,
    Target,
    TaskDefined,
)

DAY = dt.date(2025, 6, 16)
CHANGE = Change(act="test", by="o", at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC))
_AMOUNT_TARGET = (Target(period="2025", value=Decimal(90)),)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def indicator(**changes: Any) -> IndicatorDefined:
    facts: dict[str, Any] = {
        "indicator_id": "i1",
        "version": 1,
        "change": CHANGE,
        "plan_id": "p1",
        "edition": 1,
        "code": "CT-16",
        "area": "3",
        "title": "Hồ sơ giải quyết đúng hạn",
        "short_title": "Hồ sơ đúng hạn",
        "unit": "% hồ sơ",
        "nature": Nature.LEVEL,
        "comparator": Comparator.AT_LEAST,
        "direction": Direction.UP,
        "periodicity": Periodicity.QUARTER,
        "lead_agency": "VPUBND",
        "provenance": Provenance.ARTICLE,
        "targets": _AMOUNT_TARGET,
    }
    return IndicatorDefined(**{**facts, **changes})


def measurement(period: str = "2025-Q1", **changes: Any) -> MeasurementState:
    tier = changes.pop("tier", None)
    facts: dict[str, Any] = {
        "measurement_id": f"m-{period}-{tier}",
        "version": 2,
        "change": CHANGE,
        "series": Series(indicator_id="i1", period=period, tier=tier),
        "state": MeasurementStatus.APPROVED,
        "unit": "%",
        "measured_on": dt.date(2026, 12, 31),  # after every period: it speaks of the period's end
    }
    for name in ("value", "numerator", "denominator", "score"):
        if changes.get(name) is not None:
            changes[name] = Decimal(str(changes[name]))
    return MeasurementState(**{**facts, **changes})


def target(**changes: Any) -> Target:
    decimals = {"value", "low", "high"} & changes.keys()
    return Target(
        **{"period": "2025", **changes, **{n: Decimal(str(changes[n])) for n in decimals}}
    )


def baseline(value: object, **changes: Any) -> Baseline:
    facts: dict[str, Any] = {"of": "2024", "kind": "final", **changes}
    return Baseline(value=Decimal(str(value)), **facts)


def task(code: str = "NV-58", **changes: Any) -> TaskDefined:
    facts: dict[str, Any] = {
        "task_id": f"t-{code}",
        "version": 1,
        "change": CHANGE,
        "plan_id": "p1",
        "edition": 1,
        "code": code,
        "area": "6",
        "title": "Cải thiện môi trường kinh doanh",
        "product": "Kế hoạch",
        "deadline_kind": DeadlineKind.DATE,
        "deadline_text": "trước ngày 28/02/2025",
        "lead_agency": "SKHDT",
        "indicator_ids": ("i1",),
        "counts_in_completion": True,
        "provenance": Provenance.ARTICLE,
    }
    return TaskDefined(**{**facts, **changes})


def part(**changes: Any) -> AssignmentState:
    due = changes.pop("due_on", dt.date(2025, 2, 28))
    facts: dict[str, Any] = {
        "assignment_id": "a1",
        "version": 1,
        "change": CHANGE,
        "plan_id": "p1",
        "task_id": "t-NV-58",
        "task_code": "NV-58",
        "edition": 1,
        "role": Role.LEAD,
        "agency_code": "SKHDT",
        "period": "2025",
        "opens_on": dt.date(2025, 1, 1),
        "due_on": due,
        "original_due_on": due,
        "state": AssignmentStatus.IN_PROGRESS,
    }
    return AssignmentState(**{**facts, **changes})


def on_day(code: str, state: TaskState, overdue: int = 0, **changes: Any) -> TaskOnDay:
    due = DAY - dt.timedelta(days=overdue) if overdue else None
    return TaskOnDay(
        task=task(code, **changes),
        state=state,
        parts=1,
        done_parts=int(state is TaskState.DONE),
        overdue_days=overdue,
        due_on=due,
    )


def agency(code: str, level: str, **changes: Any) -> AgencyState:
    facts: dict[str, Any] = {"version": 1, "change": CHANGE, "name": code, "short_name": code}
    return AgencyState(**{**facts, "code": code, "level": level, **changes})


def scene(of: IndicatorDefined | None = None, **changes: Any) -> Scene:
    return Scene(**{"indicator": of or indicator(), "as_of": DAY, **changes})
