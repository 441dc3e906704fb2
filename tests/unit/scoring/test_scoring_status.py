"""The precedence of statuses and what each kind of indicator says on a day."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.judge import Series, expectation
from services.scoring.domain.rollup import TaskState
from services.scoring.domain.status import Scene, dead_tiers, indicator_status
from services.scoring.domain.values import COUNTING
from shared.events.scoring import Flag, IndicatorStatus
from shared.events.tasks import (
    Band,
    Comparator,
    MeasurementStatus,
    Nature,
    PathPoint,
    Periodicity,
)
from tests.unit.scoring.samples import (
    DAY,
    agency,
    baseline,
    day,
    indicator,
    measurement,
    on_day,
    scene,
    target,
)

S = IndicatorStatus
_PATH = (
    PathPoint(on=day("2025-03-31"), value=Decimal(40)),
    PathPoint(on=day("2025-06-30"), value=Decimal(70)),
    PathPoint(on=day("2025-12-31"), value=Decimal(100)),
)
CUMULATIVE = indicator(nature=Nature.CUMULATIVE, path=_PATH)
_YES_NO = indicator(
    nature=Nature.YES_NO,
    comparator=Comparator.BOOLEAN,
    periodicity=Periodicity.YEAR,
    targets=(target(),),
)
_FROM_TASKS = indicator(nature=Nature.FROM_TASKS, targets=(target(value=100),))
_RANK = indicator(
    nature=Nature.RANK,
    comparator=Comparator.RANK_UP,
    periodicity=Periodicity.YEAR,
    targets=(target(),),
    baselines=(baseline(12, kind="rank"),),
    known_after=day("2026-03-31"),
)
_TIERED = indicator(
    targets=tuple(
        target(tier=tier, value=value)
        for tier, value in (("cap_tinh", 90), ("cap_huyen", 80), ("cap_xa", 60))
    )
)
_LATE = on_day("NV-58", TaskState.IN_PROGRESS, overdue=108)
_OPEN = on_day("NV-59", TaskState.IN_PROGRESS)
_DONE = on_day("NV-60", TaskState.DONE)


def told(of: Any, *figures: Any, **more: Any) -> tuple[IndicatorStatus, str]:
    found = indicator_status(scene(of, measurements=figures, **more))
    return found.status, found.reason.key


# --- figures ------------------------------------------------------------------------------------


def test_level_that_meets_its_target_is_achieved_while_its_newest_figure_says_so() -> None:
    assert told(indicator(), measurement(value=92)) == (S.ACHIEVED, "achieved.reached")


def test_level_below_its_target_is_at_risk_until_the_year_is_over_and_missed_after() -> None:
    year = measurement("2025-Q4", value=89)

    assert told(indicator(), measurement(value=89)) == (S.AT_RISK, "at_risk.below")
    assert told(indicator(), year, as_of=day("2025-12-31")) == (S.AT_RISK, "at_risk.below")
    assert told(indicator(), year, as_of=day("2026-01-01")) == (S.MISSED, "missed.final")


def test_year_is_not_missed_while_its_last_figure_is_not_approved() -> None:
    found = indicator_status(
        scene(indicator(), measurements=[measurement("2025-Q3", value=89)], as_of=day("2026-02-01"))
    )

    assert (found.status, found.flags) == (S.AT_RISK, (Flag.STALE,))


def test_figures_are_final_only_after_the_day_their_result_is_known() -> None:
    of = indicator(known_after=day("2026-01-31"))
    year = measurement("2025-Q4", value=89)

    assert told(of, year, as_of=day("2026-01-31"))[0] is S.AT_RISK
    assert told(of, year, as_of=day("2026-02-01"))[0] is S.MISSED


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (measurement(value=40), (S.ON_TRACK, "on_track.path")),
        (measurement(value="39.99"), (S.AT_RISK, "at_risk.behind")),
        # The figure of May is compared with the point of March: June's has not passed.
        (measurement("2025-05", value=41), (S.ON_TRACK, "on_track.path")),
        (measurement("2025-Q2", value=69), (S.AT_RISK, "at_risk.behind")),
        # Measured in the middle of its period: it speaks of that day.
        (
            measurement("2025-Q2", value=69, measured_on=day("2025-06-10")),
            (S.ON_TRACK, "on_track.path"),
        ),
        (measurement("2025-01", value=1), (S.ON_TRACK, "on_track.early")),
    ],
)
def test_figure_below_the_target_is_compared_with_the_path(
    figure: Any, expected: tuple[IndicatorStatus, str]
) -> None:
    assert told(CUMULATIVE, figure) == expected


@pytest.mark.parametrize(("value", "expected"), [("22.19", S.AT_RISK), ("22.20", S.ON_TRACK)])
def test_cumulative_without_a_path_is_expected_by_its_share_of_the_days(
    value: str, expected: IndicatorStatus
) -> None:
    # 90 % × 90 days ÷ 365 days = 22,19178 %
    assert told(indicator(nature=Nature.CUMULATIVE), measurement(value=value))[0] is expected


def test_cumulative_that_met_its_target_has_met_it_whatever_is_late() -> None:
    assert told(CUMULATIVE, measurement(value=90), tasks=[_LATE])[0] is S.ACHIEVED


def test_sum_that_must_stay_below_its_target_is_on_track_and_not_achieved_before_the_end() -> None:
    of = indicator(nature=Nature.CUMULATIVE, comparator=Comparator.AT_MOST)

    assert told(of, measurement(value=5)) == (S.ON_TRACK, "on_track.below_limit")
    assert told(of, measurement(value=91))[0] is S.AT_RISK


def test_only_approved_figures_decide_and_a_waiting_one_is_flagged() -> None:
    waiting = measurement("2025-Q2", value=10, state=MeasurementStatus.REPORTED)

    found = indicator_status(scene(measurements=[measurement(value=92), waiting]))

    assert (found.status, found.value, found.flags) == (
        S.ACHIEVED,
        Decimal(92),
        (Flag.PROVISIONAL,),
    )


def test_older_waiting_figure_is_no_provisional_news() -> None:
    old = measurement("2025-Q1", value=10, state=MeasurementStatus.REPORTED)

    assert indicator_status(scene(measurements=[measurement("2025-Q2", value=92), old])).flags == ()


def test_provisional_value_is_shown_where_nothing_is_approved_but_decides_nothing() -> None:
    waiting = measurement(value=92, state=MeasurementStatus.REPORTED)

    found = indicator_status(scene(measurements=[waiting]))

    assert (found.status, found.reason.key) == (S.NO_DATA, "no_data.waiting")
    assert (found.value, found.value_said.params["n"]) == (None, "92")
    assert found.flags == (Flag.PROVISIONAL,)


def test_figure_is_stale_when_a_newer_period_should_be_known() -> None:
    found = indicator_status(scene(measurements=[measurement(value=92)], as_of=day("2025-07-16")))

    assert (found.status, found.flags) == (S.ACHIEVED, (Flag.STALE,))


def test_missing_figure_is_no_data_when_due_and_not_due_before() -> None:
    assert told(indicator(), as_of=day("2025-04-15")) == (S.NOT_DUE, "not_due.first")
    assert told(indicator(), as_of=day("2025-04-16")) == (S.NO_DATA, "no_data.missing")


def test_zero_denominator_is_not_applicable() -> None:
    nothing = measurement(numerator=0, denominator=0)

    assert told(indicator(), nothing) == (S.NOT_APPLICABLE, "not_applicable.nothing_arose")


def test_growth_without_baseline_is_no_data() -> None:
    of = indicator(comparator=Comparator.INCREASE_PCT_MIN)

    assert told(of, measurement(value=5)) == (S.NO_DATA, "no_data.no_baseline")


def test_ranking_waits_for_its_publication_then_is_final() -> None:
    better = measurement("2025", rank=11, of=34)

    assert told(_RANK) == (S.NOT_DUE, "not_due.published_later")
    assert told(_RANK, as_of=day("2026-04-16")) == (S.NO_DATA, "no_data.missing")
    assert told(_RANK, better, tasks=[_LATE], as_of=day("2026-04-01"))[0] is S.ACHIEVED
    assert told(_RANK, measurement("2025", rank=12, of=34), as_of=day("2026-04-01"))[0] is S.MISSED


# --- tasks --------------------------------------------------------------------------------------


def test_overdue_linked_task_puts_an_indicator_at_risk_and_says_how_long() -> None:
    found = indicator_status(scene(measurements=[measurement(value=92)], tasks=[_LATE, _OPEN]))

    assert (found.status, found.reason.key) == (S.AT_RISK, "at_risk.task_overdue")
    assert found.reason.params == {"code": "NV-58", "days": "108", "due": "28/02/2025"}


def test_several_overdue_tasks_are_counted_and_the_longest_is_named() -> None:
    shorter = on_day("NV-70", TaskState.NOT_STARTED, overdue=5)

    found = indicator_status(scene(tasks=[shorter, _LATE]))

    assert found.reason.key == "at_risk.tasks_overdue"
    assert (found.reason.params["n"], found.reason.params["code"]) == ("2", "NV-58")


def test_at_risk_by_an_overdue_task_goes_before_no_data_and_not_due() -> None:
    assert told(indicator(), tasks=[_LATE])[0] is S.AT_RISK
    assert told(_RANK, tasks=[_LATE])[0] is S.AT_RISK


def test_missed_for_good_goes_before_at_risk() -> None:
    year = measurement("2025-Q4", value=1)

    assert told(indicator(), year, tasks=[_LATE], as_of=day("2026-01-01"))[0] is S.MISSED


def test_withdrawn_task_has_no_say() -> None:
    gone = on_day("NV-58", TaskState.WITHDRAWN)

    assert told(_YES_NO, measurement("2025", yes_no=True), tasks=[gone])[0] is S.ACHIEVED


def test_yes_counts_only_when_all_linked_tasks_are_done() -> None:
    yes = measurement("2025", yes_no=True)

    assert told(_YES_NO, yes, tasks=[_DONE]) == (S.ACHIEVED, "achieved.confirmed")
    assert told(_YES_NO, yes, tasks=[_DONE, _OPEN]) == (S.ON_TRACK, "on_track.confirmed")
    assert told(_YES_NO, yes, tasks=[_DONE, _LATE])[0] is S.AT_RISK


def test_no_is_a_risk_before_the_end_and_missed_after() -> None:
    no = measurement("2025", yes_no=False)

    assert told(_YES_NO, no) == (S.AT_RISK, "at_risk.said_no")
    assert told(_YES_NO, no, as_of=day("2026-01-01")) == (S.MISSED, "missed.said_no")


def test_tasks_speak_for_a_yes_that_is_not_due() -> None:
    found = indicator_status(scene(_YES_NO, tasks=[_DONE, _OPEN]))

    assert (found.status, found.reason.key) == (S.ON_TRACK, "on_track.by_tasks")
    assert (found.value_said.key, found.value_said.params) == (
        "value.tasks",
        {"done": "1", "total": "2"},
    )
    assert told(_YES_NO)[0] is S.NOT_DUE
    assert told(_YES_NO, tasks=[_DONE], as_of=day("2026-01-16"))[0] is S.NO_DATA


def test_completion_is_computed_from_the_tasks_that_count() -> None:
    extra = on_day("NV-61", TaskState.IN_PROGRESS, overdue=9, counts_in_completion=False)

    found = indicator_status(scene(_FROM_TASKS, tasks=[_DONE, _OPEN, extra]))

    assert (found.status, found.value) == (S.ON_TRACK, Decimal("50.0000"))
    assert told(_FROM_TASKS, tasks=[_DONE, _LATE])[0] is S.AT_RISK
    assert told(_FROM_TASKS, tasks=[_DONE]) == (S.ACHIEVED, "achieved.tasks")
    late_year = {"tasks": [_DONE, _OPEN], "as_of": day("2026-01-01")}
    assert told(_FROM_TASKS, **late_year) == (S.MISSED, "missed.tasks")
    assert told(_FROM_TASKS) == (S.NO_DATA, "no_data.no_tasks")


# --- tiers --------------------------------------------------------------------------------------

_TIERS = {"cap_tinh": ["so_nganh"], "cap_huyen": ["huyen"], "cap_xa": ["xa"]}
_AGENCIES = [
    agency("SNV", "so_nganh"),
    agency("H1", "huyen", valid_to=dt.date(2025, 6, 30)),
    agency("X1", "xa", valid_from=dt.date(2025, 7, 1)),
    agency("X0", "xa", valid_to=dt.date(2025, 6, 30)),
]


def test_tier_dies_the_day_after_its_last_agency_and_an_unknown_one_lives() -> None:
    assert dead_tiers(_TIERS, _AGENCIES, day("2025-06-30")) == frozenset()
    assert dead_tiers(_TIERS, _AGENCIES, day("2025-07-01")) == {"cap_huyen"}
    assert dead_tiers(_TIERS, [], day("2025-07-01")) == frozenset()


def tiers(**values: Any) -> list[Any]:
    return [measurement(tier=tier, value=value) for tier, value in values.items()]


def test_tiered_indicator_is_achieved_when_all_live_tiers_achieve() -> None:
    figures = tiers(cap_tinh=90, cap_huyen=79, cap_xa=60)

    found = indicator_status(
        scene(_TIERED, measurements=figures, dead_tiers=frozenset({"cap_huyen"}))
    )

    assert (found.status, found.reason.key) == (S.ACHIEVED, "achieved.tiers")
    assert {t.tier: (t.status, t.value) for t in found.tiers} == {
        "cap_tinh": (S.ACHIEVED, Decimal(90)),
        "cap_huyen": (S.NOT_APPLICABLE, Decimal(79)),
        "cap_xa": (S.ACHIEVED, Decimal(60)),
    }
    assert found.value_said.params == {"done": "2", "total": "2"}


def test_tiered_indicator_is_as_bad_as_its_worst_live_tier() -> None:
    found = indicator_status(
        scene(_TIERED, measurements=tiers(cap_tinh=90, cap_huyen=79, cap_xa=60))
    )

    assert (found.status, found.reason.params["tier"]) == (S.AT_RISK, "cap_huyen")
    assert found.value_said.params == {"done": "2", "total": "3"}
    assert told(_TIERED, *tiers(cap_tinh=90, cap_xa=60))[0] is S.NO_DATA


def test_indicator_without_any_live_tier_is_not_applicable() -> None:
    every = frozenset(_TIERS)

    assert told(_TIERED, tasks=[_LATE], dead_tiers=every) == (
        S.NOT_APPLICABLE,
        "not_applicable.no_tier",
    )


# --- the rest -----------------------------------------------------------------------------------


def test_withdrawn_indicator_is_not_applicable() -> None:
    assert told(indicator(withdrawn_in=2), measurement(value=99))[0] is S.NOT_APPLICABLE


def test_override_goes_before_all_but_not_applicable_and_is_flagged() -> None:
    found = indicator_status(scene(override=S.MISSED, measurements=[measurement(value=92)]))

    assert (found.status, found.flags) == (S.MISSED, (Flag.OVERRIDDEN,))
    assert told(indicator(withdrawn_in=2), override=S.ACHIEVED)[0] is S.NOT_APPLICABLE


def test_indicator_without_a_target_says_so() -> None:
    assert told(indicator(targets=())) == (S.NO_DATA, "no_data.no_target")


@st.composite
def any_scene(draw: st.DrawFn) -> Scene:
    figure: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"value": 5},
                {"value": 4000},
                {"numerator": 0, "denominator": 0},
                {"numerator": 1, "denominator": 3},
                {"rank": 3, "of": 14},
                {"rank": 3},
                {"score": 70, "rank": 3, "of": 14},
                {"yes_no": True},
                {"yes_no": False},
                {},
            ]
        )
    )
    goals = [
        (target(),),
        (target(value=5),),
        (target(low=1, high=2),),
        (target(band="khá"),),
        (target(tier="cap_xa", value=5), target(tier="cap_tinh", value=50)),
        (),
    ]
    goal = draw(st.sampled_from(goals))
    tiers = [t.tier for t in goal] or [None]
    of = indicator(
        comparator=draw(st.sampled_from(Comparator)),
        nature=draw(st.sampled_from(Nature)),
        periodicity=draw(st.sampled_from(Periodicity)),
        targets=goal,
        path=draw(st.sampled_from([(), _PATH])),
        baselines=draw(st.sampled_from([(), (baseline(4), baseline(9, kind="rank"))])),
        bands=draw(st.sampled_from([(), (Band(name="khá", best=1, worst=2, of=14),)])),
        known_after=draw(st.sampled_from([None, dt.date(2026, 3, 31)])),
        withdrawn_in=draw(st.sampled_from([None, None, None, 2])),
    )
    period = draw(st.sampled_from(["2025-Q1", "2025-05", "2025-Q4", "2025"]))
    states = st.sampled_from([*MeasurementStatus, MeasurementStatus.APPROVED])
    return scene(
        of,
        measurements=[
            measurement(period, tier=tier, state=draw(states), **figure)
            for tier in tiers
            if draw(st.booleans())
        ],
        as_of=draw(st.dates(min_value=dt.date(2024, 12, 24), max_value=dt.date(2026, 12, 31))),
        tasks=draw(st.sampled_from([[], [_LATE], [_OPEN], [_DONE], [_LATE, _LATE, _DONE]])),
        dead_tiers=draw(st.sampled_from([frozenset(), frozenset({"cap_xa"})])),
        override=draw(st.sampled_from([None, None, S.MISSED])),
    )


@given(facts=any_scene())
def test_every_scene_has_a_status_and_only_approved_figures_end_it(facts: Scene) -> None:
    found = indicator_status(facts)

    ended = found.status in {S.ACHIEVED, S.MISSED} and not found.flags
    if ended and facts.indicator.nature is not Nature.FROM_TASKS:
        assert any(m.state in COUNTING for m in facts.measurements)


@given(facts=any_scene())
def test_an_overdue_linked_task_leaves_nothing_on_track(facts: Scene) -> None:
    found = indicator_status(facts)

    assert not (found.status is S.ON_TRACK and any(task.overdue for task in facts.tasks))


def test_a_target_shorter_than_the_rhythm_of_figures_is_never_due() -> None:
    of = indicator(periodicity=Periodicity.YEAR, targets=(target(period="2025-Q2", value=90),))

    assert told(of) == (S.NOT_DUE, "not_due.nothing")


def test_nothing_is_expected_of_a_series_without_figures() -> None:
    of = indicator()

    assert expectation(Series(of, of.targets[0], [], DAY)) is None
