"""``make bench``: starts a clean stack of its own, measures, prints, writes docs/performance.md.

``BENCH_STACK=<folder>`` uses a stack that runs already: the folder is its ``LOCAL_DIR``, its ports
are those of the environment. Its data change: parts are accepted and figures reported.
"""

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import acts, board, chip, starts
from bench.figures import Figure, table, write
from dev.faults import StackError
from dev.settings import PROCESSES, ROOT
from dev.trial import Trial
from dev.trial_api import TrialApi

_DOCUMENT = ROOT / "docs" / "performance.md"
_START_SECONDS = 900
_STOP_SECONDS = 60
_TOO_MUCH = 1


def main() -> int:
    """Measure; return 1 with ``--check`` when a limit is passed."""
    given = _parser().parse_args()
    figures: list[Figure] = []
    with _stack() as trial:
        api = TrialApi(trial.url("PORT"))
        figures += _told(acts.latency(trial, api, given.decisions))
        figures += _told(chip.shown(trial, api, given.chips))
        figures += _told(board.pages(trial.mongodb_uri(), trial.folder))
        figures += _told(acts.cost(trial, api, given.acts))
        figures += _told(acts.memory(trial, PROCESSES))
    if given.starts:
        figures += starts.starts()
    if given.tests:
        figures += starts.tests()
    print(f"\n{table(figures)}\n")
    write(_DOCUMENT, figures)
    return _TOO_MUCH if given.check and not all(figure.holds for figure in figures) else 0


def _told(figures: list[Figure]) -> list[Figure]:
    print(table(figures), flush=True)
    return figures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a limit is passed")
    parser.add_argument("--starts", action="store_true", help="also time make run in a clone")
    parser.add_argument("--tests", action="store_true", help="also time the tests")
    parser.add_argument("--decisions", type=int, default=150, help="samples of the latency")
    parser.add_argument("--chips", type=int, default=30, help="samples of the chip")
    parser.add_argument("--acts", type=int, default=300, help="acts whose cost is measured")
    return parser


@contextlib.contextmanager
def _stack() -> Iterator[Trial]:
    if folder := os.environ.get("BENCH_STACK"):
        yield Trial.running(Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as place:
        trial = Trial(Path(place))
        print("Starting a clean stack", flush=True)
        try:
            print(f"It runs after {trial.start(seconds=_START_SECONDS):.0f} s", flush=True)
            yield trial
        finally:
            trial.stop(seconds=_STOP_SECONDS)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(str(error))
