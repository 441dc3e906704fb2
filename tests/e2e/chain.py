"""The running chain as tests see it: addresses, people, databases, processes, what arrived."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
from pymongo import MongoClient

from dev import ports
from dev.settings import PROCESSES, ROOT
from dev.trial import Trial
from dev.trial_api import PLAN, TrialApi
from shared import mongo
from shared.clock import SystemClock
from shared.lifecycle import Stop
from shared.mongo import Document

T = TypeVar("T")
_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 30.0


def eventually(look: Callable[[], T | None], what: str, seconds: float = _PATIENCE_SECONDS) -> T:
    """Return what ``look`` finds, as soon as it finds something; fail when it never does."""
    clock, pause = SystemClock(), Stop()
    began = clock.now()
    while True:
        found = look()
        if found:
            return found
        waited = (clock.now() - began).total_seconds()
        assert waited < seconds, f"{what}: nothing within {seconds:g} s"
        pause.wait(_LOOK_SECONDS)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The stack of this session.

    :param started_at: Unix time at which everything ran.
    """

    trial: Trial
    client: "MongoClient[Document]"
    started_at: float

    @property
    def tasks(self) -> str:
        return self.trial.url("PORT")

    @property
    def scoring(self) -> str:
        return self.trial.url("SCORING_PORT")

    @property
    def notify(self) -> str:
        return self.trial.url("NOTIFY_PORT")

    @property
    def inbox(self) -> str:
        return self.trial.url("INBOX_PORT")

    def api(self) -> TrialApi:
        """Return a client of its own for the calling thread."""
        return TrialApi(self.tasks)

    def part(self, code: str, period: str = "2025") -> Mapping[str, Any]:
        """Return the lead's part of a task for a period."""
        api = self.api()
        rows = api.every("admin", f"plans/{PLAN}/assignments", code=code, role="lead")
        found = [row for row in rows if row["period"] == period]
        api.close()
        assert len(found) == 1, f"{code}/{period}: {len(found)} lead parts"
        return found[0]

    def chip(self, code: str) -> Mapping[str, Any]:
        """Return the chip of an indicator as the API of tasks gives it."""
        api = self.api()
        (row,) = api.every("admin", f"plans/{PLAN}/indicators", code=code)
        api.close()
        chip: Mapping[str, Any] = row["chip"]
        return chip

    def arrived(self) -> list[Mapping[str, Any]]:
        """Return what arrived at the inbox, the newest first."""
        session = requests.Session()
        session.trust_env = False
        with session:
            found: list[Mapping[str, Any]] = session.get(
                f"{self.inbox}/messages.json", timeout=20
            ).json()
        return found

    def move_clock(self, to: str) -> None:
        """Move the clock by the product's command."""
        numbers = {name: str(port) for name, port in self.trial.ports.items()}
        subprocess.run(
            [sys.executable, "-m", "dev", "clock", to],
            env=os.environ | {"LOCAL_DIR": str(self.trial.folder)} | numbers,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def kill(self, name: str) -> int:
        """Kill a program's process at once; return its number."""
        pid = self.trial.pids()[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def back(self, name: str, killed: int, seconds: float = 60.0) -> None:
        """Wait until the supervisor has started a program again and it says that it is ready."""

        def look() -> bool:
            return self.trial.pids()[name] != killed and self.is_ready(name)

        eventually(look, f"{name} is not back", seconds)

    def is_ready(self, name: str) -> bool:
        """Tell whether a process of the product says on its operations port that it is ready."""
        number = self.trial.ports["OPS_PORT"] + PROCESSES.index(name)
        if not ports.answers(number):
            return False
        session = requests.Session()
        session.trust_env = False
        try:
            with session:
                return session.get(f"http://127.0.0.1:{number}/readyz", timeout=10).ok
        except requests.RequestException:
            return False


def connected(trial: Trial) -> "MongoClient[Document]":
    """Return a client with all rights on the databases of a stack."""
    return mongo.connect(trial.mongodb_uri(), app_name="cchc-tests")
