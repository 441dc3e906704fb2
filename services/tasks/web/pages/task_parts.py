"""The parts of a task as its page lists them: lead and own parts alone, the others in groups."""

import collections
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.tasks.web.pages.periods import period_text
from services.tasks.web.words import Due, agency_name, due, state_kind
from shared.events.tasks import Role
from shared.web.language import t

_Part = Mapping[str, Any]
_FEW = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One part."""

    part: _Part
    name: str
    role: str
    kind: str
    due: Due
    href: str
    current: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Several coordinating parts of one level of agencies.

    :param kind: the state of those that are least far; ``done`` when all are done.
    :param progress: e.g. "3/12 hoàn thành"; ``late`` parts are overdue.
    """

    name: str
    role: str
    kind: str
    progress: str
    late: int
    due_on: str
    evidence: int
    rows: Sequence[PartRow]
    open: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLink:
    """A period of a recurring task with the state of its lead part."""

    text: str
    href: str
    kind: str
    late: bool
    current: bool


def part_row(part: _Part, today: dt.date, chosen: str) -> PartRow:
    """Return a part as a row; ``chosen`` is the id of the part that the page is opened at."""
    return PartRow(
        part=part,
        name=agency_name(part["agency_code"]),
        role=t(f"role.{part['role']}"),
        kind=state_kind(part),
        due=due(part, today, t),
        href=f"/nhiem-vu/{part['task_id']}?phan={part['_id']}#viec-tiep-theo",
        current=part["_id"] == chosen,
    )


def rows_of(
    parts: Sequence[_Part],
    *,
    today: dt.date,
    chosen: str,
    own: frozenset[str],
    levels: Mapping[str, str],
    level_names: Mapping[str, str],
) -> list[PartRow | GroupRow]:
    """Return the rows of one period: lead first, the reader's own, then groups by level.

    :param own: the reader's agencies.
    :param levels: agency → level; ``level_names``: level → its name.
    """
    lead = Role.LEAD.value
    alone = [part for part in parts if part["role"] == lead or part["agency_code"] in own]
    rows: list[PartRow | GroupRow] = [part_row(part, today, chosen) for part in alone]
    groups: dict[tuple[str, str], list[_Part]] = collections.defaultdict(list)
    for part in parts:
        if part not in alone:
            groups[levels.get(part["agency_code"], ""), part["role"]].append(part)
    for (level, role), members in groups.items():
        if len(members) <= _FEW:
            rows += [part_row(part, today, chosen) for part in members]
        else:
            name = level_names.get(level) or t("page.task.other_agencies")
            rows.append(_group(name, role, members, today, chosen))
    return rows


def period_links(leads: Sequence[_Part], today: dt.date, current: str) -> list[PeriodLink]:
    """Return the periods of a recurring task; a task of one period has none to choose from."""
    if len(leads) < _FEW:
        return []
    return [
        PeriodLink(
            text=period_text(part["period"]),
            href=f"/nhiem-vu/{part['task_id']}?phan={part['_id']}",
            kind=state_kind(part),
            late=due(part, today, t).kind == "late",
            current=part["period"] == current,
        )
        for part in leads
    ]


def _group(name: str, role: str, members: Sequence[_Part], today: dt.date, chosen: str) -> GroupRow:
    rows = [part_row(part, today, chosen) for part in members]
    kinds = [row.kind for row in rows]
    done = kinds.count("done")
    return GroupRow(
        name=f"{name} ({len(rows)})",
        role=t(f"role.{role}"),
        kind=_group_kind(kinds),
        progress=t("page.task.group_done", done=done, all=len(rows)),
        late=sum(row.due.kind == "late" for row in rows),
        due_on=max(str(part["due_on"]) for part in members),
        evidence=sum(int(part["evidence_count"]) for part in members),
        rows=rows,
        open=any(row.current for row in rows),
    )


def _group_kind(kinds: Sequence[str]) -> str:
    """Return the state of a group: begun as soon as one has begun, done when all are."""
    if all(kind in {"done", "withdrawn"} for kind in kinds):
        return "done" if "done" in kinds else "withdrawn"
    if all(kind == "todo" for kind in kinds):
        return "todo"
    waiting = {kind for kind in kinds if kind not in {"done", "withdrawn"}}
    return "review" if waiting == {"review"} else "doing"
