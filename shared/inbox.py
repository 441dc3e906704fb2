"""The inbox: remembers event ids where an effect has no version to guard it.

Most handlers do not need it: they keep the newest ``version`` and drop the rest.
"""

import datetime as dt

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.mongo import Document

_KEPT = dt.timedelta(days=90)

INDEXES = {
    "inbox": [IndexModel([("seen_at", ASCENDING)], expireAfterSeconds=int(_KEPT.total_seconds()))]
}


def first_time(database: "Database[Document]", event_id: str, seen_at: dt.datetime) -> bool:
    """Remember the event id; tell whether it was new.

    Asked before the insert, because a duplicate key aborts the transaction it happens in.

    :param seen_at: an instant of the system clock.
    """
    inbox = database["inbox"]
    if inbox.find_one({"_id": event_id}, {"_id": 1}) is not None:
        return False
    try:
        inbox.insert_one({"_id": event_id, "seen_at": seen_at})
    except DuplicateKeyError:  # another replica was faster; its transaction has the effect
        return False
    return True
