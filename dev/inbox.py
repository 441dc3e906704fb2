"""The far end in development: ``python -m dev.inbox`` takes e-mail and SMS and shows them.

Environment: LOCAL_DIR (state), INBOX_PORT (page), INBOX_SMTP_PORT, INBOX_SMS_PORT,
INBOX_USERNAME, INBOX_PASSWORD. Everything listens on loopback. The mail end's certificate is
``LOCAL_DIR/inbox/smtp.pem``; give it to notify as NOTIFY_SMTP_CAFILE, so that its check is real.
"""

import dataclasses
import logging
import sys
from pathlib import Path
from typing import Protocol

from environs import Env, EnvValidationError

from dev.inbox_gateway import GatewayEnd
from dev.inbox_page import PageEnd
from dev.inbox_smtp import MailEnd, ensure_certificate
from dev.inbox_store import InboxStore
from shared import logs
from shared.lifecycle import Stop, install_signals


class End(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    folder: Path
    port: int
    smtp_port: int
    sms_port: int
    username: str
    password: str = dataclasses.field(repr=False)

    @property
    def certificate(self) -> Path:
        return self.folder / "smtp.pem"


def from_env() -> InboxSettings:
    """Return the settings; exits with a sentence for each fault."""
    env = Env(eager=False)
    local = env.path("LOCAL_DIR", Path(".local"))
    settings = InboxSettings(
        folder=local / "inbox",
        port=env.int("INBOX_PORT", 8025),
        smtp_port=env.int("INBOX_SMTP_PORT", 8026),
        sms_port=env.int("INBOX_SMS_PORT", 8027),
        username=env.str("INBOX_USERNAME"),
        password=env.str("INBOX_PASSWORD"),
    )
    try:
        env.seal()
    except EnvValidationError as error:
        sys.exit(str(error))
    return settings


def main() -> int:
    settings = from_env()
    logs.configure("dev", "inbox")
    logging.getLogger("mail.log").setLevel("ERROR")  # aiosmtpd tells every line of a session
    stop = Stop()
    install_signals(stop)
    ensure_certificate(settings.certificate)
    store = InboxStore(settings.folder / "messages.jsonl")
    user, password = settings.username, settings.password
    ends: list[End] = [
        MailEnd(
            store,
            port=settings.smtp_port,
            username=user,
            password=password,
            certificate=settings.certificate,
        ),
        GatewayEnd(store, port=settings.sms_port, username=user, password=password),
        PageEnd(store, port=settings.port),
    ]
    for end in ends:
        end.start()
    while not stop.wait(1.0):
        pass
    for end in ends:
        end.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
