"""MongoDB: connection, transactions, and dataclasses as documents.

Local dates are stored as ISO text, instants as BSON dates, decimals as Decimal128.
"""

import contextlib
import contextvars
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import pymongo
from bson.codec_options import TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from pymongo import IndexModel, MongoClient, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import CollectionInvalid
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
T = TypeVar("T")

_SERVER_SELECTION_MS = 5_000
_SOCKET_MS = 20_000
_KEPT = (dt.datetime, Decimal)
_open_session: contextvars.ContextVar[bool] = contextvars.ContextVar("open_session", default=False)


class StaleVersionError(Exception):
    """Another act was faster: the document's version is no longer the one that was read.

    ``current`` is the newer document, ``item`` the number of the act when several were asked for
    together.
    """

    def __init__(self, current: Document) -> None:
        super().__init__(f"{current.get('_id')} is at version {current.get('version')} now")
        self.current = current
        self.item: int | None = None


class _DecimalCodec(TypeCodec):
    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


def connect(uri: str, *, app_name: str) -> "MongoClient[Document]":
    """Return a client: aware times, decimals both ways, bounded waits.

    Writes are majority by the server's own default (MongoDB ≥ 5). It is not said on the client,
    because a bound session would send it inside transactions, which the server refuses.
    It connects lazily; a missing server shows at the first operation, after at most 5 s.
    """
    return MongoClient(
        uri,
        appname=app_name,
        tz_aware=True,
        tzinfo=dt.UTC,
        type_registry=TypeRegistry([_DecimalCodec()]),
        serverSelectionTimeoutMS=_SERVER_SELECTION_MS,
        connectTimeoutMS=_SERVER_SELECTION_MS,
        socketTimeoutMS=_SOCKET_MS,
        retryWrites=True,
    )


def atomically(client: "MongoClient[Document]", work: Callable[[], T]) -> T:
    """Run ``work`` in one transaction and return its value; all of it happens or nothing.

    Every operation of this client inside joins the transaction (``ClientSession.bind``), so that
    a forgotten ``session=`` cannot outlive an abort. Inside an open transaction of the same
    thread the call joins it. ``work`` may run more than once: take ids and times before it and
    have no other side effect in it. GridFS stays outside.
    """
    if _open_session.get():
        return work()
    token = _open_session.set(True)
    try:
        with client.start_session() as session, session.bind():
            return session.with_transaction(
                lambda _: work(), write_concern=WriteConcern("majority")
            )
    finally:
        _open_session.reset(token)


def ping(client: "MongoClient[Document]") -> None:
    """Raise a PyMongoError unless the server answers within two seconds."""
    with pymongo.timeout(2):
        client.admin.command("ping")


def insert(collection: "Collection[Document]", rows: Sequence[Document]) -> None:
    """Insert rows; none is nothing, and one costs less by its own command than as a batch."""
    if len(rows) == 1:
        collection.insert_one(rows[0])
    elif rows:
        collection.insert_many(rows)


def update(collection: "Collection[Document]", changes: Sequence[tuple[Document, Document]]) -> int:
    """Set fields, each time of the one document that a filter finds; return how many it found.

    :param changes: filter and fields, in their order.
    """
    if len(changes) == 1:
        which, fields = changes[0]
        return collection.update_one(which, {"$set": fields}).matched_count
    if not changes:
        return 0
    writes = [UpdateOne(which, {"$set": fields}) for which, fields in changes]
    return collection.bulk_write(writes).matched_count


def to_document(value: Any) -> Document:
    """Return a dataclass as a document: dates as ISO text, instants and decimals kept."""
    document: Document = msgspec.to_builtins(value, builtin_types=_KEPT)
    return document


def from_document(kind: type[T], document: Mapping[str, Any]) -> T:
    """Return the dataclass of a document; fields it does not know are left out.

    :raises msgspec.ValidationError: when a field is missing or has the wrong type.
    """
    return msgspec.convert(document, kind, builtin_types=_KEPT)


def ensure(database: "Database[Document]", indexes: Mapping[str, Iterable[IndexModel]]) -> None:
    """Create the collections and their indexes; doing it again changes nothing.

    Collections must exist before a transaction writes to them under load.
    """
    present = set(database.list_collection_names())
    for name, models in indexes.items():
        if name not in present:
            with contextlib.suppress(CollectionInvalid):  # another process was faster
                database.create_collection(name)
        wanted = list(models)
        if wanted:
            database[name].create_indexes(wanted)
