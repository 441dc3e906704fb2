"""One act of the invented history: who does what to which thing on which day."""

import dataclasses
import datetime as dt
import enum
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.tasks.domain.planrows import TaskRow
from services.tasks.domain.schedule import PlannedPart
from services.tasks.usecases.acts import MOST_TOGETHER


class Kind(enum.IntEnum):
    """Acts in the order in which they happen on one day."""

    SUCCESSION = 0
    START = 1
    NOTE = 2
    REPORT = 3
    ACCEPT = 4
    RETURN = 5
    MEASURE = 6
    APPROVE = 7
    RETURN_FIGURE = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act, decided before anything is played.

    :param key: unique and stable; it makes the request's Idempotency-Key.
    :param target: id of the assignment or indicator; for a decision about a figure the key of the
        act that reported it, because that id is known only then.
    :param body: what the request says.
    :param evidence: file name and text of a file to be attached, or None.
    :param session: sent in one request with the others of that person, day and kind.
    :param loose: may as well bear the day of acts before this one.
    """

    day: dt.date
    kind: Kind
    key: str
    username: str
    target: str
    body: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    evidence: tuple[str, str] | None = None
    session: bool = False
    loose: bool = False


def part_act_key(task: TaskRow, part: PlannedPart, kind: Kind, number: int = 0) -> str:
    """Return the key of an act on a part; ``number`` tells repeated acts apart."""
    return f"{task.code}-{part.period}-{part.agency_code}-{kind.name.lower()}-{number}"


def in_order(acts: list[Act]) -> list[Act]:
    """Return the acts as they are played: by day, loose ones first, by kind, sessions together."""

    def place(act: Act) -> tuple[object, ...]:
        whose = act.username if act.session else ""
        return act.day, not act.loose, act.kind, whose, act.key

    return sorted(acts, key=place)


def requests_of(acts: Sequence[Act]) -> Iterator[Sequence[Act]]:
    """Yield what is sent together: the acts of one session, at most a hundred; others alone."""
    for _, group in itertools.groupby(acts, key=_session):
        waiting = list(group)
        for start in range(0, len(waiting), MOST_TOGETHER):
            yield waiting[start : start + MOST_TOGETHER]


def _session(act: Act) -> tuple[object, ...]:
    whose = act.username if act.session else act.key
    return act.day, act.loose, act.kind, act.session, whose
