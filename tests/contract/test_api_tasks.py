"""The REST API of tasks, asked as a program asks it, on the real database."""

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.permissions import OfficerRole
from services.tasks.usecases.sessions import Sessions
from services.tasks.web import deps as dependencies
from services.tasks.web.api import register_api
from shared.mongo import Document
from shared.texts import Texts
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House, made_database, make_house

TEXTS = Path(dependencies.__file__).parents[1] / "texts_core.csv"
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
            measurements=found.measurements,
            files=found.files,
            sessions=found.sessions,
            officers=found.officers,
            idempotency=found.idempotency,
            database=found.database,
            texts=Texts.load([TEXTS]),
            clock=found.clock,
            system=found.system,
            development=development,
        ),
    )
    register_api(app)
    return app


@pytest.fixture(scope="module")
def tasks_database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    yield from made_database(mongo_client)


@pytest.fixture
def loaded(tasks_database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    found = make_house(tasks_database, mongo_client)
    found.loader.apply(small_plan.edition())
    return found


@pytest.fixture
def app(loaded: House) -> Flask:
    for username, role, agency in (
        ("stp.canbo", OfficerRole.OFFICER, "STP"),
        ("snv.thamdinh", OfficerRole.APPRAISER, "SNV"),
        ("stc.canbo", OfficerRole.OFFICER, "STC"),
    ):
        loaded.account(username, role, agency)
    return make_app(loaded)


@pytest.fixture
def client(app: Flask) -> Iterator[Any]:
    with app.test_client() as found:
        yield found


@pytest.fixture
def officer(client: Any) -> Caller:
    return Caller(client, "stp.canbo")


@pytest.fixture
def appraiser(client: Any) -> Caller:
    return Caller(client, "snv.thamdinh")


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.data)
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    return body


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
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        answer = client.open(path, method=method, json={} if method == "POST" else None)
        problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_act_tells_the_new_state_and_its_version(officer: Caller) -> None:
    answer = officer.post(f"{ONE}/start", {"version": 1})

    assert answer.status_code == 200, answer.text
    assert (answer.json["state"], answer.json["version"]) == ("in_progress", 2)
    assert answer.json["timeliness"] == "in_time"
    assert answer.headers["ETag"] == '"2"'
    assert officer.get(ONE).headers["ETag"] == '"2"'


def test_the_chain_from_report_to_acceptance(officer: Caller, appraiser: Caller) -> None:
    assert officer.post(f"{ONE}/note", {"note": "Đang làm"}).status_code == 200
    assert officer.post(f"{ONE}/report", REPORT).json["state"] == "reported"
    assert officer.post(f"{ONE}/take-back").json["state"] == "in_progress"
    assert officer.post(f"{ONE}/report", REPORT).json["state"] == "reported"
    assert appraiser.post(f"{ONE}/return", {"reason": "Thiếu"}).json["state"] == "in_progress"
    assert officer.post(f"{ONE}/report", REPORT).json["state"] == "reported"
    done = appraiser.post(f"{ONE}/accept", {"note": "Đạt"})

    assert (done.json["state"], done.json["timeliness"]) == ("accepted", "done_on_time")
    reports = officer.get(ONE).json["reports"]
    assert [row["decision"]["act"] for row in reports] == ["taken_back", "returned", "accepted"]
    acts = [row["act"] for row in officer.get(f"{ONE}/history").json["items"]]
    assert acts[0] == "assigned"
    assert acts[-1] == "accepted"
    task = officer.get(f"/api/v1/tasks/{small_plan.task_id('NV-58')}").json
    assert task["rollup"]["state"] == "done"
    assert len(task["assignments"]) == 4


def test_a_stale_version_is_told_what_changed(officer: Caller) -> None:
    officer.post(f"{ONE}/start", {"version": 1})

    for body, headers in (({"version": 1}, {}), ({}, {"If-Match": '"1"'}), ({}, {"If-Match": "x"})):
        answer = officer.post(f"{ONE}/note", {"note": "n", **body}, headers=headers)
        told = problem(answer, 409, "stale")
        assert told["current"]["version"] == 2
        assert told["changes"][-1]["act"] == "started"
    assert officer.post(f"{ONE}/note", {"note": "n"}, {"If-Match": '"2"'}).status_code == 200


