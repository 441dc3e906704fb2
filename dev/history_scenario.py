"""Reads demonstration.yaml, the decisions of the invented history that a plan's folder brings."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from shared.clock import LOCAL

FILE = "demonstration.yaml"


class Fate(enum.StrEnum):
    """How far a part gets; the file explains each."""

    NEVER = "never"
    STARTED = "started"
    DONE = "done"
    LATE = "late"
    WAITING = "waiting"
    RETURNED = "returned"
    AGAIN = "again"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The fate of one part; ``on`` is the day of its report, ``days`` how late it is."""

    fate: Fate
    on: dt.date | None = None
    days: int = 0
    reason: str = ""
    notes: Sequence[str] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A figure to be reported for a series, as the file writes it."""

    code: str
    period: str
    tier: str | None
    text: str

    @property
    def name(self) -> str:
        return f"{self.code}/{self.period}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All decisions of the history.

    :param until: local instant at which the history ends.
    :param parts: ``code`` or ``code/period`` → fate.
    :param documents: first word of a product → ``form`` and ``province``.
    :param words: sentences to choose from, by occasion.
    """

    seed: int
    until: dt.datetime
    parts: Mapping[str, Told]
    coordinating_parts: int
    coordinating_fates: Sequence[Fate]
    coordinating_reason: str
    figures: Sequence[Figures]
    pending: frozenset[str]
    returned: Mapping[str, str]
    documents: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Any]


def read_scenario(folder: Path) -> Scenario:
    """Return the scenario of a plan's folder.

    :raises FileNotFoundError: when the plan has none.
    """
    # Every scalar stays text: 2025-01 is a period here, and 96.0 has one decimal place.
    tree = yaml.load((folder / FILE).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text
    coordinating = tree["coordinating"]
    return Scenario(
        seed=int(tree["seed"]),
        until=dt.datetime.fromisoformat(tree["until"]).replace(tzinfo=LOCAL),
        parts={name: _told(given) for name, given in tree["parts"].items()},
        coordinating_parts=int(coordinating["parts"]),
        coordinating_fates=[Fate(fate) for fate in coordinating["fates"]],
        coordinating_reason=coordinating["reason"],
        figures=[
            Figures(code=code, period=period, tier=tier, text=text)
            for code, periods in tree["measurements"].items()
            for period, given in periods.items()
            for tier, text in (given.items() if isinstance(given, dict) else [(None, given)])
        ],
        pending=frozenset(tree["pending"]),
        returned=tree["returned"],
        documents=tree["documents"],
        words=tree["words"],
    )


def _told(given: Mapping[str, Any]) -> Told:
    return Told(
        fate=Fate(given["fate"]),
        on=dt.date.fromisoformat(given["on"]) if "on" in given else None,
        days=int(given.get("days", 0)),
        reason=given.get("reason", ""),
        notes=given.get("notes", ()),
    )
