"""Vietnamese text folded for search: case-free and without marks."""

import unicodedata

_STROKE = str.maketrans({"đ": "d", "Đ": "D"})


def fold(text: str) -> str:
    """Return the text in lower case without marks, spaces collapsed.

    ``đ`` has no decomposition in Unicode, so it is mapped by hand: "Đường" → "duong".
    """
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKE))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())
