"""Which account an OpenID provider's subject opens: linked by (issuer, subject), never by e-mail.

An e-mail address is what somebody at the provider typed; the subject is what it verified.
"""

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks.domain.errors import InvalidError
from services.tasks.domain.permissions import Actor
from services.tasks.usecases.invitations import Invitations
from services.tasks.usecases.people import People
from shared.mongo import Document, atomically


class Subjects:
    """Finds, links and unlinks subjects; one opens one account at most (a unique index)."""

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        people: People,
        invitations: Invitations,
    ) -> None:
        self._client = client
        self._officers = database["officers"]
        self._people = people
        self._invitations = invitations

    def find(self, issuer: str, subject: str) -> Document | None:
        """Return the active account that the subject opens."""
        return self._officers.find_one({"subjects": _key(issuer, subject), "active": True})

    def link(self, actor: Actor, issuer: str, subject: str) -> None:
        """Let the subject open the account of somebody who is signed in.

        :raises InvalidError: when it opens another one.
        """
        linked = {"$addToSet": {"subjects": _key(issuer, subject)}}

        def work() -> None:
            self._officers.update_one({"_id": actor.officer_id}, linked)
            self._people.note(actor, actor.officer_id, "linked")

        try:
            atomically(self._client, work)
        except DuplicateKeyError:
            raise InvalidError("_", "error.subject_taken") from None

    def link_invited(self, token: str, issuer: str, subject: str) -> Document:
        """Use an invitation up by linking the subject; return the account.

        :raises NotFoundError: when the invitation is no longer good.
        :raises InvalidError: when the subject opens another account.
        """
        linked = {"$addToSet": {"subjects": _key(issuer, subject)}}
        try:
            return self._invitations.use(token, linked)
        except DuplicateKeyError:
            raise InvalidError("_", "error.subject_taken") from None

    def unlink(self, actor: Actor) -> None:
        """Let no subject open the own account any more.

        :raises InvalidError: when there is no password with which one could sign in then.
        """

        def work() -> None:
            query = {"_id": actor.officer_id, "password_hash": {"$gt": ""}}
            if not self._officers.update_one(query, {"$unset": {"subjects": ""}}).matched_count:
                raise InvalidError("_", "error.subject_only")
            self._people.note(actor, actor.officer_id, "unlinked")

        atomically(self._client, work)


def _key(issuer: str, subject: str) -> str:
    return f"{issuer} {subject}"
