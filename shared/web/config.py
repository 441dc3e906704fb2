"""What the shell is told about the web that it serves."""

import dataclasses

from shared.settings import AddressSettings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """One web of the product.

    :param service: its name, e.g. ``scoring``.
    :param addresses: where it listens, the public addresses of all three webs, the key that
        identities are checked with.
    :param development: the development switch: banner button, cookies without TLS.
    """

    service: str
    addresses: AddressSettings
    development: bool
