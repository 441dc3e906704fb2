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

    @property
    def own_base(self) -> str:
        """Return what comes before a path of this web in an address that another web is given.

        Nothing for tasks: it owns the sign-in and the clock, where the addresses are used.
        """
        own = {"scoring": self.addresses.scoring_url, "notify": self.addresses.notify_url}
        return own.get(self.service, "").rstrip("/")
