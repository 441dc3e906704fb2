"""A starting worker first reads what happened while it was away.

Otherwise it would remind people of work that was accepted meanwhile, or find an agency empty
whose people's cards it has not read yet.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping

from shared.clock import Clock
from shared.kafka import KafkaError, TopicPartition
from shared.lifecycle import Stop

_log = logging.getLogger(__name__)
_PAUSE_SECONDS = 0.5

Offsets = Mapping[TopicPartition, int]


class CatchUp:
    """Waits, once for a process, until the group has read what was there at its start.

    After the limit it goes on all the same: a broken broker must not silence the reminders that
    are planned already.

    :param ends: asks Kafka for the end of each partition; raises KafkaError when it is away.
    :param positions: the positions that the group has stored.
    """

    def __init__(
        self,
        *,
        ends: Callable[[], Offsets],
        positions: Callable[[], Offsets],
        clock: Clock,
        limit: dt.timedelta,
    ) -> None:
        self._ends = ends
        self._positions = positions
        self._clock = clock
        self._limit = limit
        self._lock = threading.Lock()
        self._done = False

    def wait(self, stop: Stop) -> None:
        """Return when the group has caught up, the limit is over, or stop is set."""
        with self._lock:
            if self._done:
                return
            give_up_at = self._clock.now() + self._limit
            goal: Offsets | None = None
            while not stop.is_set():
                goal = goal if goal is not None else self._goal()
                if goal is not None and self._reached(goal):
                    break
                if self._clock.now() >= give_up_at:
                    _log.warning("going on without having caught up")
                    break
                stop.wait(_PAUSE_SECONDS)
            self._done = True

    def _goal(self) -> Offsets | None:
        try:
            return self._ends()
        except KafkaError as error:
            _log.warning("cannot ask Kafka what is there", extra={"reason": str(error)})
            return None

    def _reached(self, goal: Offsets) -> bool:
        have = self._positions()
        return all(have.get(partition, 0) >= end for partition, end in goal.items())
