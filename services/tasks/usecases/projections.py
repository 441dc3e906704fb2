"""The two small projections that tasks keeps of the other services' facts.

Each row keeps the newest revision, so that repeats and old events change nothing.
"""

from pymongo.collection import Collection
from pymongo.database import Database

from shared.events.notify import DeliveryChanged
from shared.events.scoring import IndicatorStatusChanged
from shared.mongo import Document, to_document


class Projections:
    """Keeps ``indicator_chips`` and ``assignment_notices``."""

    def __init__(self, database: "Database[Document]") -> None:
        self._chips = database["indicator_chips"]
        self._notices = database["assignment_notices"]

    def keep_chip(self, fact: IndicatorStatusChanged) -> None:
        """Keep the status of an indicator for its chip."""
        told = to_document(fact)
        names = ("code", "plan_id", "status", "flags", "value_text", "target_text")
        row = {name: told[name] for name in names}
        row |= {"reason": told["reason"], "as_of": told["as_of"], "known_at": fact.known_at}
        _keep_newest(self._chips, fact.indicator_id, fact.revision, row)

    def keep_notice(self, fact: DeliveryChanged) -> None:
        """Keep what became of one copy of a reminder, for "who was reminded"."""
        told = to_document(fact)
        names = ("assignment_id", "officer_id", "channel", "state", "rule_id", "occurrence")
        row = {**{name: told[name] for name in names}, "at": fact.at}
        _keep_newest(self._notices, fact.delivery_id, fact.revision, row)


def _keep_newest(rows: "Collection[Document]", identity: str, revision: int, row: Document) -> None:
    """Write the row unless a newer revision is there.

    One look first: in a transaction a refused upsert (duplicate key) would end the whole batch.
    """
    found = rows.find_one({"_id": identity}, {"revision": 1})
    if found is None:
        rows.insert_one({"_id": identity, "revision": revision, **row})
    elif found["revision"] < revision:
        rows.update_one({"_id": identity}, {"$set": {"revision": revision, **row}})
