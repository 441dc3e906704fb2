"""Settings of tasks: one frozen value from the environment, every fault told at once."""

import dataclasses
from pathlib import Path

from environs import validate

from services.tasks.usecases.files import MAX_MEGABYTES
from shared.settings import (
    AddressSettings,
    KafkaSettings,
    MongoSettings,
    ProcessSettings,
    Reader,
    refuse_unsafe,
)

SERVICE = "tasks"
DEFAULT_PORT = 8080


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process of tasks needs; a worker has no ``addresses``, a command no Kafka.

    :param identity_private_key_file: the key that signs identities for the other webs.
    """

    process: ProcessSettings
    mongo: MongoSettings
    kafka: KafkaSettings | None = None
    addresses: AddressSettings | None = None
    identity_private_key_file: Path | None = None
    max_file_megabytes: int = MAX_MEGABYTES

    @classmethod
    def for_web(cls) -> "Settings":
        """Read what the web needs.

        :raises SettingsError: with a sentence for each fault.
        """
        reader = Reader()
        size = validate.Range(min=1, max=200)
        settings = cls(
            process=reader.process(),
            mongo=reader.mongo(SERVICE),
            addresses=reader.addresses(DEFAULT_PORT),
            identity_private_key_file=reader.env.path("TASKS_IDENTITY_PRIVATE_KEY_FILE"),
            max_file_megabytes=reader.env.int(
                "TASKS_MAX_FILE_MEGABYTES", MAX_MEGABYTES, validate=size
            ),
        )
        return _finished(reader, settings)

    @classmethod
    def for_worker(cls) -> "Settings":
        """Read what the worker needs.

        :raises SettingsError: with a sentence for each fault.
        """
        reader = Reader()
        settings = cls(process=reader.process(), mongo=reader.mongo(SERVICE), kafka=reader.kafka())
        return _finished(reader, settings)

    @classmethod
    def for_command(cls) -> "Settings":
        """Read what a command needs: the database and the clock.

        :raises SettingsError: with a sentence for each fault.
        """
        reader = Reader()
        settings = cls(process=reader.process(), mongo=reader.mongo(SERVICE))
        return _finished(reader, settings)


def _finished(reader: Reader, settings: Settings) -> Settings:
    reader.finish()
    refuse_unsafe(settings.process, settings.addresses)
    return settings
