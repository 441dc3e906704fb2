"""Two clocks, both injected: the business clock and the system clock.

The business clock gives dates, deadlines, history and as-of; the system clock gives leases,
retries, time-outs, sessions and metrics. A simulated business clock is one small file that every
process reads; it only moves forward. Instants are aware UTC, cut to milliseconds because that is
what MongoDB keeps.
"""

import dataclasses
import datetime as dt
import os
import tempfile
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
_REREAD_SECONDS = 1.0


class Clock(Protocol):
    """Gives the instant: aware UTC, milliseconds."""

    def now(self) -> dt.datetime: ...


class ClockMoveError(Exception):
    """A simulated clock was asked to go back."""


def cut(instant: dt.datetime) -> dt.datetime:
    """Return the instant in UTC, cut to milliseconds."""
    utc = instant.astimezone(dt.UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        return cut(dt.datetime.now(dt.UTC))  # noqa: TID251 - the one place that reads it


class FixedClock:
    """A clock that stands still until it is set; for tests of rules and use cases."""

    def __init__(self, at: dt.datetime) -> None:
        self._at = cut(at)

    def now(self) -> dt.datetime:
        return self._at

    def set(self, at: dt.datetime) -> None:
        self._at = cut(at)

    def advance(self, step: dt.timedelta) -> None:
        self._at = cut(self._at + step)


@dataclasses.dataclass(frozen=True, slots=True)
class Anchor:
    """At the real instant ``real`` it is ``business``; from then on time runs at ``rate``."""

    real: dt.datetime
    business: dt.datetime
    rate: float = 1.0

    def at(self, real: dt.datetime) -> dt.datetime:
        """Return the business instant at a real instant."""
        return cut(self.business + (real - self.real) * self.rate)


class SimulatedClock:
    """A business clock kept in one file, read again at most once a second.

    :param path: JSON file with the fields of :class:`Anchor`.
    """

    def __init__(self, path: Path, system: Clock) -> None:
        self._path = path
        self._system = system
        self._anchor = read(path)
        self._read_at = system.now()

    def now(self) -> dt.datetime:
        real = self._system.now()
        if abs((real - self._read_at).total_seconds()) >= _REREAD_SECONDS:
            self.reread()
        return self._anchor.at(real)

    def reread(self) -> None:
        """Read the file now, e.g. because this process has just moved the clock."""
        self._anchor = read(self._path)
        self._read_at = self._system.now()


class BusinessClock:
    """The clock of deadlines and history."""

    def __init__(self, source: Clock) -> None:
        self._source = source

    @property
    def simulated(self) -> bool:
        """Tell whether pages must carry the banner of the simulated clock."""
        return isinstance(self._source, SimulatedClock)

    def now(self) -> dt.datetime:
        return self._source.now()

    def reread(self) -> None:
        """See a move of the simulated clock at once; real time needs nothing."""
        if isinstance(self._source, SimulatedClock):
            self._source.reread()

    def today(self) -> dt.date:
        """Return the local day in Asia/Ho_Chi_Minh."""
        return self.now().astimezone(LOCAL).date()


def business_clock(file: Path | None) -> BusinessClock:
    """Return the simulated clock of that file, or real time when there is none."""
    system = SystemClock()
    return BusinessClock(system if file is None else SimulatedClock(file, system))


def read(path: Path) -> Anchor:
    """Return the anchor in the file."""
    return msgspec.json.decode(path.read_bytes(), type=Anchor)


def move(path: Path, to: dt.datetime, *, system: Clock, rate: float = 1.0) -> Anchor:
    """Set the simulated clock forward to an instant; the file is replaced atomically.

    :raises ClockMoveError: when the instant lies before the clock's present.
    """
    real = system.now()
    if path.exists():
        present = read(path).at(real)
        if to < present:
            raise ClockMoveError(
                f"the simulated clock shows {present.astimezone(LOCAL):%Y-%m-%d %H:%M}"
                f" and only moves forward; {to.astimezone(LOCAL):%Y-%m-%d %H:%M} is earlier"
            )
    anchor = Anchor(real=real, business=cut(to), rate=rate)
    _replace(path, msgspec.json.encode(anchor))
    return anchor


def local_midnight(day: dt.date) -> dt.datetime:
    """Return the instant at which a local day begins."""
    return dt.datetime.combine(day, dt.time(), LOCAL).astimezone(dt.UTC)


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
