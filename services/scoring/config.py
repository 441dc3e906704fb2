"""Settings of scoring, from the environment; every fault is told at once."""

import dataclasses

from shared.settings import (
    AddressSettings,
    KafkaSettings,
    MongoSettings,
    ProcessSettings,
    Reader,
    SettingsError,
    refuse_unsafe,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the processes of scoring are told from outside; ``web`` for the web alone."""

    process: ProcessSettings
    mongo: MongoSettings
    kafka: KafkaSettings
    web: AddressSettings | None

    @classmethod
    def from_env(cls, *, web: bool = False) -> "Settings":
        """Return the settings of this process.

        :param web: whether it serves pages and so needs an address and the identity key.
        :raises SettingsError: with one sentence for each fault.
        """
        reader = Reader()
        settings = cls(
            process=reader.process(),
            mongo=reader.mongo("scoring"),
            kafka=reader.kafka(),
            web=reader.addresses(8081) if web else None,
        )
        reader.finish()
        refuse_unsafe(settings.process, settings.web)
        return settings


__all__ = ["Settings", "SettingsError"]
