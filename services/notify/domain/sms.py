"""Text of an SMS: folded to GSM-7, and the exact number of parts.

Sources: GSM 03.38 (3GPP TS 23.038) default alphabet and extension table; 160 septets in one
part, 153 in each of several; 70 and 67 UTF-16 units for other text (domain facts §6).
"""

import enum
import unicodedata
from collections.abc import Iterable

LONGEST = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # two septets each: an escape and the character
_PLAIN = str.maketrans(
    {
        "đ": "d",  # has no decomposition in Unicode
        "Đ": "D",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "…": "...",
        "\u00a0": " ",
        # The gateway refuses # and &; brackets are left out of messages by the texts' rule.
        **dict.fromkeys("()[]{}<>#&", ""),
    }
)
_ALLOWED = frozenset(c for c in _BASIC if c.isascii() and c not in "()<>#&") - {"\r", "\n"}


class Encoding(enum.StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


def fold(text: str) -> str:
    """Return the text without marks, in characters that every phone and gateway takes.

    NFC first, because a text may come decomposed; what has no plain form is left out.
    """
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN)
    bare = unicodedata.normalize("NFD", composed)
    spaced = " ".join("".join(c for c in bare if c in _ALLOWED or c.isspace()).split())
    return "".join(c for c in spaced if c in _ALLOWED)


def encoding_of(text: str) -> Encoding:
    """Return GSM-7 when every character is in its tables, otherwise UCS-2."""
    return Encoding.GSM7 if all(c in _BASIC or c in _EXTENSION for c in text) else Encoding.UCS2


def parts_of(text: str) -> int:
    """Return how many parts a phone network counts (and bills); an empty text is one part.

    A character of two units (an escape pair, a surrogate pair) is never split between parts, so a
    part may end one unit short; dividing by 153 or 67 would count too few.
    """
    if encoding_of(text) is Encoding.GSM7:
        return _pack((2 if c in _EXTENSION else 1 for c in text), single=160, joined=153)
    return _pack((len(c.encode("utf-16-be")) // 2 for c in text), single=70, joined=67)


def _pack(widths: Iterable[int], *, single: int, joined: int) -> int:
    units = list(widths)
    if sum(units) <= single:
        return 1
    parts, used = 1, 0
    for width in units:
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return parts
