"""Every metric of scoring, with a sentence. No label holds an id or a code."""

from prometheus_client import Counter, Gauge, Histogram

from shared.events.scoring import IndicatorStatus
from shared.metrics import PipelineMetrics

PIPELINE = PipelineMetrics("scoring")
LOOPS = ("recompute", "days")

INDICATORS = Gauge("scoring_indicators", "Indicators by their status now.", ["status"])
RECOMPUTE = Histogram(
    "scoring_recompute_seconds",
    "Time to compute one batch of marked indicators in its transaction.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
RECOMPUTED = Counter("scoring_recomputed_total", "Indicators computed anew.")
CHANGED = Counter("scoring_status_changes_total", "New statuses stored and published.")
FAILURES = Counter(
    "scoring_recompute_failures_total",
    "Indicators whose facts could not be computed; they keep their old status.",
)
DELAY = Histogram(
    "scoring_event_to_status_seconds",
    "From the time an event was written by tasks to the new status that it caused.",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 30, 120),
)
DAYS = Counter("scoring_days_total", "Business days on which everything was computed anew.")

for _status in IndicatorStatus:
    INDICATORS.labels(_status.value)
