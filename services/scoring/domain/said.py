"""What a status says, as keys of the text catalogue with parameters, and numbers as text.

Rules never hold sentences: they name a key and give its numbers; pages and events fill it in.
"""

import dataclasses
import datetime as dt
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_PLACES = Decimal("0.01")
_WHOLE = Decimal(100)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A key of the text catalogue, its parameters, and parts that are said by keys themselves.

    Parameters named ``period`` and ``tier`` are codes; :mod:`services.scoring.wording` puts them
    into words.
    """

    key: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)
    parts: dict[str, "Said"] = dataclasses.field(default_factory=dict)


NO_VALUE = Said(key="value.none")
NO_TARGET = Said(key="target.none")


def number(value: Decimal) -> str:
    """Return a number the Vietnamese way, at most two decimals: ``1.234,5``.

    What is below 100 never reads as 100, because "100 %" is a target here.
    """
    rounded = value.quantize(_PLACES, ROUND_HALF_UP)
    if rounded == _WHOLE and value < _WHOLE:
        rounded = value.quantize(_PLACES, ROUND_DOWN)
    text = f"{rounded:,f}".rstrip("0").rstrip(".") if rounded % 1 else f"{int(rounded):,}"
    return text.translate(str.maketrans(",.", ".,"))


def signed(value: Decimal) -> str:
    """Return a change with its sign: ``+9,4``."""
    return f"+{number(value)}" if value > 0 else number(value)


def date(day: dt.date) -> str:
    """Return a day as ``dd/mm/yyyy``."""
    return f"{day:%d/%m/%Y}"
