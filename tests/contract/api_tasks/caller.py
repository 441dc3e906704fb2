"""A program that calls the API of tasks, and the application it calls."""

import json
from typing import Any

from flask import Flask

from services.tasks.bootstrap import TEXTS
from services.tasks.web import deps as dependencies
from services.tasks.web.api import register_api
from shared.texts import Texts
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House

PART = small_plan.part_id("NV-58", "STP")


INDICATOR = small_plan.indicator_id("CT-35")


ONE = f"/api/v1/assignments/{PART}"


FIGURES = f"/api/v1/indicators/{INDICATOR}/measurements"


PDF = b"%PDF-1.7\n" + b"x" * 100


DOCUMENT = {"number": "12/BC-STP", "signed_on": "2025-02-02", "issuer": "Sở Tư pháp"}


REPORT = {
    "note": "Đã ban hành",
    "explanation": "STC gửi sau",
    "document": DOCUMENT,
}


class Caller:
    """A program with a token."""

    def __init__(self, client: Any, username: str) -> None:
        self._client = client
        given = {"username": username, "password": PASSWORD}
        answer = client.post("/api/v1/auth/token", json=given)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json['token']}"}

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(path, query_string=query, headers=self.headers)

    def put(self, path: str, body: Any) -> Any:
        return self._client.put(path, json=body, headers=self.headers)

    def post(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> Any:
        sent = {**self.headers, **(headers or {})}
        if "data" not in more:
            more["json"] = {} if body is None else body
        return self._client.post(path, headers=sent, **more)


def make_app(found: House, *, development: bool = False) -> Flask:
    app = Flask("tasks-api")
    app.config["TESTING"] = False
    dependencies.install(
        app,
        dependencies.Deps(
            acts=found.acts,
            requests=found.requests,
            coordination=found.coordination,
            measurements=found.measurements,
            files=found.files,
            sessions=found.sessions,
            officers=found.officers,
            people=found.people,
            invitations=found.invitations,
            tokens=found.tokens,
            deputies=found.deputies,
            subjects=found.subjects,
            idempotency=found.idempotency,
            database=found.database,
            texts=Texts.load(TEXTS),
            clock=found.clock,
            system=found.system,
            development=development,
        ),
    )
    register_api(app)
    return app


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.data)
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    return body
