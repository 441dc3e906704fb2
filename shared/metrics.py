"""Metrics that every service has in the same form, under its own prefix.

Names follow the Prometheus conventions: base units, ``_total`` for counters, few labels, no
personal data. Business metrics stand in each service's ``metrics.py``.
"""

from prometheus_client import Counter, Gauge, Histogram


class PipelineMetrics:
    """What a worker tells of its pipelines; made once for each service, at import.

    :param prefix: the service's name, e.g. ``scoring``.
    """

    def __init__(self, prefix: str) -> None:
        self.outbox_pending = Gauge(
            f"{prefix}_outbox_pending_rows", "Events written but not yet acknowledged by Kafka."
        )
        self.outbox_oldest = Gauge(
            f"{prefix}_outbox_oldest_seconds", "Age of the oldest event that waits for Kafka."
        )
        self.published = Counter(
            f"{prefix}_outbox_published_total", "Events acknowledged by Kafka.", ["topic"]
        )
        self.consumed = Counter(
            f"{prefix}_events_consumed_total",
            "Records taken from Kafka, by what became of them (handled, skipped, dead).",
            ["group", "outcome"],
        )
        self.retries = Counter(
            f"{prefix}_event_retries_total", "Handlings that failed and came again.", ["group"]
        )
        self.handling = Histogram(
            f"{prefix}_event_batch_seconds",
            "Time to handle one batch of records in its transaction.",
            ["group"],
        )
        self.lag = Gauge(
            f"{prefix}_consumer_lag_records",
            "Records of the topic that the group has not handled yet.",
            ["group", "topic"],
        )
        self.lag_seconds = Gauge(
            f"{prefix}_consumer_lag_seconds",
            "Age of the record handled last, at the time it was handled.",
            ["group"],
        )
        self.leader = Gauge(
            f"{prefix}_lease_held", "1 while this process holds the lease of a loop.", ["loop"]
        )
        self.last_success = Gauge(
            f"{prefix}_loop_last_success_timestamp_seconds",
            "Unix time at which a loop last finished a round without an error.",
            ["loop"],
        )
        self.crashes = Counter(
            f"{prefix}_loop_crashes_total", "Times a loop died and was started again.", ["loop"]
        )
