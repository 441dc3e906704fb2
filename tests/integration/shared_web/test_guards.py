"""Who may call a view, and what others are told."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from dev.secrets_kept import IdentityKeys
from shared.clock import SystemClock
from tests.integration.shared_web.conftest import make_site
from tests.visitors import SCORING, TASKS, Visitor, person


def test_a_page_without_a_sign_in_leads_there_and_back(stranger: Visitor) -> None:
    answer = stranger.get("/trong/NV-1?loc=trễ&xem=a")

    assert answer.status_code == 303
    there = urlsplit(answer.location)
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{TASKS}/dinh-danh"
    back = urlsplit(parse_qs(there.query)["tiep"][0])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{SCORING}/trong/NV-1"
    assert parse_qs(back.query) == {"loc": ["trễ"], "xem": ["a"]}


def test_tasks_itself_leads_to_its_form(identity_keys: IdentityKeys) -> None:
    stranger = Visitor(make_site(identity_keys, service="tasks"), identity_keys)

    answer = stranger.get("/trong/NV-1?xem=a")

    assert answer.location == "/dang-nhap?tiep=%2Ftrong%2FNV-1%3Fxem%3Da"


def test_a_form_without_a_sign_in_is_refused_in_words(stranger: Visitor) -> None:
    answer = stranger.post("/ghi", data={"text": "đã gõ"})

    assert answer.status_code == 401
    assert "Phiên đăng nhập đã hết" in answer.text
    assert f"{TASKS}/dang-nhap" in answer.text


def test_a_program_without_a_sign_in_gets_no_redirect(stranger: Visitor) -> None:
    answer = stranger.get("/trong/NV-1", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == "unauthorized"


def test_who_is_signed_in_comes_in(officer: Visitor) -> None:
    assert officer.get("/trong/NV-1").text == "Lò Thị Mai NV-1"


def test_an_identity_that_has_ended_leads_to_the_sign_in(
    site: Flask, identity_keys: IdentityKeys
) -> None:
    past = SystemClock().now() - dt.timedelta(seconds=2)
    late = Visitor(site, identity_keys, person("officer", expires_at=past))

    assert late.get("/trong/NV-1").status_code == 303


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("officer", 403),
        ("head", 403),
        ("administrator", 403),
        ("appraiser", 200),
        ("leader", 200),
    ],
)
def test_roles(site: Flask, identity_keys: IdentityKeys, role: str, status: int) -> None:
    someone = Visitor(site, identity_keys, person(role))

    for answer in (someone.get("/duyet"), someone.post("/duyet")):
        assert answer.status_code == status
        assert ("Tài khoản này không có quyền" in answer.text) is (status == 403)


def test_one_of_several_roles_is_enough(site: Flask, identity_keys: IdentityKeys) -> None:
    assert Visitor(site, identity_keys, person("officer", "leader")).get("/duyet").text == "decided"
