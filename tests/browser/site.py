"""The web of tasks as a real process on a fresh database with the real plan, for browser tests."""

import contextlib
import dataclasses
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

from pymongo import MongoClient

from dev import frontend, ports
from dev.secrets_kept import ensure_identity
from services.tasks.store.indexes import INDEXES
from shared.clock import SystemClock, move
from shared.lifecycle import Stop
from shared.mongo import Document, ensure
from tests import servers
from tests.integration.tasks.house import House, make_house
from tests.integration.tasks_web.demonstrated import MORNING, play

_READY_SECONDS = 30
_END_SECONDS = 15


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A served web; ``house`` works on the same database, for what a test must prepare."""

    url: str
    house: House

    def working(self, number: int) -> Document:
        """Return one of the lead parts that are being worked on, a different one by number.

        Not of the two agencies that appraise, so that ``snv.thamdinh`` may decide on it.
        """
        query = {
            "role": "lead",
            "state": "in_progress",
            "return_count": 0,
            "agency_code": {"$nin": ["SNV25", "VPUBND"]},
        }
        rows = list(self.house.database["assignments"].find(query).sort("task_code", 1))
        return rows[number]

    def part(self, code: str, agency: str) -> Document:
        """Return a part that is not withdrawn, the oldest period first."""
        query = {"task_code": code, "agency_code": agency, "state": {"$ne": "withdrawn"}}
        found = self.house.database["assignments"].find_one(query, sort=[("period", 1)])
        assert found is not None, f"no part of {agency} in {code}"
        return found


@contextlib.contextmanager
def served(client: "MongoClient[Document]", folder: Path) -> Iterator[Site]:
    """Give the web on a database of its own, and take both away afterwards.

    :param folder: for keys, the clock and the log.
    """
    frontend.ensure()
    name = f"browser_{secrets.token_hex(4)}"
    ensure(client[name], INDEXES)
    house = make_house(client[name], client)
    play(house)
    clock = folder / "clock.json"
    move(clock, MORNING, system=SystemClock())
    try:
        with _process(name, folder, clock) as url:
            yield Site(url=url, house=house)
    finally:
        client.drop_database(name)


@contextlib.contextmanager
def _process(database: str, folder: Path, clock: Path) -> Iterator[str]:
    keys = ensure_identity(folder)
    port, ops_port = ports.free_port(), ports.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "MONGODB_URI": servers.address("mongodb"),
        "MONGODB_DATABASE": database,
        "PORT": str(port),
        "OPS_PORT": str(ops_port),
        "CCHC_DEVELOPMENT": "1",
        "CCHC_CLOCK_FILE": str(clock),
        "TASKS_IDENTITY_PRIVATE_KEY_FILE": str(keys.private),
        "IDENTITY_PUBLIC_KEY_FILE": str(keys.public),
        "TASKS_URL": url,
        "SCORING_URL": url,
        "NOTIFY_URL": url,
    }
    log = folder / "web.log"
    with log.open("wb") as output:
        web = subprocess.Popen(
            [sys.executable, "-m", "services.tasks", "web"],
            cwd=servers.ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            _wait(url, web, log)
            yield url
        finally:
            web.terminate()
            web.wait(_END_SECONDS)


def _wait(url: str, web: "subprocess.Popen[bytes]", log: Path) -> None:
    pause = Stop()
    for _ in range(_READY_SECONDS * 10):
        if web.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/dang-nhap", timeout=5):  # noqa: S310 - our own
                return
        except (URLError, ConnectionError):
            pause.wait(0.1)
    raise AssertionError(f"the web does not answer: {log.read_text()}")
