"""People with a signed identity who visit a web of the product, for tests without a sign-in."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from dev.secrets_kept import IdentityKeys
from shared.clock import SystemClock
from shared.settings import AddressSettings
from shared.web import WebConfig
from shared.web.identity import COOKIE, Identity, sign

TASKS = "http://127.0.0.1:8080"
SCORING = "http://127.0.0.1:8081"
NOTIFY = "http://127.0.0.1:8082"


def person(*roles: str, agency: str = "SNV25", **changes: Any) -> Identity:
    """Return somebody of these roles."""
    facts: dict[str, Any] = {
        "officer_id": "o-mai",
        "name": "Lò Thị Mai",
        "agency_code": agency,
        "agency_name": "Sở Nội vụ",
        "roles": roles,
        "locale": "vi",
        "csrf": "token-of-this-session",
        "expires_at": SystemClock().now() + dt.timedelta(minutes=5),
        **changes,
    }
    return Identity(**facts)


def web_config(service: str, public_key: Path, *, development: bool = True) -> WebConfig:
    """Return what a web is told about its place: three ports of one host."""
    addresses = AddressSettings(
        host="127.0.0.1",
        port=1,
        tasks_url=TASKS,
        scoring_url=SCORING,
        notify_url=NOTIFY,
        identity_public_key_file=public_key,
    )
    return WebConfig(service=service, addresses=addresses, development=development)


@dataclasses.dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody's browser, or a stranger's when there is no identity."""

    app: Flask
    keys: IdentityKeys
    identity: Identity | None = None

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.send("GET", address, **more)

    def post(self, address: str, **more: Any) -> TestResponse:
        """Send a form with the token of the session, unless ``data`` says otherwise."""
        token = self.identity.csrf if self.identity else ""
        return self.send("POST", address, **{"data": {"csrf_token": token}, **more})

    def send(self, method: str, address: str, **more: Any) -> TestResponse:
        client = self.app.test_client()
        if self.identity is not None:
            client.set_cookie(COOKIE, sign(self.identity, self.keys.private))
        for name, value in more.pop("cookies", {}).items():
            client.set_cookie(name, value)
        return client.open(address, method=method, buffered=True, **more)
