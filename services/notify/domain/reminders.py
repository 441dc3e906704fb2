"""The reminder machine (guide events-and-states, H): planned, dispatched, cancelled, expired."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping

from services.notify.domain.rules import Wanted

_LOOK_AGAIN = dt.timedelta(minutes=1)


class ReminderStatus(enum.StrEnum):
    PLANNED = "planned"
    DISPATCHED = "dispatched"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Cause(enum.StrEnum):
    """Why a reminder stands where it stands; shown to people as a sentence."""

    WANTED = "wanted"  # a rule wants it
    DUE = "due"  # its time came
    NOT_WANTED = "not_wanted"  # reported, accepted, withdrawn, deadline moved, plan closed
    NEWER = "newer"  # a later reminder of the same assignment is due too
    TOO_LATE = "too_late"  # its time was over before it could go out
    NOBODY = "nobody"  # it is due, but the agency has nobody to tell yet


# (from, cause) → to. What is not here does not happen.
TRANSITIONS: Mapping[tuple[ReminderStatus, Cause], ReminderStatus] = {
    (ReminderStatus.PLANNED, Cause.DUE): ReminderStatus.DISPATCHED,
    (ReminderStatus.PLANNED, Cause.NOBODY): ReminderStatus.PLANNED,
    (ReminderStatus.PLANNED, Cause.NOT_WANTED): ReminderStatus.CANCELLED,
    (ReminderStatus.PLANNED, Cause.NEWER): ReminderStatus.EXPIRED,
    (ReminderStatus.PLANNED, Cause.TOO_LATE): ReminderStatus.EXPIRED,
    (ReminderStatus.CANCELLED, Cause.WANTED): ReminderStatus.PLANNED,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What a rule wants for one assignment, and what became of it.

    All instants are of the business clock. ``look_at`` is when the clock looks at it next: at
    ``due_at``, and later again while there is nobody to tell.
    """

    reminder_id: str
    assignment_id: str
    plan_id: str
    task_id: str
    task_code: str
    agency_code: str
    rule_id: str
    occurrence: int
    deadline_version: int
    due_at: dt.datetime
    expires_at: dt.datetime
    look_at: dt.datetime
    state: ReminderStatus
    cause: Cause
    changed_at: dt.datetime

    def moved(self, cause: Cause, at: dt.datetime) -> "Reminder":
        """Return the reminder after a step of the machine.

        :raises KeyError: when the table has no such step.
        """
        state = TRANSITIONS[self.state, cause]
        return dataclasses.replace(self, state=state, cause=cause, changed_at=at)

    def postponed(self, at: dt.datetime) -> "Reminder":
        """Return a due reminder that found nobody to tell, to be looked at again soon."""
        return dataclasses.replace(self.moved(Cause.NOBODY, at), look_at=at + _LOOK_AGAIN)

    def of_agency(self, code: str) -> "Reminder":
        """Return the reminder with the agency that holds the assignment now."""
        return dataclasses.replace(self, agency_code=code)


@dataclasses.dataclass(frozen=True, slots=True)
class Reconciled:
    """What has to change so that the plan holds what the rules want."""

    new: tuple[Wanted, ...]
    moved: tuple[Reminder, ...]


def reconcile(
    existing: Iterable[Reminder],
    wanted: Iterable[Wanted],
    *,
    still_open: bool,
    deadline_version: int,
    now: dt.datetime,
    since: dt.datetime,
) -> Reconciled:
    """Compare what is planned with what is wanted.

    A cancelled reminder comes back only while its time lies ahead. A new one is not made when its
    time is over, nor when it was due before the act that is being planned (``since``): a late
    start or a returned report must not send a burst.

    :param still_open: whether the assignment wants any reminders at all.
    """
    known = {reminder.reminder_id: reminder for reminder in existing}
    moved = [
        reminder.moved(Cause.NOT_WANTED, now)
        for reminder in known.values()
        if reminder.state is ReminderStatus.PLANNED
        and not (still_open and reminder.deadline_version == deadline_version)
    ]
    new: list[Wanted] = []
    for want in wanted:
        present = known.get(want.reminder_id)
        if present is None:
            if want.expires_at > now and want.due_at >= since:
                new.append(want)
        elif present.state is ReminderStatus.CANCELLED and want.due_at > now:
            moved.append(present.moved(Cause.WANTED, now))
    return Reconciled(tuple(new), tuple(moved))


def settle(
    due: Iterable[Reminder],
    *,
    wants: Callable[[Reminder], bool],
    anybody: bool,
    now: dt.datetime,
) -> tuple[Reminder, ...]:
    """Return the due reminders of one assignment after their time came.

    At most one, the newest that is wanted and not over, is dispatched; so a worker that was down,
    or a clock that jumped, sends one message and shows the rest as expired.

    :param anybody: whether there is anybody to tell; otherwise the newest waits for people.
    """
    settled: list[Reminder] = []
    taken = False
    for reminder in sorted(due, key=lambda r: (r.due_at, r.occurrence), reverse=True):
        if not wants(reminder):
            cause = Cause.NOT_WANTED
        elif now > reminder.expires_at:
            cause = Cause.TOO_LATE
        elif taken:
            cause = Cause.NEWER
        else:
            taken = True
            if not anybody:
                settled.append(reminder.postponed(now))
                continue
            cause = Cause.DUE
        settled.append(reminder.moved(cause, now))
    return tuple(settled)
