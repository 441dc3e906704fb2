"""Idempotency-Key: the same request sent again gets the same answer and no second effect.

The answer is kept in the act's own transaction under (caller, key) with the hash of the body, for
seven days by the system clock.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks.domain.errors import DomainError, InvalidError
from shared.clock import Clock
from shared.mongo import Document, StaleVersionError, atomically

LONGEST_KEY = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and a JSON body; ``replayed`` says that it was kept from the first time."""

    status: int
    body: Any
    replayed: bool = False


class Idempotency:
    """Keeps answers by caller and key."""

    def __init__(
        self, client: "MongoClient[Document]", database: "Database[Document]", *, system: Clock
    ) -> None:
        self._client = client
        self._kept = database["idempotency"]
        self._system = system

    def earlier(self, caller: str, key: str, request: bytes) -> Answer | None:
        """Return the kept answer of the same request; None when the key is new.

        :param request: what identifies the request: method, address, body.
        :raises InvalidError: the key is too long, or came before with another request.
        """
        _check(key)
        row = self._kept.find_one({"_id": _name(caller, key)})
        if row is None:
            return None
        if row["request"] != _hash(request):
            raise InvalidError("Idempotency-Key", "error.idempotency_reused")
        return Answer(status=row["status"], body=row["body"], replayed=True)

    def once(self, caller: str, key: str, request: bytes, work: Callable[[], Answer]) -> Answer:
        """Run the act and keep its answer in one transaction, or return the kept answer.

        Nobody looks first, because most requests come once: a repeat fails at its key, or at a
        rule that the first one's effect has made it break, and only then the answer is looked up.

        :param work: the use case; what it writes joins the transaction.
        :raises InvalidError: as :meth:`earlier`.
        """
        _check(key)

        def both() -> Answer:
            answer = work()
            self._kept.insert_one(
                {
                    "_id": _name(caller, key),
                    "request": _hash(request),
                    "status": answer.status,
                    "body": answer.body,
                    "kept_at": self._system.now(),
                }
            )
            return answer

        try:
            return atomically(self._client, both)
        except (DuplicateKeyError, DomainError, StaleVersionError):
            kept = self.earlier(caller, key, request)
            if kept is None:
                raise
            return kept


def _check(key: str) -> None:
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidError("Idempotency-Key", "error.idempotency_key", n=LONGEST_KEY)


def _name(caller: str, key: str) -> str:
    return f"{caller}|{key}"


def _hash(request: bytes) -> str:
    return hashlib.sha256(request).hexdigest()
