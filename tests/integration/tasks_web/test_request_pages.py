"""Requests by their forms, without script: asked, listed, decided, told."""

import io
from collections.abc import Callable

import pytest

from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import PDF, Person, fields_of, words_of

PART = small_plan.part_id("NV-58", "STP")
TASK = f"/nhiem-vu/{small_plan.task_id('NV-58')}"
NEW = f"/phan-viec/{PART}/kien-nghi"
SignIn = Callable[[str], Person]
ASKED = {"due_on": "15/07/2025", "reason": "Chờ ý kiến của Bộ"}


def ask(person: Person, kind: str = "extension", **typed: object) -> object:
    form = fields_of(person.get(f"{NEW}?loai={kind}").text, NEW)
    return person.send(NEW, form | ASKED | typed if kind == "extension" else form | typed)


def only(house: House) -> str:
    [row] = house.database["requests"].find()
    return str(row["_id"])


def test_an_extension_is_asked_seen_by_its_decider_and_granted(house: House, as_: SignIn) -> None:
    head, leader = as_("stp.lanhdao"), as_("lanhdao")
    page = words_of(head.get(TASK).text)
    assert "Xin gia hạn" in page
    assert "Trả lại nhiệm vụ" in page
    form = words_of(head.get(f"{NEW}?loai=extension").text)
    assert "Hạn hiện tại 30/06/2025" in form
    assert "1/2" in form

    answer = head.send(
        NEW,
        fields_of(head.get(f"{NEW}?loai=extension").text, NEW)
        | ASKED
        | {"files": (io.BytesIO(PDF), "cong-van.pdf")},
    )

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, TASK)
    request_id = only(house)
    asked = words_of(head.get(TASK).text)
    assert "NV-58: đã gửi kiến nghị gia hạn." in asked
    assert "Kiến nghị gia hạn 30/06/2025 → 15/07/2025 · Chờ quyết định" in asked
    assert "Xin gia hạn" not in asked.replace("Kiến nghị gia hạn", "")
    for place in ("/tham-dinh", "/viec-cua-toi"):
        assert "Xin gia hạn 30/06/2025 → 15/07/2025" in words_of(leader.get(place).text)
    one = f"/kien-nghi/{request_id}"
    shown = leader.get(one).text
    assert "cong-van.pdf" in shown
    granted = leader.send(f"{one}/grant", fields_of(shown, f"{one}/grant") | {"tiep": "/tham-dinh"})
    assert (granted.status_code, granted.headers["Location"]) == (303, "/tham-dinh")
    assert "15/07/2025" not in words_of(leader.get("/tham-dinh").text)
    part = house.part("NV-58", "STP")
    assert (part["due_on"], part["original_due_on"]) == ("2025-07-15", "2025-06-30")
    page = words_of(head.get(TASK).text)
    assert "Hạn ban đầu 30/06/2025" in page
    assert "Đồng ý kiến nghị (gia hạn)" in page


def test_what_is_wrong_stands_at_its_field_with_what_was_typed(house: House, as_: SignIn) -> None:
    head = as_("stp.lanhdao")

    answer = head.send(
        NEW,
        fields_of(head.get(f"{NEW}?loai=extension").text, NEW)
        | {"due_on": "30/06/2025", "reason": "Cần thêm"},
    )

    assert answer.status_code == 422
    assert "Hạn mới phải sau hạn hiện tại 30/06/2025." in words_of(answer.text)
    assert "Cần thêm" in answer.text
    empty = head.send(NEW, fields_of(answer.text, NEW) | {"due_on": "", "reason": " "})
    said = words_of(empty.text)
    assert "Nhập hạn mới đề nghị." in said
    assert "Nhập lý do." in said
    assert house.database["requests"].count_documents({}) == 0


