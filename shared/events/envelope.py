"""The envelope of an event: CloudEvents 1.0, Kafka binding in binary mode.

Source: CloudEvents 1.0.2 and its Kafka Protocol Binding. Attribute names are lower-case letters
and digits, so the correlation id travels as ``ce_correlationid``.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Protocol, Self

import msgspec

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json; charset=utf-8"

# An instant in a payload: one without a time zone does not decode.
Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class EventDecodeError(Exception):
    """A record that no handler can use: unknown type, bad header or bad body."""


class Payload(Protocol):
    """What every event body has in common: it knows which aggregate it speaks of."""

    @property
    def subject(self) -> str:
        """Return the id of the aggregate (``ce_subject``)."""
        ...

    @property
    def key(self) -> str:
        """Return the Kafka key: the family whose order matters."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact: envelope attributes and a checked payload.

    ``time`` is the system clock's instant (aware UTC); business instants are in the payload.
    """

    id: str
    type: str
    source: str
    time: dt.datetime
    correlation_id: str
    data: Any
    traceparent: str | None = None

    @property
    def subject(self) -> str:
        return str(self.data.subject)

    @property
    def key(self) -> str:
        return str(self.data.key)

    def body(self) -> bytes:
        """Return the JSON body: UTF-8, dates as ISO 8601, decimals as strings."""
        return msgspec.json.encode(self.data)

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the Kafka headers of the CloudEvents binary mode."""
        return make_headers(
            id=self.id,
            type=self.type,
            source=self.source,
            time=self.time,
            subject=self.subject,
            correlation_id=self.correlation_id,
            traceparent=self.traceparent,
        )


def make_headers(
    *,
    id: str,  # noqa: A002 - the attribute's name in CloudEvents
    type: str,  # noqa: A002 - the same
    source: str,
    time: dt.datetime,
    subject: str,
    correlation_id: str,
    traceparent: str | None,
) -> list[tuple[str, bytes]]:
    """Return the Kafka headers of one event, from its attributes."""
    values = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": SPEC_VERSION,
        "ce_id": id,
        "ce_type": type,
        "ce_source": source,
        "ce_time": time.isoformat(),
        "ce_subject": subject,
        "ce_correlationid": correlation_id,
    }
    if traceparent is not None:
        values["traceparent"] = traceparent
    return [(name, value.encode()) for name, value in values.items()]


class Catalogue:
    """Event types and their payload classes; decodes what it knows.

    :param types: event type → payload class (a frozen dataclass).
    """

    def __init__(self, types: Mapping[str, type]) -> None:
        self.types = dict(types)
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {
            name: msgspec.json.Decoder(payload) for name, payload in self.types.items()
        }

    def __or__(self, other: Self) -> "Catalogue":
        return Catalogue({**self.types, **other.types})

    def decode(self, headers: Iterable[tuple[str, bytes]], body: bytes | None) -> Event:
        """Return the event of a Kafka record.

        :raises EventDecodeError: with a sentence that names the header or field at fault.
        """
        values = _text(headers)
        kind = _required(values, "ce_type")
        decoder = self._decoders.get(kind)
        if decoder is None:
            raise EventDecodeError(f"unknown event type {kind!r}")
        try:
            data = decoder.decode(body or b"")
        except msgspec.DecodeError as error:
            raise EventDecodeError(f"{kind}: {error}") from error
        return Event(
            id=_required(values, "ce_id"),
            type=kind,
            source=_required(values, "ce_source"),
            time=_instant(_required(values, "ce_time")),
            correlation_id=values.get("ce_correlationid", ""),
            traceparent=values.get("traceparent"),
            data=data,
        )

    def knows(self, headers: Iterable[tuple[str, bytes]]) -> bool:
        """Tell whether the record's type is in this catalogue (others' types are skipped)."""
        return _text(headers).get("ce_type") in self._decoders

    def decode_data(self, kind: str, body: bytes) -> Any:
        """Return the payload of a stored body, as the outbox and dead letters keep it."""
        decoder = self._decoders.get(kind)
        if decoder is None:
            raise EventDecodeError(f"unknown event type {kind!r}")
        try:
            return decoder.decode(body)
        except msgspec.DecodeError as error:
            raise EventDecodeError(f"{kind}: {error}") from error


def _text(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    try:
        return {name: value.decode() for name, value in headers}
    except UnicodeDecodeError as error:
        raise EventDecodeError(f"a header is not UTF-8: {error}") from error


def _required(values: Mapping[str, str], name: str) -> str:
    try:
        return values[name]
    except KeyError:
        raise EventDecodeError(f"header {name} is missing") from None


def _instant(text: str) -> dt.datetime:
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise EventDecodeError(f"ce_time: {error}") from error
    if value.tzinfo is None:
        raise EventDecodeError("ce_time has no time zone")
    return value
