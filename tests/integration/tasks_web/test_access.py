"""The account: where one is signed in, and the tokens that programs act with."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from services.tasks.domain.scopes import Scope
from tests.integration.tasks.house import PASSWORD, House
from tests.integration.tasks_web.person import Person, words_of

SignIn = Callable[[str], Person]
PAGE = "/tai-khoan"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0"
_ARGUMENT = re.compile(r"<[^>]+>")


def csrf(person: Person) -> dict[str, str]:
    return {"csrf_token": person.form(PAGE, "/dang-xuat")["csrf_token"]}


def signed_in_with(app: Flask, agent: str) -> Person:
    person = Person(app)
    given = {"username": "stp.canbo", "password": PASSWORD}
    answer = person.client.post("/dang-nhap", data=given, headers={"User-Agent": agent})
    assert answer.status_code == 303
    return person


def token(person: Person, *scopes: str, name: str = "Phần mềm của Sở", days: str = "30") -> Any:
    fields = csrf(person) | {"name": name, "scopes": list(scopes), "days": days}
    return person.send(f"{PAGE}/ma-api", fields)


def secret_of(answer: Any) -> str:
    found = re.search(r'id="ma-moi" readonly value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found.group(1)


def test_sessions_are_listed_in_words_and_end_one_by_one(house: House, app: Flask) -> None:
    here, there = signed_in_with(app, FIREFOX), signed_in_with(app, EDGE)
    third = signed_in_with(app, "")

    page = here.get(PAGE).text
    said = words_of(page)
    assert "Firefox · máy Linux phiên này" in said
    assert "Microsoft Edge · máy Windows" in said
    assert said.count("phiên này") == 1
    row = house.database["sessions"].find_one({"opened_from": "edge windows"})
    assert row is not None
    here.send(f"{PAGE}/phien/{row['_id']}/ket-thuc", csrf(here))

    assert there.get(PAGE).status_code == 303
    assert third.get(PAGE).status_code == 200
    here.send(f"{PAGE}/phien/ket-thuc-khac", csrf(here))
    assert third.get(PAGE).status_code == 303
    assert "Đã kết thúc 1 phiên khác." in here.get(PAGE).text


def test_nobody_ends_the_session_or_the_token_of_somebody_else(house: House, as_: SignIn) -> None:
    person, other = as_("stp.canbo"), as_("stc.canbo")
    token(other, "read")
    tokens = [row["_id"] for row in house.database["api_tokens"].find()]

    theirs = house.database["officers"].find_one({"username": "stc.canbo"})
    assert theirs is not None
    row = house.database["sessions"].find_one({"officer_id": theirs["_id"]})
    assert row is not None
    person.send(f"{PAGE}/phien/{row['_id']}/ket-thuc", csrf(person))
    for one in tokens:
        person.send(f"{PAGE}/ma-api/{one}/thu-hoi", csrf(person))

    assert other.get(PAGE).status_code == 200
    assert house.database["api_tokens"].count_documents({}) == 1


def test_a_token_is_shown_once_used_and_revoked(house: House, app: Flask, as_: SignIn) -> None:
    person = as_("stp.canbo")
    made = token(person, "read")
    secret = secret_of(made)
    assert made.headers["Cache-Control"] == "no-store"
    assert secret not in person.get(PAGE).text
    assert secret not in str(list(house.database["api_tokens"].find()))
    assert "Chưa dùng" in words_of(person.get(PAGE).text)
    sent = {"Authorization": f"Bearer {secret}"}

    me = app.test_client().get("/api/v1/me", headers=sent).json
    assert me is not None
    assert me["username"] == "stp.canbo"
    assert "Dùng lần cuối" in words_of(person.get(PAGE).text)
    row = house.database["api_tokens"].find_one({})
    assert row is not None
    assert row["used_at"] == house.system.now()
    house.system.advance(dt.timedelta(seconds=59))
    app.test_client().get("/api/v1/me", headers=sent)
    assert house.database["api_tokens"].find_one({}) == row
    house.system.advance(dt.timedelta(seconds=1))
    app.test_client().get("/api/v1/me", headers=sent)
    assert house.database["api_tokens"].find_one({}) != row
    person.send(f"{PAGE}/ma-api/{row['_id']}/thu-hoi", csrf(person))
    assert app.test_client().get("/api/v1/me", headers=sent).status_code == 401


def test_a_token_ends_on_its_day(house: House, app: Flask, as_: SignIn) -> None:
    sent = {"Authorization": f"Bearer {secret_of(token(as_('stp.canbo'), 'read', days='365'))}"}

    house.system.advance(dt.timedelta(days=365, seconds=-1))
    assert app.test_client().get("/api/v1/me", headers=sent).status_code == 200
    house.system.advance(dt.timedelta(seconds=1))
    assert app.test_client().get("/api/v1/me", headers=sent).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "named", "sentence"),
    [
        ([], ("x", "30"), "Cần chọn ít nhất một phạm vi."),
        (["all"], ("x", "30"), "Cần chọn ít nhất một phạm vi."),
        (["read"], ("", "30"), "Cần tên để nhận ra mã"),
        (["read"], ("x" * 81, "30"), "Cần tên để nhận ra mã"),
        (["read"], ("x", "366"), "từ 1 đến 365 ngày"),
        (["read"], ("x", "0"), "từ 1 đến 365 ngày"),
        (["read"], ("x", "-1"), "số nguyên"),
    ],
)
def test_a_token_without_name_scope_or_end_is_refused(
    house: House, as_: SignIn, scopes: list[str], named: tuple[str, str], sentence: str
) -> None:
    answer = token(as_("stp.canbo"), *scopes, name=named[0], days=named[1])

    assert answer.status_code == 422
    assert sentence in answer.text
    assert house.database["api_tokens"].count_documents({}) == 0


def wanted(rule: str, method: str) -> set[Scope]:
    if method == "GET":
        return {Scope.READ}
    if rule == "/api/v1/auth/identity":
        return set(Scope)
    return {Scope.FIGURES} if "measurements" in rule else {Scope.ACT}


def test_every_address_of_the_api_asks_for_its_scope(app: Flask, as_: SignIn) -> None:
    person = as_("stp.canbo")
    given = {scope: secret_of(token(person, scope)) for scope in Scope}
    lacking = {scope: secret_of(token(person, *(set(Scope) - {scope}))) for scope in Scope}
    whole = secret_of(token(person, *Scope))
    client, asked = app.test_client(), set()

    def code(rule: str, method: str, secret: str) -> str:
        sent = {"Authorization": f"Bearer {secret}"}
        path = _ARGUMENT.sub("x", rule)
        answer = client.open(
            path, method=method, json={} if method == "POST" else None, headers=sent
        )
        assert answer.status_code < 500
        return str((answer.json or {}).get("code", "")) if answer.status_code == 403 else ""

    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.rule == "/api/v1/auth/token":
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            needs = wanted(rule.rule, method)
            asked.add((rule.rule, method))
            for scope in needs:
                assert code(rule.rule, method, lacking[scope]) == "scope", (rule.rule, method)
            enough = given[next(iter(needs))] if len(needs) == 1 else whole
            assert code(rule.rule, method, enough) != "scope", (rule.rule, method)
    assert len(asked) > 25
