"""Signing in and out: server-side sessions for pages, and whom a bearer token stands for.

Secrets are 256 random bits and rest as SHA-256. Times are the system clock's: a simulated
business clock must never end a session. Wrong tries are counted by the name typed, known or not,
so that the answer does not tell which names exist.
"""

import dataclasses
import datetime as dt
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database

from services.tasks import metrics
from services.tasks.domain.errors import SignInError
from services.tasks.domain.permissions import Actor
from services.tasks.domain.scopes import Scope
from services.tasks.store.officers import acting_actor, actor_of, is_deputy
from shared.clock import BusinessClock, Clock
from shared.fold import fold
from shared.mongo import Document

SESSION_HOURS = 12
FREE_TRIES = 5
_FIRST_WAIT_SECONDS = 30
_LONGEST_WAIT_SECONDS = 900
_FORGET = dt.timedelta(hours=24)
_SECRET_BYTES = 32
_NOTED_EVERY = dt.timedelta(minutes=1)


def password_hasher() -> PasswordHasher:
    """Return argon2id with 19 MiB and two passes (OWASP's least), for sixteen threads at once."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in person: who, and the token that unsafe requests with a cookie must repeat.

    :param session_id: what it is kept under; the secret cannot be told from it.
    :param scopes: what a program's token may do; a person's session has no limits.
    :param hint: what the identity provider wants to see again when the person signs out there.
    """

    actor: Actor
    csrf: str
    expires_at: dt.datetime
    session_id: str
    scopes: frozenset[Scope] = frozenset(Scope)
    hint: str = ""


