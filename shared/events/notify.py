"""Facts published by notify: what became of each copy of a reminder."""

import dataclasses
import enum

from shared.events.envelope import Catalogue, Instant

TOPIC = "notify.events"


class Channel(enum.StrEnum):
    EMAIL = "email"
    SMS = "sms"


class DeliveryStatus(enum.StrEnum):
    """States of a delivery (lần gửi); the table of transitions is in docs/events.md, H."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """One copy to one person by one channel changed its state; no address, no name, no text."""

    delivery_id: str
    revision: int
    reminder_id: str
    assignment_id: str
    rule_id: str
    occurrence: int
    officer_id: str
    channel: Channel
    state: DeliveryStatus
    at: Instant
    parts: int = 1
    possible_duplicate: bool = False

    @property
    def subject(self) -> str:
        return self.delivery_id

    @property
    def key(self) -> str:
        return self.assignment_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged:
    """A channel to an officer was given up (suppressed) or taken up again (restored)."""

    officer_id: str
    revision: int
    channel: Channel
    cause: str
    at: Instant

    @property
    def subject(self) -> str:
        return self.officer_id

    @property
    def key(self) -> str:
        return self.officer_id


DELIVERY_CHANGED = "notify.delivery.changed.v1"
CONTACT_SUPPRESSED = "notify.contact.suppressed.v1"
CONTACT_RESTORED = "notify.contact.restored.v1"
CATALOGUE = Catalogue(
    {
        DELIVERY_CHANGED: DeliveryChanged,
        CONTACT_SUPPRESSED: ContactChanged,
        CONTACT_RESTORED: ContactChanged,
    }
)
