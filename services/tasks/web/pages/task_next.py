"""What a person may do next with a part: its buttons, one of them primary, or why there is none."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.tasks.domain.errors import DomainError
from services.tasks.domain.permissions import Act, Actor, OfficerRole
from services.tasks.queries.allowed import allowed
from services.tasks.web.pages.problems import words
from services.tasks.web.words import agency_name, state_kind
from shared.web.formats import day
from shared.web.language import t

# Address of each act below its part: the names of the API.
SLUGS: Mapping[Act, str] = {
    Act.START: "start",
    Act.NOTE: "note",
    Act.REPORT: "report",
    Act.TAKE_BACK: "take-back",
    Act.ACCEPT: "accept",
    Act.RETURN: "return",
    Act.REOPEN: "reopen",
}
# The first of these that is allowed is the primary button.
_ORDER = (
    Act.ACCEPT,
    Act.START,
    Act.REPORT,
    Act.RETURN,
    Act.NOTE,
    Act.TAKE_BACK,
    Act.REOPEN,
)
_ICONS = {
    Act.START: "arrow-right",
    Act.NOTE: "pencil-square",
    Act.REPORT: "send",
    Act.TAKE_BACK: "arrow-counterclockwise",
    Act.ACCEPT: "check-lg",
    Act.RETURN: "arrow-return-left",
    Act.REOPEN: "arrow-counterclockwise",
}
_AT_ONCE = frozenset({Act.START})
_NEVER_PRIMARY = frozenset({Act.NOTE, Act.TAKE_BACK, Act.REOPEN})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act; ``at_once`` is sent straight from the page, the others open their form."""

    act: str
    label: str
    icon: str
    href: str
    primary: bool
    at_once: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What may be done with a part, and the sentences that explain what may not."""

    part: Mapping[str, Any]
    buttons: Sequence[Button]
    why: Sequence[str]


def next_steps(
    person: Actor, part: Mapping[str, Any], plan: Mapping[str, Any], today: dt.date
) -> Next:
    """Return the buttons of a person for a part on a day."""
    answers = allowed(person, part, plan, today)
    acts = [act for act in _ORDER if answers[act] is None]
    primary = next((act for act in acts if act not in _NEVER_PRIMARY), None)
    buttons = [
        Button(
            act=SLUGS[act],
            label=label(act, part),
            icon=_ICONS[act],
            href=f"/phan-viec/{part['_id']}/{SLUGS[act]}",
            primary=act is primary,
            at_once=act in _AT_ONCE,
        )
        for act in acts
    ]
    working = [act for act in acts if act not in (Act.NOTE, Act.REOPEN)]
    return Next(
        part=part,
        buttons=buttons,
        why=[] if working else _why(person, part, answers),
    )


def label(act: Act, part: Mapping[str, Any]) -> str:
    """Return the words of an act's button; a returned part is completed, not reported anew."""
    again = act is Act.REPORT and state_kind(part) == "returned"
    return t("page.act.report_again" if again else f"page.act.{act.value}")


def _why(
    person: Actor, part: Mapping[str, Any], answers: Mapping[Act, DomainError | None]
) -> list[str]:
    kind = state_kind(part)
    if kind == "withdrawn":
        return [t("page.next.withdrawn")]
    if kind == "done":
        return [t("page.next.done", day=day(part["accepted_on"]))]
    waits_for, against = _waiting(kind, part, answers)
    sentences = [waits_for]
    concerned = (
        person.has(OfficerRole.APPRAISER, OfficerRole.HEAD)
        if kind == "review"
        else person.has(OfficerRole.OFFICER, OfficerRole.HEAD)
    )
    if against is not None and (concerned or against.code.startswith(("plan_", "not_open"))):
        sentences.append(words(against))
    return sentences


def _waiting(
    kind: str, part: Mapping[str, Any], answers: Mapping[Act, DomainError | None]
) -> tuple[str, DomainError | None]:
    if kind != "review":
        return t("page.next.work", agency=agency_name(part["agency_code"])), answers[Act.REPORT]
    if part["role"] == "coordinating":
        lead = agency_name(part["lead_agency"])
        return t("page.next.review_by", agency=lead), answers[Act.ACCEPT]
    return t("page.next.review"), answers[Act.ACCEPT]