def test_a_form_sent_twice_asks_once(house: House, as_: SignIn) -> None:
    head = as_("stp.lanhdao")
    form = fields_of(head.get(f"{NEW}?loai=extension").text, NEW) | ASKED

    answers = [head.send(NEW, form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert house.database["requests"].count_documents({}) == 1


def test_a_refusal_needs_a_reason_and_may_be_read_by_the_asker(house: House, as_: SignIn) -> None:
    head, leader = as_("stp.lanhdao"), as_("lanhdao")
    ask(head)
    one = f"/kien-nghi/{only(house)}"
    form = fields_of(leader.get(one).text, f"{one}/refuse")

    assert leader.send(f"{one}/refuse", form | {"reason": ""}).status_code == 422
    refused = leader.send(f"{one}/refuse", form | {"reason": "Còn đủ thời gian"})

    assert refused.status_code == 303
    said = words_of(head.get(one).text)
    assert "Không đồng ý" in said
    assert "“Còn đủ thời gian”" in said
    late = leader.send(f"{one}/grant", {**form, "key": "other"})
    assert late.status_code == 409
    assert "Kiến nghị này đã bị từ chối." in words_of(late.text)


def test_a_declined_task_is_given_to_another_agency(house: House, as_: SignIn) -> None:
    head, leader = as_("stp.lanhdao"), as_("lanhdao")
    ask(head, "decline", reason="Không đúng chức năng")
    one = f"/kien-nghi/{only(house)}"
    shown = leader.get(one).text
    form = fields_of(shown, f"{one}/grant")

    unchosen = leader.send(f"{one}/grant", form)
    assert unchosen.status_code == 422
    assert "Chọn một trong hai" in words_of(unchosen.text)
    assert "Giao SNV25" not in words_of(shown)  # begins in March
    done = leader.send(f"{one}/grant", form | {"agency_code": "VPUBND"})

    assert done.status_code == 303
    part = house.database["assignments"].find_one({"_id": PART})
    assert part is not None
    assert part["agency_code"] == "VPUBND"


def test_the_agency_that_asked_takes_it_back(house: House, as_: SignIn) -> None:
    head, officer = as_("stp.lanhdao"), as_("stp.canbo")
    ask(head)
    one = f"/kien-nghi/{only(house)}"

    answer = officer.send(f"{one}/cancel", fields_of(officer.get(one).text, f"{one}/cancel"))

    assert answer.status_code == 303
    assert house.part("NV-58", "STP")["pending_request"] is None


@pytest.mark.parametrize(
    ("username", "asks", "decides", "cancels"),
    [
        ("stp.lanhdao", True, False, True),
        ("stp.canbo", False, False, True),
        ("stc.lanhdao", False, False, False),
        ("stc.canbo", False, False, False),
        ("snv.thamdinh", False, False, False),
        ("snv.kehoach", False, False, False),
        ("lanhdao", False, True, False),
        ("kiemtra", False, False, False),
        ("admin", False, False, False),
    ],
)
def test_every_role_against_every_route(
    house: House, as_: SignIn, username: str, *, asks: bool, decides: bool, cancels: bool
) -> None:
    ask(as_("stp.lanhdao"))
    person, one = as_(username), f"/kien-nghi/{only(house)}"
    csrf = fields_of(person.get("/tai-khoan").text, "/dang-xuat")

    assert person.get(one).status_code == 200  # everybody reads
    for answer, may in (("refuse", decides), ("grant", decides), ("cancel", cancels)):
        form = csrf | {"version": "7", "reason": "Không"}  # a version that is not the newest
        assert person.send(f"{one}/{answer}", form).status_code == (409 if may else 403)
    assert house.part("NV-58", "STP")["pending_request"] is not None
    made = person.send(NEW, csrf | {"kind": "decline", "reason": "Không đúng"})
    assert made.status_code == (409 if asks else 403)
    assert person.get(f"{NEW}?loai=decline").status_code == (409 if asks else 403)


@pytest.mark.parametrize("path", ["/kien-nghi/khong-co", f"{NEW}?loai=khac", f"{NEW}"])
def test_an_address_that_means_nothing_is_not_found(as_: SignIn, path: str) -> None:
    assert as_("stp.lanhdao").get(path).status_code == 404
