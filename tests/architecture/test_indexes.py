"""Every query of scoring and notify finds its index: the server itself tells how it went.

Those of tasks are asked in tests/contract/api_tasks.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.notify.queries import Filters
from services.notify.queries import Queries as NotifyQueries
from services.notify.usecases import acts, planning, sending
from services.scoring.queries import Queries as ScoringQueries
from services.scoring.store.facts import Facts
from shared import dead_letters
from shared.clock import SystemClock
from shared.consumer import positions
from shared.events.notify import Channel
from shared.events.tasks import OFFICER_CHANGED, AssignmentStatus, PlanState
from shared.lease import Lease
from shared.mongo import Document
from shared.outbox import Outbox, Relay
from tests.integration.notify import conftest as notify
from tests.integration.notify.conftest import far_end as far_end  # noqa: PLC0414 - a fixture
from tests.integration.scoring import conftest as scoring
from tests.integration.scoring.test_scoring_recompute import FACTS
from tests.unit.scoring.samples import measurement, part

# Read whole on purpose: plans by their year (one or two), marks in the order of their coming,
# every indicator once a business day, the statuses of all when they are counted.
SMALL = {
    "scoring": {"plans", "marks", "statuses", "indicators"},
    "notify": {"plans"},
}


def whole_reads(database: "Database[Document]", work: Callable[[], object]) -> set[str]:
    """Return the collections that the work read from end to end."""
    database.command({"profile": 2})
    try:
        work()
    finally:
        database.command({"profile": 0})
    rows = list(database["system.profile"].find({"planSummary": {"$exists": True}}))
    database.drop_collection("system.profile")
    assert len(rows) > 20
    return {row["ns"].partition(".")[2] for row in rows if "COLLSCAN" in row["planSummary"]}


def pipelines(database: "Database[Document]", outbox: Outbox) -> None:
    """Ask what every worker asks of its journal, positions, leases and dead letters."""
    system = SystemClock()
    relay = Relay(
        database,
        connect=lambda: None,
        clock=system,
        lease=Lease(database, "relay", "me", system),
        metrics=notify_metrics(),
    )
    relay._measure()  # noqa: SLF001 - the question of the gauge
    list(database["outbox"].find({"published_at": None}, sort=[("_id", 1)], limit=500))
    positions(database, "any.group")
    list(dead_letters.listed(database, "any.group"))
    assert outbox is not None


def notify_metrics() -> Any:
    from services.notify.metrics import PIPELINE  # noqa: PLC0415 - one registry for all tests

    return PIPELINE


def test_no_query_of_scoring_reads_a_whole_collection(
    mongo_client: "MongoClient[Document]", database: "Database[Document]"
) -> None:
    world = scoring.World(mongo_client, database)
    queries = ScoringQueries(database, Facts(database))

    def work() -> None:
        for kind, data in FACTS:
            world.hear(kind, data)
        world.hear_part(part(version=3, state=AssignmentStatus.REPORTED), "reported")
        world.hear_figure(measurement("2025-06", value=4000))
        world.compute()
        world.scoring.begin_day()
        world.compute()
        plan = queries.plans()[0]
        assert queries.plan(plan.slug) == plan
        assert queries.newest_plan() == (plan.year, plan.edition)
        rows = queries.all_of(plan)
        queries.page(plan, cursor=None, limit=1, code=None)
        queries.by_code(plan, rows[0].indicator.code)
        assert queries.one(rows[0].indicator.indicator_id) is not None
        world.statuses.counts()
        pipelines(database, Outbox(database, "cchc/scoring", SystemClock()))

    assert whole_reads(database, work) <= SMALL["scoring"]


def test_no_query_of_notify_reads_a_whole_collection(
    mongo_client: "MongoClient[Document]",
    database: "Database[Document]",
    far_end: notify.FarEnd,
) -> None:
    world = notify.World(mongo_client, database, far_end)
    queries = NotifyQueries(database)

    def work() -> None:
        world.hear_plan()
        world.hear_people()
        world.hear_assignment()
        world.plan()
        planning.measure(world.context)
        world.send()
        copies = world.deliveries()
        assert len(copies) == 4
        acts.take_receipt(world.context, copies[0]["_id"], 1)
        world.system.advance(dt.timedelta(days=4))
        sending.sweep(world.context)
        pages(queries, world)
        away = notify.officer("canbo", "officer", "0912345671", version=2, active=False)
        world.hear(OFFICER_CHANGED, away)
        world.context.facts.forget_officer("o-canbo")
        world.hear_plan(version=2, state=PlanState.CLOSED)
        world.plan()
        pipelines(database, world.context.outbox)

    assert whole_reads(database, work) <= SMALL["notify"]


def pages(queries: NotifyQueries, world: notify.World) -> None:
    narrowed: list[dict[str, object]] = [
        {},
        {"channel": Channel.SMS.value},
        {"agency": "SNV25"},
        {"code": "NV-61"},
        {"failed": True},
        {"failed": True, "agency": "SNV25"},
    ]
    for narrow in narrowed:
        filters = dataclasses.replace(Filters(), **narrow)  # type: ignore[arg-type]
        first = queries.deliveries(filters, limit=1)
        queries.deliveries(filters, first.next_cursor, limit=1)
        queries.silent(filters)
    reminder = world.database["reminders"].find_one({"state": "dispatched"})
    assert reminder is not None
    assert queries.reminder(reminder["_id"]) is not None
    queries.newest_plan()
    queries.agencies()
