"""Signing in by a real OpenID provider: linked by its subject, never by e-mail."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from services.tasks.config import OidcSettings, Settings
from shared.mongo import Document
from shared.settings import SettingsError
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import TASKS, Person, make_app, words_of
from tests.oidc.run import CLIENT_ID, CLIENT_SECRET, provider

BEGIN = "/dang-nhap/ngoai"
PAGE = "/tai-khoan"
NAME = "Cổng xác thực"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(f"{TASKS}{BEGIN}/ve") as found:
        yield found


@pytest.fixture
def app(house: House, keys: tuple[Path, Path], issuer: str) -> Flask:
    settings = OidcSettings(
        issuer=issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, name=NAME
    )
    return make_app(house, keys, oidc=settings)


@pytest.fixture
def as_(app: Flask) -> Callable[[str], Person]:
    return lambda username: Person(app, username)


def officer(house: House, username: str) -> Document:
    found = house.database["officers"].find_one({"username": username})
    assert found is not None
    return found


def at_provider(address: str, subject: str) -> str:
    """Sign in at the provider as a browser does; return where it sends the browser back to."""
    with requests.Session() as browser:
        answer = browser.get(address, allow_redirects=False, timeout=10)
        for _ in range(12):
            if answer.is_redirect:
                place = requests.compat.urljoin(answer.url, answer.headers["Location"])
                if place.startswith(TASKS):
                    return place.removeprefix(TASKS)
                answer = browser.get(place, allow_redirects=False, timeout=10)
                continue
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            assert action is not None, answer.text
            assert prompt is not None, answer.text
            fields = {"prompt": prompt.group(1), "login": subject, "password": "x"}
            to = requests.compat.urljoin(answer.url, unescape(action.group(1)))
            answer = browser.post(to, data=fields, allow_redirects=False, timeout=10)
    raise AssertionError("the provider never sent the browser back")


def begin(person: Person, **query: str) -> str:
    answer = person.get(BEGIN, query_string=query)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def through(person: Person, subject: str, **query: str) -> Any:
    return person.get(at_provider(begin(person, **query), subject))


def link(person: Person, subject: str) -> Any:
    fields = person.form(PAGE, f"{PAGE}/lien-ket-ngoai")
    onward = person.send(f"{PAGE}/lien-ket-ngoai", fields)
    assert f'content="0;url={BEGIN}?viec=1"' in onward.text
    return through(person, subject, viec="1")


def test_a_linked_subject_signs_in_and_out_and_another_does_not(
    house: House, app: Flask, as_: Callable[[str], Person], issuer: str
) -> None:
    person = as_("stp.canbo")
    assert link(person, "sub-1").headers["Location"] == PAGE
    assert f"Đã liên kết với {NAME}" in person.get(PAGE).text
    assert officer(house, "stp.canbo")["subjects"] == [f"{issuer} sub-1"]

    fresh = Person(app)
    assert NAME in fresh.get("/dang-nhap").text
    answer = through(fresh, "sub-1", tiep="/nhiem-vu")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nhiem-vu")
    assert "stp.canbo" in fresh.get(PAGE).text
    stranger = Person(app)
    refused = through(stranger, "sub-2")
    assert refused.status_code == 403
    assert "chưa liên kết với cán bộ nào" in refused.text
    assert stranger.get(PAGE).status_code == 303

    out = fresh.send("/dang-xuat", fresh.form(PAGE, "/dang-xuat"))
    onward = re.search(r'content="0;url=([^"]+)"', out.text)
    assert onward is not None, out.text
    address = unescape(onward.group(1))
    assert address.startswith(f"{issuer}/session/end?")
    assert parse_qs(urlsplit(address).query)["post_logout_redirect_uri"] == [f"{TASKS}/dang-nhap"]
    # The provider answers a wrong hint or address with 400.
    ended = requests.get(address, timeout=10)
    assert (ended.status_code, "/session/end/confirm" in ended.text) == (200, True)
    assert requests.get(address.replace("dang-nhap", "x"), timeout=10).status_code == 400
    assert fresh.get(PAGE).status_code == 303


def test_an_e_mail_equal_to_an_officers_opens_nothing(
    house: House, app: Flask, as_: Callable[[str], Person]
) -> None:
    house.database["officers"].update_one(
        {"username": "stp.lanhdao"}, {"$set": {"email": "stp.lanhdao@example.com"}}
    )

    # The provider says of "huong" exactly that address, as verified.
    person = Person(app)
    assert through(person, "huong").status_code == 403
    assert person.get(PAGE).status_code == 303
    assert "subjects" not in officer(house, "stp.lanhdao")
    mine = as_("stp.canbo")
    link(mine, "huong")
    again = Person(app)
    through(again, "huong")
    assert "stp.canbo" in again.get(PAGE).text


def test_a_wrong_state_a_used_code_and_another_browser_prove_nothing(
    app: Flask, as_: Callable[[str], Person]
) -> None:
    link(as_("stp.canbo"), "sub-1")
    person, victim = Person(app), Person(app)
    place = at_provider(begin(person), "sub-1")
    code = parse_qs(urlsplit(place).query)["code"][0]

    for wrong in (
        f"{BEGIN}/ve?code={code}&state=khac",
        f"{BEGIN}/ve?code={code}",
        f"{BEGIN}/ve",
        f"{BEGIN}/ve?error=access_denied&state=x",
    ):
        answer = person.get(wrong)
        assert answer.status_code == 400, wrong
        assert "không hợp lệ" in answer.text
    assert victim.get(place).status_code == 400
    assert victim.get(PAGE).status_code == 303
    assert person.get(place).status_code == 303
    assert person.get(place).status_code == 400


def test_the_request_carries_pkce_state_and_nonce(app: Flask) -> None:
    asked = parse_qs(urlsplit(begin(Person(app))).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == [f"{TASKS}{BEGIN}/ve"]


def test_linking_begins_with_a_form_and_a_subject_opens_one_account(
    house: House, as_: Callable[[str], Person]
) -> None:
    person, other = as_("stp.canbo"), as_("stc.canbo")
    assert person.send(f"{PAGE}/lien-ket-ngoai", {}).status_code == 403
    assert person.get(f"{PAGE}/lien-ket-ngoai").status_code == 405
    # Without the form the address links nothing, whatever it says.
    assert through(person, "sub-1", viec="1").status_code == 403
    assert "subjects" not in officer(house, "stp.canbo")
    link(person, "sub-1")

    taken = link(other, "sub-1")

    assert taken.status_code == 409
    assert "đã liên kết với một cán bộ khác" in taken.text
    assert "subjects" not in officer(house, "stc.canbo")
    path = f"{PAGE}/lien-ket-ngoai/bo"
    assert person.send(path, person.form(PAGE, path)).status_code == 303
    assert "subjects" not in officer(house, "stp.canbo")


def test_an_invitation_links_instead_of_setting_a_password(house: House, app: Flask) -> None:
    keeper = officer(house, "admin")
    house.database["officers"].update_one(
        {"username": "stp.canbo"}, {"$set": {"password_hash": ""}}
    )
    session = house.sessions.find(house.sessions.sign_in("admin", "mat-khau-thu-nghiem"))
    assert session is not None
    assert session.actor.officer_id == keeper["_id"]
    token, _until = house.invitations.invite(session.actor, officer(house, "stp.canbo")["_id"])
    person = Person(app)
    assert NAME in person.get(f"/moi/{token}").text
    assert person.send(f"/moi/{token}/ngoai", {}).status_code == 200

    # Who leaves the way and signs in from the sign-in page uses nothing up.
    assert through(person, "sub-9").status_code == 403
    assert person.send(f"/moi/{token}/ngoai", {}).status_code == 200
    assert through(person, "sub-9", viec="1").headers["Location"] == "/"
    assert "stp.canbo" in person.get(PAGE).text
    assert Person(app).get(f"/moi/{token}").status_code == 404
    path = f"{PAGE}/lien-ket-ngoai/bo"
    person.send(path, person.form(PAGE, path))
    assert "Hãy đặt mật khẩu trước" in person.get(PAGE).text
    assert officer(house, "stp.canbo")["subjects"]


def test_a_provider_that_is_away_says_so(house: House, keys: tuple[Path, Path]) -> None:
    settings = OidcSettings(
        issuer="http://127.0.0.1:9", client_id="x", client_secret="y", name=NAME
    )
    answer = Person(make_app(house, keys, oidc=settings)).get(BEGIN)

    assert answer.status_code == 502
    assert "Hãy đăng nhập bằng mật khẩu" in words_of(answer.text)


def test_without_settings_there_is_no_provider(house: House, keys: tuple[Path, Path]) -> None:
    person = Person(make_app(house, keys), "stp.canbo")

    assert person.get(BEGIN).status_code == 404
    assert "lien-ket-ngoai" not in person.get(PAGE).text


@pytest.mark.parametrize(
    "given",
    [
        {"TASKS_OIDC_ISSUER": "https://id.example.vn"},
        {"TASKS_OIDC_CLIENT_ID": "cchc", "TASKS_OIDC_CLIENT_SECRET": "x"},
        {
            "TASKS_OIDC_ISSUER": "http://id.example.vn",
            "TASKS_OIDC_CLIENT_ID": "cchc",
            "TASKS_OIDC_CLIENT_SECRET": "x",
        },
    ],
)
def test_half_a_provider_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str]
) -> None:
    needed = {
        "MONGODB_URI": "mongodb://127.0.0.1",
        "IDENTITY_PUBLIC_KEY_FILE": str(tmp_path / "a"),
        "TASKS_IDENTITY_PRIVATE_KEY_FILE": str(tmp_path / "b"),
    }
    for name, value in needed.items():
        monkeypatch.setenv(name, value)
    assert Settings.for_web().oidc is None
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match="TASKS_OIDC_ISSUER"):
        Settings.for_web()
