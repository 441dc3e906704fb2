"""The loops of scoring-worker: consume, recompute, days, relay."""

import dataclasses
from collections.abc import Mapping

from services.scoring import metrics
from services.scoring.store.statuses import Statuses
from services.scoring.usecases import Scoring
from shared.clock import Clock
from shared.consumer import Consumer
from shared.events.scoring import IndicatorStatus
from shared.lease import Lease
from shared.lifecycle import Loop, Stop
from shared.outbox import Relay

# Half of it is the mean wait of a fact for its computation; one question each time.
_LOOK_SECONDS = 0.1
_DAY_SECONDS = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What the loops need; several replicas may run.

    Recompute needs no lease: transactions keep two replicas from overtaking each other.
    """

    scoring: Scoring
    statuses: Statuses
    consumer: Consumer
    relay: Relay
    day_lease: Lease
    system: Clock

    def loops(self) -> Mapping[str, Loop]:
        return {
            "consume": self.consumer.run,
            "recompute": self.recompute,
            "days": self.days,
            "relay": self.relay.run,
        }

    def recompute(self, stop: Stop) -> None:
        """Compute what is marked, without a pause while there is more."""
        self._count()
        while not stop.is_set():
            started = self.system.now()
            done = self.scoring.recompute()
            if done.marks:
                metrics.RECOMPUTE.observe((self.system.now() - started).total_seconds())
                metrics.RECOMPUTED.inc(done.indicators)
                metrics.CHANGED.inc(done.changed)
                for seconds in done.waited:
                    metrics.DELAY.observe(max(seconds, 0.0))
                if done.changed:
                    self._count()
            else:
                self._succeeded("recompute")
                stop.wait(_LOOK_SECONDS)

    def days(self, stop: Stop) -> None:
        """Compute everything once when the business day has changed, also by a jump."""
        try:
            while not stop.is_set():
                held = self.day_lease.hold()
                metrics.PIPELINE.leader.labels("days").set(held)
                if held:
                    if self.scoring.begin_day():
                        metrics.DAYS.inc()
                    self._succeeded("days")
                stop.wait(_DAY_SECONDS)
        finally:
            self.day_lease.release()

    def _count(self) -> None:
        counts = self.statuses.counts()
        for status in IndicatorStatus:
            metrics.INDICATORS.labels(status.value).set(counts.get(status.value, 0))

    def _succeeded(self, loop: str) -> None:
        metrics.PIPELINE.last_success.labels(loop).set(self.system.now().timestamp())
