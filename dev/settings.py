"""Settings of the embedded stack: ports, folder, clock; every one has a default."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from environs import Env, EnvValidationError, validate
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from dev import ports
from dev.faults import StackError
from shared.clock import LOCAL

ROOT = Path(__file__).parents[1]
PLAN = ROOT / "plans" / "sonla-2025"
PROCESSES = (
    "tasks-web",
    "tasks-worker",
    "scoring-web",
    "scoring-worker",
    "notify-web",
    "notify-worker",
)
NOW = "now"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings:
    """What the stack is told from outside.

    :param local: folder for everything it keeps.
    :param mongodb_uri: replaces the embedded MongoDB.
    :param kafka_servers: replace the embedded Kafka.
    :param clock: ``now``, a local instant, or nothing for the day of the demonstration.
    :param development: the database is here, so mail and SMS may end here and time be simulated.
    :param demonstration: accounts with a known password and the history are wanted too.
    """

    local: Path
    port: int
    scoring_port: int
    notify_port: int
    inbox_port: int
    inbox_smtp_port: int
    inbox_sms_port: int
    mongodb_port: int
    kafka_port: int
    ops_port: int
    mongodb_uri: str | None
    kafka_servers: str | None
    clock: str | None
    development: bool
    demonstration: bool

    @property
    def cache(self) -> Path:
        """Downloads, kept over ``make clean``."""
        return self.local / "cache"

    @property
    def clock_file(self) -> Path:
        return self.local / "clock.json"

    @property
    def history_file(self) -> Path:
        return self.local / "history.json"

    def log(self, name: str) -> Path:
        return self.local / "logs" / f"{name}.log"

    def address(self, port: int) -> str:
        return f"http://{ports.LOOPBACK}:{port}"

    def ops(self, process: str) -> int:
        """Return the operations port of a process."""
        return self.ops_port + PROCESSES.index(process)

    def wanted_ports(self) -> Iterator[tuple[str, int, str]]:
        """Yield setting, port and purpose of each port that the stack listens on."""
        yield "PORT", self.port, "tasks"
        yield "SCORING_PORT", self.scoring_port, "scoring"
        yield "NOTIFY_PORT", self.notify_port, "notify"
        if self.development:
            yield "INBOX_PORT", self.inbox_port, "the inbox page"
            yield "INBOX_SMTP_PORT", self.inbox_smtp_port, "the mail end"
            yield "INBOX_SMS_PORT", self.inbox_sms_port, "the SMS end"
        if self.mongodb_uri is None:
            yield "MONGODB_PORT", self.mongodb_port, "MongoDB"
        if self.kafka_servers is None:
            yield "KAFKA_PORT", self.kafka_port, "Kafka"
        for process in PROCESSES:
            yield "OPS_PORT", self.ops(process), f"operations of {process}"


def from_env() -> StackSettings:
    """Return the settings.

    :raises StackError: with a sentence for each fault.
    """
    env = Env(eager=False)
    port = validate.Range(min=1, max=65535)
    inbox = env.int("INBOX_PORT", 8025, validate=port) or 8025
    uri = env.str("MONGODB_URI", "") or None
    development = uri is None or _is_local(uri)
    settings = StackSettings(
        local=(env.path("LOCAL_DIR", None) or ROOT / ".local").resolve(),
        port=env.int("PORT", 8080, validate=port),
        scoring_port=env.int("SCORING_PORT", 8081, validate=port),
        notify_port=env.int("NOTIFY_PORT", 8082, validate=port),
        inbox_port=inbox,
        inbox_smtp_port=env.int("INBOX_SMTP_PORT", inbox + 1, validate=port),
        inbox_sms_port=env.int("INBOX_SMS_PORT", inbox + 2, validate=port),
        mongodb_port=env.int("MONGODB_PORT", 27117, validate=port),
        kafka_port=env.int("KAFKA_PORT", 19092, validate=port),
        ops_port=env.int("OPS_PORT", 9100, validate=port),
        mongodb_uri=uri,
        kafka_servers=env.str("KAFKA_BOOTSTRAP_SERVERS", "") or None,
        clock=env.str("CLOCK", "") or None,
        development=development,
        demonstration=env.bool("DEMO", True) and development,
    )
    try:
        env.seal()
    except EnvValidationError as error:
        raise StackError(_sentences(error)) from error
    if settings.clock not in (None, NOW):
        instant(settings.clock or "")
    return settings


def instant(text: str) -> dt.datetime:
    """Return a local instant such as ``2025-06-20T08:00``.

    :raises StackError: when it is none.
    """
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise StackError(f"{text!r} is no instant: write it as 2025-06-20T08:00.") from error
    return read if read.tzinfo else read.replace(tzinfo=LOCAL)


def check_ports(settings: StackSettings) -> None:
    """Refuse ports that are in use or wanted twice.

    :raises StackError: with a sentence for each.
    """
    taken: dict[int, str] = {}
    faults = []
    for setting, port, purpose in settings.wanted_ports():
        if port in taken:
            faults.append(
                f"Port {port} is wanted for {taken[port]} and for {purpose}: change {setting}."
            )
        elif not ports.is_free(port):
            faults.append(
                f"Port {port} for {purpose} is in use: end what listens there,"
                f" or choose another one, e.g. make run {setting}={port + 100}."
            )
        taken[port] = purpose
    if faults:
        raise StackError("\n".join(faults))


def _is_local(uri: str) -> bool:
    try:
        hosts = {host for host, _port in parse_uri(uri)["nodelist"]}
    except PyMongoError as error:
        raise StackError(f"MONGODB_URI cannot be read: {error}.") from error
    return hosts <= _LOOPBACK


def _sentences(error: EnvValidationError) -> str:
    messages = error.error_messages
    if isinstance(messages, list):
        return "\n".join(messages)
    return "\n".join(f"{name}: {' '.join(words)}" for name, words in messages.items())
