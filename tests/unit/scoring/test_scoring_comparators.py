"""Each comparator of the 40 indicators, at its boundary and beside it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.comparators import (
    RULES,
    met,
    reaches,
    target_said,
    value_said,
    wanted,
)
from services.scoring.domain.values import Reading, read
from shared.events.tasks import Band, Comparator, Direction
from tests.unit.scoring.samples import DAY, baseline, indicator, measurement, target

_DTI = (Band(name="tốt", best=1, worst=3, of=14), Band(name="khá", best=4, worst=7, of=14))
_RANK = (baseline(12, kind="rank"),)
_POBI = (baseline("62.35", kind="score"), baseline(38, kind="rank"))
_GROWTH = (baseline(4250, kind="assessed"),)
_STAFF = (baseline(200),)
amounts = st.decimals(min_value=0, max_value=10_000, places=2)


def verdict(comparator: Comparator, told: dict[str, Any], **facts: Any) -> bool | None:
    wanted_target = facts.pop("target")
    of = indicator(comparator=comparator, targets=(wanted_target,), **facts)
    return met(of, wanted_target, read(of, measurement(**told), DAY))


@pytest.mark.parametrize(
    ("comparator", "goal", "value", "expected"),
    [
        (Comparator.AT_LEAST, 90, "90", True),
        (Comparator.AT_LEAST, 90, "89.99", False),
        (Comparator.ABOVE, 30, "30", False),
        (Comparator.ABOVE, 30, "30.01", True),
        (Comparator.EQUAL, 100, "100.00", True),
        (Comparator.EQUAL, 100, "99.996", False),
        (Comparator.AT_MOST, 0, "0", True),
        (Comparator.AT_MOST, 5, "5", True),
        (Comparator.AT_MOST, 5, "5.01", False),
    ],
)
def test_plain_comparators_at_their_boundary(
    comparator: Comparator, goal: int, value: str, *, expected: bool
) -> None:
    assert verdict(comparator, {"value": value}, target=target(value=goal)) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("4589.99", False), ("4590", True), ("4675", True), ("5100", True)]
)
def test_growth_range_is_met_from_its_lower_bound_and_beyond_its_upper(
    value: str, *, expected: bool
) -> None:
    found = verdict(
        Comparator.INCREASE_PCT_RANGE,
        {"value": value},
        target=target(low=8, high=10),
        baselines=_GROWTH,
    )

    assert found is expected


@pytest.mark.parametrize(("value", "expected"), [("4462.49", False), ("4462.5", True)])
def test_growth_minimum_is_met_at_the_minimum(value: str, *, expected: bool) -> None:
    found = verdict(
        Comparator.INCREASE_PCT_MIN, {"value": value}, target=target(value=5), baselines=_GROWTH
    )

    assert found is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("171", False), ("170", True), ("160", True), ("100", True)]
)
def test_decrease_range_is_met_from_its_lower_bound(value: str, *, expected: bool) -> None:
    found = verdict(
        Comparator.DECREASE_PCT_RANGE,
        {"value": value},
        target=target(low=15, high=20),
        baselines=_STAFF,
    )

    assert found is expected


@pytest.mark.parametrize(("value", "expected"), [("161", False), ("160", True)])
def test_decrease_minimum_is_met_at_the_minimum(value: str, *, expected: bool) -> None:
    found = verdict(
        Comparator.DECREASE_PCT_MIN, {"value": value}, target=target(value=20), baselines=_STAFF
    )

    assert found is expected


@pytest.mark.parametrize(("rank", "expected"), [(11, True), (12, False), (13, False)])
def test_rank_rises_only_above_the_baseline(rank: int, *, expected: bool) -> None:
    found = verdict(Comparator.RANK_UP, {"rank": rank, "of": 34}, target=target(), baselines=_RANK)

    assert found is expected


@pytest.mark.parametrize(
    ("score", "rank", "expected"),
    [
        ("62.36", 37, True),
        ("62.35", 37, False),
        ("62.36", 38, False),
        ("60", 39, False),
    ],
)
def test_score_and_rank_must_both_get_better(score: str, rank: int, *, expected: bool) -> None:
    told = {"score": score, "rank": rank, "of": 63}

    found = verdict(Comparator.SCORE_AND_RANK_UP, told, target=target(), baselines=_POBI)

    assert found is expected


@pytest.mark.parametrize(
    ("rank", "of", "expected"),
    [(7, 14, True), (8, 14, False), (1, 14, True), (4, 9, True), (5, 9, False)],
)
def test_band_is_met_by_its_ranks_and_better_ones_by_proportion(
    rank: int, of: int, *, expected: bool
) -> None:
    found = verdict(
        Comparator.RANK_BAND, {"rank": rank, "of": of}, target=target(band="khá"), bands=_DTI
    )

    assert found is expected


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        ("3800", Direction.UP, True),
        ("3799", Direction.UP, False),
        ("4500", Direction.UP, True),
        ("4200", Direction.DOWN, True),
        ("4201", Direction.DOWN, False),
    ],
)
def test_about_misses_by_the_tolerance_on_the_worse_side_only(
    value: str, direction: Direction, *, expected: bool
) -> None:
    found = verdict(
        Comparator.APPROX,
        {"value": value},
        target=target(value=4000),
        tolerance=Decimal("0.05"),
        direction=direction,
        unit="doanh nghiệp",
    )

    assert found is expected


@pytest.mark.parametrize("yes", [True, False])
def test_yes_is_met_by_yes(*, yes: bool) -> None:
    assert verdict(Comparator.BOOLEAN, {"yes_no": yes}, target=target()) is yes


def test_every_comparator_has_a_rule() -> None:
    assert set(RULES) == set(Comparator)


@pytest.mark.parametrize("comparator", list(Comparator))
def test_nothing_is_guessed_from_an_empty_target_and_reading(comparator: Comparator) -> None:
    of = indicator(comparator=comparator)

    assert met(of, target(), Reading()) is None


@given(amount=amounts, goal=amounts)
def test_at_least_is_above_or_equal(amount: Decimal, goal: Decimal) -> None:
    reading, goals = Reading(amount=amount), target(value=goal)

    found = {c: met(indicator(comparator=c), goals, reading) for c in Comparator}

    assert found[Comparator.AT_LEAST] == (found[Comparator.ABOVE] or found[Comparator.EQUAL])
    assert found[Comparator.AT_MOST] == (not found[Comparator.ABOVE])


@given(amount=amounts, more=amounts, goal=amounts)
def test_more_is_never_worse_where_up_is_better(
    amount: Decimal, more: Decimal, goal: Decimal
) -> None:
    for comparator in (Comparator.AT_LEAST, Comparator.ABOVE, Comparator.APPROX):
        of = indicator(comparator=comparator, tolerance=Decimal("0.05"))
        less = met(of, target(value=goal), Reading(amount=amount))

        assert not less or met(of, target(value=goal), Reading(amount=amount + more))


@pytest.mark.parametrize(
    ("comparator", "goal", "key", "params"),
    [
        (Comparator.ABOVE, target(value=30), "target.above", {"n": "30", "unit": "%"}),
        (
            Comparator.INCREASE_PCT_RANGE,
            target(low=8, high=10),
            "target.increase_range",
            {"low": "8", "high": "10"},
        ),
        (Comparator.RANK_BAND, target(band="khá"), "target.band", {"band": "khá"}),
        (Comparator.SCORE_AND_RANK_UP, target(), "target.score_and_rank_up", {}),
        (Comparator.BOOLEAN, target(), "target.boolean", {}),
    ],
)
def test_target_is_said_by_its_comparator(
    comparator: Comparator, goal: Any, key: str, params: dict[str, str]
) -> None:
    said = target_said(indicator(comparator=comparator), goal, None)

    assert (said.key, said.params) == (key, params)


def test_rank_to_beat_is_said_with_its_year() -> None:
    of = indicator(comparator=Comparator.RANK_UP)

    said = target_said(of, target(), Reading(baselines=_RANK))

    assert said.params == {"rank": "12", "of": "2024"}


def test_growth_is_said_with_its_sign() -> None:
    of = indicator(comparator=Comparator.INCREASE_PCT_MIN)

    assert value_said(of, Reading(amount=Decimal("9.4"))).params["n"] == "+9,4"
    assert value_said(of, Reading(amount=Decimal(-2))).params["n"] == "-2"


def test_wanted_amount_of_a_range_is_its_lower_bound() -> None:
    of = indicator(comparator=Comparator.DECREASE_PCT_RANGE)

    assert wanted(of, target(low=15, high=20)) == 15


def test_at_most_is_reached_from_below_and_the_others_from_above() -> None:
    below, above = Decimal(4), Decimal(6)

    assert reaches(indicator(comparator=Comparator.AT_MOST), below, Decimal(5))
    assert not reaches(indicator(comparator=Comparator.AT_MOST), above, Decimal(5))
    assert reaches(indicator(comparator=Comparator.AT_LEAST), above, Decimal(5))
    assert not reaches(indicator(comparator=Comparator.AT_LEAST), below, Decimal(5))
