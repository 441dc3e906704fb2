"""What the pages read: filters, paging, masking, one agency's rows; and that all has an index."""

import datetime as dt

import pytest

from services.notify.queries import BadCursorError, Filters, Queries
from services.notify.usecases import acts, planning, sending
from shared.events.notify import DeliveryStatus
from shared.events.tasks import OFFICER_CHANGED
from tests.integration.notify.conftest import World, officer


@pytest.fixture
def queries(world: World) -> Queries:
    """Give three reminded parts of SNV25 and one of STC: 3 × 4 + 2 copies."""
    world.hear_plan()
    world.hear_people()
    world.hear(OFFICER_CHANGED, officer("stc", "head", "0912345679", agency_code="STC"))
    for number in range(3):
        world.hear_assignment(assignment_id=f"a{number}", task_code=f"NV-6{number}")
    world.hear_assignment(assignment_id="b", task_code="NV-70", agency_code="STC")
    world.plan()
    return Queries(world.database)


def test_pages_go_through_everything_once(queries: Queries) -> None:
    seen, cursor = [], None
    while True:
        page = queries.deliveries(Filters(), cursor, limit=5)
        seen += [row.delivery_id for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 14


def test_filters_narrow(queries: Queries, world: World) -> None:
    world.database["deliveries"].update_one(
        {"task_code": "NV-61", "channel": "sms"}, {"$set": {"state": "failed"}}
    )

    def count(**narrow: object) -> int:
        return len(queries.deliveries(Filters(**narrow)).items)  # type: ignore[arg-type]

    assert count(channel="sms") == 7
    assert count(agency="STC") == 2
    assert count(code="NV-61") == 4
    assert count(failed=True) == 1
    assert count(failed=True, agency="STC") == 0


def test_rows_show_masked_addresses_and_agency_names(queries: Queries) -> None:
    rows = queries.deliveries(Filters(agency="SNV25")).items

    assert {row.agency_name for row in rows} == {"Sở Nội vụ"}
    assert {row.address for row in rows} == {
        "c***@sonla.test",
        "l***@sonla.test",
        "***671",
        "***672",
    }


def test_a_cursor_of_somebody_else_is_refused(queries: Queries) -> None:
    with pytest.raises(BadCursorError):
        queries.deliveries(Filters(), "rubbish")


def test_a_reminders_page_tells_all_and_keeps_other_agencies_out(
    queries: Queries, world: World
) -> None:
    world.send()
    row = queries.deliveries(Filters(code="NV-61", channel="sms")).items[0]
    acts.take_receipt(world.context, row.delivery_id, 8)

    page = queries.reminder(row.reminder_id, "SNV25")

    assert page is not None
    assert page.title == "Rà soát, sắp xếp lại đơn vị sự nghiệp công lập"
    assert page.assignment is not None
    assert page.assignment.due_on == dt.date(2025, 6, 25)
    assert len(page.deliveries) == 4
    assert {other.rule_id for other in page.others} == {
        "before_3",
        "before_1",
        "on_day",
        "overdue_5",
    }
    copy = next(c for c in page.deliveries if c.delivery_id == row.delivery_id)
    assert [attempt.outcome for attempt in copy.attempts] == ["accepted"]
    assert [receipt.kind for receipt in copy.receipts] == [8]
    assert queries.reminder(row.reminder_id, "STC") is None
    assert queries.reminder("unknown") is None


def test_what_told_nobody_is_listed_with_its_cause(queries: Queries, world: World) -> None:
    world.clock("2025-07-21T09:00")
    world.plan()

    rows = queries.silent(Filters(code="NV-61")).items

    assert {(row.rule_id, row.cause) for row in rows} == {
        ("before_3", "too_late"),
        ("before_1", "too_late"),
        ("on_day", "too_late"),
        ("overdue_5", "too_late"),
    }


def test_agencies_to_choose_from_are_those_that_were_sent_something(queries: Queries) -> None:
    assert queries.agencies() == [("STC", "STC"), ("SNV25", "Sở Nội vụ")]


def test_every_read_and_write_has_its_index(world: World) -> None:
    """Let the server note its plans while a day of notify goes by."""
    for number in range(60):  # enough that a scan would be seen
        world.hear_assignment(assignment_id=f"x{number}", plan_id="unknown")
    world.database.command("profile", 2)
    world.hear_plan()
    world.hear_people()
    state = world.hear_assignment()
    world.plan()
    world.send()
    queries = Queries(world.database)
    row = queries.deliveries(Filters()).items[0]
    for filters in (
        Filters(failed=True),
        Filters(agency="SNV25", channel="sms"),
        Filters(code="NV-61"),
    ):
        queries.deliveries(filters)
        queries.silent(filters)
    queries.reminder(row.reminder_id)
    queries.agencies()
    acts.take_receipt(world.context, row.delivery_id, 8)
    sending.sweep(world.context)
    planning.measure(world.context)
    world.context.facts.replan_all(state.plan_id)
    world.context.facts.forget_officer("o-canbo")
    list(world.database["reminders"].find({"task_id": "t61"}))  # a scan, to see that it is seen
    world.database.command("profile", 0)

    scans = {
        (entry["ns"].split(".", 1)[1], str(entry.get("command", {}).get("filter")))
        for entry in world.database["system.profile"].find({"planSummary": "COLLSCAN"})
    }
    small = {"plans", "consumer_positions"}
    assert {scan for scan in scans if scan[0] not in small} == {("reminders", "{'task_id': 't61'}")}
    assert row.state is DeliveryStatus.ACCEPTED
