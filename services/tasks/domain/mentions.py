"""Whom a comment calls: ``@username`` anywhere in its text, each once, as it is kept."""

import re

from shared.fold import fold

# Not inside an e-mail address; a point or hyphen at the end belongs to the sentence.
_CALLED = re.compile(r"(?<![\w.@-])@([\w][\w.-]{1,62}\w)")


def mentioned(text: str) -> list[str]:
    """Return the usernames that a text calls, in their order."""
    return list(dict.fromkeys(fold(name) for name in _CALLED.findall(text)))
