"""Children that outlive a stack killed with ``kill -9``: they end by themselves, a little later.

Their numbers are noted with their start times, so that a number given anew is never mistaken.
"""

import contextlib
import datetime as dt
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec

from shared.clock import SystemClock
from shared.lifecycle import Stop

_GONE_SECONDS = 5.0
_START_FIELD = 19  # of /proc/<pid>/stat, counted after the name


class Leftovers:
    """The note of one stack's children.

    :param patience: seconds for which they may take their time before they are killed; nothing is
        lost then, because the product survives that.
    """

    def __init__(self, file: Path, *, patience: float = 10.0) -> None:
        self._file = file
        self._patience = patience
        self._noted: dict[str, tuple[int, str]] = {}

    def note(self, name: str, pid: int) -> None:
        """Note a child that was just started."""
        self._noted[name] = (pid, _started(pid))
        temporary = self._file.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(self._noted))
        temporary.replace(self._file)

    def forget(self) -> None:
        """Forget them all: everything was stopped in order."""
        self._noted = {}
        self._file.unlink(missing_ok=True)

    def clear(self, stop: Stop, say: Callable[[str], None]) -> None:
        """Wait until the children of an earlier stack are gone; kill what stays."""
        alive = self._alive()
        if not alive:
            return
        say(f"An earlier stack was killed; waiting for its {', '.join(sorted(alive))} to end")
        alive = self._wait(alive, stop, self._patience)
        for pid in alive.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self._wait(alive, stop, _GONE_SECONDS)
        self.forget()

    def _wait(self, alive: dict[str, int], stop: Stop, seconds: float) -> dict[str, int]:
        clock = SystemClock()
        until = clock.now() + dt.timedelta(seconds=seconds)
        while alive and clock.now() < until and not stop.wait(0.1):
            alive = self._alive()
        return alive

    def _alive(self) -> dict[str, int]:
        if not self._file.exists():
            return {}
        try:
            noted = msgspec.json.decode(self._file.read_bytes(), type=dict[str, tuple[int, str]])
        except msgspec.DecodeError:
            return {}
        return {name: pid for name, (pid, at) in noted.items() if at and _started(pid) == at}


def _started(pid: int) -> str:
    """Return when a process started, in ticks since boot; empty when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if fields[0] == "Z" else fields[_START_FIELD]