def test_refusals_name_their_reason(officer: Caller, appraiser: Caller, client: Any) -> None:
    stranger = Caller(client, "stc.canbo")

    told = problem(stranger.post(f"{ONE}/start"), 403, "other_agency")
    assert "STP" in told["detail"]
    problem(appraiser.post(f"{ONE}/start"), 403, "role")
    problem(appraiser.post(f"{ONE}/accept"), 409, "state.assigned")
    problem(officer.post("/api/v1/assignments/khong-co/start"), 404, "not_found")
    told = problem(officer.post(f"{ONE}/report", {"note": "Xong"}), 422, "evidence_missing")
    assert told["errors"]["explanation"]


def test_words_follow_the_language_asked_for(officer: Caller) -> None:
    answer = officer.post(f"{ONE}/accept", headers={"Accept-Language": "en"})

    assert problem(answer, 403, "role")["detail"] == "Your account may not do this."
    assert "quyền" in problem(officer.post(f"{ONE}/accept"), 403, "role")["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "note"),
        ({"note": None}, "note"),
        ({"note": 5}, "note"),
        ({"note": "  "}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"note": "n", "version": "x"}, "version"),
        ({"note": "n", "version": 0}, "version"),
        ({"note": "n", "version": 2**70}, "version"),
        ({"note": "n", "version": True}, "version"),
        ({"note": "n", "nonsense": 1}, "nonsense"),
        ({"note": "n", "document": "x"}, "document"),
        ({"note": "n", "document": {"number": "1"}}, "document.signed_on"),
        (
            {"note": "n", "document": {**DOCUMENT, "signed_on": "3/2"}},
            "document.signed_on",
        ),
        ([], "_"),
        ("x", "_"),
        (5, "_"),
    ],
)
def test_a_wrong_body_is_answered_by_field_in_vietnamese(
    officer: Caller, body: Any, field: str
) -> None:
    told = problem(officer.post(f"{ONE}/report", body), 422, "invalid")

    assert list(told["errors"]) == [field] or field in told["errors"]
    assert all("api.field" not in line for lines in told["errors"].values() for line in lines)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe{",
        b'{"note": "\xc3\x28"}',
        b"{",
        b'{"note": ' + b"[" * 100_000,
        b"null",
        b'{"note": NaN}',
    ],
)
def test_a_broken_body_is_never_a_500(officer: Caller, data: bytes) -> None:
    answer = officer.post(f"{ONE}/note", data=data, content_type="application/json")

    assert answer.status_code in {400, 422}, answer.text
    assert answer.content_type == "application/problem+json"


def test_another_content_type_is_answered_in_words(officer: Caller) -> None:
    answer = officer.post(f"{ONE}/note", data=b"note=x", content_type="text/plain")

    problem(answer, 422, "invalid")


def test_an_idempotency_key_acts_once(officer: Caller) -> None:
    key = {"Idempotency-Key": "lần-1".encode().decode("latin-1")}
    first = officer.post(f"{ONE}/note", {"note": "n"}, key)
    again = officer.post(f"{ONE}/note", {"note": "n"}, key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json == first.json
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert officer.get(ONE).json["version"] == 2
    problem(officer.post(f"{ONE}/note", {"note": "other"}, key), 422, "idempotency_reused")


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


def test_a_file_of_another_type_is_refused_by_name(officer: Caller) -> None:
    form = {"note": "n", "files": [(io.BytesIO(b"<html>"), "a.html")]}

    answer = officer.post(f"{ONE}/report", data=form, content_type="multipart/form-data")

    assert "a.html" in problem(answer, 422, "file_type")["errors"]["files"][0]


def test_figures_are_reported_approved_and_returned(officer: Caller, appraiser: Caller) -> None:
    given = {"period": "2025-Q1", "measured_on": "2025-02-03", "value": "41.33"}
    first = officer.post(FIGURES, given)

    assert first.status_code == 201, first.text
    assert (first.json["state"], first.json["value"]) == ("reported", "41.33")
    path = f"/api/v1/measurements/{first.json['id']}"
    returned = appraiser.post(f"{path}/return", {"reason": "Nhầm kỳ", "version": 1})
    assert returned.json["state"] == "returned"
    again = officer.post(FIGURES, {**given, "value": 42})
    assert (again.json["id"], again.json["version"]) == (first.json["id"], 3)
    problem(appraiser.post(f"{path}/approve", {"version": 1}), 409, "stale")
    assert appraiser.post(f"{path}/approve", {"version": 3}).json["state"] == "approved"
    listed = officer.get(FIGURES).json
    assert [row["state"] for row in listed["items"]] == ["approved"]
    assert officer.get(path).json["value"] == "42"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": "41,33"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"value": "1e-400"}, "value"),
        ({"value": True}, "value"),
        ({"value": "0.1234567"}, "value"),
        ({"value": "101"}, "value"),
        ({"value": "1", "period": "2025"}, "period"),
        ({"value": "1", "measured_on": "2026-01-01"}, "measured_on"),
        ({"rank": 1.5, "of": 3}, "rank"),
        ({"yes_no": "maybe"}, "yes_no"),
        ({"value": "1", "tier": "cap_xa"}, "tier"),
    ],
)
def test_a_wrong_figure_is_answered_by_field(
    officer: Caller, given: dict[str, Any], field: str
) -> None:
    body = {"period": "2025-Q1", "measured_on": "2025-02-03", **given}

    answer = officer.post(FIGURES, body)

    assert answer.status_code == 422, answer.text
    assert field in json.loads(answer.data)["errors"]


