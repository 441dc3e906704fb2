"""Agencies on one task together, on the real database."""

import datetime as dt
import threading

import pytest

from services.tasks.domain.coordination import Invitation
from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotAllowedError,
    WrongStateError,
)
from services.tasks.domain.permissions import Actor, OfficerRole
from services.tasks.usecases import steering
from services.tasks.usecases.acts import Item
from services.tasks.usecases.asked import Asked, Report
from shared.events.tasks import CATALOGUE, MENTION_MADE, NUDGE_MADE, assignment_type
from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House

LEAD = small_plan.part_id("NV-58", "STP")
COORDINATING = small_plan.part_id("NV-58", "STC")
WANTED = Invitation(agency_code="VPUBND", what="Số liệu hồ sơ trực tuyến")
REPORT = Report(note="Xong", explanation="Gửi sau")


@pytest.fixture
def head(loaded: House) -> Actor:
    return loaded.person(OfficerRole.HEAD, "STP")


def do(house: House, actor: Actor, part_id: str, what: Asked) -> Document:
    return house.acts.do(actor, Item(assignment_id=part_id, asked=what))


def test_the_lead_asks_an_agency_which_then_has_a_part_of_its_own(
    loaded: House, head: Actor
) -> None:
    wanted = Invitation(
        agency_code="VPUBND", what="Số liệu", due_on=dt.date(2025, 5, 15), required=True
    )

    made = loaded.coordination.invite(head, LEAD, wanted, version=1)

    assert (made["role"], made["state"], made["due_on"]) == (
        "coordinating",
        "assigned",
        "2025-05-15",
    )
    assert (made["opens_on"], made["original_due_on"]) == ("2025-02-03", "2025-05-15")
    assert (made["required"], made["lead_agency"], made["wanted"]) == (True, "STP", "Số liệu")
    assert loaded.part("NV-58", "STP")["coord_count"] == made["coord_count"]
    [event] = [row for row in loaded.events(assignment_type("assigned")) if made["_id"] in str(row)]
    state = CATALOGUE.decode_data(assignment_type("assigned"), event["body"].encode())
    assert (state.agency_code, state.change.why, state.required) == ("VPUBND", "invited", True)
    guest = loaded.person(OfficerRole.OFFICER, "VPUBND")
    loaded.acts.report(guest, made["_id"], report=REPORT)
    assert loaded.acts.accept(head, made["_id"])["state"] == "accepted"


