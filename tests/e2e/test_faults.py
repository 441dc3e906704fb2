import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest
import requests

from dev.settings import PROCESSES
from dev.trial_api import Done, Step, open_parts, whole_round
from shared.lifecycle import Stop
from tests.e2e.chain import Chain, connected, eventually
from tests.e2e.windows import Windows

# Longer than any outage here: a person's browser would show the 503 page and be told to try again.
_PATIENCE_SECONDS = 90.0
_FROZEN_SECONDS = 5.0
# Each death doubles the supervisor's pause, so these keep it away longer than a request waits.
_DEATHS = 5


class Worker(threading.Thread):
    """Somebody who goes on acting, whatever happens; every act is told once however often sent."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(daemon=True)
        self._api = chain.api()
        self._stop_asked = Stop()
        parts = open_parts(self._api, "coordinating")
        self._parts = [part for part in parts if part["state"] == "assigned"]
        self.done: list[tuple[Step, Done]] = []
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            for part in self._parts:
                for step in whole_round(part):
                    self.done.append((step, self._api.do(step, patience=_PATIENCE_SECONDS)))
                if self._stop_asked.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - told by the test
            self.trouble = error

    def finish(self) -> None:
        """Let the last round end."""
        self._stop_asked.set()
        self.join(_PATIENCE_SECONDS)


@contextlib.contextmanager
def _working(chain: Chain) -> Iterator[Worker]:
    """Have acts go on meanwhile, and prove afterwards that each happened exactly once."""
    worker = Worker(chain)
    worker.start()
    eventually(lambda: len(worker.done) > 2, "the first acts")
    yield worker
    worker.finish()
    assert worker.trouble is None
    with connected(chain.trial) as client:
        for step, done in worker.done:
            identity = step.path.split("/")[1]
            version = done.body["version"]
            told = client["tasks"]["history"].count_documents(
                {"assignment_id": identity, "version": version}
            )
            assert told == 1, f"{step}: {told} lines for version {version}"


def test_acts_go_on_without_kafka_and_arrive_when_it_is_back(chain: Chain) -> None:
    with _working(chain) as worker:
        pid = chain.trial.pids()["kafka"]
        os.kill(pid, signal.SIGSTOP)
        before = len(worker.done)
        Stop().wait(_FROZEN_SECONDS)
        assert len(worker.done) > before + 3
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: chain.trial.pids()["kafka"] != pid, "Kafka is not started again")

    last = worker.done[-1][0].path.split("/")[1]
    with connected(chain.trial) as client:
        eventually(
            lambda: (
                (client["notify"]["assignments"].find_one({"_id": last}) or {}).get("state")
                == "accepted"
            ),
            "what was accepted while Kafka was away has not arrived",
            90,
        )


def test_a_database_that_is_away_is_told_in_a_sentence_and_then_all_works(
    chain: Chain, windows: Windows
) -> None:
    page = windows.open("lanhdao")
    page.goto("/nhiem-vu")
    with _working(chain):
        killed = chain.kill("mongodb")
        for _ in range(_DEATHS - 1):
            eventually(lambda: chain.trial.pids()["mongodb"] != killed, "MongoDB again")  # noqa: B023 - looked at now
            killed = chain.kill("mongodb")

        answer = page.goto("/nhiem-vu")

        assert answer is not None
        assert answer.status == 503
        assert "retry-after" in answer.headers
        assert "Cơ sở dữ liệu tạm thời không kết nối được" in page.locator("main").inner_text()
        for name in PROCESSES:
            eventually(lambda: chain.is_ready(name), f"{name} is not ready again", 90)  # noqa: B023 - looked at now

    windows.forgive("503")
    again = page.goto("/nhiem-vu")
    assert again is not None
    assert again.status == 200


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_comes_back_and_nobody_loses_an_act(chain: Chain, name: str) -> None:
    with _working(chain):
        killed = chain.kill(name)
        chain.back(name, killed)

    if name.endswith("-web"):
        service = name.partition("-")[0]
        address = {"tasks": chain.tasks, "scoring": chain.scoring, "notify": chain.notify}[service]
        session = requests.Session()
        session.trust_env = False
        assert session.get(address, timeout=20).status_code in (200, 404)
        session.close()
