import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain.errors import NotAllowedError, SignInError
from services.tasks.domain.permissions import (
    TABLE,
    Act,
    Actor,
    Matter,
    OfficerRole,
    RoleRow,
    refusal,
    require,
)
from shared.events.tasks import Role
from tests.unit.tasks.samples import person

LEAD = Matter(plan_id="plan", agency_code="STP", lead_agency="STP", appraisers=("SNV", "VPUBND"))
COORDINATING = dataclasses.replace(LEAD, agency_code="STC", role=Role.COORDINATING)
OF_SNV = dataclasses.replace(LEAD, agency_code="SNV", lead_agency="SNV")
OWN_ACTS = [Act.START, Act.NOTE, Act.REPORT, Act.TAKE_BACK, Act.MEASURE]
DECISIONS = [Act.ACCEPT, Act.RETURN, Act.APPROVE_MEASUREMENT, Act.RETURN_MEASUREMENT]
AGENCIES = st.sampled_from(["SNV", "VPUBND", "STP", "STC", "*"])


def reason(act: Act, actor: Actor, matter: Matter) -> str | None:
    found = refusal(act, actor, matter)
    return found.code if found else None


@pytest.mark.parametrize("act", OWN_ACTS)
@pytest.mark.parametrize("role", [OfficerRole.OFFICER, OfficerRole.HEAD])
def test_officers_and_heads_act_for_their_own_agency_alone(act: Act, role: OfficerRole) -> None:
    assert reason(act, person(role), LEAD) is None
    assert reason(act, person(role, agency="STC"), LEAD) == "other_agency"


@pytest.mark.parametrize("act", DECISIONS)
def test_an_agency_of_the_policy_decides_over_others_work(act: Act) -> None:
    assert reason(act, person(OfficerRole.APPRAISER, agency="SNV"), LEAD) is None
    assert reason(act, person(OfficerRole.APPRAISER, agency="VPUBND"), LEAD) is None
    assert reason(act, person(OfficerRole.APPRAISER, agency="STC"), LEAD) == "not_appraiser"


@pytest.mark.parametrize("act", DECISIONS)
def test_nobody_decides_over_the_work_of_the_own_agency(act: Act) -> None:
    assert reason(act, person(OfficerRole.APPRAISER, agency="SNV"), OF_SNV) == "own_agency"
    assert reason(act, person(OfficerRole.APPRAISER, agency="VPUBND"), OF_SNV) is None


def test_a_deputy_does_not_decide_over_the_agency_acted_for() -> None:
    deputy = Actor(
        officer_id="o",
        username="o",
        name="o",
        agency_code="VPUBND",
        agency_name="VPUBND",
        roles=(RoleRow(role=OfficerRole.APPRAISER),),
        acting_for="p",
        acting_agency="SNV",
    )

    assert reason(Act.ACCEPT, deputy, OF_SNV) == "own_agency"
    assert reason(Act.ACCEPT, deputy, LEAD) is None
    of_home = dataclasses.replace(LEAD, agency_code="VPUBND")
    assert reason(Act.ACCEPT, deputy, of_home) == "own_agency"


@pytest.mark.parametrize("role", [OfficerRole.HEAD, OfficerRole.APPRAISER])
def test_a_coordinating_part_is_appraised_by_the_leading_agency(role: OfficerRole) -> None:
    assert reason(Act.ACCEPT, person(role, agency="STP"), COORDINATING) is None
    assert reason(Act.ACCEPT, person(role, agency="STC"), COORDINATING) == "own_agency"
    assert reason(Act.ACCEPT, person(role, agency="SNV"), COORDINATING) == "not_appraiser"


def test_a_head_does_not_appraise_lead_parts_even_in_an_agency_of_the_policy() -> None:
    assert reason(Act.ACCEPT, person(OfficerRole.HEAD, agency="SNV"), LEAD) == "not_appraiser"


@pytest.mark.parametrize("act", [act for act in Act if act not in {Act.READ, Act.MANAGE_OFFICERS}])
@pytest.mark.parametrize("role", [OfficerRole.ADMINISTRATOR, OfficerRole.AUDITOR])
def test_administrators_and_auditors_act_on_nothing(act: Act, role: OfficerRole) -> None:
    assert reason(act, person(role, agency="SNV"), LEAD) == "role"


