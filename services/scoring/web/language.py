"""The language of the person who reads."""

from flask_babel import get_locale

from shared.texts import DEFAULT_LOCALE


def language() -> str:
    """Return ``vi`` or ``en``."""
    found = get_locale()
    return DEFAULT_LOCALE if found is None else str(found.language)
