"""The topics of the product, with their shapes (docs/events.md)."""

from collections.abc import Mapping
from typing import Any

from services.notify import handlers as notify_handlers
from services.scoring import handlers as scoring_handlers
from services.tasks import handlers as tasks_handlers
from shared.events import notify, scoring, tasks

_DAY_MS = 24 * 60 * 60 * 1000
_FOR_EVER = {"retention.ms": "-1"}
_COMPACTED = {
    "cleanup.policy": "compact",
    "max.compaction.lag.ms": str(_DAY_MS),
    "delete.retention.ms": str(_DAY_MS),
}
_PARTITIONS = 6


def topics(*, replicas: int = 1) -> Mapping[str, Mapping[str, Any]]:
    """Return name → shape of every topic, as :func:`shared.kafka.create_topics` wants it."""
    groups = (tasks_handlers.GROUP, scoring_handlers.GROUP, notify_handlers.GROUP)
    streams = (tasks.TOPIC, scoring.TOPIC, notify.TOPIC)
    made = {name: _shape(_PARTITIONS, replicas, _FOR_EVER) for name in streams}
    made |= {f"{group}.dead": _shape(1, replicas, _FOR_EVER) for group in groups}
    made[tasks.DIRECTORY_TOPIC] = _shape(1, replicas, _COMPACTED)
    return made


def _shape(partitions: int, replicas: int, configs: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "num_partitions": partitions,
        "replication_factor": replicas,
        "configs": dict(configs),
    }
