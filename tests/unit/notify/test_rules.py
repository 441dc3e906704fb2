"""Which reminders an assignment wants, and when."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.rules import (
    RULES,
    RuleTable,
    Wanted,
    still_wanted,
    wanted_reminders,
)
from shared.calendar import load_calendar
from shared.clock import LOCAL
from shared.events.tasks import AssignmentState, AssignmentStatus, Role
from tests.unit.notify.conftest import LOADED_AT, make_assignment

CALENDAR = load_calendar()
TABLE = RuleTable(rules=RULES, send_at=dt.time(7, 30))
FAR_PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def instants(first: str, last: str) -> st.SearchStrategy[dt.datetime]:
    start, span = local(first), local(last) - local(first)
    return st.timedeltas(dt.timedelta(0), span).map(lambda step: start + step)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def wanted(
    state: AssignmentState, now: dt.datetime = FAR_PAST, loaded_at: dt.datetime = FAR_PAST
) -> tuple[Wanted, ...]:
    return wanted_reminders(state, TABLE, CALENDAR, now=now, loaded_at=loaded_at)


def days(found: tuple[Wanted, ...]) -> dict[tuple[str, int], str]:
    return {
        (w.rule_id, w.occurrence): f"{w.due_at.astimezone(LOCAL):%Y-%m-%d %H:%M}" for w in found
    }


def test_seven_three_one_and_the_day_itself_at_the_set_hour() -> None:
    assert days(wanted(make_assignment(due_on=dt.date(2025, 6, 30)))) == {
        ("before_7", 0): "2025-06-19 07:30",
        ("before_3", 0): "2025-06-25 07:30",
        ("before_1", 0): "2025-06-27 07:30",
        ("on_day", 0): "2025-06-30 07:30",
        ("overdue_5", 1): "2025-07-07 07:30",
    }


def test_a_deadline_on_a_sunday_is_reminded_of_on_the_friday_and_stays_open_to_its_end() -> None:
    found = {w.rule_id: w for w in wanted(make_assignment(due_on=dt.date(2025, 6, 29)))}

    assert found["on_day"].due_at == local("2025-06-27T07:30")
    assert found["on_day"].expires_at == local("2025-06-30T00:00")
    assert found["before_1"].due_at == local("2025-06-26T07:30")
    assert found["overdue_5"].due_at == local("2025-07-04T07:30")


def test_working_days_go_round_the_long_holiday() -> None:
    found = days(wanted(make_assignment(due_on=dt.date(2025, 5, 5))))

    assert found["before_1", 0] == "2025-04-29 07:30"
    assert found["before_3", 0] == "2025-04-26 07:30", "the Saturday worked for 2 May"


def test_all_year_work_is_not_near_before_december_and_not_late_in_the_year() -> None:
    state = make_assignment(due_on=dt.date(2025, 12, 31), no_deadline=True)
    found = wanted(state)

    assert all(w.due_at >= local("2025-12-01T00:00") for w in found)
    assert all(w.due_at > local("2026-01-01T00:00") for w in found if w.rule_id == "overdue_5")
    early = RuleTable(
        rules=(*RULES, RULES[0].__class__(rule_id="b30", anchor=RULES[0].anchor, working_days=30)),
        send_at=TABLE.send_at,
    )
    kept = wanted_reminders(state, early, CALENDAR, now=FAR_PAST, loaded_at=FAR_PAST)
    assert "b30" not in {w.rule_id for w in kept}


def test_nothing_is_wanted_before_the_assignment_opens() -> None:
    state = make_assignment(due_on=dt.date(2025, 6, 25), opens_on=dt.date(2025, 6, 24))

    assert {w.rule_id for w in wanted(state)} == {"before_1", "on_day", "overdue_5"}


def test_nothing_due_before_the_plan_was_loaded_is_wanted() -> None:
    found = wanted(make_assignment(), loaded_at=local("2025-06-26T10:00"))

    assert {w.rule_id for w in found} == {"before_1", "on_day", "overdue_5"}


@pytest.mark.parametrize(
    "state", [AssignmentStatus.REPORTED, AssignmentStatus.ACCEPTED, AssignmentStatus.WITHDRAWN]
)
def test_what_is_reported_or_over_wants_nothing(state: AssignmentStatus) -> None:
    assert wanted(make_assignment(state=state)) == ()


def test_following_has_nothing_to_report() -> None:
    assert wanted(make_assignment(role=Role.FOLLOWING)) == ()


def test_a_closed_plan_wants_nothing() -> None:
    state = make_assignment()

    assert not wanted_reminders(
        state, TABLE, CALENDAR, now=FAR_PAST, loaded_at=LOADED_AT, plan_closed=True
    )


def test_long_overdue_work_wants_the_occurrence_of_now_and_the_next() -> None:
    state = make_assignment(due_on=dt.date(2025, 2, 28))
    overdue = [w for w in wanted(state, now=local("2025-06-16T07:30")) if w.occurrence]

    assert [w.occurrence for w in overdue] == [14, 15]
    assert overdue[0].due_at <= local("2025-06-16T07:30") < overdue[0].expires_at
    assert overdue[0].expires_at == overdue[1].due_at


@given(
    due_on=st.dates(dt.date(2025, 1, 1), dt.date(2026, 10, 31)),
    now=instants("2024-12-01", "2026-12-01"),
)
def test_reminders_follow_one_another_without_overlap_on_working_days(
    due_on: dt.date, now: dt.datetime
) -> None:
    found = wanted(make_assignment(due_on=due_on, opens_on=dt.date(2024, 1, 1)), now=now)

    assert len({w.reminder_id for w in found}) == len(found)
    for earlier, later in itertools.pairwise(found):
        assert earlier.due_at < earlier.expires_at <= later.due_at
    for want in found:
        day = want.due_at.astimezone(LOCAL).date()
        assert CALENDAR.is_working_day(day)
        assert (day > due_on) == (want.rule_id == "overdue_5")


@given(
    due_on=st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    now=instants("2026-01-15", "2026-06-01"),
    later=st.timedeltas(dt.timedelta(0), dt.timedelta(days=90)),
)
def test_a_repeat_keeps_its_id_and_its_time_however_late_it_is_planned(
    due_on: dt.date, now: dt.datetime, later: dt.timedelta
) -> None:
    state = make_assignment(due_on=due_on)
    by_id = {w.reminder_id: w for w in wanted(state, now=now)}

    for want in wanted(state, now=now + later):
        assert by_id.get(want.reminder_id, want) == want


def test_a_rule_is_found_by_its_name() -> None:
    assert TABLE["before_3"].working_days == 3
    assert "before_3" in TABLE
    assert "before_4" not in TABLE


@pytest.mark.parametrize(
    ("state", "rule_id", "version", "closed", "expected"),
    [
        (make_assignment(), "before_3", 1, False, True),
        (None, "before_3", 1, False, False),
        (make_assignment(state=AssignmentStatus.REPORTED), "before_3", 1, False, False),
        (make_assignment(deadline_version=2), "before_3", 1, False, False),
        (make_assignment(), "before_4", 1, False, False),
        (make_assignment(), "before_3", 1, True, False),
    ],
)
def test_the_last_look_asks_whether_a_reminder_is_wanted_still(
    state: AssignmentState | None, rule_id: str, version: int, *, closed: bool, expected: bool
) -> None:
    found = still_wanted(
        state, TABLE, rule_id=rule_id, deadline_version=version, plan_closed=closed
    )

    assert found is expected
