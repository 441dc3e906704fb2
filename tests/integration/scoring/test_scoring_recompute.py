"""From facts to statuses on the real MongoDB: once, in any order, and only what changed."""

import dataclasses
import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.domain.values import BadFigureError
from shared.events.tasks import (
    AGENCY_CHANGED,
    INDICATOR_DEFINED,
    PLAN_APPLIED,
    TASK_DEFINED,
    AssignmentStatus,
    Comparator,
    MeasurementStatus,
    Nature,
    PathPoint,
    Periodicity,
    Role,
    assignment_type,
    measurement_type,
)
from tests.integration.scoring.conftest import World, edition, local
from tests.unit.scoring.samples import agency, day, indicator, measurement, part, target, task

ENTERPRISES = indicator(
    code="CT-35",
    unit="doanh nghiệp",
    comparator=Comparator.APPROX,
    tolerance=Decimal("0.05"),
    periodicity=Periodicity.MONTH,
    targets=(target(value=4000),),
    path=(PathPoint(on=day("2025-03-31"), value=Decimal(3600)),),
)
FIGURE = measurement("2025-05", value=3742)
ACCEPTED = part(
    version=4,
    state=AssignmentStatus.ACCEPTED,
    reported_on=day("2025-06-16"),
    accepted_on=day("2025-06-16"),
)
FACTS: list[tuple[str, Any]] = [
    (INDICATOR_DEFINED, ENTERPRISES),
    (TASK_DEFINED, task()),
    (assignment_type("assigned"), part()),
    (measurement_type("approved"), FIGURE),
    (PLAN_APPLIED, edition()),
]


@pytest.fixture
def loaded(world: World) -> World:
    for kind, data in FACTS:
        world.hear(kind, data)
    world.compute()
    return world


def test_chip_turns_when_the_overdue_part_is_accepted(loaded: World) -> None:
    loaded.hear_part(ACCEPTED, "accepted", correlation_id="act-7")
    loaded.compute()

    first, second = loaded.told()
    assert (first.status, first.reason.params["code"]) == ("at_risk", "NV-58")
    assert first.reason.params["days"] == "108"
    assert (second.status, second.revision) == ("on_track", 2)
    assert (second.value_text, second.target_text) == ("3.742", "khoảng 4.000")
    assert loaded.database["outbox"].find_one({"correlation_id": "act-7"}) is not None
    assert [line["outcome"]["status"] for line in loaded.history()] == ["at_risk", "on_track"]


def test_status_keeps_what_it_was_computed_from(loaded: World) -> None:
    status = loaded.status()

    assert (status["as_of"], status["rules_version"], status["edition"]) == ("2025-06-16", "1", 1)
    assert status["known_at"] == local("2025-06-16T07:30")
    inputs = status["outcome"]["inputs"]
    assert [(row["code"], row["overdue_days"]) for row in inputs["tasks"]] == [("NV-58", 108)]
    assert [(row["measurement_id"], row["version"]) for row in inputs["measurements"]] == [
        ("m-2025-05-None", 2)
    ]


def test_repeats_change_nothing(loaded: World) -> None:
    for kind, data in FACTS:
        loaded.hear(kind, data)

    assert loaded.database["marks"].count_documents({}) == 0
    assert loaded.compute() == 0
    assert len(loaded.told()) == 1


def test_older_version_that_comes_later_is_dropped(loaded: World) -> None:
    loaded.hear_part(ACCEPTED, "accepted")
    loaded.hear_part(part(version=3, state=AssignmentStatus.REPORTED), "reported")
    loaded.compute()

    assert loaded.status()["outcome"]["status"] == "on_track"


@pytest.mark.parametrize("seed", range(4))
def test_facts_in_any_order_and_computed_in_between_end_in_the_same_status(
    world: World, seed: int
) -> None:
    facts = [*FACTS, (assignment_type("accepted"), ACCEPTED)] * 2
    random.Random(seed).shuffle(facts)  # noqa: S311 - the same order each time

    for kind, data in facts:
        world.hear(kind, data)
        world.compute()

    assert world.status()["outcome"]["status"] == "on_track"
    revisions = [told.revision for told in world.told()]
    assert revisions == list(range(1, len(revisions) + 1))


def test_nothing_is_computed_before_the_edition_is_complete(world: World) -> None:
    for kind, data in FACTS[:-1]:
        world.hear(kind, data)
    world.compute()
    assert world.told() == []

    world.hear(*FACTS[-1])
    world.compute()
    assert len(world.told()) == 1


def test_coordinating_parts_are_neither_kept_nor_computed(loaded: World) -> None:
    loaded.hear_part(part(assignment_id="a2", role=Role.COORDINATING))

    assert loaded.database["parts"].count_documents({}) == 1
    assert loaded.database["marks"].count_documents({}) == 0


