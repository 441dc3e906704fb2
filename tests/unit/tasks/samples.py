"""Values that the tests of tasks start from."""

import dataclasses
import datetime as dt
from typing import Any

from services.tasks.domain.assignment import By
from services.tasks.domain.permissions import Actor, OfficerRole, RoleRow
from shared.events.tasks import AssignmentState, AssignmentStatus, Change, Role

AT = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
TODAY = dt.date(2025, 6, 16)
PART = AssignmentState(
    assignment_id="part",
    version=1,
    change=Change(act="assigned", by="system:load", at=AT),
    plan_id="plan",
    task_id="task",
    task_code="NV-58",
    edition=1,
    role=Role.LEAD,
    agency_code="STP",
    period="2025",
    opens_on=dt.date(2024, 12, 24),
    due_on=dt.date(2025, 6, 30),
    original_due_on=dt.date(2025, 6, 30),
    state=AssignmentStatus.ASSIGNED,
)


def part(**fields: Any) -> AssignmentState:
    return dataclasses.replace(PART, **fields)


def by(today: dt.date = TODAY) -> By:
    return By(officer_id="officer", at=AT, today=today)


def person(*roles: OfficerRole, agency: str = "STP", **fields: Any) -> Actor:
    return Actor(
        officer_id=f"officer-{agency}",
        username=f"{agency.lower()}.canbo",
        name="Nguyễn Văn An",
        agency_code=agency,
        agency_name=agency,
        roles=tuple(RoleRow(role=role, agency=agency) for role in roles),
        **fields,
    )
