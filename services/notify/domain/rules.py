"""The rule table: which reminders an assignment wants, and when.

Anchored at the deadline: 7, 3 and 1 working days before, on the day, and every 5 working days
overdue. Days are local dates of Asia/Ho_Chi_Minh, instants are of the business clock. A deadline
on a day of rest does not move; the reminder "on the day" then goes on the last working day before
it, and the ones before count back from there (guide events-and-states, D).
"""

import dataclasses
import datetime as dt
import enum
import functools
from collections.abc import Iterator

from services.notify.domain.ids import reminder_id
from shared.calendar import WorkingCalendar
from shared.clock import LOCAL, local_midnight
from shared.events.notify import Channel
from shared.events.tasks import AssignmentState, AssignmentStatus, Role

_DAY = dt.timedelta(days=1)
_DECEMBER = 12
_REMINDED_ROLES = frozenset({Role.LEAD, Role.COORDINATING})  # following has nothing to report
_REMINDED_STATES = frozenset({AssignmentStatus.ASSIGNED, AssignmentStatus.IN_PROGRESS})


class Anchor(enum.StrEnum):
    """Which side of the deadline a rule stands on."""

    BEFORE = "before"  # once, so many working days before; 0 is the day itself
    OVERDUE = "overdue"  # again and again, every so many working days after


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table: when, to people of which roles, by which channels."""

    rule_id: str
    anchor: Anchor
    working_days: int
    roles: tuple[str, ...] = ("officer", "head")
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.SMS)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """The rules in force and the local time of day at which reminders fall due."""

    rules: tuple[Rule, ...]
    send_at: dt.time

    def __getitem__(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.rule_id == rule_id)

    def __contains__(self, rule_id: str) -> bool:
        return any(rule.rule_id == rule_id for rule in self.rules)

    def of(self, anchor: Anchor) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.anchor is anchor)

    def instant(self, day: dt.date) -> dt.datetime:
        """Return the instant at which a reminder of that local day falls due."""
        return dt.datetime.combine(day, self.send_at, LOCAL).astimezone(dt.UTC)


RULES = (
    Rule(rule_id="before_7", anchor=Anchor.BEFORE, working_days=7),
    Rule(rule_id="before_3", anchor=Anchor.BEFORE, working_days=3),
    Rule(rule_id="before_1", anchor=Anchor.BEFORE, working_days=1),
    Rule(rule_id="on_day", anchor=Anchor.BEFORE, working_days=0),
    Rule(rule_id="overdue_5", anchor=Anchor.OVERDUE, working_days=5),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A reminder that a rule wants: due at an instant, useless from another on.

    ``occurrence`` counts the repeats of an overdue rule from 1; it is 0 for the others.
    """

    assignment_id: str
    rule_id: str
    occurrence: int
    deadline_version: int
    due_at: dt.datetime
    expires_at: dt.datetime

    @property
    def reminder_id(self) -> str:
        return reminder_id(self.assignment_id, self.rule_id, self.occurrence, self.deadline_version)


def open_to_reminders(state: AssignmentState, *, plan_closed: bool) -> bool:
    """Tell whether the agency still owes something that it may be reminded of."""
    return not plan_closed and state.role in _REMINDED_ROLES and state.state in _REMINDED_STATES


def still_wanted(
    state: AssignmentState | None,
    table: RuleTable,
    *,
    rule_id: str,
    deadline_version: int,
    plan_closed: bool,
) -> bool:
    """Tell whether a reminder made earlier is wanted now: the last look before it goes out."""
    return (
        state is not None
        and open_to_reminders(state, plan_closed=plan_closed)
        and state.deadline_version == deadline_version
        and rule_id in table
    )


def wanted_reminders(
    state: AssignmentState,
    table: RuleTable,
    calendar: WorkingCalendar,
    *,
    now: dt.datetime,
    loaded_at: dt.datetime,
    plan_closed: bool = False,
) -> tuple[Wanted, ...]:
    """Return what the rules want for this assignment, in order of time.

    Left out is what fell due before the plan was loaded. Of an overdue rule come the occurrence
    that is due now, if any, and the next one; later ones are wanted when their time comes.
    """
    if not open_to_reminders(state, plan_closed=plan_closed):
        return ()
    found = [*_before(state, table, calendar), *_overdue(state, table, calendar, now)]
    return tuple(wanted for wanted in found if wanted.due_at >= loaded_at)


def _before(
    state: AssignmentState, table: RuleTable, calendar: WorkingCalendar
) -> Iterator[Wanted]:
    """Yield the reminders up to the deadline; each is useless when the next one is due."""
    make = functools.partial(_make, state, 0)
    last_day = calendar.working_day_on_or_before(state.due_on)
    steps = sorted(
        (calendar.add_working_days(last_day, -rule.working_days), rule.rule_id)
        for rule in table.of(Anchor.BEFORE)
    )
    ends = [table.instant(day) for day, _ in steps[1:]] + [local_midnight(state.due_on + _DAY)]
    earliest = max(state.opens_on, _first_day(state))
    for (day, rule_id), end in zip(steps, ends, strict=True):
        if day >= earliest:
            yield make(rule_id, table.instant(day), end)


def _first_day(state: AssignmentState) -> dt.date:
    """Return the first day on which the deadline is near: all-year work is not before December."""
    return dt.date(state.due_on.year, _DECEMBER, 1) if state.no_deadline else dt.date.min


def _overdue(
    state: AssignmentState, table: RuleTable, calendar: WorkingCalendar, now: dt.datetime
) -> Iterator[Wanted]:
    for rule in table.of(Anchor.OVERDUE):
        occurrence, day = 1, calendar.add_working_days(state.due_on, rule.working_days)
        while True:
            following = calendar.add_working_days(day, rule.working_days)
            due_at, end = table.instant(day), table.instant(following)
            if end > now:
                yield _make(state, occurrence, rule.rule_id, due_at, end)
            if due_at > now:
                break
            occurrence, day = occurrence + 1, following


def _make(
    state: AssignmentState,
    occurrence: int,
    rule_id: str,
    due_at: dt.datetime,
    expires_at: dt.datetime,
) -> Wanted:
    return Wanted(
        assignment_id=state.assignment_id,
        rule_id=rule_id,
        occurrence=occurrence,
        deadline_version=state.deadline_version,
        due_at=due_at,
        expires_at=expires_at,
    )
