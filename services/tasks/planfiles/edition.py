"""From the rows of a plan to the edition that the loader applies: states and ids, no I/O."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.tasks.domain.planrows import AgencyRow, IndicatorRow, PlanFiles, RuleRow, TaskRow
from services.tasks.domain.schedule import (
    PlannedPart,
    indicator_key,
    part_key,
    parts_of,
    plan_key,
    task_key,
)
from services.tasks.planfiles.folder import read_plan
from services.tasks.usecases.load_plan import BY, Edition, Row
from shared.clock import LOCAL
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    AssignmentStatus,
    Change,
    Counts,
    DeadlineKind,
    EditionApplied,
    IndicatorDefined,
    PlanState,
    Role,
    Solution,
    Successor,
    TaskDefined,
)
from shared.fold import fold
from shared.mongo import to_document

_ONE_DAY = dt.timedelta(days=1)
_MORNING = dt.time(8)


def read_edition(folder: Path, *, as_of: dt.date, at: dt.datetime) -> Edition:
    """Return the edition of a folder, ready to be applied.

    :param as_of: the local day that the load stands for; the history begins on it.
    :param at: the present instant of the business clock, used when ``as_of`` is its day.
    :raises PlanFaultsError: with every fault of every file.
    """
    if at.astimezone(LOCAL).date() != as_of:
        at = dt.datetime.combine(as_of, _MORNING, LOCAL).astimezone(dt.UTC)
    return edition_of(read_plan(folder), at)


def edition_of(files: PlanFiles, at: dt.datetime) -> Edition:
    """Return the edition that the rows make, as of an instant."""
    change = Change(act="assigned", by=BY, at=at, why="load")
    parts = [part for task in files.tasks for part in _parts(task, files, change)]
    return Edition(
        plan=_plan(files, change, len(parts)),
        agencies=[_agency(row, change) for row in files.agencies],
        indicators=[_indicator(row, files, change) for row in files.indicators],
        tasks=[_task(row, files, change) for row in files.tasks],
        parts=parts,
    )


def _plan(files: PlanFiles, change: Change, parts: int) -> Row:
    head = files.plan
    counted = [task for task in files.tasks if _counts(task, files)]
    state = EditionApplied(
        plan_id=plan_key(head.slug),
        version=head.edition,
        change=change,
        slug=head.slug,
        title=head.title,
        year=head.year,
        edition=head.edition,
        state=PlanState.ISSUED if head.edition == 1 else PlanState.AMENDED,
        decision=head.decision,
        effective_on=head.effective_on,
        applied_at=change.at,
        areas=head.areas,
        solutions=tuple(
            Solution(code=row.code, title=row.title, lead_agency=row.lead)
            for row in files.solutions
        ),
        tiers=dict(head.tiers),
        policies=head.policies,
        counts=Counts(
            tasks=len(files.tasks),
            counted_tasks=len(counted),
            indicators=len(files.indicators),
            solutions=len(files.solutions),
            assignments=parts,
        ),
    )
    beside: dict[str, Any] = {
        "groups": {
            code: members if isinstance(members, str) else list(members)
            for code, members in head.groups.items()
        },
        "levels": dict(head.levels),
        "province": to_document(head.province),
        "solutions": [
            {
                "code": row.code,
                "title": row.title,
                "detail": row.detail,
                "lead_agency": row.lead,
                "provenance": row.provenance.value,
                "quote": row.quote,
                "source": row.source,
            }
            for row in files.solutions
        ],
    }
    return Row(state=state, beside=beside)


def _agency(row: AgencyRow, change: Change) -> Row:
    followed = row.successor is not None and row.valid_to is not None
    state = AgencyState(
        code=row.code,
        version=1,
        change=change,
        name=row.name,
        short_name=row.short_name,
        level=row.level,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successors=(Successor(code=row.successor or "", since=_after(row)),) if followed else (),
    )
    return Row(
        state=state,
        beside={"source": row.source, "search": fold(f"{row.code} {row.name} {row.short_name}")},
    )


def _after(row: AgencyRow) -> dt.date:
    return (row.valid_to or dt.date.min) + _ONE_DAY


def _indicator(row: IndicatorRow, files: PlanFiles, change: Change) -> Row:
    head, rule = files.plan, files.rules[row.code]
    state = IndicatorDefined(
        indicator_id=indicator_key(head.slug, row.code),
        version=1,
        change=change,
        plan_id=plan_key(head.slug),
        edition=head.edition,
        code=row.code,
        area=row.area,
        title=row.title,
        short_title=row.short_title,
        unit=row.unit,
        nature=rule.nature,
        comparator=row.comparator,
        direction=rule.direction,
        periodicity=rule.periodicity,
        lead_agency=row.lead,
        provenance=row.provenance,
        targets=row.targets,
        baselines=rule.baselines,
        path=rule.path,
        bands=rule.bands,
        limits=rule.limits,
        tolerance=rule.tolerance,
        known_after=rule.known_after,
        assumed=_assumed(row, rule),
    )
    beside = {
        "quote": row.quote,
        "source": row.source,
        "note": row.note,
        "rule_sources": dict(rule.sources),
        "search": fold(f"{row.code} {row.title} {row.short_title}"),
    }
    return Row(state=state, beside=beside)


def _assumed(row: IndicatorRow, rule: RuleRow) -> tuple[str, ...]:
    return rule.assumed if row.target_in_source else ("targets", *rule.assumed)


def _task(row: TaskRow, files: PlanFiles, change: Change) -> Row:
    slug = files.plan.slug
    state = TaskDefined(
        task_id=task_key(slug, row.code),
        version=1,
        change=change,
        plan_id=plan_key(slug),
        edition=files.plan.edition,
        code=row.code,
        area=row.area,
        title=row.title,
        product=row.product,
        deadline_kind=row.deadline_kind,
        deadline_text=row.deadline_text,
        lead_agency=row.lead,
        indicator_ids=tuple(indicator_key(slug, code) for code in row.indicators),
        counts_in_completion=_counts(row, files),
        provenance=row.provenance,
    )
    beside = {
        "lead_agency_at_issue": row.lead,
        "coord_codes": list(row.coordinators),
        "indicator_codes": list(row.indicators),
        "quote": row.quote,
        "source": row.source,
        "search": _search(row, files, (row.lead,)),
    }
    return Row(state=state, beside=beside)


def _counts(task: TaskRow, files: PlanFiles) -> bool:
    return files.plan.policies.count_all_year or task.deadline_kind is not DeadlineKind.ALL_YEAR


def _parts(task: TaskRow, files: PlanFiles, change: Change) -> Iterable[Row]:
    head = files.plan
    agencies = {row.code: row for row in files.agencies}
    planned = parts_of(task, agencies, head.groups, head.effective_on, head.year)
    coordinating = Counter(part.period for part in planned if part.role is Role.COORDINATING)
    for part in planned:
        beside = {
            "area": task.area,
            "title": task.title,
            "lead_agency": task.lead,
            "coord_count": coordinating[part.period],
            "indicator_codes": list(task.indicators),
            "evidence_count": 0,
            "search": _search(task, files, (task.lead, part.agency_code)),
        }
        yield Row(state=_part(task, part, files, change), beside=beside)


def _part(task: TaskRow, part: PlannedPart, files: PlanFiles, change: Change) -> AssignmentState:
    slug = files.plan.slug
    return AssignmentState(
        assignment_id=part_key(slug, task.code, part.agency_code, part.period),
        version=1,
        change=change,
        plan_id=plan_key(slug),
        task_id=task_key(slug, task.code),
        task_code=task.code,
        edition=files.plan.edition,
        role=part.role,
        agency_code=part.agency_code,
        period=part.period,
        opens_on=part.opens_on,
        due_on=part.due_on,
        original_due_on=part.due_on,
        state=AssignmentStatus.ASSIGNED,
        no_deadline=part.no_deadline,
    )


def _search(task: TaskRow, files: PlanFiles, codes: Iterable[str]) -> str:
    names = {row.code: f"{row.code} {row.name} {row.short_name}" for row in files.agencies}
    told = " ".join(names[code] for code in dict.fromkeys(codes))
    return fold(f"{task.code} {task.title} {task.product} {told}")
