"""Every metric of tasks that speaks of its business; the pipelines' are in shared.metrics."""

import contextlib
from collections.abc import Iterator

from prometheus_client import Counter, Histogram

from services.tasks.domain.errors import DomainError
from services.tasks.domain.permissions import Act
from shared.metrics import PipelineMetrics
from shared.mongo import StaleVersionError

PIPELINES = PipelineMetrics("tasks")
ACTS = Counter(
    "tasks_acts_total",
    "Acts on assignments and measurements, by what became of them (done, refused, stale, failed).",
    ["act", "outcome"],
)
ACT_SECONDS = Histogram(
    "tasks_act_seconds", "Time of one act from the asking to the commit.", ["act"]
)
SIGN_INS = Counter(
    "tasks_sign_ins_total",
    "Attempts to sign in (tried) and those with a wrong name or password (refused).",
    ["outcome"],
)


@contextlib.contextmanager
def counted(act: Act) -> Iterator[None]:
    """Count an act and its time by what became of it."""
    outcome = "failed"
    try:
        with ACT_SECONDS.labels(act.value).time():
            yield
        outcome = "done"
    except DomainError:
        outcome = "refused"
        raise
    except StaleVersionError:
        outcome = "stale"
        raise
    finally:
        ACTS.labels(act.value, outcome).inc()
