"""Requests on the page of a task: those of the chosen part, and the buttons that ask anew."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from services.tasks.domain.permissions import Act, Actor, refusal
from services.tasks.queries import requests as queries
from services.tasks.queries.allowed import against_the_plan, matter_of
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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoreButton:
    """A button beside the acts of a part; it opens a form."""

    label: str
    icon: str
    href: str


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
