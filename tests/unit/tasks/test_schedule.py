"""From deadlines to parts: the tables of docs/events.md, D, by example and by property."""

import datetime as dt
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain.planrows import AgencyRow, Members, TaskRow
from services.tasks.domain.schedule import (
    Change,
    DeadlineFormError,
    Period,
    PlannedPart,
    expand_group,
    part_key,
    parts_of,
    periods_of,
    successions_between,
)
from shared.events.tasks import DeadlineKind, Provenance, Role

YEAR = 2025
EFFECTIVE = dt.date(2024, 12, 24)
MERGED = dt.date(2025, 3, 1)
LAST_BEFORE = dt.date(2025, 2, 28)


def agency(
    code: str,
    level: str = "so",
    successor: str | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> AgencyRow:
    return AgencyRow(
        code=code,
        name=code,
        short_name=code,
        level=level,
        successor=successor,
        valid_from=valid_from,
        valid_to=valid_to,
    )


AGENCIES = {
    row.code: row
    for row in (
        agency("A", valid_to=LAST_BEFORE, successor="AB"),
        agency("B", valid_to=LAST_BEFORE, successor="AB"),
        agency("AB", valid_from=MERGED),
        agency("C"),
        agency("D"),
        agency("H1", "huyen", valid_to=dt.date(2025, 6, 30)),
        agency("X1", "xa", valid_from=dt.date(2025, 7, 1)),
        agency("X2", "xa", valid_from=dt.date(2025, 7, 1)),
    )
}
GROUPS: dict[str, Members] = {"G-SO": "so", "G-HUYEN": "huyen", "G-XA": "xa", "G-TWO": ("A", "C")}


def task(
    lead: str,
    *coordinators: str,
    kind: DeadlineKind = DeadlineKind.DATE,
    deadline: str = "2025-05-31",
) -> TaskRow:
    return TaskRow(
        code="NV-01",
        area="1",
        title="Nhiệm vụ",
        product="Báo cáo",
        lead=lead,
        coordinators=coordinators,
        deadline_kind=kind,
        deadline=deadline,
        deadline_text="",
        indicators=(),
        provenance=Provenance.RECONSTRUCTED,
    )


def parts(of: TaskRow) -> tuple[PlannedPart, ...]:
    return parts_of(of, AGENCIES, GROUPS, EFFECTIVE, YEAR)


def who(of: TaskRow, period: str = "2025") -> list[str]:
    return [part.agency_code for part in parts(of) if part.period == period]


@pytest.mark.parametrize(
    ("kind", "deadline", "due_on"),
    [
        (DeadlineKind.DATE, "2025-03-31", dt.date(2025, 3, 31)),
        (DeadlineKind.MONTH, "2025-02", dt.date(2025, 2, 28)),
        (DeadlineKind.MONTH, "2025-12", dt.date(2025, 12, 31)),
        (DeadlineKind.QUARTER, "2025-Q2", dt.date(2025, 6, 30)),
        (DeadlineKind.QUARTER, "2025-Q4", dt.date(2025, 12, 31)),
    ],
)
def test_a_deadline_met_once_gives_one_period_named_by_the_year(
    kind: DeadlineKind, deadline: str, due_on: dt.date
) -> None:
    found = periods_of(kind, deadline, EFFECTIVE, YEAR)

    assert found == (Period(period="2025", opens_on=EFFECTIVE, due_on=due_on),)


def test_all_year_work_is_due_on_the_last_day_and_has_no_deadline() -> None:
    found = periods_of(DeadlineKind.ALL_YEAR, "2025-12-31", EFFECTIVE, YEAR)

    assert found == (
        Period(period="2025", opens_on=EFFECTIVE, due_on=dt.date(2025, 12, 31), no_deadline=True),
    )


def test_each_recurring_period_opens_on_the_day_after_the_one_before() -> None:
    found = periods_of(
        DeadlineKind.RECURRING, "2025-03-15;2025-06-15;2025-09-15;2025-12-15", EFFECTIVE, YEAR
    )

    assert [(period.period, period.opens_on) for period in found] == [
        ("2025-Q1", dt.date(2025, 1, 1)),
        ("2025-Q2", dt.date(2025, 3, 16)),
        ("2025-Q3", dt.date(2025, 6, 16)),
        ("2025-Q4", dt.date(2025, 9, 16)),
    ]


def test_the_first_recurring_period_does_not_open_before_the_edition_holds() -> None:
    later = dt.date(2025, 2, 1)

    found = periods_of(DeadlineKind.RECURRING, "2025-06-30;2025-12-31", later, YEAR)

    assert [(period.period, period.opens_on) for period in found] == [
        ("2025-H1", later),
        ("2025-H2", dt.date(2025, 7, 1)),
    ]


def test_dates_without_a_rhythm_name_their_periods_by_the_day() -> None:
    found = periods_of(DeadlineKind.RECURRING, "2025-01-25;2025-02-10;2025-11-30", EFFECTIVE, YEAR)

    assert [period.period for period in found] == ["2025-01-25", "2025-02-10", "2025-11-30"]


def test_four_dates_in_one_quarter_are_no_quarters() -> None:
    text = "2025-01-10;2025-01-20;2025-02-10;2025-03-10"

    found = periods_of(DeadlineKind.RECURRING, text, EFFECTIVE, YEAR)

    assert found[0].period == "2025-01-10"


@pytest.mark.parametrize(
    ("kind", "deadline"),
    [
        (DeadlineKind.DATE, "31/03/2025"),
        (DeadlineKind.DATE, "2025-02-30"),
        (DeadlineKind.DATE, "20250331"),
        (DeadlineKind.MONTH, "2025-13"),
        (DeadlineKind.QUARTER, "2025-Q5"),
        (DeadlineKind.RECURRING, "2025-01-25;"),
    ],
)
def test_a_deadline_of_another_form_is_refused(kind: DeadlineKind, deadline: str) -> None:
    with pytest.raises(DeadlineFormError):
        periods_of(kind, deadline, EFFECTIVE, YEAR)


def test_a_group_is_the_agencies_of_its_level_on_the_day() -> None:
    assert expand_group("so", AGENCIES, EFFECTIVE) == ("A", "B", "C", "D")
    assert expand_group("so", AGENCIES, MERGED) == ("AB", "C", "D")


def test_a_group_of_named_agencies_follows_their_successors() -> None:
    assert expand_group(("A", "B", "C"), AGENCIES, MERGED) == ("AB", "C")


def test_the_lead_comes_first_and_does_not_coordinate() -> None:
    assert who(task("C", "G-SO")) == ["C", "A", "B", "D"]


def test_an_agency_named_twice_coordinates_once() -> None:
    assert who(task("C", "D", "G-SO", "A")) == ["C", "D", "A", "B"]


def test_a_monthly_part_of_districts_ends_with_them_and_communes_begin() -> None:
    monthly = task(
        "C",
        "G-HUYEN",
        "G-XA",
        kind=DeadlineKind.RECURRING,
        deadline=";".join(f"2025-{month:02d}-25" for month in range(1, 13)),
    )

    assert who(monthly, "2025-06") == ["C", "H1"]
    # July's period opens on 26 June, when the districts still exist.
    assert who(monthly, "2025-07") == ["C", "H1"]
    assert who(monthly, "2025-08") == ["C", "X1", "X2"]


def test_in_later_periods_a_merged_coordinator_is_followed_to_its_successor() -> None:
    quarterly = task(
        "C",
        "A",
        "B",
        kind=DeadlineKind.RECURRING,
        deadline="2025-03-31;2025-06-30;2025-09-30;2025-12-31",
    )

    assert who(quarterly, "2025-Q1") == ["C", "A", "B"]
    assert who(quarterly, "2025-Q2") == ["C", "AB"]


def test_the_agency_that_will_lead_by_then_does_not_coordinate() -> None:
    quarterly = task(
        "A",
        "G-SO",
        kind=DeadlineKind.RECURRING,
        deadline="2025-03-31;2025-06-30;2025-09-30;2025-12-31",
    )

    assert who(quarterly, "2025-Q2") == ["A", "C", "D"]


def test_successions_are_told_within_the_days_asked_for() -> None:
    rows = AGENCIES.values()

    assert successions_between(rows, dt.date(2025, 2, 1), MERGED) == [
        Change(day=MERGED, old="A", new="AB"),
        Change(day=MERGED, old="B", new="AB"),
    ]
    assert successions_between(rows, MERGED, dt.date(2025, 12, 31)) == []


@st.composite
def recurring(draw: st.DrawFn) -> str:
    days = draw(st.sets(st.integers(0, 364), min_size=1, max_size=12))
    return ";".join(str(dt.date(YEAR, 1, 1) + dt.timedelta(day)) for day in sorted(days))


@given(deadline=recurring())
def test_recurring_periods_follow_one_another_without_gap_or_overlap(deadline: str) -> None:
    found = periods_of(DeadlineKind.RECURRING, deadline, EFFECTIVE, YEAR)

    assert all(period.opens_on <= period.due_on for period in found)
    assert len({period.period for period in found}) == len(found) == len(deadline.split(";"))
    for earlier, later in itertools.pairwise(found):
        assert later.opens_on == earlier.due_on + dt.timedelta(days=1)


@given(
    lead=st.sampled_from(["A", "B", "C", "D"]),
    coordinators=st.lists(st.sampled_from([*AGENCIES, *GROUPS])),
    deadline=recurring(),
)
def test_each_agency_owes_a_task_once_in_a_period_and_exists_then(
    lead: str, coordinators: list[str], deadline: str
) -> None:
    planned = parts(task(lead, *coordinators, kind=DeadlineKind.RECURRING, deadline=deadline))

    keys = Counter(part_key("p", "NV-01", part.agency_code, part.period) for part in planned)
    assert set(keys.values()) == {1}
    leads = Counter(part.period for part in planned if part.role is Role.LEAD)
    assert leads == dict.fromkeys((part.period for part in planned), 1)
    for part in planned:
        if part.role is Role.COORDINATING:
            assert AGENCIES[part.agency_code].valid_on(max(part.opens_on, EFFECTIVE))
            assert part.agency_code != lead


@given(
    named=st.lists(st.sampled_from([*AGENCIES, *GROUPS])).flatmap(
        lambda codes: st.tuples(st.just(codes), st.permutations(codes))
    )
)
def test_the_order_in_which_coordinators_are_named_changes_nobody(
    named: tuple[list[str], list[str]],
) -> None:
    coordinators, shuffled = named

    assert set(parts(task("C", *coordinators))) == set(parts(task("C", *shuffled)))


def test_an_agency_that_nobody_knows_coordinates_nothing() -> None:
    assert who(task("C", "X")) == ["C"]


def test_successors_in_a_circle_leave_the_work_with_nobody() -> None:
    around = {
        row.code: row
        for row in (
            agency("E", valid_to=dt.date(2025, 1, 31), successor="F"),
            agency("F", valid_to=dt.date(2025, 1, 31), successor="E"),
        )
    }

    assert expand_group(("E", "F"), around, dt.date(2025, 2, 1)) == ()
