"""Composition root of scoring: settings in, ready parts out."""

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from pymongo import MongoClient
from pymongo.database import Database

from services.scoring import handlers, metrics
from services.scoring.config import Settings
from services.scoring.store import INDEXES
from services.scoring.store.facts import Facts
from services.scoring.store.statuses import Statuses
from services.scoring.usecases import Scoring
from services.scoring.worker import Worker
from shared import kafka, mongo
from shared.clock import SystemClock, business_clock
from shared.consumer import Consumer, Subscription
from shared.ids import new_id
from shared.lease import Lease
from shared.mongo import Document
from shared.outbox import Outbox, Relay
from shared.texts import Texts

TEXTS = Path(__file__).parent.with_name("texts.csv")
SOURCE = "cchc/scoring"


class House:
    """The parts of one process, made from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.system = SystemClock()
        self.business = business_clock(settings.process.clock_file)
        self.client: MongoClient[Document] = mongo.connect(
            settings.mongo.uri, app_name="cchc-scoring"
        )
        self.database: Database[Document] = self.client[settings.mongo.database]
        self.facts = Facts(self.database)
        self.statuses = Statuses(self.database)
        self.scoring = Scoring(
            self.client,
            facts=self.facts,
            statuses=self.statuses,
            outbox=Outbox(self.database, SOURCE, self.system),
            business=self.business,
            system=self.system,
            texts=Texts.load([TEXTS]),
        )
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{new_id()}"

    def prepare(self) -> None:
        """Create collections and indexes."""
        mongo.ensure(self.database, INDEXES)

    def close(self) -> None:
        self.client.close()

    def subscriptions(self) -> Mapping[str, Subscription]:
        return {handlers.GROUP: handlers.subscription(self.scoring)}

    def worker(self) -> Worker:
        """Return the loops of scoring-worker."""
        consumer = Consumer(
            self.subscriptions()[handlers.GROUP],
            kafka=self.settings.kafka,
            client=self.client,
            database=self.database,
            clock=self.system,
            metrics=metrics.PIPELINE,
        )
        relay = Relay(
            self.database,
            connect=lambda: kafka.producer(self.settings.kafka, "scoring-relay"),
            clock=self.system,
            lease=self._lease("relay"),
            metrics=metrics.PIPELINE,
        )
        return Worker(
            scoring=self.scoring,
            statuses=self.statuses,
            consumer=consumer,
            relay=relay,
            day_lease=self._lease("days"),
            system=self.system,
        )

    def checks(self) -> Mapping[str, Callable[[], object]]:
        """Return what the worker's ``/readyz`` asks."""
        topics = self.subscriptions()[handlers.GROUP].topics
        return {
            "mongodb": lambda: mongo.ping(self.client),
            "kafka": lambda: kafka.ping(self.settings.kafka, topics),
        }

    def _lease(self, name: str) -> Lease:
        return Lease(self.database, name, self._owner, self.system)
