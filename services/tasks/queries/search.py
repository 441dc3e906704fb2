"""Vietnamese search in the folded field ``search``: case-free, marks optional."""

from shared.fold import fold
from shared.mongo import Document

MOST_WORDS = 8


def searched(query: Document, text: str) -> Document:
    """Return the query narrowed to rows that hold every word of the text."""
    words = fold(text).split()[:MOST_WORDS]
    if not words:
        return query
    return {"$and": [query, *({"search": {"$regex": _literal(word)}} for word in words)]}


def _literal(word: str) -> str:
    return "".join(char if char.isalnum() else f"\\{char}" for char in word)
