"""Several acts in one request: all of them or none, with the rules of the single ones."""

from typing import Any

import pytest

from tests.contract.api_tasks.caller import DOCUMENT, ONE, PART, REPORT, Caller, problem
from tests.integration.tasks.house import House

TOGETHER = "/api/v1/assignments/acts"


def item(act: str, **fields: Any) -> dict[str, Any]:
    return {"assignment_id": PART, "act": act, **fields}


def together(caller: Caller, *items: Any, key: str | None = None) -> Any:
    return caller.post(TOGETHER, {"acts": list(items)}, {"Idempotency-Key": key} if key else None)


def untouched(loaded: House, caller: Caller) -> bool:
    return (
        caller.get(ONE).json["version"] == 1
        and len(loaded.history("NV-58", "STP")) == 1
        and loaded.database["reports"].count_documents({}) == 0
    )


def test_acts_are_done_in_their_order_and_told_one_by_one(officer: Caller, loaded: House) -> None:
    before = len(loaded.events())
    answer = together(
        officer,
        item("start", version=1),
        item("note", note="Đang lấy ý kiến"),
        item("report", version=3, **REPORT),
        item("take-back"),
        item("report", note="Gửi lại", explanation="Không có văn bản riêng"),
    )

    assert answer.status_code == 200, answer.text
    states = [(one["state"], one["version"], one["report_count"]) for one in answer.json["items"]]
    assert states == [
        ("in_progress", 2, 0),
        ("in_progress", 3, 0),
        ("reported", 4, 1),
        ("in_progress", 5, 1),
        ("reported", 6, 2),
    ]
    assert officer.get(ONE).json["version"] == 6
    reports = officer.get(ONE).json["reports"]
    assert [row["decision"] and row["decision"]["act"] for row in reports] == ["taken_back", None]
    assert reports[0]["document"] == DOCUMENT
    lines = officer.get(f"{ONE}/history").json["items"]
    assert [line["version"] for line in lines] == [1, 2, 3, 4, 5, 6]
    # A note concerns nobody outside.
    assert len(loaded.events()) == before + 4


def test_those_who_appraise_decide_together_too(
    officer: Caller, appraiser: Caller, loaded: House
) -> None:
    together(officer, item("report", **REPORT))
    answer = together(appraiser, item("return", reason="Thiếu phụ lục"))
    assert answer.json["items"][0]["return_count"] == 1
    together(officer, item("report", **REPORT))

    answer = together(appraiser, item("accept", note="Đạt"))

    assert answer.json["items"][0]["timeliness"] == "done_on_time"
    assert loaded.history("NV-58", "STP")[-1]["by_agency"] == "SNV"


def test_a_refused_act_leaves_nothing_of_those_before_it(officer: Caller, loaded: House) -> None:
    events = len(loaded.events())
    told = problem(together(officer, item("start"), item("start")), 409, "state.in_progress")
    assert told["item"] == 1
    nowhere = item("note", assignment_id="không-có", note="n")
    told = problem(together(officer, item("start"), nowhere), 404, "not_found")
    assert told["item"] == 1
    told = problem(together(officer, item("start"), item("accept")), 403, "role")
    assert told["item"] == 1
    told = problem(
        together(officer, item("start"), item("report", note="Xong")), 422, "evidence_missing"
    )
    assert (told["item"], list(told["errors"])) == (1, ["acts.1.explanation"])

    assert untouched(loaded, officer)
    assert len(loaded.events()) == events


def test_a_part_of_another_agency_is_forbidden_and_named(
    officer: Caller, client: Any, loaded: House
) -> None:
    stranger = Caller(client, "stc.canbo")

    told = problem(together(stranger, item("start")), 403, "other_agency")

    assert told["item"] == 0
    assert "STP" in told["detail"]
    assert untouched(loaded, officer)


def test_a_stale_act_tells_what_changed_since_its_version(officer: Caller, loaded: House) -> None:
    officer.post(f"{ONE}/start")

    told = problem(
        together(officer, item("note", note="n"), item("note", note="m", version=1)), 409, "stale"
    )

    assert told["item"] == 1
    # Its own request made version 3 of it, which nobody else will ever see.
    assert [line["act"] for line in told["changes"]] == ["started"]
    assert officer.get(ONE).json["version"] == 2
    assert len(loaded.history("NV-58", "STP")) == 2


def test_one_key_stands_for_all_of_them(officer: Caller, loaded: House) -> None:
    first = together(officer, item("start"), item("note", note="n"), key="k")
    again = together(officer, item("start"), item("note", note="n"), key="k")

    assert first.status_code == 200, first.text
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(loaded.history("NV-58", "STP")) == 3
    problem(together(officer, item("note", note="other"), key="k"), 422, "idempotency_reused")


def test_a_refused_request_keeps_no_key(officer: Caller) -> None:
    problem(together(officer, item("take-back"), key="k"), 409, "state.assigned")

    assert together(officer, item("start"), key="k").status_code == 200


@pytest.mark.parametrize(
    ("acts", "field"),
    [
        ([], "acts"),
        ([item("start")] * 101, "acts"),
        (None, "acts"),
        ("start", "acts"),
        ([item("start"), item("note")], "acts.1.note"),
        ([item("start"), item("return", reason=" ")], "acts.1.reason"),
        ([item("report", note="n", document={"number": "1"})], "acts.0.document.issuer"),
        ([item("start", note="n")], "acts.0.note"),
        ([item("start", version=0)], "acts.0.version"),
        ([item("reopen", reason="r")], "acts.0.act"),
        ([item("start") | {"act": ["start"]}], "acts.0.act"),
        ([{"act": "start"}], "acts.0.assignment_id"),
        (["start"], "acts.0"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_act_and_field(
    officer: Caller, loaded: House, acts: Any, field: str
) -> None:
    answer = officer.post(TOGETHER, {"acts": acts})

    told = problem(answer, 422, "invalid")
    assert field in told["errors"]
    assert all("api." not in text for texts in told["errors"].values() for text in texts)
    assert untouched(loaded, officer)


def test_a_hundred_acts_fit_into_one_transaction(officer: Caller, loaded: House) -> None:
    report, back = item("report", **REPORT), item("take-back")

    answer = together(officer, *[report, back] * 50)

    assert answer.status_code == 200, answer.text
    assert answer.json["items"][-1]["version"] == 101
    assert loaded.database["reports"].count_documents({"decision.act": "taken_back"}) == 50


def test_the_description_shows_the_fields_of_all_kinds(client: Any) -> None:
    spec = client.get("/api/openapi.json").json
    body = spec["paths"][TOGETHER]["post"]["requestBody"]["content"]["application/json"]["schema"]
    together_of = spec["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    items = together_of["properties"]["acts"]["items"]
    one = spec["components"]["schemas"][items["$ref"].rpartition("/")[2]]

    assert one["properties"]["act"]["enum"] == [
        "start", "note", "report", "take-back", "accept", "return"
    ]  # fmt: skip
    assert set(one["properties"]) == {
        "assignment_id", "act", "version", "note", "explanation", "document", "reason"
    }  # fmt: skip