@pytest.mark.parametrize("role", list(OfficerRole))
def test_everybody_who_signs_in_reads(role: OfficerRole) -> None:
    assert reason(Act.READ, person(role, agency="X"), LEAD) is None


def test_only_a_leader_unlocks() -> None:
    assert reason(Act.UNLOCK_MEASUREMENT, person(OfficerRole.LEADER, agency="UBND"), LEAD) is None
    assert reason(Act.UNLOCK_MEASUREMENT, person(OfficerRole.PLAN_MANAGER), LEAD) == "role"


def test_a_plan_manager_does_not_reopen_the_work_of_his_own_agency() -> None:
    manager = person(OfficerRole.PLAN_MANAGER, agency="SNV")

    assert reason(Act.REOPEN, manager, LEAD) is None
    assert reason(Act.REOPEN, manager, OF_SNV) == "own_agency"
    assert reason(Act.SET_DEADLINE, manager, OF_SNV) is None


def test_a_role_for_another_plan_does_not_count() -> None:
    row = RoleRow(role=OfficerRole.OFFICER, agency="STP", plan="other")
    actor = dataclasses.replace(person(OfficerRole.OFFICER), roles=(row,))

    assert reason(Act.START, actor, LEAD) == "role"


def test_a_refusal_is_raised_with_its_reason() -> None:
    require(Act.START, person(OfficerRole.OFFICER), LEAD)

    with pytest.raises(NotAllowedError, match="other_agency") as caught:
        require(Act.START, person(OfficerRole.OFFICER, agency="STC"), LEAD)

    assert caught.value.params == {"agency": "STP"}


def test_a_role_holds_from_its_first_to_its_last_day() -> None:
    first, last = dt.date(2025, 3, 1), dt.date(2025, 3, 31)
    row = RoleRow(role=OfficerRole.HEAD, since=first, until=last)

    assert row.valid_on(first)
    assert row.valid_on(last)
    assert not row.valid_on(first - dt.timedelta(days=1))
    assert not row.valid_on(last + dt.timedelta(days=1))


def test_every_act_has_a_line_in_the_table() -> None:
    assert set(TABLE) == set(Act)


@given(
    rows=st.lists(
        st.builds(RoleRow, role=st.sampled_from(list(OfficerRole)), agency=AGENCIES), max_size=4
    ),
    home=st.sampled_from(["SNV", "VPUBND", "STP", "STC"]),
    acting=st.none() | st.sampled_from(["SNV", "STP"]),
    holder=st.sampled_from(["SNV", "VPUBND", "STP", "STC"]),
    lead=st.sampled_from(["SNV", "STP"]),
    role=st.sampled_from(list(Role)),
    act=st.sampled_from(DECISIONS),
)
def test_guard_g_holds_for_whatever_roles_one_has(
    *,
    rows: list[RoleRow],
    home: str,
    acting: str | None,
    holder: str,
    lead: str,
    role: Role,
    act: Act,
) -> None:
    actor = Actor(
        officer_id="o",
        username="o",
        name="o",
        agency_code=home,
        agency_name=home,
        roles=tuple(rows),
        acting_for="p" if acting else None,
        acting_agency=acting,
    )
    matter = dataclasses.replace(LEAD, agency_code=holder, lead_agency=lead, role=role)

    if refusal(act, actor, matter) is None:
        assert holder not in {home, acting}


def test_a_person_is_known_by_the_names_of_the_roles_each_once() -> None:
    actor = person(OfficerRole.OFFICER, OfficerRole.OFFICER, OfficerRole.HEAD)

    assert actor.role_names == ("officer", "head")
    assert actor.has(OfficerRole.HEAD, OfficerRole.LEADER)
    assert not actor.has(OfficerRole.APPRAISER)


def test_the_first_refusal_is_told_when_no_role_helps() -> None:
    rows = (
        RoleRow(role=OfficerRole.APPRAISER, agency="STC"),
        RoleRow(role=OfficerRole.APPRAISER, agency="STP"),
    )
    actor = dataclasses.replace(person(agency="STC"), roles=rows)

    assert reason(Act.ACCEPT, actor, LEAD) == "not_appraiser"


def test_a_refused_sign_in_tells_how_long_to_wait() -> None:
    error = SignInError("error.locked_out", retry_after=30, seconds=30)

    assert (error.code, error.retry_after, error.params) == ("locked_out", 30, {"seconds": 30})
