"""Signing in and out, lending the identity, the first run, the account, the simulated clock."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.tasks.domain.permissions import OfficerRole, RoleRow
from services.tasks.usecases.officers import NewOfficer
from shared.clock import BusinessClock, SimulatedClock, SystemClock, move, read
from shared.web.identity import COOKIE, SESSION_COOKIE, verify
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House
from tests.integration.tasks_web.person import NOTIFY, SCORING, Person, make_app, words_of

SignIn = Callable[[str], Person]
TASK = f"/nhiem-vu/{small_plan.task_id('NV-58')}"
NEW = "mat-khau-moi-2025"


def sign_in(person: Person, password: str = PASSWORD, tiep: str = "/") -> Any:
    return person.client.post(
        "/dang-nhap", data={"username": "stp.canbo", "password": password, "tiep": tiep}
    )


def test_a_page_leads_to_the_sign_in_and_back(app: Flask) -> None:
    person = Person(app)

    answer = person.get(f"{TASK}?phan=1")
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith("/dang-nhap?tiep=%2Fnhiem-vu")
    fields = person.form(place, "/dang-nhap")
    signed = person.client.post(
        "/dang-nhap", data=fields | {"username": " STP.canbo", "password": PASSWORD}
    )

    assert (signed.status_code, signed.headers["Location"]) == (303, f"{TASK}?phan=1")
    cookies = signed.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {SESSION_COOKIE, COOKIE}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert person.get(TASK).status_code == 200


def test_cookies_are_secure_outside_development(house: House, keys: tuple[Path, Path]) -> None:
    person = Person(make_app(house, keys, development=False))

    answer = sign_in(person)

    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Secure" in cookie for cookie in cookies)
    page = Person(make_app(house, keys, development=False)).get("/dang-nhap").text
    assert "Tài khoản dùng thử" not in page
    assert "cchc-demo" not in page


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http://tasks.test.evil.example/",
        "http://tasks.test@evil.example/",
        "http:evil.example",
        "",
    ],
)
def test_the_sign_in_leads_to_no_other_site(app: Flask, given: str) -> None:
    person = Person(app)

    assert sign_in(person, tiep=given).headers["Location"] == "/"
    assert person.get("/dinh-danh", query_string={"tiep": given}).headers["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_in_the_end_makes_one_wait(
    house: House, app: Flask
) -> None:
    person = Person(app)

    for _ in range(5):
        answer = sign_in(person, "sai")
        assert answer.status_code == 401
        assert 'value="stp.canbo"' in answer.text
        assert "Tên đăng nhập hoặc mật khẩu không đúng." in answer.text
    locked = sign_in(person)
    assert locked.status_code == 429
    assert "thử lại sau" in locked.text
    assert int(locked.headers["Retry-After"]) > 0
    house.system.advance(dt.timedelta(minutes=1))
    assert sign_in(person).status_code == 303


def test_signing_out_ends_the_session_everywhere(house: House, as_: SignIn) -> None:
    person = as_("stp.canbo")
    token = person.client.get_cookie(SESSION_COOKIE)
    fields = person.form("/tai-khoan", "/dang-xuat")

    assert person.get("/dang-xuat").status_code == 405
    assert person.send("/dang-xuat", {}).status_code == 403
    answer = person.send("/dang-xuat", fields)

    assert answer.headers["Location"] == "/dang-nhap"
    assert person.client.get_cookie(SESSION_COOKIE) is None
    assert person.client.get_cookie(COOKIE) is None
    assert token is not None
    assert house.sessions.find(token.value) is None
    assert person.get("/tai-khoan").status_code == 303


def test_the_identity_is_renewed_for_the_other_webs(
    house: House, as_: SignIn, keys: tuple[Path, Path]
) -> None:
    person = as_("snv.thamdinh")
    house.system.advance(dt.timedelta(hours=2))

    for place in (f"{SCORING}/chi-tieu?x=1", f"{NOTIFY}/nhac-viec", "/nhiem-vu"):
        answer = person.get("/dinh-danh", query_string={"tiep": place})
        assert (answer.status_code, answer.headers["Location"]) == (303, place)
    cookie = person.client.get_cookie(COOKIE)
    assert cookie is not None
    # The cookie is signed by the system clock of the house, two hours ahead of this machine's.
    found = verify(cookie.value, keys[1].read_text())
    assert found is not None
    assert (found.agency_code, found.roles) == ("SNV", ("appraiser",))
    left = found.expires_at - house.system.now()
    assert dt.timedelta(minutes=8) < left <= dt.timedelta(minutes=10)


def test_a_session_that_is_over_leads_to_the_sign_in(house: House, as_: SignIn) -> None:
    person = as_("stp.canbo")
    house.system.advance(dt.timedelta(hours=13))

    answer = person.get("/dinh-danh", query_string={"tiep": f"{SCORING}/chi-tieu"})

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/dang-nhap?tiep=%2Fdinh-danh")


def test_a_form_without_a_session_is_refused_with_a_page(app: Flask) -> None:
    answer = Person(app).send(
        f"/phan-viec/{small_plan.part_id('NV-58', 'STP')}/note", {"note": "x"}
    )

    assert answer.status_code == 401
    assert "Phiên đăng nhập đã hết" in answer.text


def test_the_first_run_says_what_to_do(empty: House, keys: tuple[Path, Path]) -> None:
    app = make_app(empty, keys, development=False)
    person = Person(app)

    assert person.get("/dang-nhap").headers["Location"] == "/bat-dau"
    assert "make admin" in person.get("/bat-dau").text
    empty.officers.create_first_administrator(
        username="quantri", name="Lò Thị Hương", password=PASSWORD
    )
    assert person.get("/bat-dau").status_code == 303
    signed = person.client.post("/dang-nhap", data={"username": "quantri", "password": PASSWORD})
    assert signed.headers["Location"] == "/bat-dau"
    page = person.get("/bat-dau").text
    assert "load-plan" in page
    assert "Đã có tài khoản quản trị." in page
    empty.loader.apply(small_plan.edition())
    again = Person(app).client.post(
        "/dang-nhap", data={"username": "quantri", "password": PASSWORD}
    )
    assert again.headers["Location"] == "/"


def test_demonstration_accounts_fill_the_name_in(house: House, keys: tuple[Path, Path]) -> None:
    row = RoleRow(role=OfficerRole.APPRAISER, agency="SNV")
    house.officers.create(
        NewOfficer(username="demo.thamdinh", name="A", agency_code="SNV", roles=(row,)), PASSWORD
    )
    house.database["officers"].update_one(
        {"username": "demo.thamdinh"}, {"$set": {"demonstration": True}}
    )
    person = Person(make_app(house, keys))

    page = person.get("/dang-nhap?tiep=/tham-dinh").text
    assert "/dang-nhap?ten=demo.thamdinh&amp;tiep=/tham-dinh" in page
    assert 'value="demo.thamdinh"' in person.get("/dang-nhap?ten=demo.thamdinh").text
    assert (
        "demo.thamdinh"
        not in Person(make_app(house, keys, development=False)).get("/dang-nhap").text
    )


def test_the_account_says_who_one_is_and_changes_language_and_theme(as_: SignIn) -> None:
    person = as_("snv.thamdinh")
    said = words_of(person.get("/tai-khoan").text)
    assert "Nguyễn Văn An" in said
    assert "Thẩm định" in said

    fields = {"csrf_token": person.form("/tai-khoan", "/dang-xuat")["csrf_token"]}
    person.send("/tai-khoan/ngon-ngu", fields | {"locale": "en"})
    page = person.get("/tai-khoan").text
    assert '<html lang="en"' in page
    assert "English is set." in page
    assert (
        Person(person.client.application, "snv.thamdinh").get("/tai-khoan").text.count("Sign out")
    )
    person.send("/tai-khoan/giao-dien", fields | {"theme": "dark"})
    assert 'data-bs-theme="dark"' in person.get("/tai-khoan").text
    person.send("/tai-khoan/giao-dien", fields | {"theme": "system"})
    assert 'data-bs-theme="dark"' not in person.get("/tai-khoan").text


def test_a_changed_password_ends_the_other_sessions(app: Flask, as_: SignIn) -> None:
    here, elsewhere = as_("stp.canbo"), as_("stp.canbo")
    fields = here.form("/tai-khoan", "/tai-khoan/mat-khau")
    typed = {"old": PASSWORD, "password": NEW, "again": NEW}

    for wrong, sentence in (
        ({"old": "sai"}, "Mật khẩu hiện tại không đúng."),
        ({"again": "khac"}, "không giống nhau"),
        ({"password": "ngan", "again": "ngan"}, "ít nhất 12 ký tự"),
        ({"password": PASSWORD, "again": PASSWORD}, "phải khác mật khẩu hiện tại"),
    ):
        answer = here.send("/tai-khoan/mat-khau", fields | typed | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert NEW not in answer.text
    assert here.send("/tai-khoan/mat-khau", fields | typed).status_code == 303

    assert here.get("/tai-khoan").status_code == 200
    assert elsewhere.get("/tai-khoan").status_code == 303
    assert sign_in(Person(app)).status_code == 401
    assert sign_in(Person(app), NEW).status_code == 303


def test_the_simulated_clock_moves_forward_only(
    house: House, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    system = SystemClock()
    file = tmp_path / "clock.json"
    start = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
    move(file, start, system=system)
    clock = BusinessClock(SimulatedClock(file, system))
    person = Person(make_app(house, keys, clock_file=file, clock=clock), "kiemtra")
    fields = person.form("/dong-ho")

    def shown() -> dt.datetime:
        return read(file).at(system.now())

    assert person.send("/dong-ho", {"buoc": "gio"}).status_code == 403
    assert (
        person.send("/dong-ho", fields | {"buoc": "gio", "tiep": TASK}).headers["Location"] == TASK
    )
    assert shown() >= start + dt.timedelta(hours=1)
    assert "16/06/2025, 08:3" in person.get("/tai-khoan").text
    person.send("/dong-ho", fields | {"buoc": "mai"})
    assert shown().date() == dt.date(2025, 6, 17)
    assert f"{shown():%H:%M}" == "00:30"
    person.send("/dong-ho", fields | {"buoc": "thu-hai"})
    assert shown().date() == dt.date(2025, 6, 23)
    back = person.send("/dong-ho", fields | {"den": "2025-06-20T08:00"})
    assert back.status_code == 422
    assert "chỉ đi tới" in back.text
    assert person.send("/dong-ho", fields | {"den": "hôm nay"}).status_code == 422
    assert person.send("/dong-ho", fields | {"den": "9999-12-31T23:59"}).status_code == 422
    assert person.send("/dong-ho", fields | {"den": "2025-06-30T16:45"}).status_code == 303
    assert f"{shown():%Y-%m-%d %H:%M}" == "2025-06-30 09:45"


def test_without_development_there_is_no_clock_page(house: House, keys: tuple[Path, Path]) -> None:
    person = Person(make_app(house, keys, development=False), None)

    assert person.get("/dong-ho").status_code == 404
