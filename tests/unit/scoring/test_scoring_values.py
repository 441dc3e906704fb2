"""Values, periods, numbers in words, the roll-up of tasks."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain import periods
from services.scoring.domain.rollup import TaskState, completion, task_on_day, tasks_on_day
from services.scoring.domain.said import number, signed
from services.scoring.domain.values import (
    BadFigureError,
    check,
    counting,
    known_baselines,
    read,
    waiting,
)
from shared.events.tasks import (
    AssignmentStatus,
    Comparator,
    MeasurementStatus,
    Periodicity,
    Role,
)
from tests.unit.scoring.samples import (
    DAY,
    baseline,
    day,
    indicator,
    measurement,
    on_day,
    part,
    target,
    task,
)

days = st.dates(min_value=dt.date(2024, 1, 1), max_value=dt.date(2027, 12, 31))


def test_numerator_and_denominator_make_a_percentage() -> None:
    reading = read(indicator(), measurement(numerator=31, denominator=75), DAY)

    assert reading.amount is not None
    assert number(reading.amount) == "41,33"


def test_zero_denominator_is_nothing_and_not_zero_per_cent() -> None:
    reading = read(indicator(), measurement(numerator=0, denominator=0), DAY)

    assert reading.nothing
    assert reading.amount is None


def test_growth_is_counted_from_the_newest_baseline_known_on_the_day() -> None:
    of = indicator(
        comparator=Comparator.INCREASE_PCT_RANGE,
        targets=(target(low=8, high=10),),
        baselines=(
            baseline(100, kind="estimate", known_on=day("2024-12-10")),
            baseline(110, kind="final", known_on=day("2025-03-31")),
        ),
    )
    figure = measurement(value=121)

    assert read(of, figure, day("2025-03-30")).amount == 21
    assert read(of, figure, day("2025-03-31")).amount == 10


@pytest.mark.parametrize("known", [(), (baseline(0),), (baseline(5, known_on=day("2025-06-17")),)])
def test_growth_without_a_usable_baseline_has_no_value(known: tuple[object, ...]) -> None:
    of = indicator(comparator=Comparator.DECREASE_PCT_MIN, baselines=known)

    reading = read(of, measurement(value=5), DAY)

    assert reading.lacks_baseline
    assert reading.amount is None


def test_baselines_of_score_and_rank_stand_beside_each_other() -> None:
    of = indicator(baselines=(baseline("62.35", kind="score"), baseline(38, kind="rank")))

    assert {b.kind for b in known_baselines(of, DAY)} == {"score", "rank"}


def test_only_approved_and_locked_figures_count_and_only_reported_ones_wait() -> None:
    every = [
        measurement(f"2025-{n:02}", state=state)
        for n, state in enumerate(MeasurementStatus, start=1)
    ]

    assert {m.state for m in counting(every)} == {
        MeasurementStatus.APPROVED,
        MeasurementStatus.LOCKED,
    }
    assert {m.state for m in waiting(every)} == {MeasurementStatus.REPORTED}


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-Q1", "2025-01-01", "2025-03-31"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("2025-H1", "2025-01-01", "2025-06-30"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_span_of_a_period(period: str, first: str, last: str) -> None:
    assert periods.span(period) == (day(first), day(last))


@pytest.mark.parametrize("text", ["", "2025-13", "2025-00", "2025-Q5", "2025-H3", "Q1", "2025-1"])
def test_other_texts_are_no_periods(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        periods.span(text)


@pytest.mark.parametrize(
    ("periodicity", "on", "expected"),
    [
        (Periodicity.MONTH, "2025-06-15", "2025-04"),
        (Periodicity.MONTH, "2025-06-16", "2025-05"),
        (Periodicity.QUARTER, "2025-04-15", None),
        (Periodicity.QUARTER, "2025-04-16", "2025-Q1"),
        (Periodicity.YEAR, "2026-01-15", None),
        (Periodicity.YEAR, "2026-01-16", "2025"),
    ],
)
def test_figure_is_due_fifteen_days_after_its_period(
    periodicity: Periodicity, on: str, expected: str | None
) -> None:
    assert periods.newest_due(periodicity, "2025", None, day(on)) == expected


def test_closing_period_waits_for_the_day_its_result_is_known() -> None:
    known = day("2026-03-31")

    assert periods.newest_due(Periodicity.YEAR, "2025", known, day("2026-04-15")) is None
    assert periods.newest_due(Periodicity.YEAR, "2025", known, day("2026-04-16")) == "2025"
    assert periods.newest_due(Periodicity.QUARTER, "2025", known, day("2026-02-01")) == "2025-Q3"


@given(on=days, periodicity=st.sampled_from(Periodicity))
def test_a_period_is_either_due_or_still_to_come(on: dt.date, periodicity: Periodicity) -> None:
    every = list(periods.within("2025", periodicity))
    due = periods.newest_due(periodicity, "2025", None, on)
    coming = periods.next_due(periodicity, "2025", None, on)

    after = every.index(due) + 1 if due else 0
    assert every[after : after + 1] == ([coming[0]] if coming else [])


@given(value=st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_number_reads_back_to_two_places(value: Decimal) -> None:
    text = number(value)

    back = Decimal(text.replace(".", "").replace(",", "."))
    assert abs(back - value) <= Decimal("0.01")
    assert not ("," in text and text.endswith("0"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("4000", "4.000"),
        ("41.333", "41,33"),
        ("100", "100"),
        ("99.996", "99,99"),
        ("1234567.5", "1.234.567,5"),
        ("-0.5", "-0,5"),
        ("20.00", "20"),
    ],
)
def test_numbers_are_written_the_vietnamese_way(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_a_rise_wears_a_plus() -> None:
    assert signed(Decimal("9.4")) == "+9,4"
    assert signed(Decimal(0)) == "0"


def test_task_is_done_only_when_all_its_lead_parts_are_accepted() -> None:
    parts = [part(assignment_id=str(n), state=AssignmentStatus.ACCEPTED) for n in range(3)]
    later = part(assignment_id="later", opens_on=day("2025-11-01"), due_on=day("2025-11-30"))

    assert task_on_day(task(), parts, DAY).state is TaskState.DONE
    assert task_on_day(task(), [*parts, later], DAY).state is TaskState.IN_PROGRESS


def test_coordinating_and_withdrawn_parts_do_not_hold_a_task_back() -> None:
    parts = [
        part(state=AssignmentStatus.ACCEPTED),
        part(role=Role.COORDINATING),
        part(state=AssignmentStatus.WITHDRAWN),
    ]

    found = task_on_day(task(), parts, DAY)

    assert (found.state, found.overdue_days) == (TaskState.DONE, 0)


def test_overdue_days_are_those_of_the_part_that_is_late_longest() -> None:
    parts = [part(due_on=day("2025-05-31")), part(due_on=day("2025-02-28"))]

    found = task_on_day(task(), parts, DAY)

    assert (found.overdue_days, found.due_on) == (108, day("2025-02-28"))


def test_withdrawn_task_is_never_overdue() -> None:
    found = task_on_day(task(withdrawn_in=2), [part()], DAY)

    assert (found.state, found.overdue) == (TaskState.WITHDRAWN, False)


def test_completion_counts_what_the_edition_counts() -> None:
    done, open_, out = TaskState.DONE, TaskState.IN_PROGRESS, TaskState.WITHDRAWN
    tasks = [
        *(on_day(f"NV-{n}", done) for n in range(31)),
        *(on_day(f"NV-{n}", open_) for n in range(31, 75)),
        on_day("NV-75", out),
        on_day("NV-76", done, counts_in_completion=False),
    ]

    counted = completion(tasks)

    assert (counted.done, counted.total) == (31, 75)
    assert counted.rate is not None
    assert number(counted.rate) == "41,33"
    assert completion([]).rate is None


def test_parts_find_their_task() -> None:
    other = part(task_id="t-NV-59", state=AssignmentStatus.ACCEPTED)

    found = tasks_on_day([task(), task("NV-59"), task("NV-60")], [part(), other], DAY)

    assert {key: value.state for key, value in found.items()} == {
        "t-NV-58": TaskState.IN_PROGRESS,
        "t-NV-59": TaskState.DONE,
        "t-NV-60": TaskState.NOT_STARTED,
    }


@pytest.mark.parametrize("name", ["value", "numerator", "denominator", "score"])
def test_a_figure_that_is_no_number_is_refused(name: str) -> None:
    check(measurement("2025-Q1", **{name: "41.33"}))

    with pytest.raises(BadFigureError, match=f"{name}: not a finite number"):
        check(measurement("2025-Q1", **{name: "NaN"}))


def test_a_figure_of_no_period_is_refused() -> None:
    with pytest.raises(BadFigureError, match=r"series\.period"):
        check(measurement("2025-13", value=1))
