"""Lists page by page: a cursor names the last row seen, so that inserts never shift a page."""

import base64
import binascii
import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from pymongo.collection import Collection

from services.tasks.domain.errors import InvalidError
from shared.mongo import Document

MOST = 200
USUAL = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which piece of a list is wanted; ``limit`` rows after ``cursor``."""

    limit: int = USUAL
    cursor: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A piece of a list; ``next_cursor`` is None at its end."""

    items: list[Document]
    next_cursor: str | None


def page(
    collection: "Collection[Document]",
    query: Mapping[str, Any],
    window: Window,
    *,
    by: str,
    fields: Mapping[str, int] | None = None,
) -> Page:
    """Return one page ordered by a text field and the id.

    :raises InvalidError: when the cursor is not one of ours.
    """
    wanted = dict(query)
    if window.cursor:
        value, identity = _decode(window.cursor)
        wanted = {
            "$and": [
                wanted,
                {"$or": [{by: {"$gt": value}}, {by: value, "_id": {"$gt": identity}}]},
            ]
        }
    rows = list(collection.find(wanted, fields).sort([(by, 1), ("_id", 1)]).limit(window.limit + 1))
    more = len(rows) > window.limit
    items = rows[: window.limit]
    return Page(items=items, next_cursor=_encode(items[-1], by) if more else None)


def _encode(row: Document, by: str) -> str:
    text = json.dumps([row[by], row["_id"]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value, identity = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidError("cursor", "error.cursor") from None
    if not (isinstance(value, str) and isinstance(identity, str)):
        raise InvalidError("cursor", "error.cursor")
    return value, identity
