"""The simulated clock of the stack: it begins with the plan, stands while nothing runs."""

import datetime as dt
from pathlib import Path

import msgspec

from dev.faults import StackError
from dev.history_player import Played
from shared.clock import LOCAL, Anchor, ClockMoveError, SystemClock, move, read

_MORNING = dt.time(8, 0)
# The clock must not go back, not even by what a call takes.
_MARGIN = dt.timedelta(seconds=1)


def begin(file: Path, day: dt.date) -> None:
    """Let the clock stand on the morning of the plan's day, unless there is one already."""
    if not file.exists():
        _set(file, dt.datetime.combine(day, _MORNING, LOCAL), rate=0.0)


def stand_still(file: Path) -> None:
    """Stop the clock, so that it goes on where it was when the stack is started again."""
    if file.exists() and read(file).rate:
        _set(file, _present(file) + _MARGIN, rate=0.0)


def run_on(file: Path, to: dt.datetime | None) -> None:
    """Let the clock run, from an instant if one is given and it is still ahead."""
    present = _present(file)
    if to is not None and to > present:
        _set(file, to, rate=1.0)
    elif read(file).rate != 1.0:
        _set(file, present + _MARGIN, rate=1.0)


def move_to(file: Path, to: dt.datetime, history_file: Path) -> None:
    """Move the clock forward; it runs on as it did.

    :raises StackError: when there is none, the history still needs it, or ``to`` is past.
    """
    if not file.exists():
        raise StackError("There is no simulated clock here: start one with make run.")
    if history_file.exists() and not history_is_played(history_file):
        raise StackError("The history is being played: move the clock when it is over.")
    _set(file, to, rate=read(file).rate)


def describe(file: Path | None) -> str:
    """Return what the clock shows, for people."""
    if file is None:
        return "real time"
    return f"simulated, {_present(file).astimezone(LOCAL):%d/%m/%Y %H:%M} (make clock TO=…)"


def history_is_played(file: Path) -> bool:
    """Tell whether the history was played to its end."""
    return file.exists() and msgspec.json.decode(file.read_bytes(), type=Played).finished


def _present(file: Path) -> dt.datetime:
    return read(file).at(SystemClock().now())


def _set(file: Path, to: dt.datetime, *, rate: float) -> Anchor:
    try:
        return move(file, to, system=SystemClock(), rate=rate)
    except ClockMoveError as error:
        raise StackError(f"{str(error)[0].upper()}{str(error)[1:]}.") from error
