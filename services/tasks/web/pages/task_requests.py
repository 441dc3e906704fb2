"""Beside the work on the chosen part of a task: its requests, and the buttons that steer it."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.tasks.domain.permissions import Act, Actor, refusal
from services.tasks.queries import requests as queries
from services.tasks.queries.allowed import against_the_plan, allowed, matter_of
from services.tasks.queries.task_page import OneTask
from services.tasks.web.deps import deps
from services.tasks.web.words import agency_name
from shared.events.tasks import RequestKind, RequestStatus
from shared.mongo import Document
from shared.web.formats import day
from shared.web.language import t

# The state of a request as the three-shape system shows states.
KINDS = {
    RequestStatus.PENDING.value: "review",
    RequestStatus.GRANTED.value: "done",
    RequestStatus.REFUSED.value: "returned",
    RequestStatus.CANCELLED.value: "withdrawn",
}
_ICONS = {RequestKind.EXTENSION: "calendar-plus", RequestKind.DECLINE: "arrow-return-left"}


# Address of each act of steering below its part.
STEERING: Mapping[str, Act] = {
    "phan-cong": Act.SET_HANDLER,
    "moi-phoi-hop": Act.INVITE,
    "bat-buoc": Act.MARK_REQUIRED,
    "khong-bat-buoc": Act.MARK_REQUIRED,
    "thu-hoi": Act.UNINVITE,
    "don-doc": Act.NUDGE,
    "chuyen-co-quan": Act.REASSIGN,
}
_STEERING_ICONS = {
    "phan-cong": "person",
    "moi-phoi-hop": "people",
    "bat-buoc": "lock",
    "khong-bat-buoc": "x-lg",
    "thu-hoi": "slash-circle",
    "don-doc": "bell",
    "chuyen-co-quan": "arrow-right",
}
_AT_ONCE = frozenset({"bat-buoc", "khong-bat-buoc", "thu-hoi", "don-doc"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoreButton:
    """A button beside the acts of a part; it opens a form, or acts at once."""

    label: str
    icon: str
    href: str
    at_once: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request in words; ``kind`` is its shape in the system of states."""

    href: str
    kind: str
    state: str
    words: str
    agency: str
    reason: str


def request_buttons(
    person: Actor, part: Document, plan: Mapping[str, Any], rows: Sequence[Document]
) -> list[MoreButton]:
    """Return the requests that this person may make for a part today."""
    if against_the_plan(plan) or refusal(Act.REQUEST, person, matter_of(part)):
        return []
    today, standing = deps().clock.today(), queries.standing(rows, dict(plan))
    return [
        MoreButton(
            label=t(f"request.new.{kind.value}"),
            icon=_ICONS[kind],
            href=f"/phan-viec/{part['_id']}/kien-nghi?loai={kind.value}",
        )
        for kind in RequestKind
        if queries.against(kind, part, standing, today) is None
    ]


def steering_buttons(
    person: Actor, part: Document, plan: Mapping[str, Any], today: dt.date
) -> list[MoreButton]:
    """Return what this person may do today with a part beside working on it."""
    answers = allowed(person, part, plan, today)
    useless = {"khong-bat-buoc" if not part["required"] else "bat-buoc"}
    if not part.get("invited_by"):
        useless.add("thu-hoi")
    if part.get("nudged_on") == today.isoformat():
        useless.add("don-doc")
    return [
        MoreButton(
            label=t(f"steer.{slug}"),
            icon=_STEERING_ICONS[slug],
            href=f"/phan-viec/{part['_id']}/dieu-phoi/{slug}",
            at_once=slug in _AT_ONCE,
        )
        for slug, act in STEERING.items()
        if answers[act] is None and slug not in useless
    ]


def may_comment(person: Actor, part: Document, one: OneTask) -> bool:
    """Tell whether this person may say something at a part."""
    agencies = frozenset(found["agency_code"] for found in one.parts)
    about = dataclasses.replace(matter_of(part), concerned=agencies)
    return not (against_the_plan(one.plan) or refusal(Act.COMMENT, person, about))


def request_lines(rows: Sequence[Document]) -> list[RequestLine]:
    """Return requests in words, in their order."""
    return [
        RequestLine(
            href=f"/kien-nghi/{row['_id']}",
            kind=KINDS[row["state"]],
            state=t(f"request.state.{row['state']}"),
            words=_words(row),
            agency=agency_name(row["agency_code"]),
            reason=str(row["reason"]),
        )
        for row in rows
    ]


def _words(row: Document) -> str:
    if row["kind"] == RequestKind.DECLINE.value:
        return t("request.title.decline")
    days = f"{day(row['due_on'])} → {day(row['proposed_due_on'])}"
    return f"{t('request.title.extension')} {days}"
