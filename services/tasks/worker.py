"""The loops of tasks-worker: relay (outbox → Kafka), project (facts of others), sweep (files)."""

import functools
import os
import socket

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks import handlers, metrics
from services.tasks.store.officers import contact_card
from services.tasks.usecases.files import Files
from services.tasks.usecases.projections import Projections
from shared import kafka as broker
from shared import runtime
from shared.clock import SystemClock
from shared.consumer import Consumer
from shared.events import notify, scoring, tasks
from shared.ids import new_id
from shared.lease import Lease
from shared.lifecycle import Loop, Stop, every
from shared.mongo import Document, ping
from shared.outbox import Relay
from shared.settings import KafkaSettings, ProcessSettings

_SWEEP_SECONDS = 3600.0
_TOPICS = (tasks.TOPIC, tasks.DIRECTORY_TOPIC, scoring.TOPIC, notify.TOPIC)


def run(
    process: ProcessSettings,
    kafka: KafkaSettings,
    client: "MongoClient[Document]",
    database: "Database[Document]",
) -> None:
    """Run the loops until the process is told to stop."""
    runtime.work(
        process,
        loops=loops(kafka, client, database),
        checks={
            "mongodb": functools.partial(ping, client),
            "kafka": functools.partial(broker.ping, kafka, _TOPICS),
        },
        metrics=metrics.PIPELINES,
    )


def loops(
    kafka: KafkaSettings, client: "MongoClient[Document]", database: "Database[Document]"
) -> dict[str, Loop]:
    """Return the loops of one worker."""
    system = SystemClock()
    owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"
    relay = Relay(
        database,
        connect=functools.partial(broker.producer, kafka, "tasks-relay"),
        clock=system,
        lease=Lease(database, "relay", owner, system),
        metrics=metrics.PIPELINES,
        resolvers={tasks.DIRECTORY_TOPIC: functools.partial(contact_card, database)},
    )
    consumer = Consumer(
        handlers.subscription(Projections(database)),
        kafka=kafka,
        client=client,
        database=database,
        clock=system,
        metrics=metrics.PIPELINES,
    )
    files = Files(database, system=system)

    def sweep(stop: Stop) -> None:
        every(stop, _SWEEP_SECONDS, files.sweep)

    return {"relay": relay.run, "project": consumer.run, "sweep": sweep}
