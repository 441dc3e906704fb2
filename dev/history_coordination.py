"""The many small acts of coordinating agencies: reported, and accepted by the lead agency.

Without them most coordinating parts of the past would stand overdue, and the first morning of the
demonstration would drown in reminders. They are *loose*: each may bear the day of its moment or of
the one before, so the player carries them out while the clock's new time is not yet seen.
"""

import dataclasses
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

from dev.history_acts import Act, Kind, part_act_key
from dev.history_calendar import Moments
from dev.history_people import People
from dev.history_words import Words
from services.tasks.domain.planrows import TaskRow
from services.tasks.domain.schedule import PlannedPart

# The share of parts that somebody forgot: enough to be seen, not enough to drown in.
_FORGOTTEN = 0.02
_SOON = 4


@dataclasses.dataclass(slots=True)
class Coordination:
    """Spreads the acts evenly over the days, because each day has only so much idle time.

    :param load: day's index → acts given to it so far.
    """

    days: Moments
    dice: random.Random
    people: People
    words: Words
    load: Counter[int] = dataclasses.field(default_factory=Counter)

    def acts(self, task: TaskRow, part: PlannedPart, part_id: str) -> Iterator[Act]:
        """Give report and acceptance of a part; nothing when it is forgotten or finds no room."""
        if self.dice.random() < _FORGOTTEN:
            return
        last_day = self.people.last_day(part.agency_code)
        limit = self._last(last_day) if last_day else len(self.days.days) - 1
        report = self._lightest(self._first(part.opens_on), min(self._last(part.due_on), limit))
        accept = None if report is None else self._lightest(report + 1, min(report + _SOON, limit))
        if report is not None and accept is not None:
            self.load.update((report, accept))
            yield self._reported(task, part, part_id, self.days.days[report])
            yield self._accepted(task, part, part_id, self.days.days[accept])
            return
        # No room for loose acts, as in the last days of an agency: both on one day, in order.
        only = self.days.index_from(part.opens_on)
        if only <= min(self._last(part.due_on), limit):
            day = self.days.days[only]
            for act in (
                self._reported(task, part, part_id, day),
                self._accepted(task, part, part_id, day),
            ):
                yield dataclasses.replace(act, loose=False)

    def _reported(self, task: TaskRow, part: PlannedPart, part_id: str, day: dt.date) -> Act:
        agency = self.people.holder(part.agency_code, day)
        return Act(
            day=day,
            kind=Kind.REPORT,
            key=part_act_key(task, part, Kind.REPORT),
            username=self.people.worker(part.agency_code, day, head=True),
            target=part_id,
            body=self.words.coordinate(task, agency, part.period, day),
            loose=True,
        )

    def _accepted(self, task: TaskRow, part: PlannedPart, part_id: str, day: dt.date) -> Act:
        return Act(
            day=day,
            kind=Kind.ACCEPT,
            key=part_act_key(task, part, Kind.ACCEPT),
            username=self.people.worker(task.lead, day, head=True),
            target=part_id,
            body={"note": self.words.accept()},
            loose=True,
        )

    def _first(self, opens_on: dt.date) -> int:
        """Return the first moment before which another one has seen the period open."""
        return self.days.index_from(opens_on) + 1

    def _last(self, day: dt.date) -> int:
        return self.days.index_from(day + dt.timedelta(days=1)) - 1

    def _lightest(self, first: int, last: int) -> int | None:
        """Return the moment of the range with the fewest acts, one of them by chance."""
        last = min(last, len(self.days.days) - 1)
        if first > last:
            return None
        least = min(self.load[index] for index in range(first, last + 1))
        return self.dice.choice(
            [index for index in range(first, last + 1) if self.load[index] == least]
        )
