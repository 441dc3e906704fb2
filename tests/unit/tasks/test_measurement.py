import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from services.tasks.domain import measurement as rules
from services.tasks.domain.errors import DomainError, InvalidError, WrongStateError
from services.tasks.domain.measurement import Decided, Figure
from shared.events.tasks import (
    Change,
    Comparator,
    Direction,
    IndicatorDefined,
    Limits,
    MeasurementState,
    MeasurementStatus,
    Nature,
    Periodicity,
    Provenance,
    Target,
)
from tests.unit.tasks.samples import AT, TODAY, by

INDICATOR = IndicatorDefined(
    indicator_id="ct",
    version=1,
    change=Change(act="defined", by="system:load", at=AT),
    plan_id="plan",
    edition=1,
    code="CT-12",
    area="3",
    title="Hồ sơ trực tuyến",
    short_title="Hồ sơ trực tuyến",
    unit="%",
    nature=Nature.LEVEL,
    comparator=Comparator.AT_LEAST,
    direction=Direction.UP,
    periodicity=Periodicity.QUARTER,
    lead_agency="VPUBND",
    provenance=Provenance.ARTICLE,
    targets=(Target(period="2025", value=Decimal(80)),),
    limits=Limits(low=Decimal(0), high=Decimal(100)),
)
FIGURE = Figure(measured_on=TODAY, value=Decimal("41.33"))


def indicator(**fields: Any) -> IndicatorDefined:
    return dataclasses.replace(INDICATOR, **fields)


def reported(
    of: IndicatorDefined = INDICATOR,
    figure: Figure = FIGURE,
    period: str = "2025-Q1",
    tier: str | None = None,
    measurement_id: str = "m",
) -> MeasurementState:
    return rules.report(
        of, figure, by(), measurement_id=measurement_id, period=period, tier=tier
    ).state


def test_a_figure_is_reported_returned_reported_again_and_approved_as_one() -> None:
    first = reported()
    returned = rules.return_(first, by(), reason="Nhầm kỳ").state
    again = rules.report_again(
        returned, INDICATOR, Figure(measured_on=TODAY, value=Decimal(42)), by()
    ).state
    approved = rules.approve(again, by(), earlier=None).state

    assert [s.state.value for s in (first, returned, again, approved)] == [
        "reported",
        "returned",
        "reported",
        "approved",
    ]
    assert [s.version for s in (first, returned, again, approved)] == [1, 2, 3, 4]
    assert approved.measurement_id == "m"
    assert approved.value == Decimal(42)


def test_approving_replaces_what_counted_before() -> None:
    earlier = rules.approve(reported(), by(), earlier=None).state

    decided = rules.approve(reported(measurement_id="n"), by(), earlier=earlier)

    assert decided.state.replaces == "m"
    assert decided.replaced is not None
    assert decided.replaced.state is MeasurementStatus.REPLACED
    assert decided.replaced.version == earlier.version + 1


def test_a_locked_figure_opens_only_with_a_reason() -> None:
    locked = rules.lock(rules.approve(reported(), by(), earlier=None).state, by()).state

    with pytest.raises(InvalidError, match="reason_missing"):
        rules.unlock(locked, by(), reason="")
    assert rules.unlock(locked, by(), reason="Sai sót").state.state is MeasurementStatus.APPROVED


@pytest.mark.parametrize("status", list(MeasurementStatus))
def test_each_decision_fits_its_states_alone(status: MeasurementStatus) -> None:
    state = dataclasses.replace(reported(), state=status)
    acts: dict[str, Callable[[], Decided]] = {
        "return": lambda: rules.return_(state, by(), reason="r"),
        "approve": lambda: rules.approve(state, by(), earlier=None),
        "lock": lambda: rules.lock(state, by()),
        "unlock": lambda: rules.unlock(state, by(), reason="r"),
        "withdraw": lambda: rules.withdraw(state, by(), reason="r"),
        "again": lambda: rules.report_again(state, INDICATOR, FIGURE, by()),
    }
    allowed: dict[str, set[str]] = {
        "reported": {"return", "approve", "withdraw"},
        "returned": {"again"},
        "approved": {"lock", "withdraw"},
        "locked": {"unlock"},
        "replaced": set(),
        "withdrawn": set(),
    }

    passed = set()
    for name, act in acts.items():
        try:
            act()
        except WrongStateError:
            continue
        passed.add(name)

    assert passed == allowed[status.value]


