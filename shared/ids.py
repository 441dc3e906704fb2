"""Ids: opaque, never changing, without meaning. Codes are labels and live elsewhere."""

import secrets
import uuid

from shared.clock import SystemClock

_NAMESPACE = uuid.UUID("6f0f3c1e-6a0e-5b61-9d7e-0b9f8f4c2a11")


def stable_id(*parts: str) -> str:
    """Return the UUIDv5 of a natural key, so that loading the same row twice gives one id."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, the rest random."""
    milliseconds = int(SystemClock().now().timestamp() * 1000)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))
