"""The machine of requests: docs/events.md, table G."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain import requests as rules
from services.tasks.domain.errors import InvalidError, NotAllowedError, WrongStateError
from services.tasks.domain.permissions import Act, Matter, OfficerRole, refusal
from services.tasks.domain.requests import SETTLED, Standing, Wish
from shared.events.tasks import AssignmentStatus, RequestKind, RequestState, RequestStatus, Role
from tests.unit.tasks.samples import TODAY, by, part, person

FREE = Standing(granted=0, most=2, pending=False)
LATER = dt.date(2025, 7, 15)
LONGER = Wish(kind=RequestKind.EXTENSION, reason="Chờ ý kiến của Bộ", due_on=LATER)
AWAY = Wish(kind=RequestKind.DECLINE, reason="Không đúng chức năng")
# The authority is UBND; Sở Tư pháp asked.
MATTER = Matter(
    plan_id="plan",
    agency_code="STP",
    lead_agency="STP",
    appraisers=("SNV", "VPUBND"),
    authority="UBND",
)


def made(wish: Wish = LONGER, standing: Standing = FREE, **fields: Any) -> RequestState:
    return rules.make(part(**fields), by(), wish, standing, request_id="r")


def test_a_request_waits_and_names_who_asked_without_its_text() -> None:
    found = made()

    assert (found.state, found.version, found.asked_by) == (RequestStatus.PENDING, 1, "officer")
    assert (found.proposed_due_on, found.change.has_note) == (LATER, True)
    assert "Chờ" not in repr(found)
    assert made(AWAY).proposed_due_on is None


@pytest.mark.parametrize("state", sorted(SETTLED))
@pytest.mark.parametrize("wish", [LONGER, AWAY])
def test_a_settled_part_has_nothing_to_ask_for(state: AssignmentStatus, wish: Wish) -> None:
    with pytest.raises(WrongStateError) as caught:
        made(wish, state=state)
    assert caught.value.code == f"state.{state.value}"


@pytest.mark.parametrize(
    ("wish", "standing", "fields", "code"),
    [
        (LONGER, dataclasses.replace(FREE, pending=True), {}, "request_pending"),
        (AWAY, dataclasses.replace(FREE, pending=True), {}, "request_pending"),
        (LONGER, dataclasses.replace(FREE, granted=2), {}, "extensions_used"),
        (LONGER, FREE, {"due_on": TODAY - dt.timedelta(days=1)}, "extension_too_late"),
        (AWAY, FREE, {"role": Role.FOLLOWING}, "following"),
    ],
)
def test_what_keeps_a_request_from_being_made(
    wish: Wish, standing: Standing, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(WrongStateError) as caught:
        made(wish, standing, **fields)
    assert caught.value.code == code


def test_a_late_or_often_extended_part_may_still_be_declined() -> None:
    assert made(AWAY, due_on=TODAY - dt.timedelta(days=9)).kind is RequestKind.DECLINE
    assert made(AWAY, dataclasses.replace(FREE, granted=2)).kind is RequestKind.DECLINE
    assert made(LONGER, due_on=TODAY).proposed_due_on == LATER  # the day itself is in time


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        (dataclasses.replace(LONGER, due_on=None), "due_on", "due_on_missing"),
        (dataclasses.replace(LONGER, due_on=dt.date(2025, 6, 30)), "due_on", "extension_not_later"),
        (dataclasses.replace(AWAY, due_on=LATER), "due_on", "decline_has_no_day"),
        (dataclasses.replace(LONGER, reason="  "), "reason", "reason_missing"),
    ],
)
def test_what_is_wrong_stands_at_its_field(wish: Wish, field: str, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        made(wish)
    assert (caught.value.field, caught.value.code) == (field, code)


def decide(act: str, request: RequestState) -> RequestState:
    if act == "refuse":
        return rules.refuse(request, by(), reason="Còn đủ thời gian")
    return rules.grant(request, by()) if act == "grant" else rules.cancel(request, by())


@given(st.lists(st.sampled_from(["grant", "refuse", "cancel"]), min_size=2, max_size=4))
def test_a_request_is_decided_once(acts: list[str]) -> None:
    found = decide(acts[0], made())

    assert (found.state is not RequestStatus.PENDING, found.version) == (True, 2)
    assert (found.decided_by is None) == (acts[0] == "cancel")
    for act in acts[1:]:
        with pytest.raises(WrongStateError, match=f"request_{found.state.value}"):
            decide(act, found)


def test_a_refusal_has_a_reason() -> None:
    with pytest.raises(InvalidError):
        rules.refuse(made(), by(), reason=" ")


@pytest.mark.parametrize("role", OfficerRole)
@pytest.mark.parametrize("agency", ["STP", "STC", "UBND", "SNV"])
def test_who_may_ask_decide_and_cancel(role: OfficerRole, agency: str) -> None:
    actor = person(role, agency=agency)

    asks = refusal(Act.REQUEST, actor, MATTER) is None
    decides = refusal(Act.DECIDE_REQUEST, actor, MATTER) is None
    cancels = refusal(Act.CANCEL_REQUEST, actor, MATTER) is None

    assert asks == (role is OfficerRole.HEAD and agency == "STP")
    assert decides == (role in (OfficerRole.HEAD, OfficerRole.LEADER) and agency == "UBND")
    assert cancels == (role in (OfficerRole.HEAD, OfficerRole.OFFICER) and agency == "STP")


def test_the_head_of_the_leading_agency_asks_for_a_coordinating_part_too() -> None:
    coordinating = dataclasses.replace(MATTER, agency_code="STC")

    assert refusal(Act.REQUEST, person(OfficerRole.HEAD), coordinating) is None
    found = refusal(Act.REQUEST, person(OfficerRole.HEAD, agency="SYT"), coordinating)
    assert isinstance(found, NotAllowedError)


def test_an_authority_never_decides_over_its_own_request_nor_that_of_whom_it_acts_for() -> None:
    of_authority = dataclasses.replace(MATTER, agency_code="UBND")
    leader = person(OfficerRole.LEADER, agency="UBND")
    deputy = person(OfficerRole.LEADER, agency="UBND", acting_agency="STP", acting_for="x")

    for actor, matter in ((leader, of_authority), (deputy, MATTER)):
        found = refusal(Act.DECIDE_REQUEST, actor, matter)
        assert found is not None
        assert found.code == "own_agency"
