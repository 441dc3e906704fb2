"""The sets of cards read last, kept as long as nothing in the plan has changed.

A board is opened far more often than something changes, and reading 5,700 parts costs more than
drawing the fifty that are shown. Where the order of changes stands (``Mark``) is asked anew each
time, so that what is kept is not shown after a change or on another day; and because clocks of
several processes may differ, nothing is kept for longer than some seconds.
"""

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, cast

from flask import current_app

from services.tasks.queries import board as queries
from services.tasks.queries.board import Mark, Picked, Wanted

# Some ten thousand cards at most: the province in each role, a few agencies.
_KEPT = 8
_SECONDS = 5.0
_NAME = "cchc.board_sets"


class Sets:
    """The last sets of one process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Wanted, str], tuple[float, Sequence[Picked]]] = OrderedDict()
        self._lock = threading.Lock()

    def pick(
        self, database: Any, wanted: Wanted, mark: Mark, *, today: dt.date, near_until: dt.date
    ) -> Sequence[Picked]:
        """Return the cards of a set, in no order; not to be changed.

        :param mark: read before, so that a change in between is seen the next time.
        """
        key, now = (wanted, mark.text), time.monotonic()
        with self._lock:
            read_at, found = self._kept.get(key, (0.0, ()))
            if key in self._kept and now - read_at < _SECONDS:
                self._kept.move_to_end(key)
                return found
        found = queries.pick(database, wanted, today=today, near_until=near_until)
        with self._lock:
            self._kept[key] = (now, found)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def sets() -> Sets:
    """Return those of the application that serves this request."""
    return cast("Sets", current_app.extensions.setdefault(_NAME, Sets()))