class Sessions:
    """Opens, finds and closes sessions and API tokens.

    :param clock: the business clock, for the validity of roles.
    :param system: the system clock, for expiry and waiting times.
    """

    def __init__(
        self,
        database: "Database[Document]",
        *,
        clock: BusinessClock,
        system: Clock,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._officers = database["officers"]
        self._sessions = database["sessions"]
        self._tokens = database["api_tokens"]
        self._tries = database["sign_in_tries"]
        self._clock = clock
        self._system = system
        self._hasher = hasher or password_hasher()
        self._nobody = self._hasher.hash(secrets.token_hex(8))

    def sign_in(self, username: str, password: str, *, opened_from: str = "") -> str:
        """Check the password and return a new session token for the cookie.

        :param opened_from: browser and system, see :mod:`services.tasks.domain.browsers`.
        :raises SignInError: wrong name or password, or too many wrong tries.
        """
        officer = self._checked(username, password)
        return self.open(officer, opened_from=opened_from)

    def check(self, username: str, password: str) -> None:
        """Check the password of somebody who is signed in already.

        :raises SignInError: as :meth:`sign_in`.
        """
        self._checked(username, password)

    def open(self, officer: Document, *, opened_from: str, hint: str = "") -> str:
        """Return a new session token for somebody whose identity was proved; forget wrong tries."""
        self._tries.delete_one({"_id": officer["username"]})
        csrf = secrets.token_urlsafe(_SECRET_BYTES)
        return self._open(
            self._sessions, officer, csrf=csrf, opened_from=opened_from, id_token=hint
        )

    def issue_token(self, username: str, password: str) -> tuple[str, dt.datetime]:
        """Check the password and return a bearer token and the instant at which it expires.

        :raises SignInError: as :meth:`sign_in`.
        """
        officer = self._checked(username, password)
        return self._open(self._tokens, officer), self._expiry()

    def find(self, token: str) -> Session | None:
        """Return the session of a cookie, unless it is unknown, over, or the officer is gone."""
        return self._find(self._sessions, token)

    def find_token(self, token: str) -> Session | None:
        """Return whom a bearer token stands for and what it may do, by the same rules.

        Its last use is noted once a minute at most, because programs come often.
        """
        found = self._find(self._tokens, token)
        if found is not None:
            now = self._system.now()
            unnoted = {"_id": found.session_id, "used_at": {"$not": {"$gt": now - _NOTED_EVERY}}}
            self._tokens.update_one(unnoted, {"$set": {"used_at": now}})
        return found

    def sign_out(self, token: str) -> None:
        """End the session of this cookie; an unknown one is no error."""
        self._sessions.delete_one({"_id": digest(token)})

    def end(self, officer_id: str, session_id: str) -> None:
        """End one session of an officer by what it is kept under; another's stays."""
        self._sessions.delete_one({"_id": session_id, "officer_id": officer_id})

    def end_others(self, officer_id: str, session_id: str) -> int:
        """End every session of an officer but this one; return how many there were."""
        query = {"officer_id": officer_id, "_id": {"$ne": session_id}}
        return self._sessions.delete_many(query).deleted_count

    def end_all(self, officer_id: str) -> None:
        """End every session and token of an officer (password changed, account closed)."""
        for collection in (self._sessions, self._tokens):
            collection.delete_many({"officer_id": officer_id})

    def _checked(self, username: str, password: str) -> Document:
        name = fold(username)
        self._refuse_locked(name)
        metrics.SIGN_INS.labels("tried").inc()
        officer = self._officers.find_one({"username": name, "active": True})
        # An account that waits for its first sign-in has no hash; it takes as long as any other.
        stored = (officer and officer["password_hash"]) or self._nobody
        right = self._verify(stored, password)
        if officer is None or not right:
            self._count_wrong(name)
            metrics.SIGN_INS.labels("refused").inc()
            raise SignInError("error.sign_in")
        self._tries.delete_one({"_id": name})
        return officer

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _refuse_locked(self, name: str) -> None:
        row = self._tries.find_one({"_id": name})
        now = self._system.now()
        if row is not None and row["locked_until"] > now:
            seconds = int((row["locked_until"] - now).total_seconds()) + 1
            raise SignInError("error.locked_out", retry_after=seconds, seconds=seconds)

    def _count_wrong(self, name: str) -> None:
        """Count a wrong try; from the fifth on each one doubles the wait."""
        now = self._system.now()
        row = self._tries.find_one_and_update(
            {"_id": name},
            {
                "$inc": {"count": 1},
                "$set": {"forget_at": now + _FORGET},
                "$setOnInsert": {"locked_until": now},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        over = int(row["count"] if row else 0) - FREE_TRIES
        if over >= 0:
            wait = min(_FIRST_WAIT_SECONDS * 2 ** min(over, 10), _LONGEST_WAIT_SECONDS)
            until = now + dt.timedelta(seconds=wait)
            self._tries.update_one({"_id": name}, {"$max": {"locked_until": until}})

    def _expiry(self) -> dt.datetime:
        return self._system.now() + dt.timedelta(hours=SESSION_HOURS)

    def _open(self, collection: "Collection[Document]", officer: Document, **more: str) -> str:
        token = secrets.token_urlsafe(_SECRET_BYTES)
        collection.insert_one(
            {
                "_id": digest(token),
                "officer_id": officer["_id"],
                "created_at": self._system.now(),
                "expires_at": self._expiry(),
                **more,
            }
        )
        return token

    def _find(self, collection: "Collection[Document]", token: str) -> Session | None:
        # One round trip, because every page begins with it.
        officers = {
            "from": "officers",
            "localField": "officer_id",
            "foreignField": "_id",
            "as": "officers",
        }
        rows = collection.aggregate([{"$match": {"_id": digest(token)}}, {"$lookup": officers}])
        row = next(iter(rows), None)
        if row is None or row["expires_at"] <= self._system.now():
            return None
        officer = next((found for found in row["officers"] if found["active"]), None)
        if officer is None:
            return None
        actor = self._acting(actor_of(officer, self._clock.today()), row.get("acting_for"))
        return Session(
            actor=actor,
            csrf=row.get("csrf", ""),
            expires_at=row["expires_at"],
            session_id=row["_id"],
            scopes=frozenset(Scope(name) for name in row.get("scopes", Scope)),
            hint=row.get("id_token", ""),
        )

    def _acting(self, person: Actor, principal_id: str | None) -> Actor:
        """Return the person, acting for the principal while that one is away."""
        if principal_id is None:
            return person
        today = self._clock.today()
        principal = self._officers.find_one({"_id": principal_id, "active": True})
        if principal is None or not is_deputy(person.officer_id, principal, today):
            return person
        return acting_actor(person, principal, today)


def digest(token: str) -> str:
    """Return the SHA-256 under which a secret is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
