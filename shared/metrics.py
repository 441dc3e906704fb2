"""Metrics that every service has in the same form, under its own prefix.

Names follow the Prometheus conventions: base units, ``_total`` for counters, few labels, no
personal data. Business metrics stand in each service's ``metrics.py``.
"""

import dataclasses

from prometheus_client import Counter, Gauge, Histogram


@dataclasses.dataclass(frozen=True)
class PipelineMetrics:
    """What a worker tells of its pipelines. Make one for each service, at import."""

    prefix: str

    def __post_init__(self) -> None:
        define = object.__setattr__
        p = self.prefix
        define(
            self,
            "outbox_pending",
            Gauge(f"{p}_outbox_pending_rows", "Events written but not yet acknowledged by Kafka."),
        )
        define(
            self,
            "outbox_oldest",
            Gauge(f"{p}_outbox_oldest_seconds", "Age of the oldest event that waits for Kafka."),
        )
        define(
            self,
            "published",
            Counter(f"{p}_outbox_published_total", "Events acknowledged by Kafka.", ["topic"]),
        )
        define(
            self,
            "consumed",
            Counter(
                f"{p}_events_consumed_total",
                "Records taken from Kafka, by what became of them"
                " (handled, skipped, dead, repeated).",
                ["group", "outcome"],
            ),
        )
        define(
            self,
            "retries",
            Counter(f"{p}_event_retries_total", "Handlings that failed and came again.", ["group"]),
        )
        define(
            self,
            "handling",
            Histogram(
                f"{p}_event_batch_seconds",
                "Time to handle one batch of records in its transaction.",
                ["group"],
            ),
        )
        define(
            self,
            "lag",
            Gauge(
                f"{p}_consumer_lag_records",
                "Records of the topic that the group has not handled yet.",
                ["group", "topic"],
            ),
        )
        define(
            self,
            "lag_seconds",
            Gauge(
                f"{p}_consumer_lag_seconds",
                "Age of the record handled last, at the time it was handled.",
                ["group"],
            ),
        )
        define(
            self,
            "leader",
            Gauge(f"{p}_lease_held", "1 while this process holds the lease of a loop.", ["loop"]),
        )
        define(
            self,
            "last_success",
            Gauge(
                f"{p}_loop_last_success_timestamp_seconds",
                "Unix time at which a loop last finished a round without an error.",
                ["loop"],
            ),
        )
        define(
            self,
            "crashes",
            Counter(
                f"{p}_loop_crashes_total", "Times a loop died and was started again.", ["loop"]
            ),
        )

    outbox_pending: Gauge = dataclasses.field(init=False)
    outbox_oldest: Gauge = dataclasses.field(init=False)
    published: Counter = dataclasses.field(init=False)
    consumed: Counter = dataclasses.field(init=False)
    retries: Counter = dataclasses.field(init=False)
    handling: Histogram = dataclasses.field(init=False)
    lag: Gauge = dataclasses.field(init=False)
    lag_seconds: Gauge = dataclasses.field(init=False)
    leader: Gauge = dataclasses.field(init=False)
    last_success: Gauge = dataclasses.field(init=False)
    crashes: Counter = dataclasses.field(init=False)
