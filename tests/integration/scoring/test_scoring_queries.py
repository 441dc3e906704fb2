"""What the pages and the API read, and that every question finds its index."""

import dataclasses
from typing import Any

import pytest

from services.scoring.queries import BadCursorError, Queries
from services.scoring.store.facts import Facts
from shared.events.tasks import (
    AGENCY_CHANGED,
    INDICATOR_DEFINED,
    TASK_DEFINED,
    AssignmentStatus,
    MeasurementStatus,
    Nature,
    assignment_type,
)
from tests.integration.scoring.conftest import World, edition
from tests.integration.scoring.test_scoring_recompute import ENTERPRISES, FACTS
from tests.unit.scoring.samples import agency, indicator, measurement, part, task


@pytest.fixture
def queries(world: World) -> Queries:
    for kind, data in FACTS:
        world.hear(kind, data)
    world.hear(AGENCY_CHANGED, agency("VPUBND", "so_nganh", short_name="VP UBND tỉnh"))
    for number in (1, 2, 3):
        other = dataclasses.replace(
            ENTERPRISES, indicator_id=f"o{number}", code=f"CT-0{number}", lead_agency="LA"
        )
        world.hear(INDICATOR_DEFINED, other)
    world.compute()
    return Queries(world.database, Facts(world.database))


def test_list_goes_on_where_its_cursor_points(queries: Queries) -> None:
    plan = edition()
    first = queries.page(plan, cursor=None, limit=3, code=None)
    second = queries.page(plan, cursor=first.next_cursor, limit=3, code=None)

    codes = [row.indicator.code for row in (*first.items, *second.items)]
    assert codes == ["CT-01", "CT-02", "CT-03", "CT-35"]
    assert second.next_cursor is None
    only = queries.page(plan, cursor=None, limit=3, code="CT-35")
    assert [row.indicator.code for row in only.items] == ["CT-35"]


@pytest.mark.parametrize("cursor", ["?", "ñ", "__8"])
def test_cursor_of_somebody_else_is_refused(queries: Queries, cursor: str) -> None:
    with pytest.raises(BadCursorError):
        queries.page(edition(), cursor=cursor, limit=3, code=None)


def test_one_indicator_brings_status_history_tasks_and_every_figure(
    queries: Queries, world: World
) -> None:
    world.hear_figure(measurement("2025-06", value=1, state=MeasurementStatus.RETURNED), "returned")

    found = queries.one("i1")

    assert found is not None
    assert found.row.status is not None
    assert (found.row.lead_name, found.row.status.revision) == ("VP UBND tỉnh", 1)
    assert [(t.task.code, t.overdue_days) for t in found.tasks] == [("NV-58", 108)]
    assert [m.series.period for m in found.measurements] == ["2025-06", "2025-05"]
    assert [line.revision for line in found.history] == [1]
    assert queries.one("nobody") is None


def test_indicator_from_tasks_brings_all_tasks_the_late_ones_first(
    queries: Queries, world: World
) -> None:
    rate = indicator(indicator_id="i9", code="CT-09", nature=Nature.FROM_TASKS)
    world.hear(INDICATOR_DEFINED, rate)
    world.hear(TASK_DEFINED, task("NV-01", indicator_ids=()))
    accepted = part(assignment_id="b", task_id="t-NV-01", state=AssignmentStatus.ACCEPTED)
    world.hear(assignment_type("accepted"), accepted)
    world.compute()

    found = queries.one("i9")

    assert found is not None
    assert [t.task.code for t in found.tasks] == ["NV-58", "NV-01"]


def test_plans_are_found_by_slug_and_the_newest_year_comes_first(queries: Queries) -> None:
    assert [plan.slug for plan in queries.plans()] == ["sonla-2025"]
    assert queries.plan("sonla-2025") is not None
    assert queries.plan("nowhere") is None
    assert queries.by_code(edition(), "CT-35") is not None
    assert queries.by_code(edition(), "CT-99") is None


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("indicators", {"plan_id": "p1", "nature": "from_tasks"}),
        ("indicators", {"plan_id": "p1", "code": {"$gt": "CT-01"}}),
        ("plans", {"slug": "sonla-2025"}),
        ("tasks", {"indicator_ids": {"$in": ["i1"]}}),
        ("tasks", {"plan_id": {"$in": ["p1"]}}),
        ("parts", {"task_id": {"$in": ["t"]}}),
        ("parts", {"plan_id": {"$in": ["p1"]}}),
        ("measurements", {"series.indicator_id": {"$in": ["i1"]}, "state": {"$in": ["approved"]}}),
        ("agencies", {"level": {"$in": ["xa"]}}),
        ("status_history", {"indicator_id": "i1"}),
    ],
)
def test_every_question_finds_its_index(
    queries: Queries, world: World, collection: str, query: dict[str, Any]
) -> None:
    assert queries.plans()
    plan = world.database[collection].find(query).explain()["queryPlanner"]["winningPlan"]

    assert "COLLSCAN" not in str(plan)
