"""``python -m dev.history``: plays the invented history of a loaded plan through the API of tasks.

Needs a running tasks-web with the development switch, the demonstration accounts and a simulated
clock that stands at the day of the plan. May be stopped and run again; a finished history is left
alone. Takes about a minute: each of its days costs the clock a second.
"""

import argparse
import datetime as dt
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dev.history_acts import Act
from dev.history_api import HistoryError, TasksApi
from dev.history_calendar import moments
from dev.history_player import Stage, play
from dev.history_scenario import Scenario, read_scenario
from dev.history_script import script
from services.tasks.planfiles import PlanFaultsError, read_plan
from shared.calendar import load_calendar
from shared.lifecycle import Stop, install_signals

DEFAULT_PASSWORD = "cchc-demo-2025"  # noqa: S105 - everybody may know it: the README says it
_ONE_DAY = dt.timedelta(days=1)
_REFUSED = 1
_WRONG_USE = 2
_SHOWN_EACH = 20


def decided(folder: Path) -> tuple[list[Act], Scenario]:
    """Return the acts of a plan's folder and the scenario that they follow.

    :raises PlanFaultsError: when the plan's files have faults.
    """
    files, scenario = read_plan(folder), read_scenario(folder)
    days = moments(load_calendar(), files.plan.effective_on + _ONE_DAY, scenario.until.date())
    return script(files, scenario, days), scenario


def run(
    folder: Path,
    *,
    address: str,
    clock_file: Path,
    state_file: Path,
    password: str = DEFAULT_PASSWORD,
    show: Callable[[dt.date, int, int], None] = lambda _day, _done, _all: None,
    stop: Stop | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Play the history of a plan's folder, or go on with it; return how many acts were played.

    :param environment: settings of tasks (``MONGODB_URI``, ``CCHC_CLOCK_FILE``, …), because the
        successions are applied by the command of tasks; the present environment by default.
    :raises HistoryError: with a sentence that says what to do.
    """
    acts, scenario = decided(folder)
    stop = stop or Stop()
    api = TasksApi(address, password, stop)
    stage = Stage(
        api=api,
        clock_file=clock_file,
        state_file=state_file,
        succeed=functools.partial(_succeed, environment),
        show=show,
        stop=stop,
    )
    try:
        return play(acts, scenario.until, stage)
    finally:
        api.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    given = _parser().parse_args(arguments)
    if given.clock_file is None:
        print("CCHC_CLOCK_FILE: the history needs a simulated clock.", file=sys.stderr)
        return _WRONG_USE
    stop = Stop()
    install_signals(stop)
    try:
        played = run(
            given.plan,
            address=given.url,
            clock_file=given.clock_file,
            state_file=given.state,
            password=os.environ.get("DEMO_PASSWORD", DEFAULT_PASSWORD),
            show=_show,
            stop=stop,
        )
    except PlanFaultsError as error:
        print(error, file=sys.stderr)
        return _WRONG_USE
    except (HistoryError, FileNotFoundError) as error:
        print(f"\nhistory: {error}", file=sys.stderr)
        return _REFUSED
    print(f"\n{played} acts played" if played else "history: played before, nothing to do")
    return 0


def _parser() -> argparse.ArgumentParser:
    clock_file = os.environ.get("CCHC_CLOCK_FILE")
    parser = argparse.ArgumentParser(prog="dev.history", description=__doc__)
    parser.add_argument("plan", type=Path, help="folder of the plan, e.g. plans/sonla-2025")
    parser.add_argument("--url", default=os.environ.get("TASKS_URL", "http://127.0.0.1:8080"))
    parser.add_argument("--clock-file", type=Path, default=Path(clock_file) if clock_file else None)
    parser.add_argument("--state", type=Path, default=Path(".local/history.json"))
    return parser


def _succeed(environment: Mapping[str, str] | None) -> None:
    """Apply the successions whose day has come."""
    done = subprocess.run(
        [sys.executable, "-m", "services.tasks", "succession"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise HistoryError(f"succession failed: {done.stderr.strip()[-500:]}")


def _show(day: dt.date, done: int, total: int) -> None:
    if done % _SHOWN_EACH and done != total:
        return
    print(f"\rhistory {day:%d/%m/%Y}  {done}/{total}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
