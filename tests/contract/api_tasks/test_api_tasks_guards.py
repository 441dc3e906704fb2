"""Who may call the API of tasks, and what it tells of itself."""

import dataclasses
import hashlib
import io
from typing import Any

import pytest
from flask import Flask
from pymongo import MongoClient

from services.tasks.domain.permissions import OfficerRole
from services.tasks.usecases.sessions import Sessions
from shared.mongo import Document
from tests.contract.api_tasks.caller import (
    ONE,
    PDF,
    Caller,
    make_app,
    problem,
)
from tests.integration.tasks.house import PASSWORD, House


def test_every_address_of_the_api_has_a_guard(app: Flask) -> None:
    views = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]

    unguarded = [
        rule.rule
        for rule in views
        if getattr(app.view_functions[rule.endpoint], "guard", None) is None
    ]

    assert len(views) > 20
    assert unguarded == []
    public = {
        rule.rule
        for rule in views
        if getattr(app.view_functions[rule.endpoint], "guard", "") == "public"
    }
    assert public == {"/api/v1/auth/token", "/api/openapi.json", "/api/docs"}


def test_every_guarded_address_asks_who_calls(app: Flask, client: Any) -> None:
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "guard", None) != "signed_in":
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<string:{name}>", "x")
        method = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
        answer = client.open(path, method=method, json=None if method == "GET" else {})
        problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_report_brings_files_that_come_back_as_downloads(officer: Caller) -> None:
    def send(content: bytes) -> Any:
        form = {
            "note": "Đã ban hành",
            "explanation": "STC gửi sau",
            "document_number": "12/BC-STP",
            "document_signed_on": "2025-02-02",
            "document_issuer": "Sở Tư pháp",
            "version": "1",
            "files": [(io.BytesIO(content), "Quyết định 12.pdf")],
        }
        return officer.post(
            f"{ONE}/report",
            data=form,
            headers={"Idempotency-Key": "k"},
            content_type="multipart/form-data",
        )

    answer, again = send(PDF), send(PDF)

    assert answer.status_code == 200, answer.text
    assert again.json == answer.json
    assert answer.json["evidence_count"] == 2
    problem(send(PDF + b"y"), 422, "idempotency_reused")
    report = officer.get(ONE).json["reports"][0]
    assert report["document"]["number"] == "12/BC-STP"
    file = report["files"][0]
    assert file["sha256"] == hashlib.sha256(PDF).hexdigest()
    sent = officer.get(f"/api/v1/files/{file['id']}")
    assert sent.data == PDF
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    problem(officer.get("/api/v1/files/khong-co"), 404, "not_found")


def test_a_wrong_password_and_a_lock_are_told_apart_from_nothing_else(client: Any) -> None:
    given = {"username": "stp.canbo", "password": "sai"}
    for _ in range(5):
        problem(client.post("/api/v1/auth/token", json=given), 401, "sign_in")
    answer = client.post("/api/v1/auth/token", json=given)

    problem(answer, 429, "locked_out")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Basic eDp5", "Bearer \xe9"])
def test_a_wrong_token_is_not_signed_in(client: Any, header: str) -> None:
    problem(client.get("/api/v1/me", headers={"Authorization": header}), 401, "unauthorized")


def test_a_cookie_needs_its_csrf_token_on_acts(client: Any, loaded: House) -> None:
    token = loaded.sessions.sign_in("stp.canbo", PASSWORD)
    session = loaded.sessions.find(token)
    assert session is not None
    client.set_cookie("cchc_session", token)

    assert client.get("/api/v1/me").json["username"] == "stp.canbo"
    problem(client.post(f"{ONE}/start", json={}), 403, "csrf")
    problem(client.post(f"{ONE}/start", json={}, headers={"X-CSRF-Token": "é"}), 403, "csrf")
    answer = client.post(f"{ONE}/start", json={}, headers={"X-CSRF-Token": session.csrf})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("development", "marked"), [(True, True), (False, False)])
def test_only_the_development_switch_lets_acts_be_marked_as_demonstration(
    loaded: House,
    *,
    development: bool,
    marked: bool,
) -> None:
    loaded.account("stp.canbo", OfficerRole.OFFICER, "STP")
    officer = Caller(make_app(loaded, development=development).test_client(), "stp.canbo")

    officer.post(f"{ONE}/start", headers={"X-Demonstration": "1"})

    assert officer.get(f"{ONE}/history").json["items"][-1]["demonstration"] is marked


def test_the_description_names_every_address_and_no_other_site(client: Any) -> None:
    spec = client.get("/api/openapi.json").json
    page = client.get("/api/docs")

    wanted = {
        "/api/v1/auth/token",
        "/api/v1/plans",
        "/api/v1/plans/{plan}/tasks",
        "/api/v1/plans/{plan}/assignments",
        "/api/v1/plans/{plan}/indicators",
        "/api/v1/plans/{plan}/agencies",
        "/api/v1/tasks/{task_id}",
        "/api/v1/assignments/{assignment_id}",
        *(
            f"/api/v1/assignments/{{assignment_id}}/{act}"
            for act in ("start", "note", "report", "take-back", "accept", "return")
        ),
        "/api/v1/indicators/{indicator_id}/measurements",
        "/api/v1/measurements/{measurement_id}/approve",
        "/api/v1/measurements/{measurement_id}/return",
    }
    assert wanted <= set(spec["paths"])
    assert page.status_code == 200
    assert all(path in page.text for path in wanted)
    assert "http" not in page.text.replace("http-equiv", "")


def test_a_body_too_large_is_refused(officer: Caller) -> None:
    problem(officer.post(f"{ONE}/note", {"note": "x" * 300_000}), 413, "request_entity_too_large")


def test_a_database_that_is_down_is_answered_by_wait(loaded: House) -> None:
    gone: MongoClient[Document] = MongoClient("127.0.0.1:1", serverSelectionTimeoutMS=100)
    sessions = Sessions(gone["tasks"], clock=loaded.clock, system=loaded.system)
    client = make_app(dataclasses.replace(loaded, sessions=sessions)).test_client()

    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer x"})

    problem(answer, 503, "database")
    assert int(answer.headers["Retry-After"]) > 0
    gone.close()
