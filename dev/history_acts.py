"""One act of the invented history: who does what to which thing on which day."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any


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
    """

    day: dt.date
    kind: Kind
    key: str
    username: str
    target: str
    body: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    evidence: tuple[str, str] | None = None


def in_order(acts: list[Act]) -> list[Act]:
    """Return the acts as they are played: by day, kind and key."""
    return sorted(acts, key=lambda act: (act.day, act.kind, act.key))
