"""The acts of the API of tasks, as a program does them."""

from typing import Any

from tests.contract.api_tasks.caller import FIGURES, ONE, REPORT, Caller, problem
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House


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


def test_acts_wait_while_an_edition_is_applied(officer: Caller, loaded: House) -> None:
    loaded.database["plans"].update_one({}, {"$set": {"applying": True}})

    answer = officer.post(f"{ONE}/start")

    problem(answer, 503, "plan_busy")
    assert int(answer.headers["Retry-After"]) > 0
