"""Dead letters: records that a group could not use, kept with their reason, replayed for it alone.

They are written in the transaction that moves the group's position, so none is lost or doubled,
and go to the topic ``<group>.dead`` through the outbox. Replay runs a record through that
group's handlers; it is never written back to its source, where other groups would get it twice.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from bson import Binary
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from shared.clock import Clock
from shared.events.envelope import Catalogue, Event
from shared.ids import new_id
from shared.kafka import Record
from shared.logs import mask
from shared.mongo import Document

INDEXES = {
    "dead_letters": [IndexModel([("group", ASCENDING), ("replayed_at", ASCENDING)], name="open")]
}

_log = logging.getLogger(__name__)
_SHOWN = 400


def bury(
    database: "Database[Document]", group: str, record: Record, reason: str, clock: Clock
) -> None:
    """Keep a record as a dead letter of the group; call it inside a transaction."""
    identity = new_id()
    headers = [[name, Binary(value)] for name, value in record.headers or ()]
    key = (record.key or b"").decode("utf-8", "replace")
    body = None if record.value is None else Binary(record.value)
    now = clock.now()
    database["dead_letters"].insert_one(
        {
            "_id": identity,
            "group": group,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": key,
            "headers": headers,
            "body": body,
            "reason": mask(reason),
            "at": now,
            "replayed_at": None,
        }
    )
    dead_headers = [
        *headers,
        ["dead_reason", Binary(mask(reason).encode())],
        ["dead_source", Binary(f"{record.topic}/{record.partition}/{record.offset}".encode())],
    ]
    database["outbox"].insert_one(
        {
            "_id": identity,
            "topic": f"{group}.dead",
            "type": "dead",
            "key": key,
            "time": now,
            "headers": dead_headers,
            "body": body,
            "published_at": None,
        }
    )
    _log.error(
        "record went to the dead letters",
        extra={
            "group": group,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "reason": reason,
        },
    )


def listed(database: "Database[Document]", group: str) -> Iterable[dict[str, Any]]:
    """Return the open dead letters of a group, oldest first, personal data masked."""
    for row in database["dead_letters"].find(
        {"group": group, "replayed_at": None}, sort=[("_id", 1)]
    ):
        headers = {name: bytes(value).decode("utf-8", "replace") for name, value in row["headers"]}
        body = bytes(row["body"] or b"").decode("utf-8", "replace")
        yield {
            "id": row["_id"],
            "at": row["at"].isoformat(),
            "type": headers.get("ce_type", ""),
            "source": f"{row['topic']}/{row['partition']}/{row['offset']}",
            "reason": row["reason"],
            "body": mask(body[:_SHOWN]),
        }


def replay(
    database: "Database[Document]",
    group: str,
    *,
    catalogue: Catalogue,
    handle: Callable[[Event], None],
    identity: str,
    clock: Clock,
) -> None:
    """Run one dead letter through the group's handling and mark it replayed.

    Call it inside a transaction: if the handler fails again, the letter stays open.

    :raises KeyError: when there is no such open letter.
    :raises EventDecodeError: when it still cannot be decoded.
    """
    letters = database["dead_letters"]
    row = letters.find_one({"_id": identity, "group": group, "replayed_at": None})
    if row is None:
        raise KeyError(identity)
    headers = [(name, bytes(value)) for name, value in row["headers"]]
    event = catalogue.decode(headers, bytes(row["body"] or b""))
    handle(event)
    letters.update_one({"_id": identity}, {"$set": {"replayed_at": clock.now()}})
