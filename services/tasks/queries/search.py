"""Vietnamese search in the folded field ``search``: case-free, marks optional.

Who types marks means them: rows that hold them as typed come first, the others stay below.
"""

import unicodedata
from collections.abc import Sequence

from shared.fold import fold
from shared.mongo import Document

MOST_WORDS = 8


def searched(query: Document, text: str) -> Document:
    """Return the query narrowed to rows that hold every word of the text."""
    words = fold(text).split()[:MOST_WORDS]
    if not words:
        return query
    return {"$and": [query, *({"search": {"$regex": _literal(word)}} for word in words)]}


def marked(text: str) -> tuple[str, ...]:
    """Return the words that were typed with marks, as they are compared: "đường", not "duong"."""
    words = _plain(text).split()[:MOST_WORDS]
    return tuple(word for word in words if fold(word) != word)


def missed(words: Sequence[str], title: str) -> int:
    """Return how many of the marked words a title holds only without their marks."""
    said = _plain(title)
    return sum(word not in said for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _literal(word: str) -> str:
    return "".join(char if char.isalnum() else f"\\{char}" for char in word)
