"""Settings of notify, from the environment; every fault is told at once."""

import dataclasses
import datetime as dt
from pathlib import Path

from environs import validate

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
class SmtpSettings:
    """The mail server; ``cafile`` is a certificate to trust beside the system's own.

    ``domain`` is the right side of every Message-ID, which is the same for each try of a delivery.
    """

    host: str
    port: int
    username: str | None
    password: str | None = dataclasses.field(repr=False)
    starttls: bool
    cafile: Path | None
    sender: str
    reply_to: str | None
    domain: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """The gateway's sendsms form (Kannel) and the address it calls with receipts."""

    url: str
    username: str
    password: str = dataclasses.field(repr=False)
    sender: str
    receipt_url: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the processes of notify are told from outside.

    ``send_at``: local time of day at which reminders fall due. ``province``: named in SMS, may be
    empty. ``allow_list``: if not empty, only these addresses get anything, all others are
    suppressed. ``unknown_wait_seconds``: how long a lost answer waits for a receipt before the
    message goes out once more. ``catch_up_seconds``: how long a starting worker waits at most until
    it has read what happened while it was away.
    """

    process: ProcessSettings
    mongo: MongoSettings
    kafka: KafkaSettings
    web: AddressSettings | None
    smtp: SmtpSettings
    sms: SmsSettings
    receipt_secret: str = dataclasses.field(repr=False)
    tasks_url: str
    province: str
    send_at: dt.time
    allow_list: frozenset[str]
    unknown_wait_seconds: int
    lease_seconds: int
    catch_up_seconds: int

    @classmethod
    def from_env(cls, *, web: bool = False) -> "Settings":
        """Return the settings of this process.

        :param web: whether it serves pages and so needs an address and the identity key.
        :raises SettingsError: with one sentence for each fault.
        """
        reader = Reader()
        env = reader.env
        settings = cls(
            process=reader.process(),
            mongo=reader.mongo("notify"),
            kafka=reader.kafka(),
            web=reader.addresses(8082) if web else None,
            smtp=_smtp(reader),
            sms=_sms(reader),
            receipt_secret=env.str("NOTIFY_RECEIPT_SECRET", validate=validate.Length(min=16)),
            tasks_url=(env.str("TASKS_URL") or "").rstrip("/"),
            province=env.str("NOTIFY_PROVINCE", ""),
            send_at=env.time("NOTIFY_SEND_AT", dt.time(7, 30)),
            allow_list=_allow_list(env.str("NOTIFY_ALLOW_LIST", "")),
            unknown_wait_seconds=env.int("NOTIFY_UNKNOWN_WAIT_SECONDS", 900),
            catch_up_seconds=env.int("NOTIFY_CATCH_UP_SECONDS", 120),
            lease_seconds=env.int("NOTIFY_LEASE_SECONDS", 180, validate=validate.Range(min=1)),
        )
        reader.finish()
        refuse_unsafe(settings.process, settings.web)
        return settings


def _allow_list(text: str) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in text.split(",") if word.strip())


def _smtp(reader: Reader) -> SmtpSettings:
    env = reader.env
    return SmtpSettings(
        host=env.str("NOTIFY_SMTP_HOST"),
        port=env.int("NOTIFY_SMTP_PORT", 587, validate=validate.Range(min=1, max=65535)),
        username=env.str("NOTIFY_SMTP_USERNAME", None),
        password=env.str("NOTIFY_SMTP_PASSWORD", None),
        starttls=env.bool("NOTIFY_SMTP_STARTTLS", True),
        cafile=env.path("NOTIFY_SMTP_CAFILE", None),
        sender=env.str("NOTIFY_MAIL_FROM"),
        reply_to=env.str("NOTIFY_MAIL_REPLY_TO", None),
        domain=env.str("NOTIFY_MAIL_DOMAIN"),
    )


def _sms(reader: Reader) -> SmsSettings:
    env = reader.env
    return SmsSettings(
        url=env.str("NOTIFY_SMS_URL"),
        username=env.str("NOTIFY_SMS_USERNAME"),
        password=env.str("NOTIFY_SMS_PASSWORD"),
        sender=env.str("NOTIFY_SMS_FROM"),
        receipt_url=env.str("NOTIFY_RECEIPT_URL"),
    )


__all__ = ["Settings", "SettingsError", "SmsSettings", "SmtpSettings"]
