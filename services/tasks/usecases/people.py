"""Keeping accounts: create, change, close, open again, erase; each writes a line that says who.

Lines name the fields that changed, and values only of agency and roles: what identifies a person
stands in the account alone, so that erasing it leaves nothing behind.
"""

import dataclasses
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks.domain import people as rules
from services.tasks.domain.errors import InvalidError, NotAllowedError, NotFoundError
from services.tasks.domain.permissions import Actor, OfficerRole, RoleRow
from services.tasks.store.officers import role_document, role_row
from services.tasks.usecases.officers import NewOfficer, new_document
from services.tasks.usecases.sessions import Sessions
from shared.clock import BusinessClock
from shared.events.tasks import DIRECTORY_TOPIC, OFFICER_CHANGED
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically
from shared.outbox import Outbox

_TOLD = ("agency_code", "roles")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an account says of a person, as it was typed.

    :param agency_code: "" for somebody of no agency.
    """

    name: str
    agency_code: str
    roles: tuple[RoleRow, ...]
    email: str = ""
    phone: str = ""


class People:
    """The use cases of administrators, and of heads for their own agency.

    :param clock: the business clock, for the lines.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        sessions: Sessions,
        clock: BusinessClock,
    ) -> None:
        self._client = client
        self._database = database
        self._officers = database["officers"]
        self._outbox = outbox
        self._sessions = sessions
        self._clock = clock

    def create(self, actor: Actor, username: str, card: Card) -> str:
        """Create an account without a password; its invitation sets one. Return the officer id.

        :raises DomainError: not this person, or a value is wrong.
        """
        rules.may_manage(actor, card.agency_code, card.roles)
        fields = self._checked(card)
        new = NewOfficer(
            username=rules.username_of(username),
            name=fields["name"],
            agency_code=card.agency_code,
            roles=card.roles,
            email=fields["email"],
            phone=fields["phone"],
        )
        row = new_document(new_id(), new, fields["agency_name"], "")

        def work() -> None:
            self._officers.insert_one(dict(row))
            self._tell(actor, row["_id"], "created", {}, row)

        try:
            atomically(self._client, work)
        except DuplicateKeyError:
            raise InvalidError("username", "error.username_taken") from None
        return str(row["_id"])

    def change(self, actor: Actor, officer_id: str, card: Card, *, version: int) -> None:
        """Change an account; ``version`` is the one that the person saw.

        :raises DomainError: not this person, or a value is wrong.
        :raises StaleVersionError: somebody was faster.
        """
        rules.may_manage(actor, card.agency_code, card.roles)
        fields = self._checked(card)

        def work() -> None:
            before = self.managed(actor, officer_id)
            if before["version"] != version:
                raise StaleVersionError(before)
            after = fields | {"roles": [role_document(row) for row in card.roles]}
            after["agency_code"] = card.agency_code
            if officer_id == actor.officer_id and after["roles"] != before["roles"]:
                raise NotAllowedError("error.own_roles")
            self._save(actor, before, after, "changed")

        atomically(self._client, work)

    def close(self, actor: Actor, officer_id: str) -> None:
        """Let nobody sign in to the account any more, and end what is open; errors as above."""
        self._switch(actor, officer_id, active=False)

    def open(self, actor: Actor, officer_id: str) -> None:
        """Open a closed account again; errors as above."""
        self._switch(actor, officer_id, active=True)

    def erase(self, actor: Actor, officer_id: str) -> None:
        """Take everything personal out of an account; its id stays where it acted.

        The directory gets a tombstone, because the card of an erased officer is None.

        :raises DomainError: not this person, or the own account.
        """

        def work() -> None:
            before = self.managed(actor, officer_id)
            _not_oneself(actor, officer_id)
            empty: Document = {
                "username": f"~{officer_id}",
                "password_hash": "",
                "name": "",
                "email": None,
                "phone": None,
                "roles": [],
                "active": False,
                "erased": True,
            }
            gone = {"away": "", "subjects": "", "link_asked_at": "", "demonstration": ""}
            self._officers.update_one({"_id": officer_id}, {"$unset": gone})
            self._save(actor, before, empty, "erased")
            self._sessions.end_all(officer_id)
            for name in ("invitations", "saved_filters", "calendar_feeds"):
                self._database[name].delete_many({"officer_id": officer_id})

        atomically(self._client, work)

    def managed(self, actor: Actor, officer_id: str) -> Document:
        """Return an account that the person may keep.

        :raises DomainError: there is none, or it is not this person's to keep.
        """
        found = self._officers.find_one({"_id": officer_id, "erased": {"$ne": True}})
        if found is None:
            raise NotFoundError("error.not_found")
        rules.may_manage(actor, found["agency_code"], [role_row(row) for row in found["roles"]])
        return found

    def note(self, actor: Actor, officer_id: str, act: str, **more: Any) -> None:
        """Write a line about an account; the caller holds the transaction."""
        line = {
            "_id": new_id(),
            "officer_id": officer_id,
            "at": self._clock.now(),
            "act": act,
            "by": actor.officer_id,
            "acting_for": actor.acting_for,
            **more,
        }
        self._database["officer_lines"].insert_one(line)

    def _switch(self, actor: Actor, officer_id: str, *, active: bool) -> None:
        def work() -> None:
            before = self.managed(actor, officer_id)
            _not_oneself(actor, officer_id)
            if before["active"] == active:
                return
            self._save(actor, before, {"active": active}, "opened" if active else "closed")
            self._sessions.end_all(officer_id)
            self._database["invitations"].delete_many({"officer_id": officer_id})

        atomically(self._client, work)

    def _save(self, actor: Actor, before: Document, after: Document, act: str) -> None:
        changed = {"$set": after, "$inc": {"version": 1}}
        self._officers.update_one({"_id": before["_id"]}, changed)
        self._tell(actor, before["_id"], act, before, before | after)

    def _tell(
        self, actor: Actor, officer_id: str, act: str, before: Document, after: Document
    ) -> None:
        names = ("name", "email", "phone", *_TOLD)
        changed = [name for name in names if before.get(name) != after.get(name)]
        self.note(
            actor,
            officer_id,
            act,
            changed=changed,
            before={name: before[name] for name in _TOLD if name in changed and before},
            after={name: after[name] for name in _TOLD if name in changed},
        )
        self._outbox.append_reference(DIRECTORY_TOPIC, OFFICER_CHANGED, officer_id)

    def _checked(self, card: Card) -> Document:
        """Return the fields of a card in their normal form."""
        rules.check_roles(card.roles)
        codes = {card.agency_code, *(row.agency for row in card.roles)} - {"", "*"}
        agencies = self._database["agencies"].find({"_id": {"$in": sorted(codes)}})
        names = {row["_id"]: row["short_name"] for row in agencies}
        for code in sorted(codes - set(names)):
            raise InvalidError("agency_code", "error.unknown_agency", agency=code)
        return {
            "name": rules.name_of(card.name),
            "email": rules.email_of(card.email),
            "phone": rules.phone_of(card.phone),
            "agency_name": names.get(card.agency_code, ""),
        }


def administers(actor: Actor) -> bool:
    """Tell whether the person keeps the accounts of every agency."""
    return actor.has(OfficerRole.ADMINISTRATOR)


def _not_oneself(actor: Actor, officer_id: str) -> None:
    if actor.officer_id == officer_id:
        raise NotAllowedError("error.own_account")
