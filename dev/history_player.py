"""Plays the decided acts with the simulated clock moving forward, and goes on where it stopped.

What was played is kept in one small file. Acts carry idempotency keys and the clock only moves
forward, so an act sent twice, or a lost file, does no harm.
"""

import dataclasses
import datetime as dt
import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from dev.history_acts import Act, Kind, requests_of
from dev.history_api import HistoryError, TasksApi
from shared.clock import LOCAL, SystemClock, move, read
from shared.lifecycle import Stop

# Every process reads the file of the clock again at most once a second.
_SEEN_AFTER_SECONDS = 1.05
# While a day is played a second lasts a minute, so that its acts do not all bear one time.
_RATE = 60.0
_OPENING = dt.time(7, 45)
_LAST_START_MINUTES = 420
# The clock runs on while it is being moved, and must not be moved back.
_MARGIN = dt.timedelta(minutes=5)
_STOPPED = "stopped; run it again to go on"
_MIDNIGHT = dt.time(0, 5)
# While one request waits for the database another one is worked on.
_AT_ONCE = 3


class Played(msgspec.Struct):
    """What has been played: of which script, how many acts, and the ids of reported figures."""

    script: str
    done: int = 0
    finished: bool = False
    figures: dict[str, str] = msgspec.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the player works with.

    :param clock_file: the file of the simulated clock.
    :param state_file: where it notes how far it came.
    :param succeed: applies the successions whose day has come.
    :param show: told the day and how many acts of how many are played.
    """

    api: TasksApi
    clock_file: Path
    state_file: Path
    succeed: Callable[[], None]
    show: Callable[[dt.date, int, int], None]
    stop: Stop


def play(acts: Sequence[Act], until: dt.datetime, stage: Stage) -> int:
    """Play what is not played yet, set the clock to ``until``, and return how many acts it was.

    :raises HistoryError: when an act is refused, or the person stopped it.
    """
    played = _opened(acts, stage.state_file)
    before = played.done
    if played.finished:
        return 0
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for day, todays in _days(acts[played.done :]):
                _move(stage, _begins(day, todays))
                moved_at = SystemClock().now()
                loose = [act for act in todays if act.loose]
                _play_loose(pool, loose, played, stage, len(acts))
                if todays[-1].kind is not Kind.SUCCESSION:
                    _until_seen(moved_at, stage.stop)
                _play_acts(todays[len(loose) :], played, stage, len(acts))
    finally:
        _freeze(stage.clock_file)
    _move(stage, until, rate=1.0)
    played.finished = True
    _keep(played, stage.state_file)
    return played.done - before


def _play_acts(todays: Sequence[Act], played: Played, stage: Stage, total: int) -> None:
    for acts in requests_of(todays):
        if stage.stop.is_set():
            raise HistoryError(_STOPPED)
        act = acts[0]
        if act.session:
            stage.api.together(acts)
        elif act.kind is Kind.SUCCESSION:
            stage.succeed()
        else:
            answer = stage.api.act(act, played.figures.get(act.target, act.target))
            if act.kind is Kind.MEASURE:
                played.figures[act.key] = str(answer["id"])
        played.done += len(acts)
        _keep(played, stage.state_file)
        stage.show(act.day, played.done, total)


def _play_loose(
    pool: ThreadPoolExecutor, todays: Sequence[Act], played: Played, stage: Stage, total: int
) -> None:
    """Play sessions that need no order, a few at a time; after a stop they are all sent again."""

    def send(acts: Sequence[Act]) -> int:
        if stage.stop.is_set():
            raise HistoryError(_STOPPED)
        stage.api.together(acts)
        return len(acts)

    done = 0
    for number in pool.map(send, requests_of(todays)):
        done += number
        stage.show(todays[0].day, played.done + done, total)
    if todays:
        played.done += done
        _keep(played, stage.state_file)


def _until_seen(moved_at: dt.datetime, stop: Stop) -> None:
    """Wait until every process has read the clock's file again."""
    gone = (SystemClock().now() - moved_at).total_seconds()
    if stop.wait(max(_SEEN_AFTER_SECONDS - gone, 0.0)):
        raise HistoryError(_STOPPED)


def _days(acts: Sequence[Act]) -> Iterator[tuple[dt.date, list[Act]]]:
    for day, todays in itertools.groupby(acts, key=lambda act: act.day):
        yield day, list(todays)


def _begins(day: dt.date, todays: Sequence[Act]) -> dt.datetime:
    """Return when a day's acts begin: at midnight for a succession, else some time of work."""
    if todays[0].kind is Kind.SUCCESSION:
        return dt.datetime.combine(day, _MIDNIGHT, LOCAL)
    minutes = hashlib.sha256(day.isoformat().encode()).digest()[0] * _LAST_START_MINUTES // 255
    return dt.datetime.combine(day, _OPENING, LOCAL) + dt.timedelta(minutes=minutes)


def _move(stage: Stage, to: dt.datetime, rate: float = _RATE) -> None:
    """Move the clock, unless an earlier run has brought it there already."""
    system = SystemClock()
    present = read(stage.clock_file).at(system.now())
    if present >= to and rate == 1.0:
        raise HistoryError(
            f"the simulated clock shows {present.astimezone(LOCAL):%d/%m/%Y %H:%M}, later than"
            " the end of the history; start again from an empty folder (make clean)"
        )
    move(stage.clock_file, max(to, present + _MARGIN), system=system, rate=rate)


def _freeze(clock_file: Path) -> None:
    """Stop the clock, so that no day is lost between two runs."""
    system = SystemClock()
    move(clock_file, read(clock_file).at(system.now()) + _MARGIN, system=system, rate=0.0)


def _opened(acts: Sequence[Act], state_file: Path) -> Played:
    """Return what was played of this script.

    :raises HistoryError: when the file belongs to another script.
    """
    script = hashlib.sha256("\n".join(f"{act.day} {act.key}" for act in acts).encode()).hexdigest()
    if not state_file.exists():
        return Played(script=script)
    played = msgspec.json.decode(state_file.read_bytes(), type=Played)
    if played.script != script:
        raise HistoryError(
            "another history was played here before; start again from an empty folder (make clean)"
        )
    return played


def _keep(played: Played, state_file: Path) -> None:
    temporary = state_file.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(played))
    temporary.replace(state_file)
