"""The share of coordinating agencies: reported in sessions, accepted in sessions of the lead.

Without them most coordinating parts of the past would stand overdue, and the first morning of the
demonstration would drown in reminders. An agency sits down a few times in half a year and reports
what it owes; the agencies that lead the tasks accept likewise. A session is one request. Its acts
are *loose*: they may bear the day of the moment or of the one before, so the player sends them
while the clock's new time is not yet seen.
"""

import dataclasses
import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from dev.history_acts import Act, Kind, part_act_key
from dev.history_calendar import Moments
from dev.history_people import People
from dev.history_words import Words
from services.tasks.domain.planrows import TaskRow
from services.tasks.domain.schedule import PlannedPart

# The share of parts that somebody forgot: enough to be seen, not enough to drown in.
_FORGOTTEN = 0.008
# Of what falls due soon after the end this share is reported ahead; the rest is reminded of.
_AHEAD = 0.92
_SOON_DUE = dt.timedelta(days=21)
# A lead agency accepts within so many moments.
_SOON = 6


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """A part to be reported and accepted.

    :param first, last: indexes of the moments between which it may be reported.
    :param limit: index of the last moment at which it may be accepted.
    """

    task: TaskRow
    part: PlannedPart
    part_id: str
    first: int
    last: int
    limit: int


# Whose session, and between which moments it may be.
_Wish = tuple[str, int, int]


@dataclasses.dataclass(slots=True)
class Coordination:
    """Gathers what is owed and spreads the sessions evenly over the days.

    :param until: the day on which the history ends.
    :param load: day's index → acts given to it so far, because each has only so much idle time.
    """

    days: Moments
    until: dt.date
    dice: random.Random
    people: People
    words: Words
    load: Counter[int] = dataclasses.field(default_factory=Counter)
    shares: list[_Share] = dataclasses.field(default_factory=list)

    def owe(self, task: TaskRow, part: PlannedPart, part_id: str) -> None:
        """Take a part in, unless it is due much later, or its agency forgets it."""
        if part.no_deadline or part.due_on > self.until + _SOON_DUE:
            return
        done = 1 - _FORGOTTEN if part.due_on <= self.until else _AHEAD
        if self.dice.random() >= done:
            return
        end = self.people.last_day(part.agency_code)
        limit = self._last(end) if end else len(self.days.days) - 1
        # The first moment before which another one has seen the period open.
        first = self.days.index_from(part.opens_on) + 1
        last = min(self._last(part.due_on), limit - 1)
        self.shares.append(
            _Share(task=task, part=part, part_id=part_id, first=first, last=last, limit=limit)
        )

    def acts(self) -> Iterator[Act]:
        """Give report and acceptance of every part taken in."""
        roomy = [share for share in self.shares if share.first <= share.last]
        reports = self._sessions(
            [(share.part.agency_code, share.first, share.last) for share in roomy]
        )
        accepts = self._sessions(
            [
                (share.task.lead, report + 1, min(report + _SOON, share.limit))
                for share, report in zip(roomy, reports, strict=True)
            ]
        )
        for share, report, accept in zip(roomy, reports, accepts, strict=True):
            yield self._reported(share, self.days.days[report])
            yield self._accepted(share, self.days.days[accept])
        for share in self.shares:
            if share.first > share.last and share.part.due_on <= self.until:
                yield from self._in_passing(share)

    def _sessions(self, wishes: Sequence[_Wish]) -> Sequence[int]:
        """Return a moment for each wish, so that everybody has as few sessions as may be."""
        found = [0] * len(wishes)
        owners: dict[str, list[int]] = defaultdict(list)
        for number, (owner, _first, _last) in enumerate(wishes):
            owners[owner].append(number)
        for numbers in owners.values():
            for group, first, last in _together({number: wishes[number] for number in numbers}):
                moment = self._lightest(first, last)
                self.load[moment] += len(group)
                for number in group:
                    found[number] = moment
        return found

    def _in_passing(self, share: _Share) -> Iterator[Act]:
        """Give both acts on one day, in order, where there is no room: an agency's last days."""
        only = self.days.index_from(share.part.opens_on)
        if only <= min(self._last(share.part.due_on), share.limit):
            day = self.days.days[only]
            for act in (self._reported(share, day), self._accepted(share, day)):
                yield dataclasses.replace(act, loose=False)

    def _reported(self, share: _Share, day: dt.date) -> Act:
        task, part = share.task, share.part
        agency = self.people.holder(part.agency_code, day)
        return Act(
            day=day,
            kind=Kind.REPORT,
            key=part_act_key(task, part, Kind.REPORT),
            username=self.people.worker(part.agency_code, day, head=True),
            target=share.part_id,
            body=self.words.coordinate(task, agency, part.period, day),
            session=True,
            loose=True,
        )

    def _accepted(self, share: _Share, day: dt.date) -> Act:
        return Act(
            day=day,
            kind=Kind.ACCEPT,
            key=part_act_key(share.task, share.part, Kind.ACCEPT),
            username=self.people.worker(share.task.lead, day, head=True),
            target=share.part_id,
            body={"note": self.words.accept()},
            session=True,
            loose=True,
        )

    def _last(self, day: dt.date) -> int:
        return self.days.index_from(day + dt.timedelta(days=1)) - 1

    def _lightest(self, first: int, last: int) -> int:
        """Return the moment of the range with the fewest acts, one of them by chance."""
        least = min(self.load[index] for index in range(first, last + 1))
        return self.dice.choice(
            [index for index in range(first, last + 1) if self.load[index] == least]
        )


def _together(wishes: Mapping[int, _Wish]) -> Iterator[tuple[Sequence[int], int, int]]:
    """Yield groups of wishes with the moments that suit all of them, as few groups as may be.

    Taken by their last moments, each wish joins the group before it if it begins before that
    group must be over: no other choice gives fewer groups.
    """
    group: list[int] = []
    first = last = -1
    for number, (_owner, begins, ends) in sorted(wishes.items(), key=lambda wish: wish[1][2]):
        if group and begins > last:
            yield group, first, last
            group = []
        if not group:
            first, last = begins, ends
        group.append(number)
        first = max(first, begins)
    if group:
        yield group, first, last