def test_series_of_figures_is_followed_through_its_states(loaded: World) -> None:
    loaded.hear_part(ACCEPTED, "accepted")
    loaded.compute()
    june = measurement("2025-06", value=3850, version=1, state=MeasurementStatus.REPORTED)
    for version, state in enumerate(
        (
            MeasurementStatus.REPORTED,
            MeasurementStatus.RETURNED,
            MeasurementStatus.REPORTED,
            MeasurementStatus.APPROVED,
            MeasurementStatus.WITHDRAWN,
        ),
        start=1,
    ):
        loaded.hear_figure(dataclasses.replace(june, version=version, state=state))
        loaded.compute()

    told = [(t.status.value, str(t.value), [f.value for f in t.flags]) for t in loaded.told()]
    assert told[1:] == [
        ("on_track", "3742.0000", []),
        ("on_track", "3742.0000", ["provisional"]),
        ("on_track", "3742.0000", []),
        ("on_track", "3742.0000", ["provisional"]),
        ("achieved", "3850.0000", []),
        ("on_track", "3742.0000", []),
    ]


def test_new_day_counts_on_without_telling_anybody(loaded: World) -> None:
    loaded.scoring.begin_day()
    loaded.compute()
    loaded.business.set(local("2025-06-17T07:30"))

    assert loaded.scoring.begin_day()
    assert not loaded.scoring.begin_day()
    assert loaded.compute() == 0
    status = loaded.status()
    assert (status["as_of"], status["outcome"]["reason"]["params"]["days"]) == ("2025-06-17", "109")
    assert (status["revision"], len(loaded.told()), len(loaded.history())) == (1, 1, 1)


def test_new_day_alone_makes_a_task_overdue(world: World) -> None:
    for kind, data in FACTS:
        world.hear(kind, data)
    world.business.set(local("2025-02-28T23:59"))
    world.compute()
    world.business.set(local("2025-03-01T00:00"))
    world.scoring.begin_day()
    world.compute()

    assert [(t.status, t.as_of) for t in world.told()] == [
        ("on_track", dt.date(2025, 2, 28)),
        ("at_risk", dt.date(2025, 3, 1)),
    ]


def test_district_tier_drops_out_with_its_last_value(world: World) -> None:
    digitised = indicator(
        targets=(target(tier="cap_tinh", value=90), target(tier="cap_huyen", value=80))
    )
    world.hear(INDICATOR_DEFINED, digitised)
    world.hear(AGENCY_CHANGED, agency("SNV", "so_nganh"))
    world.hear(AGENCY_CHANGED, agency("H1", "huyen"))
    world.hear(PLAN_APPLIED, edition())
    world.hear_figure(measurement(tier="cap_tinh", value=95))
    world.hear_figure(measurement(tier="cap_huyen", value=70))
    world.compute()
    world.hear(AGENCY_CHANGED, agency("H1", "huyen", version=2, valid_to=dt.date(2025, 6, 15)))
    world.compute()

    before, after = world.told()
    assert (before.status, before.value_text) == ("at_risk", "1/2 cấp")
    assert (after.status, after.value_text) == ("achieved", "1/1 cấp")
    assert [(t.tier, t.status.value, str(t.value)) for t in after.tiers] == [
        ("cap_tinh", "achieved", "95.0000"),
        ("cap_huyen", "not_applicable", "70.0000"),
    ]


def test_task_that_changes_its_links_touches_both_indicators(loaded: World) -> None:
    other = dataclasses.replace(ENTERPRISES, indicator_id="i2", code="CT-36")
    loaded.hear(INDICATOR_DEFINED, other)
    loaded.compute()
    loaded.hear(TASK_DEFINED, task(version=2, indicator_ids=("i2",)))
    loaded.compute()

    assert loaded.status("i1")["outcome"]["status"] == "on_track"
    assert loaded.status("i2")["outcome"]["status"] == "at_risk"


def test_completion_follows_every_counted_task_of_the_plan(loaded: World) -> None:
    rate = indicator(indicator_id="i9", code="CT-01", nature=Nature.FROM_TASKS, unit="%")
    loaded.hear(INDICATOR_DEFINED, rate)
    loaded.hear(TASK_DEFINED, task("NV-59", indicator_ids=()))
    loaded.hear_part(part(assignment_id="b", task_id="t-NV-59", due_on=day("2025-12-31")))
    loaded.compute()
    loaded.hear_part(ACCEPTED, "accepted")
    loaded.compute()

    told = [t for t in loaded.told() if t.code == "CT-01"]
    assert [(t.status, t.value_text) for t in told] == [("at_risk", "0%"), ("on_track", "50%")]


def test_figure_that_no_rule_can_use_is_refused_with_its_reason(loaded: World) -> None:
    with pytest.raises(BadFigureError, match=r"series\.period: not a period"):
        loaded.hear_figure(measurement("Q9-2025", value=1))
    with pytest.raises(BadFigureError, match="value: not a finite number"):
        loaded.hear_figure(measurement(value="NaN"))
