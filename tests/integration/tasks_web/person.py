"""A person at a browser without script: signs in by the form, opens pages, sends forms."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from services.tasks.bootstrap import TEXTS
from services.tasks.config import OidcSettings
from services.tasks.usecases.files import Files
from services.tasks.web import app as web
from services.tasks.web.deps import Deps
from shared.clock import BusinessClock
from shared.settings import AddressSettings
from shared.texts import Texts
from shared.web import WebConfig
from tests.integration.tasks.house import PASSWORD, House

TASKS, SCORING, NOTIFY = "http://tasks.test", "http://scoring.test", "http://notify.test"
MEGABYTE = 2**20
PDF = b"%PDF-1.7\n" + b"x" * 100


def make_app(
    house: House,
    keys: tuple[Path, Path],
    *,
    development: bool = True,
    clock_file: Path | None = None,
    clock: BusinessClock | None = None,
    oidc: OidcSettings | None = None,
) -> Flask:
    """Return the web of tasks on a house.

    :param keys: files of the private and the public key of identities.
    """
    private, public = keys
    addresses = AddressSettings(
        host="127.0.0.1",
        port=80,
        tasks_url=TASKS,
        scoring_url=SCORING,
        notify_url=NOTIFY,
        identity_public_key_file=public,
    )
    dependencies = Deps(
        acts=house.acts,
        requests=house.requests,
        coordination=house.coordination,
        measurements=house.measurements,
        files=Files(house.database, system=house.system, max_bytes=MEGABYTE),
        sessions=house.sessions,
        officers=house.officers,
        people=house.people,
        invitations=house.invitations,
        tokens=house.tokens,
        deputies=house.deputies,
        subjects=house.subjects,
        idempotency=house.idempotency,
        database=house.database,
        texts=Texts.load(TEXTS),
        clock=clock or house.clock,
        system=house.system,
        development=development,
        clock_file=clock_file,
        identity_key_file=private,
        addresses=addresses,
    )
    config = WebConfig(service="tasks", addresses=addresses, development=development)
    return web.make_app(dependencies, config, texts=TEXTS, max_file_megabytes=1, oidc=oidc)


class Person:
    """A browser of one person; every request follows no redirect."""

    def __init__(self, app: Flask, username: str | None = None) -> None:
        self.client = app.test_client()
        if username is not None:
            answer = self.client.post(
                "/dang-nhap",
                data={"username": username, "password": PASSWORD, "tiep": "/tai-khoan"},
            )
            assert answer.status_code == 303, answer.text

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, **more)

    def form(self, path: str, action: str | None = None) -> dict[str, str]:
        """Return the fields of the form on a page whose action is given, else its own address."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return fields_of(answer.text, action or path)

    def send(self, path: str, fields: Mapping[str, Any]) -> Any:
        """Send a form; made in memory, because the test client leaves its own files open."""
        boundary, body = encode_multipart(MultiDict(_pairs(fields)))
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post(path, data=body, content_type=kind)

    def act(self, path: str, **typed: Any) -> Any:
        """Open the form at an address, type into it and send it."""
        return self.send(path, self.form(path) | typed)


def _pairs(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, tuple):
                stream, filename = one
                yield name, FileStorage(stream=stream, filename=filename, name=name)
            else:
                yield name, one


class _Fields(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._inside = False
        self._area = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "form":
            self._inside = given.get("action") == self._action
        name = given.get("name")
        if not self._inside or not name:
            return
        if tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and given.get("type") not in ("file", "radio"):
            self.fields[name] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        if tag == "form":
            self._inside = False


def fields_of(page: str, action: str) -> dict[str, str]:
    """Return name → value of the text fields of a form; buttons and choices are left out."""
    parser = _Fields(action)
    parser.feed(page)
    assert parser.fields, f"no form for {action}"
    return parser.fields


def words_of(page: str) -> str:
    """Return what a page says, without its tags."""
    body = page[page.index("<body") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
