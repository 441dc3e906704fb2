"""Ways to the far end: SMTP for e-mail, the gateway's HTTP form for SMS."""

import dataclasses
from collections.abc import Callable

from services.notify.domain.deliveries import Outcome
from services.notify.domain.messages import Message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way; ``delivery_id`` is the reference that never changes."""

    delivery_id: str
    to: str
    message: Message
    locale: str


class ProviderUnavailableError(Exception):
    """The provider cannot be reached or does not let us in; nothing was sent."""


Send = Callable[[Outgoing], Outcome]
