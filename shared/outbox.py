"""The outbox: a service's permanent journal of events, and the relay that brings it to Kafka.

A row is written in the transaction of the act that caused it and is never deleted. The relay
sweeps rows whose ``published_at`` is null, never by a high-water mark: of two open transactions
the later number may commit first, and a mark would step over the earlier one.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from shared.clock import Clock
from shared.events.envelope import Payload, make_headers
from shared.ids import new_id
from shared.kafka import KafkaError
from shared.lease import Lease
from shared.lifecycle import Stop
from shared.logs import correlation
from shared.metrics import PipelineMetrics
from shared.mongo import Document, insert

Resolve = Callable[[str], Payload | None]

INDEXES = {
    "outbox": [
        IndexModel(
            [("published_at", ASCENDING), ("_id", ASCENDING)],
            name="unpublished",
            partialFilterExpression={"published_at": None},
        )
    ],
    "leases": [],
}

_log = logging.getLogger(__name__)
_SWEEP_SECONDS = 0.15
_IDLE_SECONDS = 2.0
_COUNT_SECONDS = 5.0
_BATCH = 500
# Longer than the producer's own limit for a delivery, so that each row gets its own answer first.
_FLUSH_SECONDS = 30
_CLOSE_SECONDS = 5


class Outbox:
    """Appends events; call it inside :func:`shared.mongo.atomically`.

    :param source: the CloudEvents source, e.g. ``cchc/tasks``.
    :param clock: the system clock (``ce_time``).
    """

    def __init__(self, database: "Database[Document]", source: str, clock: Clock) -> None:
        self._rows = database["outbox"]
        self._source = source
        self._clock = clock

    def append(self, topic: str, kind: str, data: Payload) -> None:
        """Write one event."""
        self.append_many(topic, [(kind, data)])

    def append_many(self, topic: str, events: Iterable[tuple[str, Payload]]) -> None:
        """Write several events of one topic; none is nothing."""
        rows = [
            self._row(topic, kind, data.key, data.subject, msgspec.json.encode(data).decode())
            for kind, data in events
        ]
        insert(self._rows, rows)

    def append_reference(self, topic: str, kind: str, key: str) -> None:
        """Write an event without its body, which the relay reads at publishing time.

        So the journal holds no personal data.
        """
        self._rows.insert_one(self._row(topic, kind, key, key, None))

    def _row(self, topic: str, kind: str, key: str, subject: str, body: str | None) -> Document:
        identity = new_id()
        cause = correlation() or identity
        return {
            "_id": identity,
            "topic": topic,
            "type": kind,
            "key": key,
            "subject": subject,
            "source": self._source,
            "time": self._clock.now(),
            "correlation_id": cause,
            "traceparent": traceparent(cause),
            "body": body,
            "published_at": None,
        }


def traceparent(correlation_id: str) -> str:
    """Return a W3C traceparent whose trace id is made of the correlation id."""
    trace = hashlib.blake2b(correlation_id.encode(), digest_size=16).hexdigest()
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def republish(database: "Database[Document]") -> int:
    """Mark the whole journal unpublished, so that the relay refills a lost Kafka.

    :returns: how many events will be sent again; consumers drop what they have seen.
    """
    return database["outbox"].update_many({}, {"$set": {"published_at": None}}).modified_count


class Relay:
    """Brings the outbox to Kafka, at least once, by one replica at a time.

    :param connect: makes the producer; kept as long as it works.
    :param resolvers: topic → function that reads the body of a reference row by its key.
    """

    def __init__(
        self,
        database: "Database[Document]",
        *,
        connect: Callable[[], Any],
        clock: Clock,
        lease: Lease,
        metrics: PipelineMetrics,
        resolvers: Mapping[str, Resolve] | None = None,
    ) -> None:
        self._rows = database["outbox"]
        self._connect = connect
        self._clock = clock
        self._lease = lease
        self._metrics = metrics
        self._resolvers = dict(resolvers or {})
        self._producer: Any = None
        self._counted_at = 0.0

    def run(self, stop: Stop) -> None:
        """Sweep until stopped; a loop for :func:`shared.lifecycle.run_loops`."""
        try:
            while not stop.is_set():
                held = self._lease.hold()
                self._metrics.leader.labels("relay").set(held)
                if not held:
                    stop.wait(_IDLE_SECONDS)
                    continue
                sent = self.sweep()
                self._measure()
                if sent < _BATCH:
                    stop.wait(_SWEEP_SECONDS)
        finally:
            self._lease.release()
            self._drop_producer()

    def sweep(self) -> int:
        """Publish one batch of unpublished rows; return how many Kafka acknowledged.

        :raises KafkaError: when Kafka took none of them; they stay for the next sweep.
        """
        rows = list(self._rows.find({"published_at": None}, sort=[("_id", 1)], limit=_BATCH))
        if not rows:
            return 0
        done, failure = self._send(rows)
        if done:
            self._rows.update_many(
                {"_id": {"$in": done}}, {"$set": {"published_at": self._clock.now()}}
            )
        if failure is not None:
            raise failure
        return len(done)

    def _send(self, rows: list[Document]) -> tuple[list[str], KafkaError | None]:
        if self._producer is None:
            self._producer = self._connect()
        waiting = [(row, self._start(row)) for row in rows]
        self._producer.flush(timeout=_FLUSH_SECONDS)
        done: list[str] = []
        failure: KafkaError | None = None
        for row, future in waiting:
            try:
                future.get(timeout=1)
            except KafkaError as error:
                failure = error
            else:
                done.append(row["_id"])
                self._metrics.published.labels(row["topic"]).inc()
        return done, failure

    def _drop_producer(self) -> None:
        """Let the producer go: after a lost batch an idempotent one may wait for it for ever."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=_CLOSE_SECONDS)

    def _start(self, row: Document) -> Any:
        headers = row.get("headers")
        if headers is None:
            headers = make_headers(
                id=row["_id"],
                type=row["type"],
                source=row["source"],
                time=row["time"],
                subject=row["subject"],
                correlation_id=row["correlation_id"],
                traceparent=row["traceparent"],
            )
        else:
            headers = [(name, bytes(value)) for name, value in headers]
        return self._producer.send(
            row["topic"], value=self._body(row), key=row["key"].encode(), headers=headers
        )

    def _body(self, row: Document) -> bytes | None:
        body = row["body"]
        if body is None:
            resolve = self._resolvers.get(row["topic"])
            data = resolve(row["key"]) if resolve else None
            return None if data is None else msgspec.json.encode(data)
        return bytes(body) if isinstance(body, bytes) else str(body).encode()

    def _measure(self) -> None:
        now = self._clock.now()
        self._metrics.last_success.labels("relay").set(now.timestamp())
        if now.timestamp() - self._counted_at < _COUNT_SECONDS:
            return
        self._counted_at = now.timestamp()
        waiting = {"published_at": None}
        self._metrics.outbox_pending.set(self._rows.count_documents(waiting))
        oldest = self._rows.find_one(waiting, {"time": 1}, sort=[("_id", 1)])
        age = (now - oldest["time"]).total_seconds() if oldest else 0.0
        self._metrics.outbox_oldest.set(max(age, 0.0))
