"""The three webs as their composition roots put them together, on the real database."""

import contextlib
import dataclasses
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from pymongo import MongoClient

from services.notify import bootstrap as notify
from services.notify.bootstrap import web as notify_web
from services.notify.config import Settings as NotifySettings
from services.scoring import bootstrap as scoring
from services.scoring.bootstrap import web as scoring_web
from services.scoring.config import Settings as ScoringSettings
from services.tasks import bootstrap as tasks
from services.tasks.bootstrap import web as tasks_web
from services.tasks.config import Settings as TasksSettings
from shared.ids import new_id
from shared.mongo import Document
from tests import servers

T = TypeVar("T")
House = Any  # the three composition roots have the same form and no common type


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Webs:
    """The applications by service, and the houses that they stand in."""

    apps: Mapping[str, Flask]
    houses: Mapping[str, Any]

    def rules(self) -> Iterator[tuple[str, str, str, object]]:
        """Yield service, method, address and view of everything but static files."""
        for service, app in self.apps.items():
            for rule in app.url_map.iter_rules():
                if rule.endpoint.rpartition(".")[2] == "static":
                    continue
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield service, method, rule.rule, app.view_functions[rule.endpoint]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pytest.MonkeyPatch]:
    """Set what the three webs read; databases of their own, ports that nobody uses."""
    private, public = _keys(tmp_path_factory.mktemp("keys"))
    values = {
        "MONGODB_URI": servers.address("mongodb"),
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{_free_port()}",
        "TASKS_IDENTITY_PRIVATE_KEY_FILE": str(private),
        "IDENTITY_PUBLIC_KEY_FILE": str(public),
        "TASKS_URL": "http://tasks.test",
        "SCORING_URL": "http://scoring.test",
        "NOTIFY_URL": "http://notify.test",
        "NOTIFY_RECEIPT_SECRET": "a-secret-of-the-receipts",
        "NOTIFY_SMTP_HOST": "127.0.0.1",
        "NOTIFY_MAIL_FROM": "cchc@sonla.test",
        "NOTIFY_MAIL_DOMAIN": "sonla.test",
        "NOTIFY_SMS_URL": "http://127.0.0.1:9/",
        "NOTIFY_SMS_USERNAME": "notify",
        "NOTIFY_SMS_PASSWORD": "far-end",
        "NOTIFY_SMS_FROM": "CCHC",
        "NOTIFY_RECEIPT_URL": "http://127.0.0.1:9/receipts",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield patch


@pytest.fixture(scope="module")
def webs(environment: pytest.MonkeyPatch, mongo_client: "MongoClient[Document]") -> Iterator[Webs]:
    def named(service: str, read: Callable[[], T]) -> T:
        environment.setenv("MONGODB_DATABASE", f"test-{service}-{new_id()}")
        return read()

    with contextlib.ExitStack() as stack:

        def moved_in(house: House) -> House:
            stack.callback(house.client.close)
            stack.callback(mongo_client.drop_database, house.database.name)
            house.prepare()
            return house

        houses = {
            "tasks": moved_in(tasks.House(named("tasks", TasksSettings.for_web))),
            "scoring": moved_in(
                scoring.House(named("scoring", lambda: ScoringSettings.from_env(web=True)))
            ),
            "notify": moved_in(
                notify.House(named("notify", lambda: NotifySettings.from_env(web=True)))
            ),
        }
        apps = {
            "tasks": tasks_web.web_app(houses["tasks"]),
            "scoring": scoring_web.web_app(houses["scoring"]),
            "notify": notify_web.web_app(houses["notify"]),
        }
        yield Webs(apps=apps, houses=houses)


def _keys(folder: Path) -> tuple[Path, Path]:
    key = Ed25519PrivateKey.generate()
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
