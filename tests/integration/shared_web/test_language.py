"""The reader's language: the cookie's choice, else the person's, else Vietnamese."""

import pytest
from flask import Flask

from dev.secrets_kept import IdentityKeys
from tests.visitors import Visitor, person


@pytest.mark.parametrize(
    ("locale", "cookie", "told"),
    [
        ("vi", None, "vi"),
        ("en", None, "en"),
        ("en", "vi", "vi"),
        ("vi", "en", "en"),
        ("en", "fr", "en"),
        ("fr", None, "vi"),
    ],
)
def test_choice(
    site: Flask, identity_keys: IdentityKeys, locale: str, cookie: str | None, told: str
) -> None:
    mai = Visitor(site, identity_keys, person("officer", locale=locale))
    cookies = {"cchc_lang": cookie} if cookie else {}

    page = mai.get("/mo", cookies=cookies).text

    assert f'<html lang="{told}"' in page
    assert {"vi": "Nhiệm vụ", "en": "Tasks"}[told] in page


def test_strangers_read_vietnamese_or_what_they_chose(stranger: Visitor) -> None:
    assert "Đăng nhập" in stranger.get("/mo").text
    assert "Sign in" in stranger.get("/mo", cookies={"cchc_lang": "en"}).text


@pytest.mark.parametrize(("cookie", "said"), [("dark", ' data-bs-theme="dark"'), ("pink", "")])
def test_the_theme_is_the_systems_unless_chosen(stranger: Visitor, cookie: str, said: str) -> None:
    page = stranger.get("/mo", cookies={"cchc_theme": cookie}).text

    assert f'<html lang="vi"{said}>' in page


def test_who_only_looks_has_no_work_of_his_own(
    site: Flask, identity_keys: IdentityKeys, officer: Visitor
) -> None:
    leader = Visitor(site, identity_keys, person("leader"))

    assert "Việc của tôi" in officer.get("/mo").text
    assert "Việc của tôi" not in leader.get("/mo").text
