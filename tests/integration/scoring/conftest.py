"""One scoring on the real MongoDB: facts come as events, days pass when the test says so."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.scoring.bootstrap import SOURCE, TEXTS
from services.scoring.handlers import subscription
from services.scoring.store import INDEXES
from services.scoring.store.facts import Facts
from services.scoring.store.statuses import Statuses
from services.scoring.usecases import Scoring
from shared.clock import LOCAL, BusinessClock, FixedClock, SystemClock
from shared.events.envelope import Event
from shared.events.scoring import IndicatorStatusChanged
from shared.events.tasks import (
    Area,
    AssignmentState,
    Counts,
    Decision,
    EditionApplied,
    PlanState,
    Policies,
    assignment_type,
    measurement_type,
)
from shared.ids import new_id
from shared.logs import correlated
from shared.mongo import Document, atomically, ensure
from shared.outbox import Outbox
from shared.texts import Texts
from tests.unit.scoring.samples import CHANGE

COUNTS = Counts(tasks=1, counted_tasks=1, indicators=1, solutions=0, assignments=1)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def edition(**changes: Any) -> EditionApplied:
    facts: dict[str, Any] = {
        "plan_id": "p1",
        "version": 1,
        "change": CHANGE,
        "slug": "sonla-2025",
        "title": "Kế hoạch CCHC năm 2025",
        "year": 2025,
        "edition": 1,
        "state": PlanState.ISSUED,
        "decision": Decision(number="1/QĐ", issuer="UBND", signed_on=dt.date(2024, 12, 24)),
        "effective_on": dt.date(2024, 12, 24),
        "applied_at": local("2024-12-24T08:00"),
        "areas": (Area(code="3", title="Thủ tục hành chính"), Area(code="6", title="Tài chính")),
        "solutions": (),
        "tiers": {"cap_tinh": ("so_nganh",), "cap_huyen": ("huyen",), "cap_xa": ("xa",)},
        "policies": Policies(appraisers=("VPUBND",), extension_authority="UBND"),
        "counts": COUNTS,
    }
    return EditionApplied(**{**facts, **changes})


def event(kind: str, data: Any, *, correlation_id: str = "c-1") -> Event:
    return Event(
        id=new_id(),
        type=kind,
        source="cchc/tasks",
        time=SystemClock().now(),
        correlation_id=correlation_id,
        data=data,
    )


class World:
    """Scoring on one empty database, with clocks that stand still."""

    def __init__(self, client: "MongoClient[Document]", database: "Database[Document]") -> None:
        ensure(database, INDEXES)
        self.client = client
        self.database = database
        self.business = FixedClock(local("2025-06-16T07:30"))
        self.statuses = Statuses(database)
        self.scoring = Scoring(
            client,
            facts=Facts(database),
            statuses=self.statuses,
            outbox=Outbox(database, SOURCE, SystemClock()),
            business=BusinessClock(self.business),
            system=SystemClock(),
            texts=Texts.load([TEXTS]),
        )
        self.subscription = subscription(self.scoring)

    def hear(self, kind: str, data: Any, *, correlation_id: str = "c-1") -> None:
        """Handle an event as the consumer does: inside a transaction."""
        told = event(kind, data, correlation_id=correlation_id)

        def work() -> None:
            with correlated(correlation_id):
                self.subscription.handlers[kind](told)

        atomically(self.client, work)

    def hear_part(self, state: AssignmentState, act: str = "assigned", **more: Any) -> None:
        self.hear(assignment_type(act), state, **more)

    def hear_figure(self, state: Any, act: str = "approved") -> None:
        self.hear(measurement_type(act), state)

    def compute(self) -> int:
        """Compute until nothing is marked, as the worker's loop does; return how much changed."""
        changed = 0
        while (done := self.scoring.recompute()).marks:
            changed += done.changed
        return changed

    def status(self, indicator_id: str = "i1") -> Document:
        found = self.database["statuses"].find_one({"_id": indicator_id})
        assert found is not None
        return found

    def told(self) -> list[IndicatorStatusChanged]:
        """Return the published statuses, oldest first."""
        rows = self.database["outbox"].find(sort=[("_id", 1)])
        return [msgspec.json.decode(row["body"], type=IndicatorStatusChanged) for row in rows]

    def history(self, indicator_id: str = "i1") -> list[Document]:
        rows = self.database["status_history"].find({"indicator_id": indicator_id})
        return list(rows.sort("revision", 1))


@pytest.fixture
def world(mongo_client: "MongoClient[Document]", database: "Database[Document]") -> World:
    return World(mongo_client, database)
