"""Start, run and stop: signals set one stop event, and every loop waits on it."""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

Loop = Callable[["Stop"], None]

_log = logging.getLogger(__name__)
_FIRST_BACK_OFF_SECONDS = 0.5
_LONGEST_BACK_OFF_SECONDS = 15.0
_JOIN_SECONDS = 10.0


class Stop:
    """An event that asks every loop to end; also the only way to wait."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; tell whether to stop."""
        return self._event.wait(seconds)


def install_signals(stop: Stop) -> None:
    """Let SIGTERM and SIGINT set the stop event; main thread only."""

    def handle(number: int, _frame: FrameType | None) -> None:
        _log.info("stopping", extra={"signal": signal.Signals(number).name})
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def every(stop: Stop, seconds: float, work: Callable[[], object]) -> None:
    """Do the work, wait, and again, until stopped."""
    while not stop.is_set():
        work()
        stop.wait(seconds)


def run_loops(
    loops: Mapping[str, Loop], stop: Stop, *, on_crash: Callable[[str], None] | None = None
) -> None:
    """Run each loop in a thread until stop is set, then wait for them.

    A loop that raises is logged, counted by ``on_crash`` and started again after a growing
    pause, so that a dead broker or database never ends the process.
    """
    threads = [
        threading.Thread(target=_keep, args=(name, loop, stop, on_crash), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(1.0):
        pass
    for thread in threads:
        thread.join(_JOIN_SECONDS)
        if thread.is_alive():
            _log.error("loop did not stop in time", extra={"loop": thread.name})


def _keep(name: str, loop: Loop, stop: Stop, on_crash: Callable[[str], None] | None) -> None:
    pause = _FIRST_BACK_OFF_SECONDS
    while not stop.is_set():
        try:
            loop(stop)
            pause = _FIRST_BACK_OFF_SECONDS
        except Exception:  # noqa: BLE001 - a loop survives whatever happens inside it
            _log.exception("loop crashed, starting again", extra={"loop": name, "pause": pause})
            if on_crash is not None:
                on_crash(name)
            stop.wait(pause)
            pause = min(pause * 2, _LONGEST_BACK_OFF_SECONDS)
