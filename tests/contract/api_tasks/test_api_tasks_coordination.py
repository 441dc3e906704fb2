"""Requests and what agencies do together, by the API: rights, repeats, and what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from services.tasks.domain.permissions import OfficerRole
from tests.contract.api_tasks.caller import ONE, PART, Caller, problem
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House

ASK = {"kind": "extension", "reason": "Chờ Bộ", "proposed_due_on": "2025-07-15"}
INVITE = {"agency_code": "VPUBND", "what": "Số liệu", "due_on": "2025-05-15", "required": True}
LIST = f"/api/v1/plans/{small_plan.SLUG}/requests"
PEOPLE = {
    "stp.canbo": (OfficerRole.OFFICER, "STP"),
    "stp.lanhdao": (OfficerRole.HEAD, "STP"),
    "stc.lanhdao": (OfficerRole.HEAD, "STC"),
    "snv.thamdinh": (OfficerRole.APPRAISER, "SNV"),
    "snv.kehoach": (OfficerRole.PLAN_MANAGER, "SNV"),
    "chutich": (OfficerRole.LEADER, "UBND"),
    "quantri": (OfficerRole.ADMINISTRATOR, "UBND"),
    "kiemtra": (OfficerRole.AUDITOR, "UBND"),
}
As = Callable[[str], Caller]


@pytest.fixture
def as_(loaded: House, client: Any) -> As:
    def sign_in(username: str) -> Caller:
        role, agency = PEOPLE[username]
        if loaded.database["officers"].find_one({"username": username}) is None:
            loaded.account(username, role, agency)
        return Caller(client, username)

    return sign_in


def test_an_extension_from_the_asking_to_the_new_deadline(as_: As) -> None:
    head, leader = as_("stp.lanhdao"), as_("chutich")

    made = head.post(f"{ONE}/requests", ASK, {"Idempotency-Key": "a", "If-Match": '"1"'})
    again = head.post(f"{ONE}/requests", ASK, {"Idempotency-Key": "a", "If-Match": '"1"'})

    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert again.json == made.json
    assert (made.json["state"], made.json["due_on"]) == ("pending", "2025-06-30")
    assert [row["id"] for row in leader.get(LIST, state="pending").json["items"]] == [
        made.json["id"]
    ]
    one = f"/api/v1/requests/{made.json['id']}"
    assert leader.get(one).headers["ETag"] == '"1"'
    granted = leader.post(f"{one}/grant", {"note": "Hợp lý"}, {"If-Match": '"1"'})
    assert granted.status_code == 200, granted.text
    assert granted.json["decision"]["reason"] == "Hợp lý"
    part = head.get(ONE).json
    assert (part["due_on"], part["original_due_on"], part["deadline_version"]) == (
        "2025-07-15",
        "2025-06-30",
        2,
    )
    assert leader.get(LIST, state="pending").json["items"] == []
    problem(leader.post(f"{one}/refuse", {"reason": "Không"}), 409, "request_granted")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({**ASK, "kind": "khac"}, "kind"),
        ({**ASK, "reason": " "}, "reason"),
        ({**ASK, "reason": "x" * 5001}, "reason"),
        ({**ASK, "proposed_due_on": "15/07/2025"}, "proposed_due_on"),
        ({**ASK, "proposed_due_on": None}, "due_on"),
        ({**ASK, "proposed_due_on": "2025-06-30"}, "due_on"),
        ({**ASK, "la": 1}, "la"),
    ],
)
def test_what_is_wrong_with_a_request(
    as_: As, loaded: House, body: dict[str, Any], field: str
) -> None:
    answer = as_("stp.lanhdao").post(f"{ONE}/requests", body)

    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"]
    assert loaded.database["requests"].count_documents({}) == 0


def test_what_names_nothing(as_: As) -> None:
    head = as_("stp.lanhdao")

    problem(head.post("/api/v1/assignments/khong-co/requests", ASK), 404, "not_found")
    problem(head.post("/api/v1/requests/khong-co/cancel", {}), 404, "not_found")
    problem(head.get("/api/v1/requests/khong-co"), 404, "not_found")
    problem(head.post(f"{ONE}/requests", ASK, {"If-Match": '"9"'}), 409, "stale")


def test_a_declined_part_is_given_away(as_: As, loaded: House) -> None:
    body = {"kind": "decline", "reason": "Không đúng chức năng"}
    made = as_("stp.lanhdao").post(f"{ONE}/requests", body)
    one = f"/api/v1/requests/{made.json['id']}"

    problem(as_("chutich").post(f"{one}/grant", {}), 422, "decline_ruling")
    done = as_("chutich").post(f"{one}/grant", {"agency_code": "VPUBND"})

    assert done.status_code == 200, done.text
    found = loaded.database["assignments"].find_one({"_id": PART})
    assert found is not None
    assert found["agency_code"] == "VPUBND"


def test_a_lead_invites_and_hands_over_by_the_api(as_: As, loaded: House) -> None:
    head = as_("stp.lanhdao")
    officer = loaded.account("stp.hai", OfficerRole.OFFICER, "STP")

    made = head.post(f"{ONE}/coordinators", INVITE)
    given = head.post(f"{ONE}/handler", {"officer_id": officer})

    assert (made.status_code, made.json["role"], made.json["required"]) == (
        201,
        "coordinating",
        True,
    )
    assert given.json["handler_id"] == officer
    its = f"/api/v1/assignments/{made.json['id']}"
    assert head.post(f"{its}/require", {"required": False}).json["required"] is False
    assert head.post(f"{its}/uninvite").json["state"] == "withdrawn"
    problem(head.post(f"{ONE}/handler", {"officer_id": "khong-co"}), 422, "not_of_agency")
    assert head.post(f"{ONE}/handler", {"officer_id": None}).json["handler_id"] is None


def test_a_manager_urges_moves_and_reopens_by_the_api(as_: As) -> None:
    manager, head = as_("snv.kehoach"), as_("stp.lanhdao")

    assert manager.post(f"{ONE}/nudge").status_code == 200
    problem(manager.post(f"{ONE}/nudge"), 409, "nudged_today")
    said = manager.post(f"{ONE}/comments", {"text": "Đề nghị @stp.lanhdao khẩn trương"})
    assert (said.status_code, said.json["act"]) == (201, "commented")
    problem(manager.post(f"{ONE}/comments", {"text": "@khong.co"}), 422, "nobody_called")
    head.post(f"{ONE}/report", {"note": "Xong", "explanation": "Gửi sau"})
    as_("snv.thamdinh").post(f"{ONE}/accept")
    problem(manager.post(f"{ONE}/reopen", {"reason": " "}), 422, "invalid")
    opened = manager.post(f"{ONE}/reopen", {"reason": "Văn bản bị thu hồi"})
    assert opened.json["state"] == "in_progress"
    moved = manager.post(f"{ONE}/reassign", {"agency_code": "VPUBND", "reason": "Điều chỉnh"})
    assert moved.json["agency_code"] == "VPUBND"


HEAD, MANAGER = {"stp.lanhdao"}, {"snv.kehoach"}
RIGHTS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("requests", ASK, HEAD),
    ("coordinators", INVITE, HEAD),
    ("handler", {"officer_id": "khong-co"}, HEAD),
    ("reassign", {"agency_code": "KHONG", "reason": "Lý do"}, MANAGER),
    ("reopen", {"reason": "Lý do"}, MANAGER),
    ("nudge", {}, MANAGER | {"snv.thamdinh"}),
    (
        "comments",
        {"text": "@khong.co"},
        {"stp.canbo", "stp.lanhdao", "stc.lanhdao", "snv.thamdinh", "snv.kehoach", "chutich"},
    ),
]


@pytest.mark.parametrize("username", PEOPLE)
def test_every_role_against_every_route(as_: As, username: str) -> None:
    caller = as_(username)

    for path, body, may in RIGHTS:
        answer = caller.post(f"{ONE}/{path}", body)
        assert (answer.status_code == 403) == (username not in may), (path, answer.text)
        assert answer.status_code < 500
    sending = f"/api/v1/plans/{small_plan.SLUG}/agencies/STP/sending"
    answer = caller.put(sending, {"officers_send": False})
    assert answer.status_code == (200 if username == "stp.lanhdao" else 403)
