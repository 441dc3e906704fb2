"""Acting for a head who is away: set, chosen, shown, noted, told, and over by itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from services.tasks.domain.permissions import OfficerRole
from services.tasks.store.officers import contact_card
from shared.events.tasks import Away
from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import Person, words_of

SignIn = Callable[[str], Person]
PAGE = "/tai-khoan"
# Today is 3 February 2025.
PERIOD = {
    "deputy": "stp.canbo",
    "since": "03/02/2025",
    "until": "10/02/2025",
    "reason": "Đi công tác",
}


def csrf(person: Person) -> dict[str, str]:
    return {"csrf_token": person.form(PAGE, "/dang-xuat")["csrf_token"]}


def officer(house: House, username: str) -> Document:
    found = house.database["officers"].find_one({"username": username})
    assert found is not None
    return found


def appoint(person: Person, path: str = f"{PAGE}/vang-mat", **typed: str) -> Any:
    return person.send(path, csrf(person) | PERIOD | typed)


def act_for(house: House, deputy: Person, principal: str) -> Any:
    chosen = {"principal": officer(house, principal)["_id"]}
    return deputy.send(f"{PAGE}/xu-ly-thay", csrf(deputy) | chosen)


def test_a_deputy_acts_for_the_head_and_history_names_both(house: House, as_: SignIn) -> None:
    house.account("stp.pho", OfficerRole.AUDITOR, "STP")
    head, deputy = as_("stp.lanhdao"), as_("stp.pho")
    part = small_plan.part_id("NV-58", "STP")
    fields = csrf(deputy) | {"version": "1"}
    assert deputy.send(f"/phan-viec/{part}/start", fields).status_code == 403

    assert appoint(head, deputy="stp.pho").status_code == 303
    assert "Xử lý thay Nguyễn Văn An" in words_of(deputy.get(PAGE).text)
    assert "Đang xử lý thay" not in deputy.get(PAGE).text
    assert act_for(house, deputy, "stp.lanhdao").status_code == 303
    assert "Đang xử lý thay Nguyễn Văn An" in words_of(deputy.get("/nhiem-vu").text)
    assert deputy.send(f"/phan-viec/{part}/start", fields).status_code == 303

    line = house.history("NV-58", "STP")[-1]
    principal, own = officer(house, "stp.lanhdao"), officer(house, "stp.pho")
    assert (line["by"], line["acting_for"]) == (own["_id"], principal["_id"])
    page = deputy.get(f"/nhiem-vu/{small_plan.task_id('NV-58')}").text
    assert "(xử lý thay Nguyễn Văn An)" in page
    card = contact_card(house.database, principal["_id"])
    assert card is not None
    assert card.away == Away(
        since=dt.date(2025, 2, 3), until=dt.date(2025, 2, 10), deputy_id=own["_id"]
    )
    assert house.events("tasks.officer.changed.v1")[-1]["key"] == principal["_id"]
    deputy.send(f"{PAGE}/xu-ly-thay", csrf(deputy) | {"principal": ""})
    assert "Đang xử lý thay" not in deputy.get(PAGE).text


def test_acting_ends_with_its_last_day_and_when_the_head_ends_it(house: House, as_: SignIn) -> None:
    head, deputy = as_("stp.lanhdao"), as_("stp.canbo")
    appoint(head)
    act_for(house, deputy, "stp.lanhdao")

    house.business.advance(dt.timedelta(days=7))
    assert "Đang xử lý thay" in deputy.get(PAGE).text
    house.business.advance(dt.timedelta(days=1))
    assert "Đang xử lý thay" not in deputy.get(PAGE).text
    assert act_for(house, deputy, "stp.lanhdao").status_code == 403
    appoint(head, until="20/02/2025")
    assert "Đang xử lý thay" in deputy.get(PAGE).text
    head.send(f"{PAGE}/vang-mat/ket-thuc", csrf(head))
    assert "Đang xử lý thay" not in deputy.get(PAGE).text
    card = contact_card(house.database, officer(house, "stp.lanhdao")["_id"])
    assert card is not None
    assert card.away is None


def test_a_period_to_come_gives_nothing_yet(house: House, as_: SignIn) -> None:
    appoint(as_("stp.lanhdao"), since="04/02/2025")

    assert act_for(house, as_("stp.canbo"), "stp.lanhdao").status_code == 403
    house.business.advance(dt.timedelta(days=1))
    assert act_for(house, as_("stp.canbo"), "stp.lanhdao").status_code == 303


def test_nobody_acts_unasked(house: House, as_: SignIn) -> None:
    appoint(as_("stp.lanhdao"))

    for username in ("stc.canbo", "snv.thamdinh", "stp.lanhdao"):
        assert act_for(house, as_(username), "stp.lanhdao").status_code == 403
    person = as_("stp.canbo")
    nobody = csrf(person) | {"principal": "khong-co"}
    assert person.send(f"{PAGE}/xu-ly-thay", nobody).status_code == 403


def test_a_deputy_of_the_appraiser_appraises_neither_agency(house: House, as_: SignIn) -> None:
    house.database["officers"].update_one(
        {"username": "snv.thamdinh"},
        {"$push": {"roles": {"role": "head", "agency": "SNV", "plan": "*"}}},
    )
    officer_of, admin, deputy = as_("stp.lanhdao"), as_("admin"), as_("stp.canbo")
    part = small_plan.part_id("NV-58", "STP")
    officer_of.act(f"/phan-viec/{part}/report", note="Đã xong", explanation="Không có văn bản")
    path = f"/nguoi-dung/{officer(house, 'snv.thamdinh')['_id']}/vang-mat"
    assert appoint(admin, path).status_code == 303
    act_for(house, deputy, "snv.thamdinh")

    answer = deputy.send(f"/phan-viec/{part}/accept", csrf(deputy) | {"version": "2"})

    assert answer.status_code == 403
    assert house.part("NV-58", "STP")["state"] == "reported"


def test_who_acts_for_a_head_keeps_no_accounts_and_hands_nothing_on(
    house: House, as_: SignIn
) -> None:
    head, deputy = as_("stp.lanhdao"), as_("stp.canbo")
    appoint(head)
    act_for(house, deputy, "stp.lanhdao")

    assert deputy.send("/nguoi-dung/them", csrf(deputy) | {"username": "x.y.z"}).status_code in (
        403,
        422,
    )
    assert deputy.get(f"/nguoi-dung/{officer(house, 'stp.canbo')['_id']}").status_code == 403
    assert appoint(deputy, deputy="stc.canbo").status_code == 403
    assert "Người dùng" not in deputy.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"deputy": "khong.co"}, "Không có người đang làm việc"),
        ({"deputy": "stp.lanhdao"}, "Không có người đang làm việc"),
        ({"deputy": "stc.canbo"}, "phải thuộc cùng cơ quan"),
        ({"since": ""}, "Cần ngày bắt đầu."),
        ({"since": "32/13/2025"}, "32/13/2025"),
        ({"until": "02/02/2025"}, "từ hôm nay trở đi"),
        ({"until": "01/03/2026"}, "dài nhất 366 ngày"),
        ({"since": "11/02/2025"}, "trước ngày bắt đầu"),
        ({"reason": ""}, "Cần lý do"),
        ({"reason": "x" * 6000}, "6000"),
    ],
)
def test_a_wrong_period_says_what_is_wrong(
    house: House, as_: SignIn, typed: dict[str, str], sentence: str
) -> None:
    answer = appoint(as_("stp.lanhdao"), **typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "away" not in officer(house, "stp.lanhdao")


@pytest.mark.parametrize(
    "username", ["stp.canbo", "snv.thamdinh", "snv.kehoach", "lanhdao", "kiemtra", "admin"]
)
def test_only_a_head_has_a_deputy_and_only_administrators_appoint_for_others(
    house: House, as_: SignIn, username: str
) -> None:
    person = as_(username)

    assert appoint(person, deputy="stp.canbo").status_code == 403
    path = f"/nguoi-dung/{officer(house, 'stp.lanhdao')['_id']}/vang-mat"
    wanted = 303 if username == "admin" else 403
    assert appoint(person, path, deputy="stc.canbo").status_code == wanted
    assert person.send(f"{path}/ket-thuc", csrf(person)).status_code == wanted
