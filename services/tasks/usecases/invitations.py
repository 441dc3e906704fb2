"""Invitations: a one-time address with which a person sets the first or a forgotten password.

The administrator hands it over; it goes through no topic and no log. It is 256 random bits, rests
as SHA-256, lasts seven days of the system clock and ends with its use or with the next one.
"""

import datetime as dt
import secrets

from argon2 import PasswordHasher
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.errors import InvalidError, NotFoundError
from services.tasks.domain.permissions import Actor
from services.tasks.usecases.officers import SHORTEST_PASSWORD
from services.tasks.usecases.people import People
from services.tasks.usecases.sessions import Sessions, digest, password_hasher
from shared.clock import Clock
from shared.fold import fold
from shared.mongo import Document, atomically

VALID_DAYS = 7
_SECRET_BYTES = 32


class Invitations:
    """Gives, finds and uses invitations, and keeps who asks for one.

    :param people: says who may invite whom.
    :param system: the system clock.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        people: People,
        sessions: Sessions,
        system: Clock,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._client = client
        self._invitations = database["invitations"]
        self._officers = database["officers"]
        self._people = people
        self._sessions = sessions
        self._system = system
        self._hasher = hasher or password_hasher()

    def invite(self, actor: Actor, officer_id: str) -> tuple[str, dt.datetime]:
        """Make an invitation, ending an earlier one; return its secret and when it expires.

        :raises DomainError: not this person's to invite, or the account is closed.
        """
        token = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._system.now()
        until = now + dt.timedelta(days=VALID_DAYS)

        def work() -> None:
            officer = self._people.managed(actor, officer_id)
            if not officer["active"]:
                raise InvalidError("_", "error.account_closed")
            self._invitations.delete_many({"officer_id": officer_id})
            self._invitations.insert_one(
                {
                    "_id": digest(token),
                    "officer_id": officer_id,
                    "created_at": now,
                    "expires_at": until,
                }
            )
            self._officers.update_one({"_id": officer_id}, {"$unset": {"link_asked_at": ""}})
            self._people.note(actor, officer_id, "invited")

        atomically(self._client, work)
        return token, until

    def find(self, token: str) -> Document:
        """Return the account of an invitation.

        :raises NotFoundError: used, replaced, expired, or never given.
        """
        row = self._invitations.find_one({"_id": digest(token)})
        if row is None or row["expires_at"] <= self._system.now():
            raise NotFoundError("error.invitation")
        officer = self._officers.find_one({"_id": row["officer_id"], "active": True})
        if officer is None:
            raise NotFoundError("error.invitation")
        return officer

    def accept(self, token: str, password: str) -> Document:
        """Set the password and use the invitation up; every session ends. Return the account.

        :raises InvalidError: when the password is too short.
        :raises NotFoundError: as :meth:`find`.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidError("password", "error.password_short", n=SHORTEST_PASSWORD)
        hashed = self._hasher.hash(password)
        return self.use(token, {"$set": {"password_hash": hashed}})

    def use(self, token: str, changed: Document) -> Document:
        """Use an invitation up for a change of its account; return the account as it was.

        :param changed: operators of an update.

        :raises NotFoundError: as :meth:`find`; of two at once one gets this.
        """

        def work() -> Document:
            officer = self.find(token)
            used = self._invitations.delete_one({"_id": digest(token)})
            if not used.deleted_count:
                raise NotFoundError("error.invitation")
            self._officers.update_one({"_id": officer["_id"]}, changed)
            self._sessions.end_all(officer["_id"])
            return officer

        return atomically(self._client, work)

    def ask(self, username: str) -> None:
        """Note that somebody asks for a new link; an unknown name leaves no trace.

        One mark an account, however often it is asked, so that asking costs nothing.
        """
        query = {"username": fold(username), "active": True}
        self._officers.update_one(query, {"$min": {"link_asked_at": self._system.now()}})

    def turn_down(self, actor: Actor, officer_id: str) -> None:
        """Take the mark of asking away without a link.

        :raises DomainError: not this person's account to keep.
        """
        self._people.managed(actor, officer_id)
        self._officers.update_one({"_id": officer_id}, {"$unset": {"link_asked_at": ""}})
