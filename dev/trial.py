"""A stack of its own for tests and measurements: ``python -m dev up`` in a folder of its own.

It is started as a person starts it and is told nothing but its folder and ports, so what holds
here holds there.
"""

import os
import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from dev import children, ports
from dev.children import Child
from dev.faults import StackError
from dev.mongodb import MongoServer
from dev.settings import ROOT, from_env
from shared.clock import SystemClock
from shared.lifecycle import Stop

_RUNS = "Everything runs"
_LOOK_SECONDS = 0.1
_LAST_LINES = 15
# Below the ports that Linux gives to outgoing connections: one of those might take the port of a
# process that was killed and is to come back.
_LOWEST_PORT, _HIGHEST_PORT = 10_240, 32_000
_PORTS = (
    "PORT",
    "SCORING_PORT",
    "NOTIFY_PORT",
    "INBOX_PORT",
    "INBOX_SMTP_PORT",
    "INBOX_SMS_PORT",
    "MONGODB_PORT",
    "KAFKA_PORT",
    "OPS_PORT",
)
_MORE_OPS_PORTS = 5


class Trial:
    """One stack in a folder.

    :param folder: empty for a clean start, used before for a later one.
    :param numbers: setting → port; by default some that are free.
    """

    def __init__(self, folder: Path, numbers: Mapping[str, int] | None = None) -> None:
        self.folder = folder
        self.output = folder / "up.log"
        self.ports = numbers or _block()
        self._child: Child | None = None

    @classmethod
    def running(cls, folder: Path) -> "Trial":
        """Return a stack that somebody else started, with the ports of the environment."""
        given = from_env()
        numbers = (
            given.port,
            given.scoring_port,
            given.notify_port,
            given.inbox_port,
            given.inbox_smtp_port,
            given.inbox_sms_port,
            given.mongodb_port,
            given.kafka_port,
            given.ops_port,
        )
        return cls(folder, dict(zip(_PORTS, numbers, strict=True)))

    def start(self, *, seconds: float, clone: Path | None = None) -> float:
        """Start it and wait until everything runs; return how many seconds that took.

        Call it from a thread that lives as long as the stack should.

        :param clone: a checkout without anything, to be started by ``make run``; by default this
            one, whose downloads are used.
        :raises StackError: when it ends or takes longer than ``seconds``.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if clone is None:
            self._lend_cache()
        self.output.write_bytes(b"")
        began = _now()
        self._child = children.spawn(
            ["make", "run"] if clone else [sys.executable, "-m", "dev", "up"],
            log=self.output,
            env=os.environ | {"LOCAL_DIR": str(self.folder)} | _as_settings(self.ports),
            cwd=clone or ROOT,
        )
        pause = Stop()
        while _RUNS not in self.output.read_text(errors="replace"):
            if self._child.poll() is not None or _now() - began > seconds:
                last = children.tail(self.output, _LAST_LINES)
                self.stop(seconds=20)
                raise StackError(f"The stack did not start within {seconds:g} s:\n{last}")
            pause.wait(_LOOK_SECONDS)
        return _now() - began

    def stop(self, *, seconds: float) -> float:
        """Stop it as Ctrl-C does; return how many seconds that took.

        :raises StackError: when it had to be killed.
        """
        if self._child is None:
            return 0.0
        child, self._child = self._child, None
        began = _now()
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
        if not children.gone(child, seconds=seconds):
            children.kill(child)
            raise StackError(f"The stack did not stop within {seconds:g} s.")
        return _now() - began

    def url(self, setting: str) -> str:
        """Return the address of what listens on the port of a setting, e.g. ``INBOX_PORT``."""
        return f"http://{ports.LOOPBACK}:{self.ports[setting]}"

    def pids(self) -> Mapping[str, int]:
        """Return the process of each program by its name, as the supervisor notes them."""
        noted = (self.folder / "processes.json").read_bytes()
        found = msgspec.json.decode(noted, type=dict[str, tuple[int, str]])
        return {name: pid for name, (pid, _began) in found.items()}

    def mongodb_uri(self) -> str:
        """Return the address of its database with all rights."""
        return MongoServer(
            folder=self.folder / "mongodb",
            port=self.ports["MONGODB_PORT"],
            users=("tasks", "scoring", "notify"),
            log=self.folder / "logs" / "mongodb.log",
        ).uri()

    def _lend_cache(self) -> None:
        """Let the stack find what the checkout has downloaded before."""
        shared = ROOT / ".local" / "cache"
        shared.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "cache").exists():
            (self.folder / "cache").symlink_to(shared)


def _block() -> dict[str, int]:
    """Return setting → port for ports side by side that were all free a moment ago."""
    wanted = len(_PORTS) + _MORE_OPS_PORTS
    while True:
        first = _LOWEST_PORT + secrets.randbelow(_HIGHEST_PORT - _LOWEST_PORT)
        if all(ports.is_free(port) for port in range(first, first + wanted)):
            return {name: first + number for number, name in enumerate(_PORTS)}


def _as_settings(numbers: Mapping[str, int]) -> dict[str, str]:
    return {name: str(port) for name, port in numbers.items()}


def _now() -> float:
    return SystemClock().now().timestamp()
