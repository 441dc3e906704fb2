"""The secret addresses under which calendars fetch somebody's deadlines: one a person, revocable.

A calendar program cannot sign in, so that the address is the key. It rests as SHA-256, is shown
once, gives nothing but deadlines of the person's agency, and ends when it is made anew or revoked
or when the account is closed.
"""

import datetime as dt
import secrets

from pymongo.database import Database

from services.tasks.domain.permissions import Actor
from services.tasks.store.officers import actor_of
from services.tasks.usecases.sessions import digest
from shared.clock import BusinessClock, Clock
from shared.mongo import Document

_SECRET_BYTES = 32


class CalendarFeeds:
    """Makes, finds and revokes addresses.

    :param clock: the business clock, for the validity of roles.
    :param system: the system clock: when an address was made.
    """

    def __init__(
        self, database: "Database[Document]", *, clock: BusinessClock, system: Clock
    ) -> None:
        self._feeds = database["calendar_feeds"]
        self._officers = database["officers"]
        self._clock = clock
        self._system = system

    def create(self, officer_id: str) -> str:
        """Return a new secret; the one before ends."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        self.revoke(officer_id)
        self._feeds.insert_one(
            {"_id": digest(secret), "officer_id": officer_id, "created_at": self._system.now()}
        )
        return secret

    def revoke(self, officer_id: str) -> None:
        """End the address of a person; none is no error."""
        self._feeds.delete_many({"officer_id": officer_id})

    def since(self, officer_id: str) -> dt.datetime | None:
        """Return when the address of a person was made; None when there is none."""
        found = self._feeds.find_one({"officer_id": officer_id}, {"created_at": 1})
        return found["created_at"] if found else None

    def find(self, secret: str) -> Actor | None:
        """Return whose address it is; None when it is none, or the account is closed."""
        feed = self._feeds.find_one({"_id": digest(secret)})
        if feed is None:
            return None
        officer = self._officers.find_one({"_id": feed["officer_id"], "active": True})
        return actor_of(officer, self._clock.today()) if officer else None