@pytest.mark.parametrize(
    ("periodicity", "right", "wrong"),
    [
        (Periodicity.MONTH, "2025-12", "2025-13"),
        (Periodicity.QUARTER, "2025-Q4", "2025-Q5"),
        (Periodicity.HALF, "2025-H2", "2025-H3"),
        (Periodicity.YEAR, "2025", "2025-Q1"),
    ],
)
def test_the_period_has_the_form_of_the_indicator(
    periodicity: Periodicity, right: str, wrong: str
) -> None:
    of = indicator(periodicity=periodicity)

    assert reported(of, period=right).series.period == right
    with pytest.raises(InvalidError, match=f"error.period.{periodicity.value}"):
        reported(of, period=wrong)


YES_NO = indicator(nature=Nature.YES_NO, comparator=Comparator.BOOLEAN)
RANK = indicator(nature=Nature.RANK, comparator=Comparator.RANK_UP)
BOTH = indicator(nature=Nature.RANK, comparator=Comparator.SCORE_AND_RANK_UP)


@pytest.mark.parametrize(
    ("of", "fields"),
    [
        (INDICATOR, {"value": Decimal(1)}),
        (INDICATOR, {"numerator": Decimal(31), "denominator": Decimal(75)}),
        (INDICATOR, {"numerator": Decimal(0), "denominator": Decimal(0)}),
        (YES_NO, {"yes_no": False}),
        (RANK, {"rank": 12, "of": 63}),
        (BOTH, {"score": Decimal("90.02"), "rank": 12, "of": 63}),
    ],
)
def test_the_form_of_the_indicator_is_taken(of: IndicatorDefined, fields: dict[str, Any]) -> None:
    found = reported(of, Figure(measured_on=TODAY, **fields))

    assert {name: getattr(found, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("of", "fields", "key"),
    [
        (INDICATOR, {}, "error.figure_form"),
        (INDICATOR, {"yes_no": True}, "error.figure_form"),
        (INDICATOR, {"value": Decimal(1), "rank": 1}, "error.figure_form"),
        (INDICATOR, {"numerator": Decimal(1)}, "error.figure_form"),
        (INDICATOR, {"value": Decimal("100.01")}, "error.limits"),
        (INDICATOR, {"value": Decimal("-0.01")}, "error.limits"),
        (INDICATOR, {"numerator": Decimal(-1), "denominator": Decimal(2)}, "error.negative"),
        (INDICATOR, {"numerator": Decimal(1), "denominator": Decimal(0)}, "error.nothing"),
        (YES_NO, {"value": Decimal(1)}, "error.figure_form"),
        (RANK, {"rank": 64, "of": 63}, "error.rank"),
        (BOTH, {"rank": 1, "of": 63}, "error.figure_form"),
    ],
)
def test_another_form_is_refused(of: IndicatorDefined, fields: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidError, match=key):
        reported(of, Figure(measured_on=TODAY, **fields))


def test_a_tier_is_asked_for_where_the_targets_have_tiers() -> None:
    tiered = indicator(targets=(Target(period="2025", tier="cap_tinh", value=Decimal(90)),))

    assert reported(tiered, tier="cap_tinh").series.tier == "cap_tinh"
    with pytest.raises(InvalidError, match="tier"):
        reported(tiered)
    with pytest.raises(InvalidError, match="no_tiers"):
        reported(tier="cap_tinh")


def test_an_indicator_computed_from_tasks_takes_no_figures() -> None:
    with pytest.raises(DomainError, match="computed_indicator"):
        reported(indicator(nature=Nature.FROM_TASKS))


def test_a_figure_of_tomorrow_is_refused() -> None:
    tomorrow = Figure(measured_on=TODAY + dt.timedelta(days=1), value=Decimal(1))

    with pytest.raises(InvalidError, match="measured_in_future"):
        reported(figure=tomorrow)
