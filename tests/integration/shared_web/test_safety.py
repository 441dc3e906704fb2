"""Forms that come from elsewhere are refused; every answer carries its headers."""

import pytest
from flask import Flask

from dev.secrets_kept import IdentityKeys
from tests.integration.shared_web.conftest import make_site
from tests.visitors import NOTIFY, SCORING, TASKS, Visitor


def test_a_form_with_the_sessions_token_is_taken(officer: Visitor) -> None:
    assert officer.post("/ghi").status_code == 303
    header = {"X-CSRF-Token": "token-of-this-session"}
    assert officer.post("/ghi", data={}, headers=header).status_code == 303


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "tokén khác"}])
def test_a_form_without_the_token_is_refused(officer: Visitor, data: dict[str, str]) -> None:
    answer = officer.post("/ghi", data=data)

    assert answer.status_code == 403
    assert "Phiên làm việc không còn khớp" in answer.text


def test_a_form_from_another_site_is_refused_even_when_public(
    officer: Visitor, stranger: Visitor
) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}

    assert officer.post("/ghi", headers=elsewhere).status_code == 403
    assert stranger.post("/cong-khai", headers=elsewhere).status_code == 403
    assert stranger.post("/cong-khai", data={"text": "có"}).text == "có"


def test_what_was_said_is_kept_in_a_cookie_of_this_web(officer: Visitor) -> None:
    answer = officer.post("/ghi", data={"csrf_token": "token-of-this-session", "text": "Đã ghi."})

    name, _, value = answer.headers["Set-Cookie"].partition("=")
    assert name == "cchc_scoring_said"
    assert "SameSite=Lax" in value
    assert "HttpOnly" in value
    kept = {name: value.split(";")[0]}
    assert "Đã ghi." in officer.get("/mo", cookies=kept).text


def test_pages_carry_the_token(officer: Visitor, stranger: Visitor) -> None:
    assert 'name="csrf_token" value="token-of-this-session"' in officer.get("/mo").text
    assert "token-of-this-session" not in stranger.get("/mo").text


@pytest.mark.parametrize("address", ["/mo", "/nowhere", "/vo", "/mat"])
def test_every_answer_has_its_headers(officer: Visitor, address: str) -> None:
    headers = officer.get(address).headers

    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert set(policy["form-action"].split()) == {"'self'", TASKS, SCORING, NOTIFY}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] in {"private, no-cache", "no-store"}


def test_pages_hold_nothing_that_the_policy_forbids(officer: Visitor) -> None:
    page = officer.get("/mo").text

    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_strict_transport_belongs_to_production(site: Flask, identity_keys: IdentityKeys) -> None:
    production = make_site(identity_keys, development=False)

    assert "Strict-Transport-Security" not in Visitor(site, identity_keys).get("/mo").headers
    assert "Strict-Transport-Security" in Visitor(production, identity_keys).get("/mo").headers


def test_files_with_a_fingerprint_are_kept_for_good(stranger: Visitor) -> None:
    page = stranger.get("/mo").text
    address = page.split('href="/shell/app.css')[1].split('"')[0]

    fingerprinted = stranger.get(f"/shell/app.css{address}")
    assert "v=" in address
    assert fingerprinted.status_code == 200
    words = set(fingerprinted.headers["Cache-Control"].split(", "))
    assert words == {"public", "max-age=31536000", "immutable"}
    assert "immutable" not in stranger.get("/shell/app.css").headers["Cache-Control"]
    font = stranger.get("/shell/vendor/inter-vietnamese.woff2")
    assert "immutable" in font.headers["Cache-Control"]
