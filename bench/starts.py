"""How long starting and testing take: ``make run`` in a fresh clone, the tests of this checkout."""

import subprocess
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from dev.settings import ROOT
from dev.trial import Trial

_FIRST_LIMIT = 300.0
_LATER_LIMIT = 25.0
_UNIT_LIMIT = 20.0
_ALL_LIMIT = 480.0
_PATIENCE = 1800.0


def starts() -> list[Figure]:
    """Measure the first and a later start in a clone that has nothing."""
    with tempfile.TemporaryDirectory(prefix="cchc-clone-") as place:
        clone = Path(place) / "cchc"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        trial = Trial(clone / ".local")
        first = trial.start(seconds=_PATIENCE, clone=clone)
        stopped = trial.stop(seconds=_PATIENCE)
        later = trial.start(seconds=_PATIENCE, clone=clone)
        trial.stop(seconds=_PATIENCE)
    how = "`make run` in a clone"
    return [
        Figure(name="First start", value=first, unit="s", limit=_FIRST_LIMIT, how=how),
        Figure(name="Later start", value=later, unit="s", limit=_LATER_LIMIT, how=how),
        Figure(name="Stop", value=stopped, unit="s", limit=15.0, how="SIGINT, as Ctrl-C"),
    ]


def tests() -> list[Figure]:
    """Measure the unit tests and all tests."""
    python = str(ROOT / ".venv" / "bin" / "python")
    unit = [python, "-m", "pytest", "-q", "-n", "2", "tests/unit"]
    return [
        _timed("Unit tests", unit, _UNIT_LIMIT, "`pytest -n 2 tests/unit`"),
        _timed("All tests", ["make", "test"], _ALL_LIMIT, "`make test`"),
    ]


def _timed(name: str, command: list[str], limit: float, how: str) -> Figure:
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False)
    seconds = time.monotonic() - began
    outcome = "" if done.returncode == 0 else f", **exit code {done.returncode}**"
    return Figure(name=name, value=seconds, unit="s", limit=limit, how=how + outcome)
