"""The consumer: poll → decode → handle → position → commit; retry; dead letter.

A batch is handled in one MongoDB transaction that also moves the group's position, so an event
has its effect exactly once: the position in MongoDB is the truth, the commit to Kafka is for
those who watch the lag. When a batch fails, its records are handled one by one; the one at fault
is tried again and then goes to the dead letters with its reason. Trouble of the database or the
broker is waited out, for ever.
"""

import dataclasses
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, PyMongoError

from shared import dead_letters
from shared import kafka as broker
from shared.clock import Clock
from shared.events.envelope import Catalogue, Event, EventDecodeError
from shared.kafka import Record, TopicPartition
from shared.lifecycle import Stop
from shared.logs import correlated
from shared.metrics import PipelineMetrics
from shared.mongo import Document, atomically
from shared.settings import KafkaSettings

Handler = Callable[[Event], None]
# What a group does with a record without a value (a tombstone of a compacted topic).
TombstoneHandler = Callable[[str], None]

INDEXES: Mapping[str, list[Any]] = {"consumer_positions": [], **dead_letters.INDEXES}

_log = logging.getLogger(__name__)
_POLL_MS = 500
_BATCH = 100
_ATTEMPTS = 3
_RETRY_SECONDS = (0.1, 0.5, 2.0)
_COMMIT_SECONDS = 1.0
_DEAD_IN_A_ROW = 25


class TooManyDeadLettersError(Exception):
    """Record after record fails: rather the code than the data is wrong, so the group waits."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a consumer group reads and what it does with it.

    :param handlers: event type → handler; types of the topics that have none are skipped.
    """

    group: str
    topics: tuple[str, ...]
    catalogue: Catalogue
    handlers: Mapping[str, Handler]
    on_tombstone: TombstoneHandler | None = None


