"""The reminder machine: planned, dispatched, cancelled, expired."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.reminders import (
    TRANSITIONS,
    Cause,
    Reminder,
    ReminderStatus,
    reconcile,
    settle,
)
from services.notify.domain.rules import Wanted

NOW = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LONG_AGO = NOW - 1000 * HOUR


def want(rule: str, due: int, expires: int, version: int = 1) -> Wanted:
    """Return a wanted reminder; hours are counted from now."""
    return Wanted(
        assignment_id="a1",
        rule_id=rule,
        occurrence=0,
        deadline_version=version,
        due_at=NOW + due * HOUR,
        expires_at=NOW + expires * HOUR,
    )


def reminder(
    wanted: Wanted, state: ReminderStatus = ReminderStatus.PLANNED, cause: Cause = Cause.WANTED
) -> Reminder:
    return Reminder(
        reminder_id=wanted.reminder_id,
        assignment_id=wanted.assignment_id,
        plan_id="p1",
        task_id="t1",
        task_code="NV-1",
        agency_code="SNV25",
        rule_id=wanted.rule_id,
        occurrence=wanted.occurrence,
        deadline_version=wanted.deadline_version,
        due_at=wanted.due_at,
        expires_at=wanted.expires_at,
        look_at=wanted.due_at,
        state=state,
        cause=cause,
        changed_at=NOW,
    )


def test_what_is_missing_is_planned_and_what_is_there_stays() -> None:
    there, missing = want("before_3", 1, 5), want("before_1", 5, 9)

    found = reconcile(
        [reminder(there)],
        [there, missing],
        still_open=True,
        deadline_version=1,
        now=NOW,
        since=LONG_AGO,
    )

    assert found.new == (missing,)
    assert found.moved == ()


def test_a_late_start_makes_nothing_that_is_over_or_older_than_the_act() -> None:
    over, before_the_act = want("before_7", -9, -1), want("before_3", -3, 5)

    found = reconcile(
        [], [over, before_the_act], still_open=True, deadline_version=1, now=NOW, since=NOW - HOUR
    )

    assert found.new == ()


def test_a_moved_deadline_cancels_what_was_planned_for_the_old_one() -> None:
    old, new = want("before_3", 1, 5), want("before_3", 100, 150, version=2)

    found = reconcile(
        [reminder(old)], [new], still_open=True, deadline_version=2, now=NOW, since=NOW
    )

    assert [(r.state, r.cause) for r in found.moved] == [
        (ReminderStatus.CANCELLED, Cause.NOT_WANTED)
    ]
    assert found.new == (new,)


def test_a_report_cancels_and_a_return_brings_back_only_what_lies_ahead() -> None:
    past, ahead = want("before_3", -1, 5), want("before_1", 5, 9)
    planned = [reminder(past), reminder(ahead)]
    reported = reconcile(
        planned, [], still_open=False, deadline_version=1, now=NOW, since=NOW
    ).moved

    returned = reconcile(
        reported, [past, ahead], still_open=True, deadline_version=1, now=NOW, since=NOW
    )

    assert {r.state for r in reported} == {ReminderStatus.CANCELLED}
    assert [(r.rule_id, r.state) for r in returned.moved] == [("before_1", ReminderStatus.PLANNED)]
    assert returned.new == ()


def test_a_newer_reminder_swallows_the_older_ones() -> None:
    due = [reminder(want("before_3", -5, 3)), reminder(want("before_1", -1, 3))]

    settled = {
        r.rule_id: (r.state, r.cause)
        for r in settle(due, wants=lambda _: True, anybody=True, now=NOW)
    }

    assert settled == {
        "before_1": (ReminderStatus.DISPATCHED, Cause.DUE),
        "before_3": (ReminderStatus.EXPIRED, Cause.NEWER),
    }


def test_what_is_over_expires_and_what_is_not_wanted_is_cancelled() -> None:
    over, unwanted = reminder(want("before_7", -9, -1)), reminder(want("on_day", -1, 3))

    settled = settle([over, unwanted], wants=lambda r: r is over, anybody=True, now=NOW)

    assert {r.rule_id: r.state for r in settled} == {
        "before_7": ReminderStatus.EXPIRED,
        "on_day": ReminderStatus.CANCELLED,
    }


def test_a_reminder_with_nobody_to_tell_waits_for_people_until_it_is_over() -> None:
    due = reminder(want("before_1", -1, 3))

    waiting = settle([due], wants=lambda _: True, anybody=False, now=NOW)[0]

    assert (waiting.state, waiting.cause) == (ReminderStatus.PLANNED, Cause.NOBODY)
    assert waiting.look_at > NOW
    told = settle([waiting], wants=lambda _: True, anybody=True, now=waiting.look_at)[0]
    over = settle([waiting], wants=lambda _: True, anybody=True, now=NOW + 4 * HOUR)[0]
    assert told.state is ReminderStatus.DISPATCHED
    assert over.state is ReminderStatus.EXPIRED


@given(
    st.lists(
        st.tuples(st.integers(-50, 0), st.integers(-40, 40), st.booleans()), min_size=1, max_size=8
    )
)
def test_a_jump_of_the_clock_sends_at_most_one_for_an_assignment(
    shapes: list[tuple[int, int, bool]],
) -> None:
    due = [
        reminder(want(f"r{n}", start, start + abs(length)))
        for n, (start, length, _) in enumerate(shapes)
    ]
    liked = {r.rule_id for r, (_, _, wanted) in zip(due, shapes, strict=True) if wanted}

    settled = settle(due, wants=lambda r: r.rule_id in liked, anybody=True, now=NOW)
    going = [r for r in settled if r.state is ReminderStatus.DISPATCHED]
    fit = [r for r in due if r.rule_id in liked and r.expires_at >= NOW]

    assert len(settled) == len(due)
    assert all(r.state is not ReminderStatus.PLANNED for r in settled)
    assert len(going) == min(len(fit), 1)
    assert not going or going[0].due_at == max(r.due_at for r in fit)


def test_the_table_ends_what_is_dispatched_or_expired() -> None:
    left = {state for state, _ in TRANSITIONS}

    assert left == {ReminderStatus.PLANNED, ReminderStatus.CANCELLED}
    with pytest.raises(KeyError):
        reminder(want("on_day", 0, 1), ReminderStatus.EXPIRED).moved(Cause.WANTED, NOW)


def test_a_reminder_goes_with_the_assignment_to_another_agency() -> None:
    before = reminder(want("before_3", 1, 5))

    assert before.of_agency("STC25") == dataclasses.replace(before, agency_code="STC25")
