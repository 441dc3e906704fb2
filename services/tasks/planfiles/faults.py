"""Faults of plan files: where, what was written, why it cannot be taken, what to write instead.

All faults of a folder are told at once, so that the person who keeps the files corrects them in
one go. Reasons are keys of the text catalogue ``texts_plan.csv``.
"""

import dataclasses
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shared.texts import Texts

_SHORTEST_HINT = 3
TEXTS = Path(__file__).parents[1] / "texts_plan.csv"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    :param file: name of the file inside the folder.
    :param row: number of the row as a spreadsheet counts it, or of the line of a YAML file; None
        for a fault of the whole file.
    :param column: column, or path of the key in a YAML file.
    :param value: what is written there.
    :param key: reason, a key ``fault.…`` of the text catalogue; ``params`` are its parameters.
    :param suggestion: what was probably meant, if that can be told.
    """

    file: str
    row: int | None
    column: str
    value: str
    key: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    suggestion: str | None = None


class PlanFaultsError(Exception):
    """The files of a plan cannot be loaded; ``faults`` holds every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")

    def __str__(self) -> str:
        """Return the faults in English, a line each, for a terminal."""
        texts = Texts.load([TEXTS])
        return "\n".join(sentence(fault, texts, "en") for fault in self.faults)


def sentence(fault: Fault, texts: Texts, locale: str) -> str:
    """Return a fault as one line: place, what is written, reason, suggestion."""
    place = ":".join(str(part) for part in (fault.file, fault.row, fault.column) if part)
    reason = texts.get(fault.key, locale, **fault.params)
    written = f" “{fault.value}”" if fault.value else ""
    hint = ""
    if fault.suggestion is not None:
        hint = " " + texts.get("fault.suggestion", locale, suggestion=fault.suggestion)
    return f"{place}{written}: {reason}{hint}"


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands; it collects the faults found there.

    :param found: the list that all places of a reading share.
    """

    found: list[Fault]
    file: str
    row: int | None = None
    column: str = ""

    def at(self, *, row: int | None = None, column: str | None = None) -> "Place":
        """Return a place beside this one."""
        return Place(
            self.found,
            self.file,
            self.row if row is None else row,
            self.column if column is None else column,
        )

    def fault(
        self, key: str, value: str = "", *, suggestion: str | None = None, **params: Any
    ) -> None:
        """Note a fault here."""
        self.found.append(
            Fault(
                file=self.file,
                row=self.row,
                column=self.column,
                value=value,
                key=f"fault.{key}",
                params=params,
                suggestion=suggestion,
            )
        )


def nearest(value: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, or None; signs like ``>=`` are not guessed."""
    if len(value.strip()) < _SHORTEST_HINT:
        return None
    by_fold = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(value.strip().casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
