"""Requests on the real database: what they do to parts, and what ends them."""

import datetime as dt
import threading

import pytest

from services.tasks.domain.errors import (
    DomainError,
    InvalidError,
    NotAllowedError,
    WrongStateError,
)
from services.tasks.domain.permissions import Actor, OfficerRole
from services.tasks.domain.requests import Wish
from services.tasks.usecases.asked import Report
from services.tasks.usecases.ruling import Ruling
from shared.events.tasks import CATALOGUE, RequestKind, assignment_type, request_type
from shared.mongo import Document, StaleVersionError
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House

PART = small_plan.part_id("NV-58", "STP")
COORDINATING = small_plan.part_id("NV-58", "STC")
LATER = dt.date(2025, 7, 15)
LONGER = Wish(kind=RequestKind.EXTENSION, reason="Chờ ý kiến của Bộ", due_on=LATER)
AWAY = Wish(kind=RequestKind.DECLINE, reason="Không đúng chức năng")


@pytest.fixture
def head(loaded: House) -> Actor:
    return loaded.person(OfficerRole.HEAD, "STP")


@pytest.fixture
def decider(loaded: House) -> Actor:
    return loaded.person(OfficerRole.LEADER, "UBND")


def acts_of(house: House, code: str, agency: str) -> list[str]:
    query = {"assignment_id": small_plan.part_id(code, agency)}
    rows = house.database["history"].find(query).sort([("at", 1), ("_id", 1)])
    return [row["act"] for row in rows]


def told(house: House, act: str) -> list[str]:
    kind = request_type(act)
    return [
        CATALOGUE.decode_data(kind, row["body"].encode()).state.value for row in house.events(kind)
    ]


def test_a_granted_extension_moves_the_deadline_and_keeps_the_original(
    loaded: House, head: Actor, decider: Actor
) -> None:
    asked = loaded.requests.make(head, PART, LONGER, version=1)
    waiting = loaded.part("NV-58", "STP")
    assert (waiting["version"], waiting["pending_request"]) == (1, asked["_id"])
    assert waiting["due_on"] == "2025-06-30"  # the deadline keeps running

    done = loaded.requests.grant(decider, asked["_id"], note="Hợp lý", version=1)

    part = loaded.part("NV-58", "STP")
    assert (done["state"], done["version"], done["decided_by"]) == ("granted", 2, "leader-UBND")
    assert (part["due_on"], part["original_due_on"]) == ("2025-07-15", "2025-06-30")
    assert (part["deadline_version"], part["version"], part["pending_request"]) == (2, 2, None)
    assert acts_of(loaded, "NV-58", "STP") == [
        "assigned",
        "request_made",
        "request_granted",
        "deadline_changed",
    ]
    assert told(loaded, "made") == ["pending"]
    assert told(loaded, "granted") == ["granted"]
    [event] = loaded.events(assignment_type("deadline_changed"))
    assert '"why":"extension"' in event["body"]
    assert "Chờ ý kiến" not in "".join(row["body"] for row in loaded.events())


def test_the_plan_limits_how_often_a_part_is_extended(
    loaded: House, head: Actor, decider: Actor
) -> None:
    for month in (7, 8):
        wish = Wish(kind=RequestKind.EXTENSION, reason="Thêm", due_on=dt.date(2025, month, 15))
        asked = loaded.requests.make(head, PART, wish)
        loaded.requests.grant(decider, asked["_id"])

    third = Wish(kind=RequestKind.EXTENSION, reason="Thêm", due_on=dt.date(2025, 9, 15))
    with pytest.raises(WrongStateError) as caught:
        loaded.requests.make(head, PART, third)

    assert caught.value.code == "extensions_used"
    assert loaded.part("NV-58", "STP")["deadline_version"] == 3


def test_a_refusal_and_a_cancellation_leave_the_part_alone(
    loaded: House, head: Actor, decider: Actor
) -> None:
    first = loaded.requests.make(head, PART, LONGER)
    loaded.requests.refuse(decider, first["_id"], reason="Còn đủ thời gian")
    second = loaded.requests.make(head, PART, LONGER)
    loaded.requests.cancel(loaded.person(OfficerRole.OFFICER, "STP"), second["_id"])

    part = loaded.part("NV-58", "STP")
    assert (part["version"], part["due_on"], part["pending_request"]) == (1, "2025-06-30", None)
    assert told(loaded, "refused") == ["refused"]
    assert told(loaded, "cancelled") == ["cancelled"]
    with pytest.raises(WrongStateError) as caught:
        loaded.requests.grant(decider, first["_id"])
    assert caught.value.code == "request_refused"


def test_nobody_of_the_asking_agency_nor_a_stranger_decides(loaded: House, head: Actor) -> None:
    asked = loaded.requests.make(head, PART, LONGER)
    others = [
        head,
        loaded.person(OfficerRole.HEAD, "STC"),
        loaded.person(OfficerRole.APPRAISER, "SNV"),
        loaded.person(OfficerRole.PLAN_MANAGER, "SNV"),
        loaded.person(OfficerRole.ADMINISTRATOR, "UBND"),
    ]

    for actor in others:
        with pytest.raises(NotAllowedError):
            loaded.requests.grant(actor, asked["_id"])
        with pytest.raises(NotAllowedError):
            loaded.requests.refuse(actor, asked["_id"], reason="Không")
    assert told(loaded, "granted") + told(loaded, "refused") == []


