"""Deliveries as documents; every write is guarded by the revision that was read."""

import datetime as dt
from collections.abc import Iterable

from pymongo.database import Database

from services.notify.domain.deliveries import Delivery
from shared.events.notify import Channel, DeliveryStatus
from shared.mongo import Document, from_document, to_document


class Deliveries:
    """All copies; the queue of each channel is a view of them."""

    def __init__(self, database: "Database[Document]") -> None:
        self._rows = database["deliveries"]

    def add(self, deliveries: Iterable[Delivery]) -> None:
        rows = [{"_id": d.delivery_id, **to_document(d)} for d in deliveries]
        if rows:
            self._rows.insert_many(rows, ordered=False)

    def get(self, delivery_id: str) -> Delivery | None:
        return _delivery(self._rows.find_one({"_id": delivery_id}))

    def next_queued(self, channel: Channel, now: dt.datetime) -> Delivery | None:
        """Return the copy that has waited longest for its turn."""
        query = {
            "channel": channel.value,
            "state": DeliveryStatus.QUEUED.value,
            "next_attempt_at": {"$lte": now},
        }
        return _delivery(self._rows.find_one(query, sort=[("next_attempt_at", 1)]))

    def replace(self, delivery: Delivery, read_revision: int) -> bool:
        """Write the delivery if nobody was faster; tell whether it was written."""
        found = self._rows.find_one_and_update(
            {"_id": delivery.delivery_id, "revision": read_revision},
            {"$set": to_document(delivery)},
            {"_id": 1},
        )
        return found is not None

    def lost_leases(self, now: dt.datetime, limit: int) -> list[Delivery]:
        """Return what was being sent when its sender vanished."""
        query = {"state": DeliveryStatus.SENDING.value, "lease_until": {"$lte": now}}
        return self._many(query, limit)

    def in_state_since(
        self, state: DeliveryStatus, before: dt.datetime, limit: int, channel: Channel | None = None
    ) -> list[Delivery]:
        """Return copies that have stood in a state since before an instant."""
        query: Document = {"state": state.value, "changed_at": {"$lte": before}}
        if channel is not None:
            query["channel"] = channel.value
        return self._many(query, limit)

    def _many(self, query: Document, limit: int) -> list[Delivery]:
        return [from_document(Delivery, row) for row in self._rows.find(query, limit=limit)]


def _delivery(row: Document | None) -> Delivery | None:
    return None if row is None else from_document(Delivery, row)