class Consumer:
    """Runs one subscription; several replicas share the group's partitions."""

    def __init__(
        self,
        subscription: Subscription,
        *,
        kafka: KafkaSettings,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        clock: Clock,
        metrics: PipelineMetrics,
    ) -> None:
        self._subscription = subscription
        self._group = subscription.group
        self._kafka = kafka
        self._client = client
        self._database = database
        self._positions = database["consumer_positions"]
        self._clock = clock
        self._metrics = metrics
        self._assigned: set[TopicPartition] = set()
        self._next: dict[TopicPartition, int] = {}
        self._dead_in_a_row = 0
        self._committed_at = 0.0
        for outcome in ("handled", "skipped", "dead"):
            metrics.consumed.labels(self._group, outcome)

    def run(self, stop: Stop) -> None:
        """Consume until stopped; a loop for :func:`shared.lifecycle.run_loops`."""
        client = broker.consumer(self._kafka, self._group, f"{self._group}-consumer", batch=_BATCH)
        self._assigned, self._next = set(), {}
        try:
            client.subscribe(list(self._subscription.topics))
            while not stop.is_set():
                polled = client.poll(timeout_ms=_POLL_MS)
                for partition in self._arrived(client):
                    polled.pop(partition, None)
                for partition, records in polled.items():
                    self._take(partition, records, stop)
                    if stop.is_set():
                        break
                self._report(client)
                self._commit(client, force=False)
            self._commit(client, force=True)
        finally:
            client.close()

    def _arrived(self, client: Any) -> set[TopicPartition]:
        """Move partitions that were just assigned to the position kept in MongoDB.

        Their records of this poll came from Kafka's own position and are dropped.
        """
        assignment = set(client.assignment())
        fresh = assignment - self._assigned
        for gone in self._assigned - assignment:
            self._next.pop(gone, None)
        self._assigned = assignment
        if not fresh:
            return fresh
        ends = client.end_offsets(list(fresh))
        for partition in fresh:
            kept = self._kept(partition)
            if kept is not None and kept <= ends[partition]:
                client.seek(partition, kept)
            else:  # never read, or Kafka was lost and filled again from the journals
                self._forget(partition)
                client.seek_to_beginning(partition)
        return fresh

    def _name(self, partition: TopicPartition) -> str:
        return f"{self._group}|{partition.topic}|{partition.partition}"

    def _kept(self, partition: TopicPartition) -> int | None:
        found = self._positions.find_one({"_id": self._name(partition)})
        return None if found is None else int(found["next"])

    def _forget(self, partition: TopicPartition) -> None:
        self._positions.delete_one({"_id": self._name(partition)})

    def _take(self, partition: TopicPartition, records: Sequence[Record], stop: Stop) -> None:
        try:
            with self._metrics.handling.labels(self._group).time():
                outcomes = self._in_one_transaction(partition, records)
        except Exception as error:  # noqa: BLE001 - sorted out record by record below
            _log.warning("batch failed, going one by one", extra={"reason": str(error)})
            for record in records:
                self._take_one(partition, record, stop)
                if stop.is_set():
                    return
        else:
            self._count(outcomes)
            self._dead_in_a_row = 0
        last = records[-1]
        self._next[partition] = last.offset + 1
        age = self._clock.now().timestamp() - last.timestamp / 1000
        self._metrics.lag_seconds.labels(self._group).set(max(age, 0.0))

    def _in_one_transaction(
        self, partition: TopicPartition, records: Sequence[Record]
    ) -> Mapping[str, int]:
        def work() -> Mapping[str, int]:
            outcomes = {"handled": 0, "skipped": 0}
            done = self._keep(partition, records[-1].offset + 1)
            for record in records:
                if record.offset >= done:
                    outcomes["handled" if self._handle(record) else "skipped"] += 1
            return outcomes

        return atomically(self._client, work)

    def _keep(self, partition: TopicPartition, position: int) -> int:
        """Move the group's position forward; return where it was."""
        before = self._positions.find_one_and_update(
            {"_id": self._name(partition)},
            {"$max": {"next": position}, "$set": {"at": self._clock.now()}},
            upsert=True,
        )
        return int(before["next"]) if before else 0

    def _handle(self, record: Record) -> bool:
        """Run the handler of one record; tell whether there was one."""
        subscription = self._subscription
        if record.value is None:
            if subscription.on_tombstone is not None:
                subscription.on_tombstone((record.key or b"").decode())
            return subscription.on_tombstone is not None
        event = subscription.catalogue.decode(record.headers, record.value)
        handler = subscription.handlers.get(event.type)
        if handler is None:
            return False
        with correlated(event.correlation_id):
            handler(event)
        return True

    def _take_one(self, partition: TopicPartition, record: Record, stop: Stop) -> None:
        """Handle one record: wait out trouble, try a failure again, then bury it."""
        attempt = 0
        while not stop.is_set():
            try:
                self._count(self._in_one_transaction(partition, [record]))
            except EventDecodeError as error:
                self._bury(partition, record, str(error))
                return
            except Exception as error:  # noqa: BLE001 - sorted into trouble and fault just below
                if is_trouble(error):
                    _log.warning("database trouble, waiting", extra={"reason": str(error)})
                    stop.wait(_RETRY_SECONDS[-1])
                    continue
                attempt += 1
                self._metrics.retries.labels(self._group).inc()
                _log.exception("handler failed", extra={"attempt": attempt})
                if attempt >= _ATTEMPTS:
                    self._bury(partition, record, f"{type(error).__name__}: {error}")
                    return
                stop.wait(_RETRY_SECONDS[attempt - 1])
            else:
                self._dead_in_a_row = 0
                return

    def _bury(self, partition: TopicPartition, record: Record, reason: str) -> None:
        if self._dead_in_a_row >= _DEAD_IN_A_ROW:
            raise TooManyDeadLettersError(
                f"{self._group}: {_DEAD_IN_A_ROW} records in a row failed; the last: {reason}"
            )

        def work() -> None:
            dead_letters.bury(self._database, self._group, record, reason, self._clock)
            self._keep(partition, record.offset + 1)

        atomically(self._client, work)
        self._dead_in_a_row += 1
        self._count({"dead": 1})

    def _count(self, outcomes: Mapping[str, int]) -> None:
        for outcome, number in outcomes.items():
            self._metrics.consumed.labels(self._group, outcome).inc(number)

    def _report(self, client: Any) -> None:
        lags = dict.fromkeys(self._subscription.topics, 0)
        for partition in self._assigned:
            high = client.highwater(partition)
            if high is not None:
                lags[partition.topic] += max(high - client.position(partition), 0)
        for topic, lag in lags.items():
            self._metrics.lag.labels(self._group, topic).set(lag)
        self._metrics.last_success.labels(self._group).set(self._clock.now().timestamp())

    def _commit(self, client: Any, *, force: bool) -> None:
        now = self._clock.now().timestamp()
        if not self._next or (not force and now - self._committed_at < _COMMIT_SECONDS):
            return
        self._committed_at = now
        try:
            broker.commit(client, self._next)
        except broker.KafkaError as error:  # the position in MongoDB stands; only the watch is late
            _log.warning("offset commit failed", extra={"reason": str(error)})
        else:
            self._next = {}


def positions(database: "Database[Document]", group: str) -> dict[TopicPartition, int]:
    """Return the next offset of each partition that a group has ever read."""
    rows = database["consumer_positions"].find({"_id": {"$regex": f"^{re.escape(group)}\\|"}})
    found: dict[TopicPartition, int] = {}
    for row in rows:
        _, topic, partition = row["_id"].split("|")
        found[TopicPartition(topic, int(partition))] = int(row["next"])
    return found


def is_trouble(error: BaseException) -> bool:
    """Tell whether a failure is the database's: waiting helps, the record is innocent."""
    if isinstance(error, ConnectionFailure):
        return True
    return isinstance(error, PyMongoError) and (
        error.has_error_label("TransientTransactionError")
        or error.has_error_label("RetryableWriteError")
        or error.timeout
    )
