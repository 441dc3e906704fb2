"""scoring-worker on the real Kafka: in come facts, out go statuses; poison is put aside."""

import contextlib
import dataclasses
import datetime as dt
import functools
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from services.scoring import metrics
from services.scoring.worker import Worker
from shared import dead_letters
from shared import kafka as broker
from shared.clock import SystemClock
from shared.consumer import Consumer
from shared.events.envelope import Event
from shared.events.tasks import (
    PLAN_APPLIED,
    TASK_DEFINED,
    assignment_type,
    measurement_type,
)
from shared.ids import new_id
from shared.lease import Lease
from shared.lifecycle import Stop, run_loops
from shared.outbox import Relay
from shared.settings import KafkaSettings
from tests.integration.scoring.conftest import World, edition, event
from tests.integration.scoring.test_scoring_recompute import ACCEPTED, FACTS
from tests.unit.scoring.samples import measurement, part, task

pytestmark = pytest.mark.timeout(120)

SHAPE = {"num_partitions": 3, "replication_factor": 1, "configs": {}}


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """A worker's loops on topics of its own."""

    world: World
    settings: KafkaSettings
    topic: str
    group: str

    def send(self, *events: Event) -> None:
        producer = broker.producer(self.settings, "test")
        with contextlib.closing(producer):
            for one in events:
                producer.send(
                    self.topic, value=one.body(), key=one.key.encode(), headers=one.headers()
                )
            producer.flush()

    def until(self, found: Callable[[], Any], seconds: float = 40) -> Any:
        pause, end = Stop(), SystemClock().now() + dt.timedelta(seconds=seconds)
        while not (value := found()):
            assert SystemClock().now() < end, "it did not happen in time"
            pause.wait(0.02)
        return value

    def status(self) -> Any:
        found = self.world.database["statuses"].find_one({"_id": "i1"})
        return found and found["outcome"]["status"]


@pytest.fixture
def running(world: World, kafka: str) -> Iterator[Running]:
    settings = KafkaSettings(bootstrap_servers=kafka)
    topic, group = f"tasks-{new_id()}", f"scoring-{new_id()}"
    dead = {topic: SHAPE, f"{group}.dead": SHAPE, "scoring.events": SHAPE}
    broker.create_topics(settings, dead)
    clock = SystemClock()
    consumer = Consumer(
        dataclasses.replace(world.subscription, group=group, topics=(topic,)),
        kafka=settings,
        client=world.client,
        database=world.database,
        clock=clock,
        metrics=metrics.PIPELINE,
    )
    relay = Relay(
        world.database,
        connect=lambda: broker.producer(settings, "scoring-relay"),
        clock=clock,
        lease=Lease(world.database, "relay", "test", clock),
        metrics=metrics.PIPELINE,
    )
    worker = Worker(
        scoring=world.scoring,
        statuses=world.statuses,
        consumer=consumer,
        relay=relay,
        day_lease=Lease(world.database, "days", "test", clock),
        system=clock,
    )
    stop = Stop()
    thread = threading.Thread(target=run_loops, args=(worker.loops(), stop))
    thread.start()
    yield Running(world, settings, topic, group)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_shuffled_and_repeated_events_end_in_one_status_that_is_published(
    running: Running,
) -> None:
    facts = [event(kind, data) for kind, data in FACTS] * 2
    random.Random(35).shuffle(facts)  # noqa: S311 - the same order each time
    running.send(*facts)
    running.until(lambda: running.status() == "at_risk")

    running.send(event(assignment_type("accepted"), ACCEPTED, correlation_id="act-7"))
    running.until(lambda: running.status() == "on_track")

    query = {"correlation_id": "act-7", "published_at": {"$ne": None}}
    row = running.until(lambda: running.world.database["outbox"].find_one(query))
    assert (row["topic"], row["key"]) == ("scoring.events", "i1")
    assert msgspec.json.decode(row["body"])["status"] == "on_track"
    assert running.world.database["dead_letters"].count_documents({}) == 0


def test_poison_goes_to_the_dead_letters_and_the_rest_goes_on(running: Running) -> None:
    bad_period = event(measurement_type("approved"), measurement("Q9-2025", value=1))
    unknown_state = event(assignment_type("reported"), part())
    producer = broker.producer(running.settings, "test")
    with contextlib.closing(producer):
        producer.send(
            running.topic,
            value=unknown_state.body().replace(b'"in_progress"', b'"lost"'),
            key=b"k",
            headers=unknown_state.headers(),
        )
        producer.flush()
    running.send(bad_period, *(event(kind, data) for kind, data in FACTS))

    running.until(lambda: running.status() == "at_risk")
    letters = running.until(lambda: _two(running))
    reasons = sorted(letter["reason"] for letter in letters)
    assert reasons[0].startswith("BadFigureError: series.period: not a period: 'Q9-2025'")
    assert "tasks.assignment.reported.v1" in reasons[1]


def _two(running: Running) -> list[dict[str, Any]]:
    letters = list(dead_letters.listed(running.world.database, running.group))
    return letters if len(letters) == 2 else []


def _is(running: Running, status: str) -> bool:
    return bool(running.status() == status)


def test_status_is_stored_within_half_a_second_of_the_act(running: Running) -> None:
    running.send(*(event(kind, data) for kind, data in FACTS))
    running.until(lambda: running.status() == "at_risk")
    states = ["on_track", "at_risk"] * 5

    waits = []
    for version, expected in enumerate(states, start=5):
        state = ACCEPTED if expected == "on_track" else part()
        started = SystemClock().now()
        running.send(
            event(assignment_type("accepted"), dataclasses.replace(state, version=version))
        )
        running.until(functools.partial(_is, running, expected))
        waits.append((SystemClock().now() - started).total_seconds())

    assert sorted(waits)[len(waits) // 2] < 0.5


def test_many_facts_of_a_plan_cost_few_computations(running: Running) -> None:
    before = metrics.RECOMPUTED._value.get()  # noqa: SLF001 - prometheus_client has no reader
    running.send(
        *(event(kind, data) for kind, data in FACTS[:-1]),
        *(event(TASK_DEFINED, task(f"NV-{n}")) for n in range(100, 300)),
        *(
            event(assignment_type("assigned"), part(assignment_id=str(n), task_id=f"t-NV-{n}"))
            for n in range(100, 300)
        ),
        event(PLAN_APPLIED, edition()),
    )
    running.until(
        lambda: (
            (running.world.database["statuses"].find_one({"_id": "i1"}) or {})
            .get("outcome", {})
            .get("reason", {})
            .get("params", {})
            .get("n")
            == "201"
        )
    )

    computed = metrics.RECOMPUTED._value.get() - before  # noqa: SLF001 - the same
    assert computed < 100