def test_a_required_part_that_is_open_holds_the_leads_report(loaded: House, head: Actor) -> None:
    loaded.database["assignments"].update_one({"_id": COORDINATING}, {"$set": {"required": False}})
    marked = do(loaded, head, COORDINATING, steering.mark_required(required=True))
    assert marked["required"] is True

    with pytest.raises(InvalidError) as caught:
        loaded.acts.report(head, LEAD, report=Report(note="Xong", document=None, files=()))
    assert caught.value.field == "explanation"

    do(loaded, head, COORDINATING, steering.mark_required(required=False))
    with pytest.raises(WrongStateError):
        do(loaded, head, COORDINATING, steering.mark_required(required=False))
    with pytest.raises(WrongStateError):
        do(loaded, head, LEAD, steering.mark_required(required=True))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Invitation(agency_code="STC", what="Số liệu"), "has_part"),
        (Invitation(agency_code="STP", what="Số liệu"), "lead_also_invited"),
        (Invitation(agency_code="KHONG-CO", what="Số liệu"), "unknown_agency"),
        (Invitation(agency_code="SNV25", what="Số liệu"), "unknown_agency"),
        (Invitation(agency_code="VPUBND", what=" "), "what_missing"),
        (
            Invitation(agency_code="VPUBND", what="x", due_on=dt.date(2025, 7, 1)),
            "later_than_lead",
        ),
        (Invitation(agency_code="VPUBND", what="x", due_on=dt.date(2025, 2, 2)), "day_past"),
    ],
)
def test_an_invitation_that_cannot_be(
    loaded: House, head: Actor, wanted: Invitation, code: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        loaded.coordination.invite(head, LEAD, wanted)

    assert caught.value.code == code
    assert loaded.database["assignments"].count_documents({"task_code": "NV-58"}) == 4


def test_two_who_invite_at_once_make_one_part(loaded: House, head: Actor) -> None:
    start, found = threading.Barrier(2), []

    def invite() -> None:
        start.wait()
        try:
            found.append(loaded.coordination.invite(head, LEAD, WANTED)["state"])
        except DomainError as error:
            found.append(error.code)

    threads = [threading.Thread(target=invite) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == ["assigned", "has_part"]


def test_an_invited_part_is_taken_back_until_it_is_begun(loaded: House, head: Actor) -> None:
    before = loaded.part("NV-58", "STP")["coord_count"]
    made = loaded.coordination.invite(head, LEAD, WANTED)

    gone = do(loaded, head, made["_id"], steering.uninvite())

    assert gone["state"] == "withdrawn"
    assert loaded.part("NV-58", "STP")["coord_count"] == before
    task = loaded.database["tasks"].find_one({"code": "NV-58"})
    assert task is not None
    assert "VPUBND" not in task["coord_codes"]
    again = loaded.coordination.invite(head, LEAD, WANTED)
    loaded.acts.start(loaded.person(OfficerRole.OFFICER, "VPUBND"), again["_id"])
    with pytest.raises(WrongStateError):
        do(loaded, head, again["_id"], steering.uninvite())
    with pytest.raises(WrongStateError) as caught:  # the plan's own part
        do(loaded, head, COORDINATING, steering.uninvite())
    assert caught.value.code == "not_invited"


def test_a_head_gives_a_part_to_a_person_of_the_agency(loaded: House, head: Actor) -> None:
    officer = loaded.account("stp.canbo", OfficerRole.OFFICER, "STP")
    stranger = loaded.account("stc.canbo", OfficerRole.OFFICER, "STC")

    given = do(loaded, head, LEAD, steering.set_handler(officer))

    assert (given["handler_id"], given["version"]) == (officer, 2)
    [event] = loaded.events(assignment_type("reassigned"))
    assert f'"handler_id":"{officer}"' in event["body"]
    line = loaded.history("NV-58", "STP")[-1]
    assert (line["act"], line["after"]) == ("handler_set", {"handler_id": officer})
    for wrong in (stranger, "khong-co"):
        with pytest.raises(InvalidError):
            do(loaded, head, LEAD, steering.set_handler(wrong))
    with pytest.raises(WrongStateError):
        do(loaded, head, LEAD, steering.set_handler(officer))
    assert do(loaded, head, LEAD, steering.set_handler(None))["handler_id"] is None


def test_an_agency_lets_its_head_alone_send_reports(loaded: House, head: Actor) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    use, plan_id = loaded.coordination, small_plan.PLAN_ID
    use.let_officers_send(head, plan_id, "STP", officers_send=False)

    with pytest.raises(NotAllowedError) as caught:
        loaded.acts.report(officer, LEAD, report=REPORT)
    assert caught.value.code == "head_sends"
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STC"), COORDINATING, report=REPORT)
    assert loaded.acts.report(head, LEAD, report=REPORT)["state"] == "reported"

    for stranger in (officer, loaded.person(OfficerRole.HEAD, "STC")):
        with pytest.raises(NotAllowedError):
            use.let_officers_send(stranger, plan_id, "STP", officers_send=True)
    use.let_officers_send(head, plan_id, "STP", officers_send=True)
    plan = loaded.database["plans"].find_one({"_id": plan_id})
    assert plan is not None
    assert plan["heads_send"] == []


def test_a_comment_calls_people_of_the_agencies_concerned(loaded: House, head: Actor) -> None:
    called = loaded.account("stc.canbo", OfficerRole.OFFICER, "STC")
    appraiser = loaded.account("vpubnd.thamdinh", OfficerRole.APPRAISER, "VPUBND")
    loaded.account("ubnd.canbo", OfficerRole.OFFICER, "UBND")

    loaded.coordination.comment(head, LEAD, "@stc.canbo gửi biểu 2, @VPUBND.Thamdinh xem giúp.")

    [event] = loaded.events(MENTION_MADE)
    made = CATALOGUE.decode_data(MENTION_MADE, event["body"].encode())
    assert (made.officer_ids, made.assignment_id) == ((called, appraiser), LEAD)
    assert "biểu" not in event["body"]
    line = loaded.database["history"].find_one({"act": "commented"})
    assert line is not None
    assert line["note"].startswith("@stc.canbo")
    loaded.coordination.comment(head, LEAD, "Gửi về stp@sonla.gov.vn trước thứ sáu")
    assert len(loaded.events(MENTION_MADE)) == 1  # an address calls nobody
    for wrong in ("@ubnd.canbo xem giúp", "@khong.co xem giúp", "  "):
        with pytest.raises(InvalidError) as caught:
            loaded.coordination.comment(head, LEAD, wrong)
        assert caught.value.field == "text"


@pytest.mark.parametrize(
    ("role", "agency", "may"),
    [
        (OfficerRole.OFFICER, "STC", True),
        (OfficerRole.OFFICER, "UBND", False),
        (OfficerRole.LEADER, "UBND", True),
        (OfficerRole.APPRAISER, "VPUBND", True),
        (OfficerRole.ADMINISTRATOR, "STP", False),
        (OfficerRole.AUDITOR, "STP", False),
    ],
)
def test_who_may_comment(loaded: House, role: OfficerRole, agency: str, *, may: bool) -> None:
    actor = loaded.person(role, agency)

    if may:
        assert loaded.coordination.comment(actor, LEAD, "Đồng ý")["act"] == "commented"
    else:
        with pytest.raises(NotAllowedError):
            loaded.coordination.comment(actor, LEAD, "Đồng ý")


def test_a_part_is_urged_once_a_day(loaded: House) -> None:
    manager = loaded.person(OfficerRole.PLAN_MANAGER, "SNV")

    loaded.coordination.nudge(manager, LEAD)
    with pytest.raises(WrongStateError) as caught:
        loaded.coordination.nudge(loaded.person(OfficerRole.APPRAISER, "VPUBND"), LEAD)
    assert caught.value.code == "nudged_today"
    loaded.coordination.nudge(manager, COORDINATING)
    loaded.business.set(dt.datetime(2025, 2, 4, 1, 0, tzinfo=dt.UTC))
    loaded.coordination.nudge(manager, LEAD)

    assert len(loaded.events(NUDGE_MADE)) == 3
    assert loaded.part("NV-58", "STP")["version"] == 1


def test_who_is_never_urged_and_who_never_urges(loaded: House, head: Actor) -> None:
    own = small_plan.part_id("NV-01", "SNV")
    with pytest.raises(NotAllowedError):
        loaded.coordination.nudge(loaded.person(OfficerRole.PLAN_MANAGER, "SNV"), own)
    with pytest.raises(NotAllowedError):
        loaded.coordination.nudge(loaded.person(OfficerRole.HEAD, "STC"), LEAD)
    loaded.acts.report(head, LEAD, report=REPORT)
    with pytest.raises(WrongStateError):
        loaded.coordination.nudge(loaded.person(OfficerRole.PLAN_MANAGER, "SNV"), LEAD)
    assert loaded.events(NUDGE_MADE) == []


def test_the_plan_manager_moves_a_part_with_a_reason(loaded: House, head: Actor) -> None:
    manager = loaded.person(OfficerRole.PLAN_MANAGER, "SNV")
    do(loaded, head, LEAD, steering.set_handler(loaded.account("a.b", OfficerRole.OFFICER, "STP")))

    moved = do(loaded, manager, LEAD, steering.reassign("VPUBND", "Điều chỉnh phân công"))

    assert (moved["agency_code"], moved["handler_id"], moved["lead_agency"]) == (
        "VPUBND",
        None,
        "VPUBND",
    )
    line = loaded.database["history"].find_one({"act": "reassigned", "assignment_id": LEAD})
    assert line is not None
    assert (line["why"], line["note"]) == ("ruling", "Điều chỉnh phân công")
    with pytest.raises(InvalidError):
        do(loaded, manager, LEAD, steering.reassign("UBND", " "))
    with pytest.raises(NotAllowedError):
        do(loaded, head, LEAD, steering.reassign("UBND", "Muốn"))


@pytest.mark.parametrize("role", [OfficerRole.OFFICER, OfficerRole.APPRAISER])
@pytest.mark.parametrize("agency", ["STP", "STC"])
def test_only_the_leading_head_invites_and_requires(
    loaded: House, role: OfficerRole, agency: str
) -> None:
    for actor in (loaded.person(role, agency), loaded.person(OfficerRole.HEAD, "STC")):
        with pytest.raises(NotAllowedError):
            loaded.coordination.invite(actor, LEAD, WANTED)
        for what in (steering.mark_required(required=False), steering.uninvite()):
            with pytest.raises(NotAllowedError):
                do(loaded, actor, COORDINATING, what)
