"""Kafka: the only door to kafka-python; producers, consumers, topics.

Settings follow docs/adr on kafka-python: idempotence said explicitly (``acks=1`` would drop it
in silence), no automatic topics or commits, short bootstrap with our own retry.
"""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata, TopicPartition

from shared.settings import KafkaSettings

__all__ = [
    "KafkaError",
    "Record",
    "TopicPartition",
    "admin",
    "commit",
    "consumer",
    "create_topics",
    "end_offsets",
    "ping",
    "producer",
]

# A record as kafka-python gives it: topic, partition, offset, key, value, headers, timestamp.
Record = Any

_BOOTSTRAP_MS = 5_000
_BLOCK_MS = 5_000
_DELIVERY_MS = 20_000


def _connection(settings: KafkaSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol,
        "bootstrap_timeout_ms": _BOOTSTRAP_MS,
        "reconnect_backoff_max_ms": 2_000,
    }
    if settings.ssl_cafile:
        options["ssl_cafile"] = settings.ssl_cafile
    if settings.sasl_mechanism:
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = settings.sasl_password
    return options


def producer(settings: KafkaSettings, client_id: str) -> KafkaProducer:
    """Return an idempotent producer; keep one for the life of the process.

    :raises KafkaError: when no broker answers in time.
    """
    return KafkaProducer(
        **_connection(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        max_block_ms=_BLOCK_MS,
        delivery_timeout_ms=_DELIVERY_MS,
        request_timeout_ms=10_000,
        allow_auto_create_topics=False,
        linger_ms=2,
    )


def consumer(settings: KafkaSettings, group: str, client_id: str, *, batch: int) -> KafkaConsumer:
    """Return a consumer of a group that commits only when told, beginning at the earliest.

    :param batch: most records of one poll.
    :raises KafkaError: when no broker answers in time.
    """
    return KafkaConsumer(
        **_connection(settings),
        group_id=group,
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        max_poll_records=batch,
        fetch_max_wait_ms=500,
        session_timeout_ms=15_000,
        heartbeat_interval_ms=3_000,
        max_poll_interval_ms=300_000,
    )


def commit(client: KafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    """Commit the next offsets to read."""
    client.commit({tp: OffsetAndMetadata(offset, "", -1) for tp, offset in offsets.items()})


def admin(settings: KafkaSettings) -> KafkaAdminClient:
    """Return an admin client; close it after use."""
    return KafkaAdminClient(**_connection(settings), client_id="cchc-admin")


def create_topics(settings: KafkaSettings, topics: Mapping[str, Mapping[str, Any]]) -> None:
    """Create the topics that do not exist yet.

    :param topics: name → ``{"num_partitions", "replication_factor", "configs": {…}}``.
    """
    with contextlib.closing(admin(settings)) as client:
        for name, shape in topics.items():
            with contextlib.suppress(TopicAlreadyExistsError):
                client.create_topics({name: dict(shape)})


def ping(settings: KafkaSettings, topics: Iterable[str]) -> None:
    """Raise a KafkaError unless a broker answers and knows the topics."""
    with contextlib.closing(admin(settings)) as client:
        missing = set(topics) - set(client.list_topics())
    if missing:
        raise KafkaError(f"topics missing: {', '.join(sorted(missing))}")


def end_offsets(settings: KafkaSettings, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """Return the offset that the next record of each partition of the topics will get.

    :raises KafkaError: when no broker answers in time.
    """
    client = KafkaConsumer(
        **_connection(settings), enable_auto_commit=False, allow_auto_create_topics=False
    )
    with contextlib.closing(client):
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in client.partitions_for_topic(topic) or ()
        ]
        ends: dict[TopicPartition, int] = client.end_offsets(partitions) if partitions else {}
    return ends
