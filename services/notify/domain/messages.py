"""The words of a reminder, by the day on which it goes out.

What is said follows from dates alone (days left, today, overdue), never from the rule's name, so
that a message that comes late is still true.
"""

import dataclasses
import datetime as dt
import re

from services.notify.domain import sms
from shared.calendar import WorkingCalendar
from shared.events.tasks import AgencyState, AssignmentState, TaskDefined
from shared.texts import Texts

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes out. ``lines`` are paragraphs of an e-mail; an SMS is one line with its parts."""

    subject: str
    lines: tuple[str, ...]
    link: str
    parts: int = 1
    encoding: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a reminder speaks of; task and agency may not be known yet."""

    state: AssignmentState
    task: TaskDefined | None
    agency: AgencyState | None
    today: dt.date
    link: str
    home: str
    province: str


def email(subject: Subject, texts: Texts, calendar: WorkingCalendar, locale: str) -> Message:
    """Return the e-mail: subject line and paragraphs, in the officer's language."""
    key, params = _situation(subject, calendar)
    code = named(subject.state, texts, locale)
    lines = [
        texts.get("notify.mail.greeting", locale, agency=_agency(subject)),
        texts.get(
            f"notify.mail.{key}",
            locale,
            **params,
            code=code,
            role=texts.get(f"notify.role.{subject.state.role}", locale),
        ),
    ]
    if subject.task is not None:
        lines.append(texts.get("notify.mail.task", locale, title=subject.task.title))
        lines.append(texts.get("notify.mail.product", locale, product=subject.task.product))
    lines.append(texts.get("notify.mail.act", locale))
    lines.append(texts.get("notify.mail.footer", locale))
    return Message(
        subject=texts.get(f"notify.subject.{key}", locale, **params, code=code),
        lines=tuple(lines),
        link=subject.link,
    )


def text_message(subject: Subject, texts: Texts, calendar: WorkingCalendar, locale: str) -> Message:
    """Return the SMS: one part of GSM-7, task code and link only (domain facts §6).

    A link that is too long gives way to the start page's, then to none.
    """
    key, params = _situation(subject, calendar)
    code = named(subject.state, texts, locale)
    start = texts.get("notify.sms.sender", locale, province=subject.province).strip()
    said = texts.get(f"notify.sms.{key}", locale, **params, code=code)
    folded = sms.fold(f"{start}: {said}")
    for link in (subject.link, subject.home, ""):
        tail = texts.get("notify.sms.see", locale, link=link) if link else ""
        text = f"{folded} {sms.fold(tail)}".strip()
        if len(text) <= sms.LONGEST:
            break
    text = text[: sms.LONGEST]
    return Message(
        subject="",
        lines=(text,),
        link=subject.link,
        parts=sms.parts_of(text),
        encoding=sms.encoding_of(text).value,
    )


def _situation(subject: Subject, calendar: WorkingCalendar) -> tuple[str, dict[str, object]]:
    due, today = subject.state.due_on, subject.today
    params: dict[str, object] = {"date": f"{due:%d/%m/%Y}"}
    if today > due:
        return "late", {**params, "n": (today - due).days}
    left = calendar.working_days_between(today, calendar.working_day_on_or_before(due))
    if left > 0:
        return "near", {**params, "n": left}
    return ("today" if today == due else "last_day"), params


def named(state: AssignmentState, texts: Texts, locale: str) -> str:
    """Return the task's code, with the period when the task has several."""
    code = state.task_code
    period = period_name(state.period, texts, locale)
    return f"{code} {period}" if period else code


def period_name(period: str, texts: Texts, locale: str) -> str:
    """Return a period in words ("tháng 01/2025", "quý I/2025"); nothing for a whole year."""
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        quarter = _ROMAN[found[2]]
        return texts.get("notify.period.quarter", locale, quarter=quarter, year=found[1])
    if found := re.fullmatch(r"(\d{4})-H([12])", period):
        return texts.get(f"notify.period.half{found[2]}", locale, year=found[1])
    if found := re.fullmatch(r"(\d{4})-(\d{2})", period):
        return texts.get("notify.period.month", locale, month=found[2], year=found[1])
    if found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", period):
        day = f"{found[3]}/{found[2]}/{found[1]}"
        return texts.get("notify.period.day", locale, date=day)
    return ""


def _agency(subject: Subject) -> str:
    return subject.agency.name if subject.agency else subject.state.agency_code
