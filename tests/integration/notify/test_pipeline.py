"""Events from the real Kafka, shuffled and repeated, give each person one copy."""

import dataclasses
import datetime as dt
import random
import threading
from collections.abc import Callable

import pytest

from services.notify import metrics
from services.notify.handlers import subscription
from shared import kafka as broker
from shared.clock import SystemClock
from shared.consumer import Consumer
from shared.events.envelope import Event
from shared.events.tasks import (
    AGENCY_CHANGED,
    OFFICER_CHANGED,
    PLAN_APPLIED,
    TASK_DEFINED,
    AssignmentStatus,
    assignment_type,
)
from shared.ids import new_id
from shared.lifecycle import Stop
from shared.settings import KafkaSettings
from tests.integration.notify.conftest import (
    AGENCY,
    TASK,
    FarEnd,
    World,
    assignment,
    edition,
    officer,
)

pytestmark = pytest.mark.timeout(120)


def wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
    pause, end = Stop(), SystemClock().now() + dt.timedelta(seconds=seconds)
    while not condition():
        assert SystemClock().now() < end, "it did not happen in time"
        pause.wait(0.1)


def event(kind: str, data: object) -> Event:
    return Event(
        id=new_id(),
        type=kind,
        source="cchc/tasks",
        time=SystemClock().now(),
        correlation_id="c",
        data=data,
    )


@pytest.fixture
def topics(kafka: str) -> tuple[KafkaSettings, str, str]:
    settings = KafkaSettings(bootstrap_servers=kafka)
    names = f"events-{new_id()}", f"directory-{new_id()}"
    shape = {"num_partitions": 3, "replication_factor": 1, "configs": {}}
    broker.create_topics(settings, dict.fromkeys(names, shape))
    return settings, *names


def test_shuffled_and_repeated_events_give_one_copy_each(
    world: World, far_end: FarEnd, topics: tuple[KafkaSettings, str, str]
) -> None:
    settings, events_topic, directory_topic = topics
    accepted = assignment(assignment_id="a2", version=3, state=AssignmentStatus.ACCEPTED)
    facts = [
        event(PLAN_APPLIED, edition()),
        event(AGENCY_CHANGED, AGENCY),
        event(TASK_DEFINED, TASK),
        event(assignment_type("assigned"), assignment()),
        event(assignment_type("assigned"), assignment(assignment_id="a2")),
        event(assignment_type("accepted"), accepted),
    ]
    people = [
        event(OFFICER_CHANGED, officer("canbo", "officer", "0912345671")),
        event(OFFICER_CHANGED, officer("lanhdao", "head", "0912345672")),
        event(OFFICER_CHANGED, officer("cu", "officer", "0912345673")),
    ]
    shuffled = [(events_topic, e) for e in facts * 2] + [(directory_topic, e) for e in people * 2]
    random.Random(61).shuffle(shuffled)  # noqa: S311 - the same order each time
    producer = broker.producer(settings, "test")
    for topic, fact in shuffled:
        producer.send(topic, value=fact.body(), key=fact.key.encode(), headers=fact.headers())
    producer.flush()
    producer.send(directory_topic, value=None, key=b"o-cu")
    producer.flush()
    producer.close()

    consumer = Consumer(
        dataclasses.replace(
            subscription(world.context),
            group=f"notify-{new_id()}",
            topics=(events_topic, directory_topic),
        ),
        kafka=settings,
        client=world.context.client,
        database=world.database,
        clock=SystemClock(),
        metrics=metrics.PIPELINE,
    )
    stop = Stop()
    thread = threading.Thread(target=consumer.run, args=(stop,))
    thread.start()
    try:
        positions = world.database["consumer_positions"]
        wait_for(lambda: sum(row["next"] for row in positions.find()) == len(shuffled) + 1)
    finally:
        stop.set()
        thread.join(20)
    world.plan()
    world.send()

    assert world.database["dead_letters"].count_documents({}) == 0
    assert sorted(m.to for m in far_end.arrived("email")) == [
        "canbo@sonla.test",
        "lanhdao@sonla.test",
    ]
    assert len(far_end.arrived("sms")) == 2
    assert {row["assignment_id"] for row in world.deliveries()} == {"a1"}
