"""A person's own tokens for programs: named, with scopes and an end, shown once."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Collection

from pymongo.database import Database

from services.tasks.domain.errors import InvalidError
from services.tasks.domain.scopes import Scope
from services.tasks.usecases.sessions import digest
from shared.clock import Clock
from shared.mongo import Document

LONGEST_DAYS = 365
MOST_TOKENS = 20
LONGEST_NAME = 80
_SECRET_BYTES = 32


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token to make.

    :param days: how long it is good, 1 to 365.
    """

    name: str
    scopes: Collection[str]
    days: int


class Tokens:
    """Makes and revokes tokens; :class:`Sessions` finds whom one stands for.

    :param system: the system clock, for their end.
    """

    def __init__(self, database: "Database[Document]", *, system: Clock) -> None:
        self._tokens = database["api_tokens"]
        self._system = system

    def create(self, officer_id: str, wanted: Wanted) -> str:
        """Make a token and return it; only its SHA-256 is kept.

        :raises InvalidError: no name, an unknown scope or none, too long, or too many tokens.
        """
        if not wanted.name or len(wanted.name) > LONGEST_NAME:
            raise InvalidError("name", "error.token_name", n=LONGEST_NAME)
        if not wanted.scopes or not set(wanted.scopes) <= set(Scope):
            raise InvalidError("scopes", "error.token_scopes")
        if not 1 <= wanted.days <= LONGEST_DAYS:
            raise InvalidError("days", "error.token_days", n=LONGEST_DAYS)
        own = {"officer_id": officer_id, "name": {"$exists": True}}
        if self._tokens.count_documents(own, limit=MOST_TOKENS) >= MOST_TOKENS:
            raise InvalidError("name", "error.token_many", n=MOST_TOKENS)
        token = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._system.now()
        self._tokens.insert_one(
            {
                "_id": digest(token),
                "officer_id": officer_id,
                "name": wanted.name,
                "scopes": sorted(set(wanted.scopes)),
                "created_at": now,
                "used_at": None,
                "expires_at": now + dt.timedelta(days=wanted.days),
            }
        )
        return token

    def revoke(self, officer_id: str, token_id: str) -> None:
        """End a token of this officer at once; another's stays, an unknown one is no error."""
        self._tokens.delete_one({"_id": token_id, "officer_id": officer_id})
