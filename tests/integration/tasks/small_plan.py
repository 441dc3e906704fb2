"""A small plan of invented rows, as an edition ready to be applied."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from services.tasks.usecases.load_plan import Edition, Row
from shared.events.tasks import (
    AgencyState,
    Area,
    AssignmentState,
    AssignmentStatus,
    Change,
    Comparator,
    Counts,
    DeadlineKind,
    Decision,
    Direction,
    EditionApplied,
    IndicatorDefined,
    Limits,
    Nature,
    Periodicity,
    PlanState,
    Policies,
    Provenance,
    Role,
    Solution,
    Successor,
    Target,
    TaskDefined,
)
from shared.ids import stable_id

ISSUED = dt.datetime(2024, 12, 24, 1, 0, tzinfo=dt.UTC)
EFFECTIVE = dt.date(2024, 12, 24)
CHANGE = Change(act="assigned", by="system:load", at=ISSUED, why="load")
PLAN_ID = stable_id("plan", "thu-2025")
SLUG = "thu-2025"


def task_id(code: str) -> str:
    return stable_id("task", SLUG, code)


def part_id(code: str, agency: str, period: str = "2025") -> str:
    return stable_id("part", SLUG, code, agency, period)


def indicator_id(code: str) -> str:
    return stable_id("indicator", SLUG, code)


_MERGED = dt.date(2025, 3, 1)
_ENDED: dict[str, Any] = {"valid_to": dt.date(2025, 2, 28)}


def agency(code: str, **fields: Any) -> Row:
    state = AgencyState(
        code=code,
        version=1,
        change=CHANGE,
        name=f"Sở {code}",
        short_name=code,
        level="so_nganh",
        **fields,
    )
    return Row(state=state, beside={"source": "", "search": code.lower()})


def task(code: str, lead: str, indicators: tuple[str, ...] = ()) -> Row:
    state = TaskDefined(
        task_id=task_id(code),
        version=1,
        change=CHANGE,
        plan_id=PLAN_ID,
        edition=1,
        code=code,
        area="1",
        title=f"Nhiệm vụ {code}",
        product="Báo cáo",
        deadline_kind=DeadlineKind.DATE,
        deadline_text="trước ngày 30/06/2025",
        lead_agency=lead,
        indicator_ids=tuple(indicator_id(found) for found in indicators),
        counts_in_completion=True,
        provenance=Provenance.ARTICLE,
    )
    beside = {
        "lead_agency_at_issue": lead,
        "coord_codes": [],
        "indicator_codes": list(indicators),
        "quote": "",
        "source": "",
        "search": f"{code.lower()} nhiem vu",
    }
    return Row(state=state, beside=beside)


def part(code: str, agency_code: str, lead: str, period: str = "2025", **fields: Any) -> Row:
    state = AssignmentState(
        assignment_id=part_id(code, agency_code, period),
        version=1,
        change=CHANGE,
        plan_id=PLAN_ID,
        task_id=task_id(code),
        task_code=code,
        edition=1,
        role=Role.LEAD if agency_code == lead else Role.COORDINATING,
        agency_code=agency_code,
        period=period,
        opens_on=EFFECTIVE,
        due_on=dt.date(2025, 6, 30),
        original_due_on=dt.date(2025, 6, 30),
        state=AssignmentStatus.ASSIGNED,
    )
    beside = {
        "area": "1",
        "title": f"Nhiệm vụ {code}",
        "lead_agency": lead,
        "coord_count": 0,
        "indicator_codes": [],
        "evidence_count": 0,
        "search": f"{code.lower()} nhiem vu",
    }
    return Row(state=dataclasses.replace(state, **fields), beside=beside)


def indicator(code: str, lead: str, **fields: Any) -> Row:
    given: dict[str, Any] = {
        "nature": Nature.LEVEL,
        "comparator": Comparator.AT_LEAST,
        "targets": (Target(period="2025", value=Decimal(80)),),
        "limits": Limits(low=Decimal(0), high=Decimal(100)),
        **fields,
    }
    state = IndicatorDefined(
        indicator_id=indicator_id(code),
        version=1,
        change=CHANGE,
        plan_id=PLAN_ID,
        edition=1,
        code=code,
        area="1",
        title=f"Chỉ tiêu {code}",
        short_title=code,
        unit="%",
        direction=Direction.UP,
        periodicity=Periodicity.QUARTER,
        lead_agency=lead,
        provenance=Provenance.ARTICLE,
        **given,
    )
    return Row(state=state, beside={"quote": "", "source": "", "note": ""})


AGENCIES = (
    agency("UBND"),
    agency("VPUBND"),
    agency("SNV", successors=(Successor(code="SNV25", since=_MERGED),), **_ENDED),
    agency("SLDTBXH", successors=(Successor(code="SNV25", since=_MERGED),), **_ENDED),
    agency("SNV25", valid_from=_MERGED),
    agency("STP"),
    agency("STC"),
)
INDICATORS = (indicator("CT-01", "SNV"), indicator("CT-35", "STP"))
TASKS = (task("NV-01", "SNV", ("CT-01",)), task("NV-58", "STP", ("CT-35",)))
PARTS = (
    part("NV-01", "SNV", "SNV"),
    part("NV-01", "SLDTBXH", "SNV"),
    part("NV-01", "STC", "SNV"),
    part("NV-58", "STP", "STP"),
    part("NV-58", "STC", "STP", required=True),
    part("NV-58", "SNV", "STP"),
    part("NV-58", "SLDTBXH", "STP"),
)


def edition(**fields: Any) -> Edition:
    """Return the small edition; ``fields`` replace whole groups of rows."""
    groups: dict[str, Any] = {
        "agencies": AGENCIES,
        "indicators": INDICATORS,
        "tasks": TASKS,
        "parts": PARTS,
        **fields,
    }
    plan = EditionApplied(
        plan_id=PLAN_ID,
        version=1,
        change=CHANGE,
        slug=SLUG,
        title="Kế hoạch thử 2025",
        year=2025,
        edition=1,
        state=PlanState.ISSUED,
        decision=Decision(number="1/QĐ-UBND", issuer="UBND", signed_on=EFFECTIVE),
        effective_on=EFFECTIVE,
        applied_at=ISSUED,
        areas=(Area(code="1", title="Chỉ đạo, điều hành"),),
        solutions=(Solution(code="GP-01", title="Giải pháp", lead_agency="UBND"),),
        tiers={},
        policies=Policies(appraisers=("SNV", "VPUBND"), extension_authority="UBND"),
        counts=Counts(
            tasks=len(groups["tasks"]),
            counted_tasks=len(groups["tasks"]),
            indicators=len(groups["indicators"]),
            solutions=1,
            assignments=len(groups["parts"]),
        ),
    )
    beside = {"groups": {"NHOM-SN": "so_nganh"}, "province": {}}
    return Edition(plan=Row(state=plan, beside=beside), **groups)
