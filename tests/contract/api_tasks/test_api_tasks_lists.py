"""Lists of the API of tasks."""

from typing import Any

import pytest

from tests.contract.api_tasks.caller import Caller, problem
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House


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
