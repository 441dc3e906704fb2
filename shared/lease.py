"""A lease in MongoDB: of several replicas, one runs a loop."""

import datetime as dt

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock
from shared.mongo import Document


class Lease:
    """The right to run one loop, kept by being renewed.

    Times are the system clock's. A holder that stops renewing loses the lease after ``seconds``.
    """

    def __init__(
        self,
        database: "Database[Document]",
        name: str,
        owner: str,
        clock: Clock,
        *,
        seconds: float = 15.0,
    ) -> None:
        self._leases = database["leases"]
        self._name = name
        self._owner = owner
        self._clock = clock
        self._length = dt.timedelta(seconds=seconds)
        self._renew_at: dt.datetime | None = None

    def hold(self) -> bool:
        """Take or renew the lease; tell whether it is ours. Asks MongoDB at most each third."""
        now = self._clock.now()
        if self._renew_at is not None and now < self._renew_at:
            return True
        free = {"$or": [{"owner": self._owner}, {"expires_at": {"$lte": now}}]}
        update = {"$set": {"owner": self._owner, "expires_at": now + self._length}}
        try:
            self._leases.update_one({"_id": self._name, **free}, update, upsert=True)
        except DuplicateKeyError:  # held by another owner
            self._renew_at = None
            return False
        self._renew_at = now + self._length / 3
        return True

    def release(self) -> None:
        """Give the lease back at once, so that another replica need not wait."""
        self._renew_at = None
        self._leases.delete_one({"_id": self._name, "owner": self._owner})
