"""Composition root of notify: settings in, ready parts out."""

import datetime as dt
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from pymongo import MongoClient
from pymongo.database import Database

from services.notify import handlers, metrics
from services.notify.catch_up import CatchUp
from services.notify.config import Settings
from services.notify.domain.rules import RULES, RuleTable
from services.notify.senders.sms import SmsSender
from services.notify.senders.smtp import MailSender
from services.notify.store import INDEXES
from services.notify.store.deliveries import Deliveries
from services.notify.store.facts import Facts
from services.notify.store.reminders import Reminders
from services.notify.usecases.context import Context
from services.notify.worker import Worker
from shared import kafka, mongo
from shared.calendar import load_calendar
from shared.clock import SystemClock, business_clock
from shared.consumer import Consumer, Subscription, positions
from shared.events.notify import Channel
from shared.ids import new_id
from shared.lease import Lease
from shared.mongo import Document
from shared.outbox import Outbox, Relay
from shared.texts import Texts

TEXTS = Path(__file__).parent.with_name("texts.csv")
SOURCE = "cchc/notify"


class House:
    """The parts of one process, made from its settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.system = SystemClock()
        self.client: MongoClient[Document] = mongo.connect(
            settings.mongo.uri, app_name="cchc-notify"
        )
        self.database: Database[Document] = self.client[settings.mongo.database]
        self.texts = Texts.load([TEXTS])
        self.context = make_context(settings, self.client, self.database, self.texts)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{new_id()}"

    def prepare(self) -> None:
        """Create collections and indexes."""
        mongo.ensure(self.database, INDEXES)

    def close(self) -> None:
        """Let the database go."""
        self.client.close()

    def subscriptions(self) -> Mapping[str, Subscription]:
        return {handlers.GROUP: handlers.subscription(self.context)}

    def worker(self) -> Worker:
        """Return the loops of notify-worker."""
        subscription = self.subscriptions()[handlers.GROUP]
        consumer = Consumer(
            subscription,
            kafka=self.settings.kafka,
            client=self.client,
            database=self.database,
            clock=self.system,
            metrics=metrics.PIPELINE,
        )
        relay = Relay(
            self.database,
            connect=lambda: kafka.producer(self.settings.kafka, "notify-relay"),
            clock=self.system,
            lease=self._lease("relay"),
            metrics=metrics.PIPELINE,
        )
        return Worker(
            context=self.context,
            consumer=consumer,
            relay=relay,
            plan_lease=self._lease("plan"),
            sweep_lease=self._lease("sweep"),
            senders={
                Channel.EMAIL: MailSender(self.settings.smtp, self.texts, self.system),
                Channel.SMS: SmsSender(self.settings.sms, self.settings.receipt_secret),
            },
            owner=self.owner,
            catch_up=CatchUp(
                ends=lambda: kafka.end_offsets(self.settings.kafka, subscription.topics),
                positions=lambda: positions(self.database, subscription.group),
                clock=self.system,
                limit=dt.timedelta(seconds=self.settings.catch_up_seconds),
            ),
        )

    def checks(self) -> Mapping[str, Callable[[], object]]:
        """Return what the worker's ``/readyz`` asks."""
        subscription = self.subscriptions()[handlers.GROUP]
        return {
            "mongodb": lambda: mongo.ping(self.client),
            "kafka": lambda: kafka.ping(self.settings.kafka, subscription.topics),
        }

    def _lease(self, name: str) -> Lease:
        return Lease(self.database, name, self.owner, self.system)


def make_context(
    settings: Settings,
    client: "MongoClient[Document]",
    database: "Database[Document]",
    texts: Texts,
) -> Context:
    """Return what the use cases work with."""
    system = SystemClock()
    return Context(
        client=client,
        facts=Facts(database),
        reminders=Reminders(database),
        deliveries=Deliveries(database),
        outbox=Outbox(database, SOURCE, system),
        business=business_clock(settings.process.clock_file),
        system=system,
        calendar=load_calendar(),
        table=RuleTable(rules=RULES, send_at=settings.send_at),
        texts=texts,
        tasks_url=settings.tasks_url,
        province=settings.province,
        allow_list=settings.allow_list,
        unknown_wait=dt.timedelta(seconds=settings.unknown_wait_seconds),
        lease=dt.timedelta(seconds=settings.lease_seconds),
    )
