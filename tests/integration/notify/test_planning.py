"""From facts to planned reminders to copies, on the real MongoDB."""

import dataclasses
import datetime as dt

from services.notify.usecases import planning
from shared.events.tasks import AssignmentStatus, Away, Change, PlanState
from tests.integration.notify.conftest import World, assignment, local, officer


def test_a_deadline_seven_working_days_away_gives_one_copy_each(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()

    assert world.reminders() == {
        "before_7/0/v1": "dispatched",
        "before_3/0/v1": "planned",
        "before_1/0/v1": "planned",
        "on_day/0/v1": "planned",
        "overdue_5/1/v1": "planned",
    }
    copies = {(row["officer_id"], row["channel"]) for row in world.deliveries()}
    assert copies == {
        (who, channel) for who in ("o-canbo", "o-lanhdao") for channel in ("email", "sms")
    }
    assert world.states() == ["queued"] * 4
    assert [row["type"] for row in world.told()] == ["notify.delivery.changed.v1"] * 4


def test_planning_again_changes_nothing(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    state = world.hear_assignment()
    world.plan()
    before = world.reminders(), world.deliveries()

    world.hear_assignment()
    world.context.facts.replan([state.assignment_id])
    world.plan()

    assert (world.reminders(), world.deliveries()) == before


def test_assignments_wait_for_their_plan_whichever_comes_first(world: World) -> None:
    world.hear_people()
    world.hear_assignment()
    world.plan()
    assert world.reminders() == {}

    world.hear_plan()
    world.plan()

    assert len(world.reminders()) == 5


def test_an_older_event_that_comes_later_is_dropped(world: World) -> None:
    world.hear_plan()
    world.hear_assignment("accepted", version=5, state=AssignmentStatus.ACCEPTED)
    world.hear_assignment("assigned", version=1)
    world.plan()

    assert world.reminders() == {}


def test_a_late_start_does_not_send_what_is_over(world: World) -> None:
    world.clock("2025-06-24T10:00")
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()

    assert world.reminders() == {
        "before_1/0/v1": "dispatched",
        "on_day/0/v1": "planned",
        "overdue_5/1/v1": "planned",
    }


def test_a_jump_of_the_clock_sends_only_the_newest_and_shows_the_rest_expired(
    world: World,
) -> None:
    world.clock("2025-06-10T08:00")
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()

    world.clock("2025-07-21T09:00")
    world.plan()

    assert world.reminders() == {
        "before_7/0/v1": "expired",
        "before_3/0/v1": "expired",
        "before_1/0/v1": "expired",
        "on_day/0/v1": "expired",
        "overdue_5/1/v1": "expired",
        "overdue_5/3/v1": "dispatched",
        "overdue_5/4/v1": "planned",
    }
    assert len(world.deliveries()) == 4


def test_overdue_work_is_urged_on_every_five_working_days(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment(due_on=dt.date(2025, 6, 13))
    for day in ("06-20", "06-27", "07-04"):
        world.clock(f"2025-{day}T07:29")
        world.plan()
        before = len(world.deliveries())
        world.clock(f"2025-{day}T07:30")
        world.plan()
        assert len(world.deliveries()) == before + 4


def test_a_report_cancels_and_a_return_brings_back_what_lies_ahead(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    world.clock("2025-06-17T09:00")
    world.hear_assignment("reported", version=2, state=AssignmentStatus.REPORTED)
    world.plan()
    assert set(world.reminders().values()) == {"dispatched", "cancelled"}

    world.clock("2025-06-23T09:00")
    returned = Change(act="returned", by="o9", at=local("2025-06-23T09:00"))
    world.hear_assignment(
        "returned", version=3, state=AssignmentStatus.IN_PROGRESS, change=returned
    )
    world.plan()

    assert world.reminders() == {
        "before_7/0/v1": "dispatched",
        "before_3/0/v1": "cancelled",
        "before_1/0/v1": "planned",
        "on_day/0/v1": "planned",
        "overdue_5/1/v1": "planned",
    }


def test_a_moved_deadline_cancels_the_old_reminders_and_plans_new_ones(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    world.clock("2025-06-17T09:00")
    moved = Change(act="deadline_changed", by="o9", at=local("2025-06-17T09:00"))
    world.hear_assignment(
        "deadline_changed",
        version=2,
        deadline_version=2,
        due_on=dt.date(2025, 7, 31),
        change=moved,
    )
    world.plan()

    states = world.reminders()
    assert {key for key, state in states.items() if state == "cancelled"} == {
        "before_3/0/v1",
        "before_1/0/v1",
        "on_day/0/v1",
        "overdue_5/1/v1",
    }
    assert states["before_7/0/v2"] == "planned"


def test_recipients_are_those_of_the_day_it_falls_due(world: World) -> None:
    world.clock("2025-06-10T08:00")
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    away = Away(since=dt.date(2025, 6, 15), until=dt.date(2025, 6, 20), deputy_id="o-moi")
    gone = officer("canbo", "officer", "0912345671", version=2, away=away)
    world.hear("tasks.officer.changed.v1", gone)
    world.hear("tasks.officer.changed.v1", officer("moi", "officer", "0912345673"))

    world.clock("2025-06-16T07:30")
    world.plan()

    assert {row["officer_id"] for row in world.deliveries()} == {"o-moi", "o-lanhdao"}


def test_an_agency_without_people_is_shown_and_waits_for_them(world: World) -> None:
    world.hear_plan()
    world.hear_assignment()
    world.plan()
    row = world.database["reminders"].find_one({"rule_id": "before_7"})
    assert row is not None
    assert (row["state"], row["cause"]) == ("planned", "nobody")

    world.hear_people()
    world.clock("2025-06-16T07:32")
    world.plan()

    assert world.reminders()["before_7/0/v1"] == "dispatched"
    assert len(world.deliveries()) == 4


def test_an_erased_officer_leaves_neither_card_nor_address(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()

    world.context.facts.forget_officer("o-canbo")

    assert world.context.facts.officer("o-canbo") is None
    kept = [row for row in world.deliveries() if row["officer_id"] == "o-canbo"]
    assert {row["address"] for row in kept} == {""}


def test_only_listed_addresses_get_real_messages(world: World) -> None:
    world.context = dataclasses.replace(world.context, allow_list=frozenset({"canbo@sonla.test"}))
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()

    assert world.states() == ["queued", "suppressed", "suppressed", "suppressed"]
    assert {row["cause"] for row in world.deliveries()} == {"", "sandbox"}


def test_closing_the_plan_cancels_everything(world: World) -> None:
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    world.hear_plan(version=2, state=PlanState.CLOSED)
    world.plan()

    assert set(world.reminders().values()) == {"dispatched", "cancelled"}


def test_thousands_of_assignments_are_planned_in_batches(world: World) -> None:
    world.hear_plan()
    states = [assignment(assignment_id=f"a{n}") for n in range(1000)]
    for state in states:
        world.context.facts.keep_assignment(state)

    rounds = 0
    while planning.plan(world.context):
        rounds += 1

    assert rounds == -(-1000 // planning.PLAN_BATCH)
    assert world.database["reminders"].count_documents({}) == 5000
