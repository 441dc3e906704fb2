"""The environment of each process of the stack: what it needs to know, and nothing more."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from dev import ports
from dev.secrets_kept import IdentityKeys, Secrets
from dev.settings import StackSettings

# What children take over from the person's own environment.
_TAKEN = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "LOG_LEVEL")
_GIVEN_THROUGH = ("KAFKA_", "NOTIFY_", "TASKS_MAX_FILE_MEGABYTES")
_LOCAL_USER = "cchc"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """Makes the environments.

    :param mongodb_uri: service → address with the user of that service.
    :param clock_file: the simulated clock; none: real time.
    """

    settings: StackSettings
    secrets: Secrets
    keys: IdentityKeys
    mongodb_uri: Callable[[str], str]
    kafka_servers: str
    clock_file: Path | None
    province: str

    def of(self, process: str) -> dict[str, str]:
        """Return the environment of a process such as ``tasks-web``."""
        service, _, kind = process.partition("-")
        made = self.command(service) | {"OPS_PORT": str(self.settings.ops(process))}
        if kind == "web":
            made["PORT"] = str(self._web_ports()[service])
            made["IDENTITY_PUBLIC_KEY_FILE"] = str(self.keys.public)
            if service == "tasks":
                made["TASKS_IDENTITY_PRIVATE_KEY_FILE"] = str(self.keys.private)
        return made

    def command(self, service: str) -> dict[str, str]:
        """Return the environment of a command of a service."""
        made = _taken() | {
            "CCHC_DEVELOPMENT": "1" if self.settings.development else "0",
            "MONGODB_URI": self.mongodb_uri(service),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka_servers,
            **self._addresses(),
        }
        if self.clock_file:
            made["CCHC_CLOCK_FILE"] = str(self.clock_file)
        if "DEMO_PASSWORD" in os.environ:
            made["DEMO_PASSWORD"] = os.environ["DEMO_PASSWORD"]
        if service == "notify":
            made = self._notify(made)
        return made

    def inbox(self) -> dict[str, str]:
        """Return the environment of the mail and SMS ends."""
        settings = self.settings
        return _taken() | {
            "LOCAL_DIR": str(settings.local),
            "INBOX_PORT": str(settings.inbox_port),
            "INBOX_SMTP_PORT": str(settings.inbox_smtp_port),
            "INBOX_SMS_PORT": str(settings.inbox_sms_port),
            "INBOX_USERNAME": _LOCAL_USER,
            "INBOX_PASSWORD": self.secrets.inbox_password,
        }

    def _addresses(self) -> dict[str, str]:
        """Return the public addresses; those of the person's environment win."""
        names = {"tasks": "TASKS_URL", "scoring": "SCORING_URL", "notify": "NOTIFY_URL"}
        return {
            name: os.environ.get(name) or self.settings.address(self._web_ports()[service])
            for service, name in names.items()
        }

    def _web_ports(self) -> Mapping[str, int]:
        settings = self.settings
        return {
            "tasks": settings.port,
            "scoring": settings.scoring_port,
            "notify": settings.notify_port,
        }

    def _notify(self, given: Mapping[str, str]) -> dict[str, str]:
        """Add where notify sends: in development always to the ends here, else as given."""
        settings = self.settings
        wanted = {
            "NOTIFY_RECEIPT_URL": f"{settings.address(settings.notify_port)}/receipts",
            "NOTIFY_RECEIPT_SECRET": self.secrets.receipt_secret,
            "NOTIFY_PROVINCE": self.province,
        }
        if not settings.development:
            return wanted | dict(given)
        return {
            **given,
            **wanted,
            "NOTIFY_SMTP_HOST": ports.LOOPBACK,
            "NOTIFY_SMTP_PORT": str(settings.inbox_smtp_port),
            "NOTIFY_SMTP_USERNAME": _LOCAL_USER,
            "NOTIFY_SMTP_PASSWORD": self.secrets.inbox_password,
            "NOTIFY_SMTP_CAFILE": str(settings.local / "inbox" / "smtp.pem"),
            "NOTIFY_MAIL_FROM": "Nhắc việc CCHC <nhacviec@cchc.test>",
            "NOTIFY_MAIL_DOMAIN": "cchc.test",
            "NOTIFY_SMS_URL": f"{settings.address(settings.inbox_sms_port)}/cgi-bin/sendsms",
            "NOTIFY_SMS_USERNAME": _LOCAL_USER,
            "NOTIFY_SMS_PASSWORD": self.secrets.inbox_password,
            "NOTIFY_SMS_FROM": "CCHC",
        }


def _taken() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _TAKEN}
    given = {name: value for name, value in os.environ.items() if name.startswith(_GIVEN_THROUGH)}
    return kept | given | {"PYTHONUNBUFFERED": "1"}
