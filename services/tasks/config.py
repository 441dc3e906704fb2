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
    SettingsError,
    refuse_unsafe,
)

SERVICE = "tasks"
DEFAULT_PORT = 8080


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """How this product is known to an OpenID provider.

    :param issuer: the provider's address, as it names itself.
    :param name: what the button of the sign-in page calls it.
    """

    issuer: str
    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    name: str


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
    oidc: OidcSettings | None = None

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
            oidc=_oidc(reader),
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


def _oidc(reader: Reader) -> OidcSettings | None:
    """Return the OpenID provider, or None when no setting names one."""
    env = reader.env
    issuer = env.str("TASKS_OIDC_ISSUER", "")
    client_id = env.str("TASKS_OIDC_CLIENT_ID", "")
    secret = env.str("TASKS_OIDC_CLIENT_SECRET", "")
    name = env.str("TASKS_OIDC_NAME", "OpenID")
    if not (issuer or client_id or secret):
        return None
    return OidcSettings(issuer=issuer, client_id=client_id, client_secret=secret, name=name)


def _finished(reader: Reader, settings: Settings) -> Settings:
    reader.finish()
    refuse_unsafe(settings.process, settings.addresses)
    if settings.oidc is not None:
        _refuse_half(settings.oidc)
    return settings


def _refuse_half(oidc: OidcSettings) -> None:
    """Refuse a provider with only some of its settings, or by plain HTTP off loopback.

    :raises SettingsError: with a sentence that names the setting.
    """
    if not (oidc.issuer and oidc.client_id and oidc.client_secret):
        raise SettingsError(
            "TASKS_OIDC_ISSUER, TASKS_OIDC_CLIENT_ID, TASKS_OIDC_CLIENT_SECRET belong together."
        )
    if not oidc.issuer.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise SettingsError("TASKS_OIDC_ISSUER: an address with https:// is needed.")
