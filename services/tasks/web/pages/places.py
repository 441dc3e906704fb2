"""Where a page may send a browser: addresses of our own three webs and nothing else."""

import unicodedata
from urllib.parse import urlsplit

from services.tasks.web.deps import deps

HOME = "/"


def safe_place(given: str | None, default: str = HOME) -> str:
    """Return the address given when it is ours, else the default.

    Ours is a path of this web, or an address under the base of one of the three. Browsers read a
    backslash as a slash and drop control characters, so that either one after the first slash
    leads away: none may stand anywhere.
    """
    text = (given or "").strip()
    if not text or "\\" in text or any(unicodedata.category(char)[0] == "C" for char in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    if parts.scheme or parts.netloc:
        return text if _base(text) in _bases() else default
    return text if text.startswith("/") and not text.startswith("//") else default


def safe_path(given: str | None, default: str = HOME) -> str:
    """Return the path of this web that was given, else the default."""
    place = safe_place(given, default)
    return place if place.startswith("/") else default


def _base(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _bases() -> set[str]:
    addresses = deps().addresses
    if addresses is None:
        return set()
    given = (addresses.tasks_url, addresses.scoring_url, addresses.notify_url)
    return {_base(address) for address in given if address.startswith(("http://", "https://"))}
