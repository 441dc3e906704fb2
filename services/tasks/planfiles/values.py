"""From the text of a cell to a value: each function notes a fault and returns None when it fails.

Numbers have a decimal point and no grouping, because a plan file is data: ``41,33`` and ``4.000``
are refused with what was probably meant, never guessed at.
"""

import datetime as dt
import enum
import re
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import TypeVar

from services.tasks.planfiles.faults import Place, nearest

_Kind = TypeVar("_Kind", bound=enum.StrEnum)
_T = TypeVar("_T")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_COMMA = re.compile(r"(-?[0-9]+(?:\.[0-9]{3})*),([0-9]+)")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VIETNAMESE_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def required(text: str, place: Place) -> str | None:
    """Return a text that must not be empty."""
    if not text:
        place.fault("empty")
        return None
    return text


def known(text: str, place: Place, among: Collection[str], what: str) -> str | None:
    """Return a code that must be known; ``what`` is the kind of thing, a key of the texts."""
    if not text:
        place.fault("empty")
        return None
    if text not in among:
        place.fault(f"unknown_{what}", text, suggestion=nearest(text, among))
        return None
    return text


def choice(text: str, place: Place, kind: type[_Kind]) -> _Kind | None:
    """Return one of the words of an enumeration."""
    words = [str(word) for word in kind]
    if text not in words:
        place.fault("choice", text, suggestion=nearest(text, words), words=", ".join(words))
        return None
    return kind(text)


def split(text: str) -> tuple[str, ...]:
    """Return the codes of a cell, which are joined by ``;``."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


def date(text: str, place: Place) -> dt.date | None:
    """Return a date written ``YYYY-MM-DD``."""
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            place.fault("no_such_day", text)
            return None
    place.fault("date_form", text, suggestion=_turned(text))
    return None


def decimal(text: str, place: Place) -> Decimal | None:
    """Return a number with a decimal point and no grouping."""
    comma = _COMMA.fullmatch(text)
    if comma:
        meant = f"{comma[1].replace('.', '')}.{comma[2]}"
        place.fault("decimal_comma", text, suggestion=meant)
        return None
    if _THOUSANDS.fullmatch(text):
        place.fault("decimal_thousands", text, suggestion=text.replace(".", ""))
        return None
    if not _DECIMAL.fullmatch(text):
        place.fault("decimal_form", text)
        return None
    return Decimal(text)


def whole(text: str, place: Place) -> int | None:
    """Return a whole number of at least 1."""
    number = decimal(text, place)
    if number is None:
        return None
    if number != int(number) or number < 1:
        place.fault("whole", text)
        return None
    return int(number)


def span(text: str, place: Place) -> tuple[Decimal, Decimal] | None:
    """Return a range written ``low..high``."""
    low_text, dots, high_text = text.partition("..")
    if not dots:
        place.fault("range_form", text)
        return None
    low, high = decimal(low_text.strip(), place), decimal(high_text.strip(), place)
    if low is None or high is None:
        return None
    if low >= high:
        place.fault("range_order", text)
        return None
    return low, high


def yes(text: str, place: Place, *, words: tuple[str, str] = ("yes", "no")) -> bool | None:
    """Return a yes or no."""
    if text not in words:
        place.fault("choice", text, words=", ".join(words))
        return None
    return text == words[0]


def when_given(read: Callable[[str, Place], _T | None], text: str, place: Place) -> _T | None:
    """Read a value that may be left empty."""
    return read(text, place) if text else None


def _turned(text: str) -> str | None:
    """Return ``31/3/2025`` as it must be written."""
    found = _VIETNAMESE_DATE.fullmatch(text)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None
