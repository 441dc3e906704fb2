"""The loops of tasks-worker on the real Kafka: out go acts and contacts, in come statuses."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.tasks import worker
from services.tasks.domain.permissions import OfficerRole
from services.tasks.metrics import PIPELINES
from shared import kafka as broker
from shared.events import notify, scoring, tasks
from shared.lifecycle import Stop, run_loops
from shared.outbox import Outbox, Relay
from shared.settings import KafkaSettings
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House
from tests.integration.tasks.test_small_uses import CHIP

pytestmark = pytest.mark.timeout(120)

SHAPE = {"num_partitions": 1, "replication_factor": 1, "configs": {}}
TOPICS = (tasks.TOPIC, tasks.DIRECTORY_TOPIC, scoring.TOPIC, notify.TOPIC)


@pytest.fixture
def settings(kafka: str) -> KafkaSettings:
    found = KafkaSettings(bootstrap_servers=kafka)
    broker.create_topics(found, dict.fromkeys(TOPICS, SHAPE))
    return found


@contextlib.contextmanager
def working(house: House, settings: KafkaSettings) -> Iterator[None]:
    stop = Stop()
    loops = worker.loops(settings, house.client, house.database)
    thread = threading.Thread(target=run_loops, args=(loops, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def until(found: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    waiting = threading.Event()
    while time.monotonic() < deadline:
        if value := found():
            return value
        waiting.wait(0.1)
    raise AssertionError("it never came")


def records(settings: KafkaSettings, topic: str, subjects: set[str]) -> list[Any]:
    """Return the records of a topic that speak of these aggregates."""
    client = broker.consumer(settings, f"test-{small_plan.SLUG}", "test", batch=500)
    with contextlib.closing(client):
        partitions = [
            broker.TopicPartition(topic, number) for number in client.partitions_for_topic(topic)
        ]
        client.assign(partitions)
        client.seek_to_beginning()
        ends = client.end_offsets(partitions)
        found: list[Any] = []
        while any(client.position(partition) < end for partition, end in ends.items()):
            for batch in client.poll(timeout_ms=500).values():
                found += batch
    return [row for row in found if dict(row.headers)["ce_subject"].decode() in subjects]


def test_acts_and_contacts_go_out_and_a_status_comes_in(
    loaded: House, settings: KafkaSettings
) -> None:
    part = small_plan.part_id("NV-58", "STP")
    officer_id = loaded.account("stp.canbo", OfficerRole.OFFICER, "STP")
    loaded.acts.start(loaded.person(OfficerRole.OFFICER, "STP"), part)
    # Renamed after the act: the directory tells what holds when it is published.
    loaded.database["officers"].update_one({"_id": officer_id}, {"$set": {"name": "Lò Thị Mai"}})
    pending = {"published_at": None}

    with working(loaded, settings):
        until(lambda: loaded.database["outbox"].count_documents(pending) == 0)
        elsewhere = loaded.database.client[f"{loaded.database.name}_scoring"]
        Outbox(elsewhere, "cchc/scoring", loaded.system).append(
            scoring.TOPIC, scoring.STATUS_CHANGED, CHIP
        )
        relay = Relay(
            elsewhere,
            connect=lambda: broker.producer(settings, "scoring"),
            clock=loaded.system,
            lease=None,  # type: ignore[arg-type] # sweeps by hand
            metrics=PIPELINES,
        )
        assert relay.sweep() == 1
        chip = until(lambda: loaded.database["indicator_chips"].find_one({"_id": "ct"}))
        loaded.database.client.drop_database(elsewhere.name)

    assert chip["status"] == "at_risk"
    sent = records(settings, tasks.TOPIC, {part})
    states = [tasks.CATALOGUE.decode(row.headers, row.value).data for row in sent]
    assert [(state.version, state.state.value) for state in states] == [
        (1, "assigned"),
        (2, "in_progress"),
    ]
    assert {row.key.decode() for row in sent} == {small_plan.task_id("NV-58")}
    cards = records(settings, tasks.DIRECTORY_TOPIC, {officer_id})
    card = tasks.DIRECTORY.decode(cards[-1].headers, cards[-1].value).data
    assert (card.name, card.agency_code) == ("Lò Thị Mai", "STP")
