"""Settings: read from the environment once, checked, frozen; all faults told at once.

Each service has one frozen ``Settings`` in its ``config.py`` that holds the groups below.
"""

import dataclasses
from pathlib import Path

from environs import Env, EnvError, EnvValidationError, validate


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message has one sentence for each."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = dataclasses.field(default=None, repr=False)
    ssl_cafile: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MongoSettings:
    uri: str = dataclasses.field(repr=False)
    database: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSettings:
    """What every process needs: operations port, log level, the clock, the development switch."""

    ops_host: str
    ops_port: int
    log_level: str
    development: bool
    clock_file: Path | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AddressSettings:
    """Where a web listens, and the public base addresses of the three webs for links."""

    host: str
    port: int
    tasks_url: str
    scoring_url: str
    notify_url: str
    identity_public_key_file: Path


class Reader:
    """Reads groups of settings and gathers every fault.

    Use: build the groups, then :meth:`finish`, which raises if anything was wrong.
    """

    def __init__(self) -> None:
        self.env = Env(eager=False)

    def finish(self) -> None:
        """Raise SettingsError with one sentence for each fault, if there is any."""
        try:
            self.env.seal()
        except EnvValidationError as error:
            raise SettingsError(_sentences(error)) from error
        except EnvError as error:
            raise SettingsError(str(error)) from error

    def kafka(self) -> KafkaSettings:
        env = self.env
        return KafkaSettings(
            bootstrap_servers=env.str("KAFKA_BOOTSTRAP_SERVERS"),
            security_protocol=env.str(
                "KAFKA_SECURITY_PROTOCOL",
                "PLAINTEXT",
                validate=validate.OneOf(["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]),
            ),
            sasl_mechanism=env.str("KAFKA_SASL_MECHANISM", None),
            sasl_username=env.str("KAFKA_SASL_USERNAME", None),
            sasl_password=env.str("KAFKA_SASL_PASSWORD", None),
            ssl_cafile=env.str("KAFKA_SSL_CAFILE", None),
        )

    def mongo(self, default_database: str) -> MongoSettings:
        return MongoSettings(
            uri=self.env.str("MONGODB_URI"),
            database=self.env.str("MONGODB_DATABASE", default_database),
        )

    def process(self) -> ProcessSettings:
        env = self.env
        clock_file = env.path("CCHC_CLOCK_FILE", None)
        return ProcessSettings(
            ops_host=env.str("OPS_HOST", "127.0.0.1"),
            ops_port=env.int("OPS_PORT", 9100, validate=validate.Range(min=0, max=65535)),
            log_level=env.str(
                "LOG_LEVEL",
                "INFO",
                validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]),
            ),
            development=env.bool("CCHC_DEVELOPMENT", False),
            clock_file=clock_file,
        )

    def addresses(self, default_port: int) -> AddressSettings:
        env = self.env
        return AddressSettings(
            host=env.str("WEB_HOST", "127.0.0.1"),
            port=env.int("PORT", default_port, validate=validate.Range(min=1, max=65535)),
            tasks_url=env.str("TASKS_URL", ""),
            scoring_url=env.str("SCORING_URL", ""),
            notify_url=env.str("NOTIFY_URL", ""),
            identity_public_key_file=env.path("IDENTITY_PUBLIC_KEY_FILE"),
        )


def _sentences(error: EnvValidationError) -> str:
    messages = error.error_messages
    if isinstance(messages, list):
        return "\n".join(messages)
    return "\n".join(f"{name}: {' '.join(words)}" for name, words in messages.items())


def refuse_unsafe(process: ProcessSettings, addresses: AddressSettings | None) -> None:
    """Refuse a simulated clock without the development switch, and that switch off loopback.

    :raises SettingsError: with a sentence that names the setting.
    """
    if process.clock_file is not None and not process.development:
        raise SettingsError("CCHC_CLOCK_FILE: a simulated clock needs CCHC_DEVELOPMENT=1.")
    loopback = {"127.0.0.1", "::1", "localhost"}
    hosts = {process.ops_host} | ({addresses.host} if addresses else set())
    if process.development and not hosts <= loopback:
        raise SettingsError("CCHC_DEVELOPMENT: the development switch is allowed on loopback only.")
