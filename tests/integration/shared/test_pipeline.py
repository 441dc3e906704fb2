"""Outbox, relay, consumer and dead letters on the real MongoDB and Kafka."""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from prometheus_client import REGISTRY
from pymongo import MongoClient
from pymongo.database import Database

from shared import consumer as consuming
from shared import dead_letters
from shared import kafka as broker
from shared.clock import SystemClock
from shared.consumer import Consumer, Subscription
from shared.events.envelope import Event
from shared.events.tasks import CATALOGUE, NUDGE_MADE, Change, NudgeMade
from shared.ids import new_id
from shared.lease import Lease
from shared.lifecycle import Stop
from shared.metrics import PipelineMetrics
from shared.mongo import Document, atomically, ensure
from shared.outbox import INDEXES, Outbox, Relay, republish
from shared.settings import KafkaSettings

pytestmark = pytest.mark.timeout(120)

METRICS = PipelineMetrics("pipelinetest")
CLOCK = SystemClock()
CHANGE = Change(act="nudge", by="o", at=dt.datetime(2025, 6, 16, tzinfo=dt.UTC))


def nudge(number: int, version: int = 1) -> NudgeMade:
    return NudgeMade(
        nudge_id=f"n{number}",
        version=version,
        change=CHANGE,
        task_id=f"t{number % 7}",
        assignment_id="a",
    )


@pytest.fixture
def kafka_settings(kafka: str) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=kafka)


@pytest.fixture
def topic(kafka_settings: KafkaSettings) -> str:
    name = f"pipeline-{new_id()}"
    broker.create_topics(
        kafka_settings, {name: {"num_partitions": 3, "replication_factor": 1, "configs": {}}}
    )
    return name


