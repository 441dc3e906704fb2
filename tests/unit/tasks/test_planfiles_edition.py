"""The edition that the real plan's files make: ids, counts, and the ties that pages rely on."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from services.tasks.planfiles import read_edition
from services.tasks.usecases.load_plan import Edition, fingerprint
from shared.clock import LOCAL
from shared.events.tasks import AssignmentStatus, Comparator, Nature, Role
from tests.unit.tasks.planfolder import REAL

DAY = dt.date(2024, 12, 24)
AT = dt.datetime(2024, 12, 24, 9, 30, tzinfo=LOCAL)


@pytest.fixture(scope="module")
def edition() -> Edition:
    return read_edition(REAL, as_of=DAY, at=AT)


def task(edition: Edition, code: str) -> Any:
    return next(row.state for row in edition.tasks if row.state.code == code)


def indicator(edition: Edition, code: str) -> Any:
    return next(row.state for row in edition.indicators if row.state.code == code)


def test_reading_twice_gives_the_same_edition(edition: Edition) -> None:
    later = read_edition(REAL, as_of=DAY, at=AT + dt.timedelta(days=90))

    assert fingerprint(later) == fingerprint(edition)


def test_a_load_as_of_an_earlier_day_is_dated_on_that_day() -> None:
    later = read_edition(REAL, as_of=DAY, at=AT + dt.timedelta(days=90))

    assert later.parts[0].state.change.at.astimezone(LOCAL).date() == DAY


def test_the_counts_are_those_of_the_rows(edition: Edition) -> None:
    counts = edition.plan.state.counts

    assert counts.tasks == len(edition.tasks)
    assert counts.indicators == len(edition.indicators)
    assert counts.assignments == len(edition.parts)
    assert counts.solutions == len(edition.plan.beside["solutions"])


def test_every_id_is_there_once(edition: Edition) -> None:
    ids = [row.state.assignment_id for row in edition.parts]

    assert len(set(ids)) == len(ids)


def test_each_period_of_a_task_has_one_lead_part(edition: Edition) -> None:
    leads = Counter(
        (row.state.task_id, row.state.period)
        for row in edition.parts
        if row.state.role is Role.LEAD
    )

    assert set(leads.values()) == {1}
    assert {task_id for task_id, _period in leads} == {row.state.task_id for row in edition.tasks}


def test_parts_begin_assigned_with_their_original_deadline(edition: Edition) -> None:
    states = {row.state.state for row in edition.parts}

    assert states == {AssignmentStatus.ASSIGNED}
    assert all(row.state.due_on == row.state.original_due_on for row in edition.parts)


def test_the_number_of_coordinating_agencies_is_counted_for_each_period(edition: Edition) -> None:
    found = Counter(
        (row.state.task_id, row.state.period)
        for row in edition.parts
        if row.state.role is Role.COORDINATING
    )

    assert all(
        row.beside["coord_count"] == found[row.state.task_id, row.state.period]
        for row in edition.parts
    )


def test_the_task_of_the_demonstration_moves_its_indicator(edition: Edition) -> None:
    enterprises = indicator(edition, "CT-35")

    assert task(edition, "NV-58").indicator_ids == (enterprises.indicator_id,)
    assert enterprises.comparator is Comparator.APPROX
    assert enterprises.tolerance is not None


def test_an_indicator_with_tiers_has_a_target_for_each(edition: Edition) -> None:
    targets = {target.tier: str(target.value) for target in indicator(edition, "CT-12").targets}

    assert targets == {"cap_tinh": "90", "cap_huyen": "80", "cap_xa": "60"}


def test_what_the_source_does_not_say_is_marked_as_assumed(edition: Edition) -> None:
    assert "targets" not in indicator(edition, "CT-35").assumed
    assert "targets" in indicator(edition, "CT-16").assumed
    assert "baselines" not in indicator(edition, "CT-05").assumed
    assert not indicator(edition, "CT-05").baselines[0].assumed


def test_growth_is_judged_against_a_dated_baseline(edition: Edition) -> None:
    compared = [row.state for row in edition.indicators if "_pct_" in row.state.comparator]

    assert compared
    assert all(state.baselines and state.baselines[0].known_on for state in compared)


def test_only_the_completion_of_the_plan_is_computed_from_tasks(edition: Edition) -> None:
    computed = [
        row.state.code for row in edition.indicators if row.state.nature is Nature.FROM_TASKS
    ]

    assert computed == ["CT-01"]


def test_an_ended_agency_names_its_successor_and_the_day(edition: Edition) -> None:
    snv = next(row.state for row in edition.agencies if row.state.code == "SNV")

    assert [(heir.code, heir.since) for heir in snv.successors] == [("SNV25", dt.date(2025, 3, 1))]


def test_search_finds_a_part_by_words_without_marks(edition: Edition) -> None:
    part = next(row for row in edition.parts if row.state.task_code == "NV-58")

    assert "cai thien moi truong kinh doanh" in part.beside["search"]
    assert "so kh&dt" in part.beside["search"]