def test_the_authority_does_not_ask_itself(loaded: House) -> None:
    loaded.database["plans"].update_one({}, {"$set": {"authority_now": "STP"}})

    with pytest.raises(NotAllowedError) as caught:
        loaded.requests.make(loaded.person(OfficerRole.HEAD, "STP"), PART, LONGER)

    assert caught.value.code == "authority_asks"


def test_a_report_ends_the_request_that_waits(loaded: House, head: Actor, decider: Actor) -> None:
    asked = loaded.requests.make(head, PART, LONGER)

    loaded.acts.report(head, PART, report=Report(note="Xong", explanation="Gửi sau"), version=1)

    part = loaded.part("NV-58", "STP")
    assert (part["state"], part["pending_request"]) == ("reported", None)
    line = loaded.database["history"].find_one({"act": "request_cancelled"})
    assert line is not None
    assert (line["by"], line["why"]) == ("system:requests", "settled")
    assert told(loaded, "cancelled") == ["cancelled"]
    with pytest.raises(WrongStateError) as caught:
        loaded.requests.grant(decider, asked["_id"])
    assert caught.value.code == "request_cancelled"


def test_a_declined_coordinating_part_goes_to_another_agency_with_its_history(
    loaded: House, decider: Actor
) -> None:
    asked = loaded.requests.make(loaded.person(OfficerRole.HEAD, "STC"), COORDINATING, AWAY)

    loaded.requests.grant(decider, asked["_id"], ruling=Ruling(agency_code="VPUBND"))

    part = loaded.database["assignments"].find_one({"_id": COORDINATING})
    assert part is not None
    assert (part["agency_code"], part["state"], part["version"]) == ("VPUBND", "assigned", 2)
    assert part["lead_agency"] == "STP"
    assert "vpubnd" in part["search"]
    assert acts_of(loaded, "NV-58", "STC")[-1] == "reassigned"


def test_a_declined_lead_part_takes_the_task_along_and_swallows_the_coordinating_one(
    loaded: House, head: Actor, decider: Actor
) -> None:
    asked = loaded.requests.make(head, PART, AWAY)

    loaded.requests.grant(decider, asked["_id"], ruling=Ruling(agency_code="STC"))

    parts = {row["_id"]: row for row in loaded.database["assignments"].find({"task_code": "NV-58"})}
    assert parts[PART]["agency_code"] == "STC"
    assert parts[COORDINATING]["state"] == "withdrawn"
    assert {row["lead_agency"] for row in parts.values()} == {"STC"}
    task = loaded.database["tasks"].find_one({"code": "NV-58"})
    assert task is not None
    assert (task["lead_agency"], task["version"]) == ("STC", 2)


def test_a_declined_part_may_be_withdrawn(loaded: House, decider: Actor) -> None:
    asked = loaded.requests.make(loaded.person(OfficerRole.HEAD, "STC"), COORDINATING, AWAY)

    loaded.requests.grant(decider, asked["_id"], ruling=Ruling(withdraw=True))

    assert loaded.part("NV-58", "STC")["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("wish", "ruling", "code"),
    [
        (AWAY, None, "decline_ruling"),
        (AWAY, Ruling(), "decline_ruling"),
        (AWAY, Ruling(agency_code="STC", withdraw=True), "decline_ruling"),
        (AWAY, Ruling(agency_code="KHONG-CO"), "unknown_agency"),
        (AWAY, Ruling(agency_code="SNV25"), "unknown_agency"),  # begins in March
        (AWAY, Ruling(agency_code="STP"), "same_agency"),
        (LONGER, Ruling(withdraw=True), "extension_has_no_ruling"),
    ],
)
def test_a_ruling_that_cannot_be_changes_nothing(
    loaded: House, wish: Wish, ruling: Ruling | None, code: str
) -> None:
    decider = loaded.person(OfficerRole.LEADER, "UBND")
    asked = loaded.requests.make(loaded.person(OfficerRole.HEAD, "STP"), PART, wish)

    with pytest.raises(InvalidError) as caught:
        loaded.requests.grant(decider, asked["_id"], ruling=ruling)

    assert caught.value.code == code
    part = loaded.part("NV-58", "STP")
    assert (part["version"], part["pending_request"]) == (1, asked["_id"])


def test_two_who_ask_at_once_make_one_request(loaded: House, head: Actor) -> None:
    start, found = threading.Barrier(2), []

    def ask() -> None:
        start.wait()
        try:
            found.append(loaded.requests.make(head, PART, LONGER)["state"])
        except (DomainError, StaleVersionError) as error:
            found.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == ["error.request_pending", "pending"]
    assert told(loaded, "made") == ["pending"]


def test_a_part_seen_in_an_older_version_is_not_asked_for(loaded: House, head: Actor) -> None:
    loaded.acts.start(head, PART)

    with pytest.raises(StaleVersionError):
        loaded.requests.make(head, PART, LONGER, version=1)


def test_the_authority_follows_its_succession(loaded: House) -> None:
    loaded.database["plans"].update_one({}, {"$set": {"policies.extension_authority": "SNV"}})
    loaded.business.set(dt.datetime(2025, 3, 1, 1, 0, tzinfo=dt.UTC))

    loaded.successions.run()
    asked = loaded.requests.make(loaded.person(OfficerRole.HEAD, "STP"), PART, LONGER)

    done: Document = loaded.requests.grant(loaded.person(OfficerRole.HEAD, "SNV25"), asked["_id"])
    assert done["state"] == "granted"