class House:
    """One service's plumbing: a journal, a relay and a group that counts what it handles."""

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        kafka_settings: KafkaSettings,
        topic: str,
    ) -> None:
        self.client, self.database = client, database
        self.settings, self.topic = kafka_settings, topic
        self.group = f"group-{new_id()}"
        ensure(database, {**INDEXES, **consuming.INDEXES, "seen": [], "effects": []})
        self.outbox = Outbox(database, "cchc/test", CLOCK)
        self.broken: Callable[[NudgeMade], None] = lambda _: None
        self.relay = Relay(
            database,
            connect=lambda: broker.producer(kafka_settings, "test"),
            clock=CLOCK,
            lease=Lease(database, "relay", "test", CLOCK),
            metrics=METRICS,
        )

    def handle(self, event: Event) -> None:
        """Count each handling; ``effects`` is what a double handling would spoil."""
        self.database["effects"].update_one(
            {"_id": event.data.nudge_id}, {"$inc": {"times": 1}}, upsert=True
        )
        self.broken(event.data)

    def effects(self) -> dict[str, int]:
        return {row["_id"]: row["times"] for row in self.database["effects"].find()}

    def write(self, *payloads: NudgeMade) -> None:
        atomically(
            self.client,
            lambda: self.outbox.append_many(self.topic, [(NUDGE_MADE, p) for p in payloads]),
        )

    @contextlib.contextmanager
    def consuming(self) -> Iterator[None]:
        stop = Stop()
        subscription = Subscription(
            group=self.group,
            topics=(self.topic,),
            catalogue=CATALOGUE,
            handlers={NUDGE_MADE: self.handle},
        )
        consumer = Consumer(
            subscription,
            kafka=self.settings,
            client=self.client,
            database=self.database,
            clock=CLOCK,
            metrics=METRICS,
        )
        thread = threading.Thread(target=consumer.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def house(
    mongo_client: "MongoClient[Document]",
    database: "Database[Document]",
    kafka_settings: KafkaSettings,
    topic: str,
) -> House:
    return House(mongo_client, database, kafka_settings, topic)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    pause = Stop()
    deadline = CLOCK.now() + dt.timedelta(seconds=seconds)
    while not condition():
        assert CLOCK.now() < deadline, "it did not happen in time"
        pause.wait(0.05)


def test_every_event_has_its_effect_exactly_once(house: House) -> None:
    house.write(*(nudge(number) for number in range(250)))
    while house.relay.sweep():
        pass

    with house.consuming():
        wait_for(lambda: len(house.effects()) == 250)

    assert set(house.effects().values()) == {1}


def test_a_group_goes_on_where_its_database_says(house: House) -> None:
    """A restart reads nothing twice, even though Kafka was never told the position."""
    house.write(*(nudge(number) for number in range(20)))
    house.relay.sweep()
    with house.consuming():
        wait_for(lambda: len(house.effects()) == 20)

    house.write(nudge(20))
    house.relay.sweep()
    with house.consuming():
        wait_for(lambda: len(house.effects()) == 21)

    assert set(house.effects().values()) == {1}


def test_a_refilled_kafka_gives_everything_again(house: House) -> None:
    house.write(*(nudge(number) for number in range(5)))
    house.relay.sweep()

    assert republish(house.database) == 5
    assert house.relay.sweep() == 5
    with house.consuming():
        wait_for(lambda: set(house.effects().values()) == {2})


def test_rubbish_goes_to_the_dead_letters_with_its_reason_and_the_rest_goes_on(
    house: House,
) -> None:
    producer = broker.producer(house.settings, "rubbish")
    headers = [("ce_type", NUDGE_MADE.encode()), ("ce_id", b"x")]
    producer.send(house.topic, value=b'{"nudge_id": 1}', key=b"t1", headers=headers)
    producer.send(house.topic, value=b"\xff\xfe", key=b"t1", headers=[])
    producer.flush()
    producer.close()
    house.write(nudge(1))
    house.relay.sweep()

    with house.consuming():
        wait_for(lambda: house.effects() == {"n1": 1})
        wait_for(lambda: len(list(dead_letters.listed(house.database, house.group))) == 2)

    reasons = sorted(row["reason"] for row in dead_letters.listed(house.database, house.group))
    assert "ce_type is missing" in reasons[0]
    assert "nudge_id" in reasons[1]


def test_a_failing_handler_is_tried_again_then_buried_and_can_be_replayed(house: House) -> None:
    def fail_on_three(payload: NudgeMade) -> None:
        if payload.nudge_id == "n3":
            raise ValueError("cannot use n3")

    house.broken = fail_on_three
    house.write(*(nudge(number) for number in range(6)))
    house.relay.sweep()
    with house.consuming():
        wait_for(lambda: bool(list(dead_letters.listed(house.database, house.group))))
        wait_for(lambda: len(house.effects()) == 5)

    letter = next(iter(dead_letters.listed(house.database, house.group)))
    assert letter["reason"] == "ValueError: cannot use n3"
    assert "n3" not in house.effects()

    house.broken = lambda _: None
    atomically(
        house.client,
        lambda: dead_letters.replay(
            house.database,
            house.group,
            catalogue=CATALOGUE,
            handle=house.handle,
            identity=letter["id"],
            clock=CLOCK,
        ),
    )

    assert house.effects()["n3"] == 1
    assert not list(dead_letters.listed(house.database, house.group))


def test_two_relays_do_not_send_twice(house: House) -> None:
    house.write(nudge(1))
    other = Lease(house.database, "relay", "another", CLOCK)

    assert Lease(house.database, "relay", "test", CLOCK).hold()
    assert not other.hold()


def test_a_relay_without_kafka_keeps_its_rows(house: House) -> None:
    house.write(nudge(1))
    unreachable = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    relay = Relay(
        house.database,
        connect=lambda: broker.producer(unreachable, "nowhere"),
        clock=CLOCK,
        lease=Lease(house.database, "relay", "test", CLOCK),
        metrics=METRICS,
    )

    with pytest.raises(broker.KafkaError):
        relay.sweep()

    assert house.database["outbox"].count_documents({"published_at": None}) == 1


def test_what_was_consumed_is_counted(house: House) -> None:
    house.write(nudge(1))
    house.relay.sweep()
    with house.consuming():
        wait_for(lambda: bool(house.effects()))
        labels = {"group": house.group, "outcome": "handled"}
        name = "pipelinetest_events_consumed_total"
        wait_for(lambda: REGISTRY.get_sample_value(name, labels) == 1)
