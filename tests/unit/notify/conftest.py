import datetime as dt
from typing import Any

import pytest

from services.notify.bootstrap import TEXTS
from services.notify.domain.rules import RULES, RuleTable
from shared.calendar import WorkingCalendar, load_calendar
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    AssignmentStatus,
    Change,
    DeadlineKind,
    Provenance,
    Role,
    TaskDefined,
)
from shared.texts import Texts

LOADED_AT = dt.datetime(2024, 12, 24, 1, tzinfo=dt.UTC)
CHANGE = Change(act="assigned", by="system:load", at=LOADED_AT)


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    return load_calendar()


@pytest.fixture(scope="session")
def table() -> RuleTable:
    return RuleTable(rules=RULES, send_at=dt.time(7, 30))


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts.load([TEXTS])


def make_assignment(**changes: Any) -> AssignmentState:
    due = changes.pop("due_on", dt.date(2025, 6, 30))
    facts: dict[str, Any] = {
        "assignment_id": "a1",
        "version": 1,
        "change": CHANGE,
        "plan_id": "p1",
        "task_id": "t61",
        "task_code": "NV-61",
        "edition": 1,
        "role": Role.LEAD,
        "agency_code": "SNV25",
        "period": "2025",
        "opens_on": dt.date(2025, 1, 1),
        "due_on": due,
        "original_due_on": due,
        "state": AssignmentStatus.ASSIGNED,
        **changes,
    }
    return AssignmentState(**facts)


TASK = TaskDefined(
    task_id="t61",
    version=1,
    change=CHANGE,
    plan_id="p1",
    edition=1,
    code="NV-61",
    area="6",
    title="Rà soát, sắp xếp lại đơn vị sự nghiệp công lập",
    product="Đề án đã phê duyệt",
    deadline_kind=DeadlineKind.DATE,
    deadline_text="trước ngày 30/6/2025",
    lead_agency="SNV25",
    indicator_ids=(),
    counts_in_completion=True,
    provenance=Provenance.RECONSTRUCTED,
)
AGENCY = AgencyState(
    code="SNV25",
    version=1,
    change=CHANGE,
    name="Sở Nội vụ tỉnh Sơn La",
    short_name="Sở Nội vụ",
    level="so_nganh",
)
