import datetime as dt
from typing import Any

import pytest

from services.tasks.domain.permissions import Act, OfficerRole
from services.tasks.queries.allowed import allowed
from shared.events.tasks import AssignmentStatus
from shared.mongo import to_document
from tests.unit.tasks.samples import TODAY, part, person

PLAN = {"appraisers_now": ["SNV"], "applying": False, "state": "issued"}
OFFICER = person(OfficerRole.OFFICER)
APPRAISER = person(OfficerRole.APPRAISER, agency="SNV")


def document(**fields: Any) -> dict[str, Any]:
    return {**to_document(part(**fields)), "lead_agency": "STP"}


def may(actor: Any, plan: dict[str, Any], **fields: Any) -> set[Act]:
    return {
        act
        for act, against in allowed(actor, document(**fields), plan, TODAY).items()
        if against is None
    }


def test_the_buttons_are_those_of_role_and_state() -> None:
    reported = AssignmentStatus.REPORTED

    assert may(OFFICER, PLAN) == {Act.START, Act.NOTE, Act.REPORT}
    assert may(OFFICER, PLAN, state=reported) == {Act.NOTE, Act.TAKE_BACK}
    assert may(APPRAISER, PLAN, state=reported) == {Act.ACCEPT, Act.RETURN}
    assert may(APPRAISER, PLAN) == {Act.NUDGE}
    assert may(OFFICER, PLAN, opens_on=TODAY + dt.timedelta(days=1)) == set()


@pytest.mark.parametrize(
    ("fields", "reason"), [({"applying": True}, "plan_busy"), ({"state": "closed"}, "plan_closed")]
)
def test_nothing_may_be_done_on_a_busy_or_closed_plan(fields: dict[str, Any], reason: str) -> None:
    found = allowed(OFFICER, document(), {**PLAN, **fields}, TODAY)

    assert {against.code for against in found.values() if against} == {reason}
    assert len(found) == sum(against is not None for against in found.values())
