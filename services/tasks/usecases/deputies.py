"""Acting for a head who is away: who, for whom, between which days, and why.

One period a head at a time stands in the head's account, so that the directory tells it and a
deputy's roles end with it by themselves.
"""

import dataclasses
import datetime as dt

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.errors import InvalidError, NotAllowedError, NotFoundError
from services.tasks.domain.people import check_away, may_be_away
from services.tasks.domain.permissions import Actor
from services.tasks.store.officers import actor_of, is_deputy
from services.tasks.usecases.people import People, administers
from shared.clock import BusinessClock
from shared.events.tasks import DIRECTORY_TOPIC, OFFICER_CHANGED
from shared.fold import fold
from shared.mongo import Document, atomically
from shared.outbox import Outbox


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody acts for a head from the first to the last day, both included.

    :param deputy: the deputy's username.
    """

    deputy: str
    since: dt.date | None
    until: dt.date | None
    reason: str


class Deputies:
    """The use cases of acting for somebody.

    :param people: writes the lines about accounts.
    :param clock: the business clock.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        people: People,
        clock: BusinessClock,
    ) -> None:
        self._client = client
        self._officers = database["officers"]
        self._sessions = database["sessions"]
        self._outbox = outbox
        self._people = people
        self._clock = clock

    def appoint(self, actor: Actor, principal_id: str, absence: Absence) -> None:
        """Let somebody act for a head; an earlier period of that head is replaced.

        :raises DomainError: neither that head nor an administrator, or a value is wrong.
        """
        today = self._clock.today()
        since, until = check_away(absence.since, absence.until, absence.reason, today)

        def work() -> None:
            principal = self._principal(actor, principal_id)
            deputy = self._deputy(actor, principal, absence.deputy)
            away = {
                "deputy_id": deputy["_id"],
                "from": since.isoformat(),
                "to": until.isoformat(),
                "reason": absence.reason,
            }
            self._save(actor, principal_id, {"$set": {"away": away}}, "away_set")

        atomically(self._client, work)

    def end(self, actor: Actor, principal_id: str) -> None:
        """End a period, or take back one to come; errors as :meth:`appoint`."""

        def work() -> None:
            principal = self._principal(actor, principal_id)
            if principal.get("away"):
                self._save(actor, principal_id, {"$unset": {"away": ""}}, "away_ended")

        atomically(self._client, work)

    def choose(self, officer_id: str, session_id: str, principal_id: str) -> None:
        """Let a session act for somebody from now on, or for nobody ("").

        :raises NotAllowedError: when this officer is not that one's deputy today.
        """
        if not principal_id:
            self._sessions.update_one({"_id": session_id}, {"$unset": {"acting_for": ""}})
            return
        principal = self._officers.find_one({"_id": principal_id, "active": True})
        if principal is None or not is_deputy(officer_id, principal, self._clock.today()):
            raise NotAllowedError("error.not_deputy")
        self._sessions.update_one({"_id": session_id}, {"$set": {"acting_for": principal_id}})

    def _principal(self, actor: Actor, principal_id: str) -> Document:
        if actor.acting_for is not None:
            raise NotAllowedError("error.acting_manages_nobody")
        if principal_id != actor.officer_id and not administers(actor):
            raise NotAllowedError("error.role", act="manage_officers")
        found = self._officers.find_one({"_id": principal_id, "active": True})
        if found is None:
            raise NotFoundError("error.not_found")
        may_be_away(actor_of(found, self._clock.today()))
        return found

    def _deputy(self, actor: Actor, principal: Document, username: str) -> Document:
        found = self._officers.find_one({"username": fold(username), "active": True})
        if found is None or found["_id"] == principal["_id"]:
            raise InvalidError("deputy", "error.deputy")
        if found["agency_code"] != principal["agency_code"] and not administers(actor):
            raise InvalidError("deputy", "error.deputy_elsewhere")
        return found

    def _save(self, actor: Actor, principal_id: str, changed: Document, act: str) -> None:
        self._officers.update_one({"_id": principal_id}, changed | {"$inc": {"version": 1}})
        self._people.note(actor, principal_id, act)
        self._outbox.append_reference(DIRECTORY_TOPIC, OFFICER_CHANGED, principal_id)
