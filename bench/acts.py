"""What acts cost and how soon they are felt: latency to scoring, processor time, memory."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from bench.figures import Figure, quantile
from bench.processes import cpu_seconds, pss_megabytes
from dev.trial import Trial
from dev.trial_api import PLAN, Step, TrialApi, open_parts, whole_round
from shared.events.scoring import STATUS_CHANGED
from shared.lifecycle import Stop
from shared.mongo import Document

_LATENCY_LIMIT_MS = 500.0
_CPU_LIMIT_MS = 8.0
_MEMORY_LIMIT_MB = 600.0
_FELT_WITHIN_SECONDS = 20.0
_SETTLED_SECONDS = 3.0
_PAUSES = (0.02, 0.35)
_ONE = Decimal("0.1")


class Unfelt(Exception):  # noqa: N818 - a finding of the bench, not an error of the program
    """An act that should have changed an indicator did not."""


class Watch:
    """Notes when another reader of scoring's database first sees a status, by its cause."""

    def __init__(self, uri: str) -> None:
        self._client: MongoClient[Document] = MongoClient(uri)
        self._seen: dict[str, float] = {}
        self._news = threading.Condition()
        inserted = [{"$match": {"operationType": "insert", "fullDocument.type": STATUS_CHANGED}}]
        self._stream = self._client["scoring"]["outbox"].watch(inserted)
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._client.close()

    def wait(self, cause: str) -> float:
        """Return the Unix time at which the status that this act caused was seen.

        :raises Unfelt: when none came.
        """
        with self._news:
            if not self._news.wait_for(lambda: cause in self._seen, _FELT_WITHIN_SECONDS):
                raise Unfelt(cause)
            return self._seen[cause]

    def _read(self) -> None:
        with contextlib.suppress(PyMongoError, StopIteration):  # closed from outside
            for change in self._stream:
                now = time.time()
                with self._news:
                    self._seen.setdefault(change["fullDocument"]["correlation_id"], now)
                    self._news.notify_all()


def latency(trial: Trial, api: TrialApi, samples: int) -> list[Figure]:
    """Measure how soon scoring has stored what an acceptance or an approval means."""
    pause, dice = Stop(), random.Random(1)  # noqa: S311 - pauses, no secret
    waits: list[float] = []
    with Watch(trial.mongodb_uri()) as watch:
        while len(waits) < samples:
            decisions = _reported(api) if waits else [*_reported_parts(api), *_reported(api)]
            pause.wait(_SETTLED_SECONDS)  # else a report is taken for the cause
            for deciding in decisions:
                pause.wait(dice.uniform(*_PAUSES))
                done = api.do(deciding)
                waits.append((watch.wait(done.correlation_id) - done.sent_at) * 1000)
    how = f"{len(waits)} decisions through the API"
    p50, p95 = quantile(waits, 0.5), quantile(waits, 0.95)
    name = "Accepted → new status stored"
    return [
        Figure(name=f"{name}, p50", value=p50, unit="ms", how=how),
        Figure(name=f"{name}, p95", value=p95, unit="ms", limit=_LATENCY_LIMIT_MS, how=how),
    ]


def _reported_parts(api: TrialApi) -> list[Step]:
    """Report parts whose acceptance ends their task, which changes the rate of finished tasks."""
    accepts = []
    for part in open_parts(api, "lead"):
        if part["period"] == "2025":
            *_, report, accept = whole_round(part)
            api.do(report)
            accepts.append(accept)
    return accepts


def _reported(api: TrialApi) -> list[Step]:
    """Report a figure of each indicator that is one number; approving it changes the indicator."""
    figures = Figures(api)
    return [
        approve(str(api.do(report).body["id"]))
        for report, approve in map(figures.pair, sorted(figures.codes))
    ]


class Figures:
    """Reports figures of an indicator with a number that nobody reported before."""

    def __init__(self, api: TrialApi) -> None:
        self._api = api
        self._series = list(self._found())

    def pair(self, code: str) -> tuple[Step, Callable[[str], Step]]:
        """Return the report of a new figure, and what makes its approval from its id."""
        series = next(one for one in self._series if one["code"] == code)
        series["value"] -= _ONE
        lead = series["lead_agency"]
        judge = "vpubnd.thamdinh" if lead.startswith("SNV") else "snv.thamdinh"
        body = {
            "period": series["series"]["period"],
            "measured_on": series["measured_on"],
            "value": str(series["value"]),
        }
        report = Step(
            kind="measure",
            who=f"{lead.lower()}.lanhdao",
            path=f"indicators/{series['series']['indicator_id']}/measurements",
            body=body,
        )
        return report, lambda identity: Step(
            kind="approve", who=judge, path=f"measurements/{identity}/approve"
        )

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(str(one["code"]) for one in self._series)

    def _found(self) -> Iterator[dict[str, Any]]:
        """Yield the newest counted figure of each indicator that is one number."""
        for indicator in self._api.every("admin", f"plans/{PLAN}/indicators"):
            path = f"indicators/{indicator['id']}/measurements"
            reported = list(self._api.every("admin", path))
            rows = [
                row
                for row in reported
                if row["state"] == "approved" and row["value"] and not row["series"]["tier"]
            ]
            if rows and not any(row["state"] == "reported" for row in reported):
                newest = max(rows, key=lambda row: str(row["series"]["period"]))
                lead = indicator["lead_agency"]  # of today; the figure may be an ended agency's
                yield {**newest, "value": Decimal(newest["value"]), "lead_agency": lead}


def cost(trial: Trial, api: TrialApi, acts: int) -> list[Figure]:
    """Measure the processor time of tasks-web for one act of mixed kind."""
    steps = [step for part in open_parts(api, "coordinating") for step in whole_round(part)][:acts]
    for who in sorted({step.who for step in steps}):
        api.get(who, "me")
    pid = trial.pids()["tasks-web"]
    before = cpu_seconds(pid)
    for step in steps:
        api.do(step)
    used = (cpu_seconds(pid) - before) / len(steps) * 1000
    how = f"{len(steps)} mixed acts through the API"
    return [Figure(name="One act", value=used, unit="ms of CPU", limit=_CPU_LIMIT_MS, how=how)]


def memory(trial: Trial, processes: tuple[str, ...]) -> list[Figure]:
    """Measure the memory of the six product processes."""
    pids = trial.pids()
    each = {name: pss_megabytes(pids[name]) for name in processes}
    how = ", ".join(f"{name} {size:.0f}" for name, size in each.items())
    total = sum(each.values())
    return [Figure(name="Memory", value=total, unit="MB", limit=_MEMORY_LIMIT_MB, how=how)]