def test_lists_come_page_by_page(officer: Caller) -> None:
    path = f"/api/v1/plans/{small_plan.SLUG}/assignments"
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = officer.get(path, limit=3, cursor=cursor).json
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]

    assert len(seen) == len(set(seen)) == len(small_plan.PARTS)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 7),
        ({"code": "NV-58"}, 4),
        ({"agency": "STC"}, 2),
        ({"role": "lead"}, 2),
        ({"state": "reported"}, 0),
        ({"open": "true"}, 7),
        ({"late": "true"}, 0),
        ({"q": "NHIỆM vụ nv-01"}, 3),
        ({"q": "(.*"}, 0),
        ({"period": "2024"}, 0),
    ],
)
def test_parts_are_filtered_in_the_address(
    officer: Caller, query: dict[str, str], number: int
) -> None:
    answer = officer.get(f"/api/v1/plans/{small_plan.SLUG}/assignments", **query)

    assert len(answer.json["items"]) == number


@pytest.mark.parametrize("name", ["tasks", "indicators", "agencies"])
def test_the_other_lists_take_a_code_and_a_limit(officer: Caller, name: str) -> None:
    path = f"/api/v1/plans/{small_plan.SLUG}/{name}"
    everything = officer.get(path).json
    first = everything["items"][0]["code"]

    assert len(everything["items"]) == {"tasks": 2, "indicators": 2, "agencies": 7}[name]
    assert everything["next_cursor"] is None
    assert [row["code"] for row in officer.get(path, code=first).json["items"]] == [first]
    assert len(officer.get(path, limit=1).json["items"]) == 1
    problem(officer.get(path, limit=0), 422, "invalid")
    problem(officer.get(path, limit=201), 422, "invalid")
    for cursor in ("x", "ééé", "bnVsbA", "W10", "WzEsMl0"):
        problem(officer.get(path, cursor=cursor), 422, "cursor")
    problem(officer.get(f"/api/v1/plans/khong-co/{name}"), 404, "not_found")


def test_plans_are_found_by_slug_and_id(officer: Caller) -> None:
    listed = officer.get("/api/v1/plans").json["items"]

    assert [row["slug"] for row in listed] == [small_plan.SLUG]
    by_slug = officer.get(f"/api/v1/plans/{small_plan.SLUG}").json
    assert by_slug == officer.get(f"/api/v1/plans/{small_plan.PLAN_ID}").json
    assert by_slug["decision"]["number"] == "1/QĐ-UBND"
    assert by_slug["counts"]["tasks"] == 2


def test_a_list_costs_the_same_few_queries_however_long_it_is(
    officer: Caller,
    loaded: House,
) -> None:
    def queries(path: str, **query: Any) -> int:
        loaded.database.command({"profile": 2})
        assert officer.get(path, **query).status_code == 200
        loaded.database.command({"profile": 0})
        reads = {"command.find": {"$exists": True}}
        found = loaded.database["system.profile"].count_documents(reads)
        loaded.database.drop_collection("system.profile")
        return found

    path = f"/api/v1/plans/{small_plan.SLUG}/tasks"
    assert queries(path, limit=1) == queries(path, limit=2) <= 5


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


def test_acts_wait_while_an_edition_is_applied(officer: Caller, loaded: House) -> None:
    loaded.database["plans"].update_one({}, {"$set": {"applying": True}})

    answer = officer.post(f"{ONE}/start")

    problem(answer, 503, "plan_busy")
    assert int(answer.headers["Retry-After"]) > 0


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
