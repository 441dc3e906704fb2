"""The days on which the history happens: few, because each costs the clock a second to be seen."""

import bisect
import datetime as dt
from collections.abc import Sequence

from shared.calendar import WorkingCalendar

_DAY = dt.timedelta(days=1)
# Every third week has two days of acts, the others one.
_WEEKDAYS = ((1, 3), (3,), (3,))
_LAST_DAYS = 3


class Moments:
    """Working days of acts, and the way from any day to the nearest of them."""

    def __init__(self, days: Sequence[dt.date]) -> None:
        self.days = list(days)

    @property
    def last(self) -> dt.date:
        return self.days[-1]

    def on_or_after(self, day: dt.date) -> dt.date:
        """Return the first of the days from ``day`` on; the last one when there is none."""
        return self.days[min(bisect.bisect_left(self.days, day), len(self.days) - 1)]

    def on_or_before(self, day: dt.date) -> dt.date:
        """Return the last of the days up to ``day``; the first one when there is none."""
        return self.days[max(bisect.bisect_right(self.days, day) - 1, 0)]

    def after(self, day: dt.date, steps: int = 1) -> dt.date | None:
        """Return the day that is ``steps`` of them later, or None when the history is over."""
        at = bisect.bisect_right(self.days, day) + steps - 1
        return self.days[at] if at < len(self.days) else None

    def index_from(self, day: dt.date) -> int:
        """Return the index of the first of the days from ``day`` on; their number if none is."""
        return bisect.bisect_left(self.days, day)

    def between(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """Return the days ``start < day < end``."""
        return self.days[bisect.bisect_right(self.days, start) : bisect.bisect_left(self.days, end)]


def moments(calendar: WorkingCalendar, first: dt.date, until: dt.date) -> Moments:
    """Return the days from ``first`` to the last working days before ``until``."""
    found = {first}
    day = first
    while day < until:
        if day.weekday() in _WEEKDAYS[day.isocalendar().week % len(_WEEKDAYS)]:
            found.add(day if calendar.is_working_day(day) else calendar.previous_working_day(day))
        day += _DAY
    last = until
    for _ in range(_LAST_DAYS):
        last = calendar.previous_working_day(last)
        found.add(last)
    return Moments(sorted(day for day in found if first <= day < until))
