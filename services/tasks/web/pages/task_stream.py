"""What happened to a task in words: acts with before → after, and who was reminded."""

import collections
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.tasks.web.pages.periods import period_text
from services.tasks.web.words import agency_name
from shared.web.formats import day
from shared.web.language import t, texts

_Line = Mapping[str, Any]
_ICONS = {
    "assigned": "plus-lg",
    "started": "arrow-right",
    "noted": "pencil-square",
    "reported": "send",
    "taken_back": "arrow-counterclockwise",
    "accepted": "check-lg",
    "returned": "arrow-return-left",
    "reopened": "arrow-counterclockwise",
    "deadline_changed": "calendar3",
    "reassigned": "arrow-right",
    "withdrawn": "slash-circle",
    "request_made": "calendar-plus",
    "request_granted": "check-lg",
    "request_refused": "x-lg",
    "request_cancelled": "slash-circle",
    "handler_set": "person",
    "required_marked": "lock",
    "commented": "pencil-square",
    "nudged": "bell",
    "measurement_reported": "send",
    "measurement_approved": "check-lg",
    "measurement_returned": "arrow-return-left",
    "measurement_withdrawn": "slash-circle",
    "measurement_replaced": "arrow-counterclockwise",
}
_SYSTEM = "system:"
_STATES = {
    "assigned": "todo",
    "in_progress": "doing",
    "reported": "review",
    "accepted": "done",
    "withdrawn": "withdrawn",
}
_RECEIVED = frozenset({"delivered"})
_FAILED = frozenset({"failed", "suppressed"})
_NAMED = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the stream.

    :param who: name of the person; the system has none and is named in ``words``.
    :param about: whose part it was, when the task has several.
    """

    at: dt.datetime
    icon: str
    who: str
    agency: str
    words: str
    about: str
    note: str
    changes: Sequence[Changed]
    demonstration: bool = False
    trouble: bool = False


def happened(
    lines: Iterable[_Line],
    people: Mapping[str, _Line],
    parts: Mapping[str, _Line],
    *,
    periods: bool = False,
) -> list[Happened]:
    """Return history lines in words.

    :param people: officer id → name and agency; parts: part id → its document.
    :param periods: whether a line names the period of its part, for recurring tasks.
    """
    return [
        _act(line, people, parts.get(line.get("assignment_id") or ""), periods=periods)
        for line in lines
    ]


def reminded(
    notices: Iterable[_Line],
    people: Mapping[str, _Line],
    parts: Mapping[str, _Line],
    *,
    periods: bool = False,
) -> list[Happened]:
    """Return reminders in words, the copies of one reminder together."""
    groups: dict[tuple[str, str, int], list[_Line]] = collections.defaultdict(list)
    for notice in notices:
        key = (notice["assignment_id"], notice["rule_id"], notice["occurrence"])
        groups[key].append(notice)
    return [
        _reminder(copies, people, parts.get(key[0]), periods=periods)
        for key, copies in groups.items()
    ]


def merged(*streams: Sequence[Happened]) -> list[Happened]:
    """Return several streams as one, the newest first."""
    return sorted((line for stream in streams for line in stream), key=_at, reverse=True)


def act_words(line: _Line) -> str:
    """Return what was done, with why when the rule of the act names one."""
    said = t(f"act.{line['act']}")
    why = f"act.why.{line.get('why')}"
    return f"{said} ({t(why).lower()})" if line.get("why") and why in texts() else said


def changes(line: _Line, people: Mapping[str, _Line]) -> list[Changed]:
    """Return the changes of a line that a reader needs: state, deadline, agency."""
    before, after = line.get("before") or {}, line.get("after") or {}
    found = [
        Changed(label=t(f"page.changed.{name}"), before=show(before[name]), after=show(after[name]))
        for name, show in _SHOWN.items()
        if name in after and before.get(name) is not None
    ]
    if "handler_id" in after:
        names = [person_name(side.get("handler_id"), people) or "–" for side in (before, after)]
        label = t("page.changed.handler_id")
        found.append(Changed(label=label, before=names[0], after=names[1]))
    # A merged agency may have the short name of the one before it.
    return [change for change in found if change.before != change.after]


def state_word(state: str) -> str:
    """Return the word of a stored state."""
    return t(f"state.{_STATES[state]}") if state in _STATES else state


_SHOWN = {"state": state_word, "due_on": day, "agency_code": agency_name}


def person_name(officer_id: str | None, people: Mapping[str, _Line]) -> str:
    """Return the name of an officer; one who was erased is called so, the system has none."""
    if not officer_id or officer_id.startswith(_SYSTEM):
        return ""
    found = people.get(officer_id)
    return str(found["name"]) if found else t("page.person.erased")


def _act(
    line: _Line, people: Mapping[str, _Line], part: _Line | None, *, periods: bool
) -> Happened:
    who = person_name(line["by"], people)
    if principal := person_name(line.get("acting_for"), people):
        who = t("page.history.acting", name=who, principal=principal)
    agency = line.get("by_agency")
    return Happened(
        at=line["at"],
        icon=_ICONS.get(line["act"], "circle"),
        who=who,
        agency=agency_name(agency) if agency and who else "",
        words=act_words(line),
        about=_about(part, periods=periods, named=agency_name(agency) if agency and who else ""),
        note=line.get("note") or "",
        changes=changes(line, people),
        demonstration=bool(line.get("demonstration")),
    )


def _reminder(
    copies: Sequence[_Line],
    people: Mapping[str, _Line],
    part: _Line | None,
    *,
    periods: bool,
) -> Happened:
    first = copies[0]
    rule = f"page.rule.{first['rule_id']}"
    count = collections.Counter(str(copy["channel"]) for copy in copies)
    channels = ", ".join(t(f"page.channel.{name}", n=n) for name, n in sorted(count.items()))
    states = {str(copy["state"]) for copy in copies}
    failed = sum(copy["state"] in _FAILED for copy in copies)
    if failed:
        result = t("page.reminded.failed", n=failed)
    else:
        result = t("page.reminded.received" if states <= _RECEIVED else "page.reminded.sent")
    named = t(rule, n=first["occurrence"]) if rule in texts() else t("page.rule.other")
    return Happened(
        at=max(copy["at"] for copy in copies),
        icon="bell",
        who="",
        agency="",
        words=t("page.reminded", rule=named, channels=channels, result=result),
        about=_about(part, periods=periods),
        note=_recipients(copies, people),
        changes=(),
        trouble=bool(failed),
    )


def _recipients(copies: Sequence[_Line], people: Mapping[str, _Line]) -> str:
    names = list(dict.fromkeys(person_name(copy["officer_id"], people) for copy in copies))
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return t("page.reminded.to", names=shown + (f" +{more}" if more > 0 else ""))


def _about(part: _Line | None, *, periods: bool, named: str = "") -> str:
    """Return whose part it was, unless the line has just named that agency."""
    if part is None:
        return ""
    agency = agency_name(part["agency_code"])
    said = [agency if agency != named else "", period_text(part["period"]) if periods else ""]
    return " · ".join(filter(None, said))


def _at(line: Happened) -> dt.datetime:
    return line.at
