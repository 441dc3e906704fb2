"""Notices: what people did to each other on a part and somebody must hear of once, by e-mail.

A request goes to those who decide and its outcome to who asked; a mention to the people named; an
urging (đôn đốc) to the agency of the part. They are no reminders: no rule wants them, nothing
repeats. Free text never travels with events, so that a notice says who should look where.
"""

import dataclasses
import datetime as dt
import enum

from services.notify.domain.ids import notice_id
from services.notify.domain.messages import Message, named
from services.notify.domain.reminders import Cause, Reminder, ReminderStatus
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    RequestKind,
    RequestState,
    RequestStatus,
    TaskDefined,
)
from shared.texts import Texts

USEFUL = dt.timedelta(days=3)


class Notice(enum.StrEnum):
    """What there is to tell; stands in the place of a reminder's rule."""

    EXTENSION_MADE = "extension_made"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    EXTENSION_CANCELLED = "extension_cancelled"
    DECLINE_MADE = "decline_made"
    DECLINE_GRANTED = "decline_granted"
    DECLINE_REFUSED = "decline_refused"
    DECLINE_CANCELLED = "decline_cancelled"
    MENTION = "mention"
    NUDGE = "nudge"


KINDS = frozenset(Notice)
_ASKERS = frozenset({RequestStatus.GRANTED, RequestStatus.REFUSED})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One notice about a part: ``at`` is when it happened, by the business clock."""

    source_id: str
    notice: Notice
    at: dt.datetime
    state: AssignmentState
    task: TaskDefined | None
    agency: AgencyState | None
    proposed: dt.date | None = None

    def reminder(self) -> Reminder:
        """Return the record that pages show and that copies belong to; it goes out at once."""
        state = self.state
        return Reminder(
            reminder_id=notice_id(self.source_id, self.notice),
            assignment_id=state.assignment_id,
            plan_id=state.plan_id,
            task_id=state.task_id,
            task_code=state.task_code,
            agency_code=state.agency_code,
            rule_id=self.notice.value,
            occurrence=0,
            deadline_version=state.deadline_version,
            due_at=self.at,
            expires_at=self.at + USEFUL,
            look_at=self.at,
            state=ReminderStatus.DISPATCHED,
            cause=Cause.DUE,
            changed_at=self.at,
        )


def of_request(request: RequestState) -> Notice:
    """Return what a request's state tells."""
    act = "made" if request.state is RequestStatus.PENDING else request.state.value
    return Notice(f"{RequestKind(request.kind).value}_{act}")


def goes_to_asker(request: RequestState) -> bool:
    """Tell whether who asked must hear of it; otherwise those who decide."""
    return request.state in _ASKERS


def email(telling: Telling, texts: Texts, link: str, locale: str) -> Message:
    """Return the e-mail of a notice in the officer's language."""
    state, agency = telling.state, telling.agency
    holder = agency.name if agency else state.agency_code
    day = telling.proposed or state.due_on
    params = {
        "code": named(state, texts, locale),
        "agency": holder,
        "date": f"{day:%d/%m/%Y}",
        "due": f"{state.due_on:%d/%m/%Y}",
    }
    lines = [texts.get(f"notify.notice.{telling.notice}", locale, **params)]
    if telling.task is not None:
        lines.append(texts.get("notify.mail.task", locale, title=telling.task.title))
    lines.append(texts.get("notify.notice.act", locale))
    lines.append(texts.get("notify.notice.footer", locale))
    subject = texts.get(f"notify.notice_subject.{telling.notice}", locale, **params)
    return Message(subject=subject, lines=tuple(lines), link=link)
