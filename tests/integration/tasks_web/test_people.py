"""Keeping accounts: who may, what a form may say, closing, erasing, inviting, asking again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from services.tasks.store.officers import contact_card
from services.tasks.usecases.sessions import digest
from shared.events.tasks import DIRECTORY_TOPIC
from shared.mongo import Document
from tests.integration.tasks.house import PASSWORD, House
from tests.integration.tasks_web.person import Person, words_of

SignIn = Callable[[str], Person]
PAGE = "/nguoi-dung"
NEW = "mat-khau-moi-2025"
HUONG = {
    "username": "STP.Hương",
    "name": "Lò Thị Hương",
    "email": "Huong@sonla.gov.vn",
    "phone": "0912 345 678",
    "agency_code": "STP",
    "role_0": "officer",
    "role_from_0": "01/02/2025",
    "role_to_0": "31/12/2025",
}


def officer(house: House, username: str) -> Document:
    found = house.database["officers"].find_one({"username": username})
    assert found is not None
    return found


def address(house: House, username: str) -> str:
    return f"{PAGE}/{officer(house, username)['_id']}"


def token_of(page: str) -> str:
    return page.partition("/moi/")[2].partition("<")[0].strip()


def invite(house: House, keeper: Person, username: str) -> str:
    path = address(house, username)
    answer = keeper.send(f"{path}/lien-ket", keeper.form(path, f"{path}/lien-ket"))
    assert answer.status_code == 200, answer.text
    return token_of(answer.text)


def test_an_administrator_creates_an_account_and_the_directory_hears(
    house: House, as_: SignIn
) -> None:
    admin = as_("admin")

    answer = admin.act(f"{PAGE}/them", **HUONG)

    assert answer.status_code == 303, answer.text
    made = officer(house, "stp.huong")
    assert (made["email"], made["phone"]) == ("Huong@sonla.gov.vn", "+84912345678")
    assert made["roles"] == [
        {
            "role": "officer",
            "agency": "STP",
            "plan": "*",
            "from": "2025-02-01",
            "to": "2025-12-31",
        }
    ]
    row = house.events("tasks.officer.changed.v1")[-1]
    assert (row["topic"], row["key"], row["body"]) == (DIRECTORY_TOPIC, made["_id"], None)
    said = words_of(admin.get(answer.headers["Location"]).text)
    assert "Chờ đăng nhập lần đầu" in said
    assert "đã tạo tài khoản" in said
    listed = words_of(admin.get(f"{PAGE}?tim=huong+lo&co_quan=STP").text)
    assert "Lò Thị Hương" in listed
    assert "Lò Thị Hương" not in words_of(admin.get(f"{PAGE}?co_quan=STC").text)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "a b"}, "Tên đăng nhập cần từ 3 đến 64 ký tự"),
        ({"username": "stp.canbo"}, "Tên đăng nhập này đã có người dùng."),
        ({"username": ""}, "Cần tên đăng nhập."),
        ({"name": ""}, "Cần họ và tên."),
        ({"name": "x" * 400}, "400"),
        ({"name": "\ufffd"}, "UTF-8"),
        ({"email": "khong-phai"}, "Địa chỉ thư điện tử không hợp lệ"),
        ({"phone": "024 3825 1234"}, "Cần số di động Việt Nam"),
        ({"agency_code": "KHONG"}, "Không có cơ quan mang mã"),
        ({"role_0": "vua"}, "Không có vai trò này."),
        ({"role_from_0": "31/02/2025"}, "31/02/2025"),
        ({"role_to_0": "31/01/2025"}, "trước ngày bắt đầu"),
    ],
)
def test_a_wrong_form_says_where_and_keeps_what_was_typed(
    house: House, as_: SignIn, wrong: dict[str, str], sentence: str
) -> None:
    before = house.database["officers"].count_documents({})

    answer = as_("admin").act(f"{PAGE}/them", **(HUONG | wrong))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "0912 345 678" in answer.text or "phone" in wrong
    assert house.database["officers"].count_documents({}) == before


@pytest.mark.parametrize(
    "username",
    ["stp.canbo", "snv.thamdinh", "snv.kehoach", "lanhdao", "kiemtra"],
)
def test_nobody_else_sees_or_keeps_accounts(house: House, as_: SignIn, username: str) -> None:
    person = as_(username)
    fields = {"csrf_token": person.form("/tai-khoan", "/dang-xuat")["csrf_token"]}
    path = address(house, "stc.canbo")

    for place in (PAGE, f"{PAGE}/them", path):
        assert person.get(place).status_code == 403
    for act in ("", "/ngung", "/mo-lai", "/xoa", "/lien-ket", "/bo-yeu-cau"):
        assert person.send(path + act, fields | HUONG | {"chac_chan": "1"}).status_code == 403
    assert person.send(f"{PAGE}/them", fields | HUONG).status_code == 403
    assert "Người dùng" not in person.get("/tai-khoan").text


@pytest.mark.parametrize("username", ["stc.canbo", "admin", "snv.thamdinh"])
def test_a_head_keeps_no_account_of_another_agency(
    house: House, as_: SignIn, username: str
) -> None:
    head = as_("stp.lanhdao")
    fields = {"csrf_token": head.form("/tai-khoan", "/dang-xuat")["csrf_token"], "chac_chan": "1"}
    path = address(house, username)
    before = officer(house, username)

    assert head.get(path).status_code == 403
    for act in ("", "/ngung", "/mo-lai", "/xoa", "/lien-ket", "/bo-yeu-cau"):
        assert head.send(path + act, fields | HUONG).status_code == 403
    assert officer(house, username) == before


def test_a_head_keeps_the_own_agency_and_lifts_nobody(house: House, as_: SignIn) -> None:
    head = as_("stp.lanhdao")

    listed = words_of(head.get(PAGE).text)
    assert "stp.canbo" in listed
    assert "stc.canbo" not in listed
    assert head.act(f"{PAGE}/them", **(HUONG | {"agency_code": "STC"})).status_code == 303
    assert officer(house, "stp.huong")["agency_code"] == "STP"
    for more in ({"role_0": "administrator"}, {"role_0": "officer", "role_agency_0": "*"}):
        answer = head.act(f"{PAGE}/them", **(HUONG | more | {"username": "stp.khac"}))
        assert answer.status_code == 403
    path = address(house, "stp.canbo")
    assert head.act(path, role_0="appraiser").status_code == 403
    house.database["officers"].update_one(
        {"username": "stp.canbo"},
        {"$push": {"roles": {"role": "administrator", "agency": "*", "plan": "*"}}},
    )
    fields = {"csrf_token": head.form("/tai-khoan", "/dang-xuat")["csrf_token"]}
    assert head.send(f"{path}/lien-ket", fields).status_code == 403


def test_nobody_changes_the_own_roles_or_ends_the_own_account(house: House, as_: SignIn) -> None:
    admin = as_("admin")
    path = address(house, "admin")
    before = officer(house, "admin")

    assert "quản trị viên khác" in admin.act(path, role_0="officer").text
    fields = {"csrf_token": admin.form("/tai-khoan", "/dang-xuat")["csrf_token"], "chac_chan": "1"}
    for act in ("/ngung", "/xoa"):
        assert admin.send(path + act, fields).status_code == 403
    assert officer(house, "admin") == before
    renamed = {"name": "Quàng Văn Sơn", "role_0": "administrator", "role_agency_0": "UBND"}
    assert admin.act(path, **renamed).status_code == 303


def test_the_slower_of_two_sees_what_stands_there(house: House, as_: SignIn) -> None:
    admin = as_("admin")
    path = address(house, "stp.canbo")
    seen = admin.form(path)
    assert admin.send(path, seen | {"name": "Lò Thị Mai", "role_0": "officer"}).status_code == 303

    answer = admin.send(path, seen | {"name": "Lò Thị Lan", "role_0": "officer"})

    assert answer.status_code == 409
    assert "Hiện đang là: Lò Thị Mai" in answer.text
    assert 'value="Lò Thị Lan"' in answer.text
    again = admin.send(path, seen | {"name": "Lò Thị Lan", "role_0": "officer", "version": "2"})
    assert again.status_code == 303
    assert officer(house, "stp.canbo")["name"] == "Lò Thị Lan"


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(
    house: House, app: Flask, as_: SignIn
) -> None:
    admin, closed = as_("admin"), as_("stp.canbo")
    path = address(house, "stp.canbo")

    admin.act(f"{path}", name="A", role_0="officer")
    assert admin.send(f"{path}/ngung", admin.form(path, f"{path}/ngung")).status_code == 303

    assert closed.get("/tai-khoan").status_code == 303
    given = {"username": "stp.canbo", "password": PASSWORD}
    assert Person(app).client.post("/dang-nhap", data=given).status_code == 401
    card = contact_card(house.database, officer(house, "stp.canbo")["_id"])
    assert card is not None
    assert not card.active
    assert "stp.canbo" in words_of(admin.get(f"{PAGE}?ngung=1").text)
    fields = admin.form(path, f"{path}/mo-lai")
    assert admin.send(f"{path}/lien-ket", fields).status_code == 422
    admin.send(f"{path}/mo-lai", fields)
    assert closed.get("/tai-khoan").status_code == 303
    assert Person(app).client.post("/dang-nhap", data=given).status_code == 303


def test_an_erased_officer_leaves_an_id_and_a_tombstone(
    house: House, app: Flask, as_: SignIn
) -> None:
    admin = as_("admin")
    admin.act(f"{PAGE}/them", **HUONG)
    path, known = address(house, "stp.huong"), officer(house, "stp.huong")
    token = invite(house, admin, "stp.huong")
    for name in ("saved_filters", "calendar_feeds"):
        house.database[name].insert_one({"_id": "x", "officer_id": known["_id"], "name": "Hương"})

    fields = admin.form(path, f"{path}/xoa")
    fields.pop("chac_chan")
    unsure = admin.send(f"{path}/xoa", fields)
    assert unsure.status_code == 422
    assert "Cần đánh dấu ô xác nhận" in unsure.text
    assert admin.send(f"{path}/xoa", fields | {"chac_chan": "1"}).status_code == 303

    assert contact_card(house.database, known["_id"]) is None
    assert house.events("tasks.officer.changed.v1")[-1]["key"] == known["_id"]
    assert admin.get(path).status_code == 404
    assert Person(app).get(f"/moi/{token}").status_code == 404
    for name in house.database.list_collection_names():
        for row in house.database[name].find():
            assert "Hương" not in str(row), name
            assert "912345678" not in str(row), name
            assert "huong@" not in str(row).casefold(), name
    kept = house.database["officers"].find_one({"_id": known["_id"]})
    assert kept is not None
    assert kept["agency_code"] == "STP"


def test_an_invitation_sets_one_password_once(house: House, app: Flask, as_: SignIn) -> None:
    admin, before = as_("admin"), as_("stp.canbo")
    earlier = invite(house, admin, "stp.canbo")
    token = invite(house, admin, "stp.canbo")
    kept = list(house.database["invitations"].find())
    assert [row["_id"] for row in kept] == [digest(token)]
    assert token not in str(kept)
    guest = Person(app)

    assert guest.get(f"/moi/{earlier}").status_code == 404
    path = f"/moi/{token}"
    for typed, sentence in (
        ({"password": "ngan", "again": "ngan"}, "ít nhất 12 ký tự"),
        ({"password": NEW, "again": "khac"}, "không giống nhau"),
    ):
        answer = guest.act(path, **typed)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert before.get("/tai-khoan").status_code == 200
    assert guest.act(path, password=NEW, again=NEW).status_code == 303

    assert "stp.canbo" in guest.get("/tai-khoan").text
    assert before.get("/tai-khoan").status_code == 303
    assert guest.get(path).status_code == 404
    late = Person(app).send(path, {"password": NEW, "again": NEW})
    assert late.status_code == 404
    assert "đã dùng" in late.text
    assert house.events()[-1]["topic"] == DIRECTORY_TOPIC
    assert all(token not in str(row) for row in house.events())


def test_an_invitation_ends_after_seven_days(house: House, app: Flask, as_: SignIn) -> None:
    token = invite(house, as_("admin"), "stp.canbo")

    house.system.advance(dt.timedelta(days=7, seconds=-1))
    assert Person(app).get(f"/moi/{token}").status_code == 200
    house.system.advance(dt.timedelta(seconds=1))
    assert Person(app).get(f"/moi/{token}").status_code == 404


def test_who_forgot_the_password_asks_the_keepers_of_the_account(
    house: House, app: Flask, as_: SignIn
) -> None:
    answers = []
    for name in ("STP.canbo", "khong.co", "\ufffd" * 400):
        answer: Any = Person(app).send("/quen-mat-khau", {"username": name})
        assert answer.status_code == 200
        answers.append(answer.text.replace(name, ""))
    assert answers[0] == answers[1]
    assert "/quen-mat-khau" in Person(app).get("/dang-nhap").text

    head, other, admin = as_("stp.lanhdao"), as_("admin"), as_("admin")
    for keeper in (head, admin):
        said = words_of(keeper.get(PAGE).text)
        assert "1 người xin liên kết mới" in said
    path = address(house, "stp.canbo")
    turned = head.send(f"{path}/bo-yeu-cau", head.form(PAGE, f"{path}/bo-yeu-cau"))
    assert turned.status_code == 303
    assert "xin liên kết mới" not in words_of(other.get(PAGE).text)
    Person(app).send("/quen-mat-khau", {"username": "stp.canbo"})
    invite(house, head, "stp.canbo")
    assert "xin liên kết mới" not in words_of(head.get(PAGE).text)
