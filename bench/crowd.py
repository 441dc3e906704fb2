"""Plans of the sizes that the board must carry: the real titles, many times over."""

import dataclasses
import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

from services.tasks.planfiles.edition import read_edition
from services.tasks.usecases.load_plan import Edition, Row
from shared.clock import LOCAL
from shared.events.tasks import AssignmentState, AssignmentStatus, Change, Role
from shared.fold import fold
from shared.ids import stable_id

TODAY = dt.date(2025, 6, 16)
_ISSUED = dt.datetime(2024, 12, 24, 1, 0, tzinfo=dt.UTC)
_FOLDER = Path(__file__).parents[1] / "plans" / "sonla-2025"
_COORDINATORS = 2
_STATES = (
    AssignmentStatus.ASSIGNED,
    AssignmentStatus.IN_PROGRESS,
    AssignmentStatus.IN_PROGRESS,
    AssignmentStatus.REPORTED,
    AssignmentStatus.ACCEPTED,
)


def of_agencies(tasks: int, agencies: int) -> Edition:
    """Return a plan of so many tasks, led by so many agencies, each with two coordinators."""
    real = read_edition(_FOLDER, as_of=_ISSUED.astimezone(LOCAL).date(), at=_ISSUED)
    codes = _standing(real, "so_nganh")
    codes = (codes + _standing(real, "xa"))[:agencies]
    made, parts = [], []
    dice = random.Random(1)  # noqa: S311 - invented states, no secret
    for number in range(tasks):
        like = real.tasks[number % len(real.tasks)]
        lead = codes[number % len(codes)]
        task = _task(like, f"NV-{number + 1:04d}", lead)
        made.append(task)
        helpers = [codes[(number + step) % len(codes)] for step in range(1, _COORDINATORS + 1)]
        parts += [_part(task, code, dice, _COORDINATORS) for code in (lead, *helpers)]
    return dataclasses.replace(real, tasks=made, parts=parts)


def of_communes(communes: int) -> Edition:
    """Return the tasks of the real plan, each with a part of every commune."""
    real = read_edition(_FOLDER, as_of=_ISSUED.astimezone(LOCAL).date(), at=_ISSUED)
    codes = _standing(real, "xa")[:communes]
    dice = random.Random(2)  # noqa: S311 - as above
    parts = [_part(task, code, dice, communes) for task in real.tasks for code in codes]
    return dataclasses.replace(real, parts=parts)


def _standing(real: Edition, level: str) -> list[str]:
    return [
        row.state.code
        for row in real.agencies
        if row.state.level == level and row.state.valid_to is None
    ]


def _task(like: Row, code: str, lead: str) -> Row:
    state = dataclasses.replace(
        like.state,
        task_id=stable_id("task", "bench", code),
        code=code,
        lead_agency=lead,
    )
    words = fold(f"{code} {state.title} {state.product} {lead}")
    return Row(state=state, beside={**like.beside, "search": words, "lead_agency_at_issue": lead})


def _part(task: Row, agency: str, dice: random.Random, coordinators: int) -> Row:
    state = task.state
    due = dt.date(2025, 1, 31) + dt.timedelta(days=dice.randrange(330))
    what = dice.choice(_STATES)
    done = min(due, TODAY) - dt.timedelta(days=dice.randrange(20))
    reported = what in (AssignmentStatus.REPORTED, AssignmentStatus.ACCEPTED)
    part = AssignmentState(
        assignment_id=stable_id("part", "bench", state.code, agency),
        version=1,
        change=Change(act="assigned", by="system:load", at=_ISSUED, why="load"),
        plan_id=state.plan_id,
        task_id=state.task_id,
        task_code=state.code,
        edition=state.edition,
        role=Role.LEAD if agency == state.lead_agency else Role.COORDINATING,
        agency_code=agency,
        period="2025",
        opens_on=dt.date(2024, 12, 24),
        due_on=due,
        original_due_on=due,
        state=what,
        reported_on=done if reported else None,
        accepted_on=done if what is AssignmentStatus.ACCEPTED else None,
    )
    beside = {
        "area": state.area,
        "title": state.title,
        "lead_agency": state.lead_agency,
        "coord_count": coordinators,
        "indicator_codes": task.beside["indicator_codes"],
        "evidence_count": dice.randrange(3),
        "search": fold(f"{task.beside['search']} {agency}"),
    }
    return Row(state=part, beside=beside)


def codes_of(edition: Edition) -> Sequence[str]:
    """Return the agencies that hold parts, each once."""
    return tuple(dict.fromkeys(row.state.agency_code for row in edition.parts))
