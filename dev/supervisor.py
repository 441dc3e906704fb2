"""Starts programs, keeps them running, and stops them in order.

Everything happens in the main thread, in :meth:`Supervisor.tick`: Linux tells a child of its
parent's death when the *thread* that made it ends.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dev import children
from dev.children import Child
from dev.faults import StackError
from dev.leftovers import Leftovers
from shared.clock import SystemClock
from shared.lifecycle import Stop

_TICK_SECONDS = 0.1
_FIRST_BACK_OFF_SECONDS = 0.5
_LONGEST_BACK_OFF_SECONDS = 15.0
_STEADY_SECONDS = 30.0
_FAILS_AT_START = 3


class StoppedError(Exception):
    """The person asked to stop while something was waited for."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to be kept running.

    :param command: called for each start, because it may have to prepare something.
    :param ready: tells whether it does its work.
    """

    name: str
    command: Callable[[], Sequence[str | Path]]
    log: Path
    ready: Callable[[], bool]
    env: Mapping[str, str] | None = None


@dataclasses.dataclass(slots=True)
class _Kept:
    """A program with its present child."""

    program: Program
    child: Child | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    pause: float = _FIRST_BACK_OFF_SECONDS
    deaths: int = 0
    was_ready: bool = False


class Supervisor:
    """Keeps programs running until it is told to stop them.

    :param leftovers: where it notes its children, for the next start after a ``kill -9``.
    :param say: tells the person at the terminal a sentence.
    """

    def __init__(
        self, stop: Stop, *, cwd: Path, leftovers: Leftovers, say: Callable[[str], None]
    ) -> None:
        self._stop = stop
        self._cwd = cwd
        self._leftovers = leftovers
        self._say = say
        self._kept: dict[str, _Kept] = {}

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        kept = self._kept[program.name] = _Kept(program)
        children.rotate(program.log)
        self._spawn(kept)

    def tick(self) -> None:
        """Start again what has ended, each after a growing pause."""
        now = _seconds()
        for kept in self._kept.values():
            if kept.child is not None and kept.child.poll() is not None:
                self._ended(kept, kept.child, now)
            if kept.child is None and now >= kept.again_at:
                self._spawn(kept)

    def wait_ready(self, names: Sequence[str], *, seconds: float) -> None:
        """Wait until the programs do their work.

        :raises StackError: when one does not in time, or keeps ending.
        :raises StoppedError: when the person asked to stop.
        """
        until = _seconds() + seconds
        waiting = [self._kept[name] for name in names]
        while waiting:
            self._pause()
            waiting = [kept for kept in waiting if not self._became_ready(kept)]
            late = [kept for kept in waiting if _seconds() > until]
            for kept in [k for k in waiting if k.deaths >= _FAILS_AT_START] + late:
                program = kept.program
                raise StackError(
                    f"{program.name} does not start; the last lines of {program.log}:\n"
                    f"{children.tail(program.log)}"
                )

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path | None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Run a program to its end.

        :param log: where its output goes; none: to the terminal.
        :raises StackError: when it fails.
        :raises StoppedError: when the person asked to stop; the program is told too.
        """
        self.run_together({name: (command, env)}, log=(lambda _: log) if log else None)

    def run_together(
        self,
        steps: Mapping[str, tuple[Sequence[str | Path], Mapping[str, str] | None]],
        *,
        log: Callable[[str], Path] | None,
    ) -> None:
        """Run several programs at the same time, as :meth:`run` does one."""
        running = {
            name: children.spawn(command, log=log(name) if log else None, env=env, cwd=self._cwd)
            for name, (command, env) in steps.items()
        }
        try:
            while any(child.poll() is None for child in running.values()):
                self._pause()
        finally:
            for child in running.values():
                children.end(child, seconds=5)
        for name, child in running.items():
            if child.returncode:
                words = f" The last lines:\n{children.tail(log(name))}" if log else ""
                raise StackError(f"{name} failed (exit code {child.returncode}).{words}")

    def watch(self) -> None:
        """Keep everything running until the person asks to stop."""
        while not self._stop.wait(_TICK_SECONDS):
            self.tick()

    def stop(self, order: Sequence[Sequence[str]], *, seconds: Sequence[float]) -> None:
        """Stop everything, group after group; each group gets its time, then is killed."""
        for names, limit in zip(order, seconds, strict=True):
            self._end([kept for name in names if (kept := self._kept.pop(name, None))], limit)
        self._leftovers.forget()

    def _end(self, group: Sequence[_Kept], seconds: float) -> None:
        children_of = {kept.program.name: kept.child for kept in group if kept.child is not None}
        for child in children_of.values():
            children.ask(child)
        until = _seconds() + seconds
        for name, child in children_of.items():
            if not children.gone(child, seconds=max(until - _seconds(), 0.05)):
                self._say(f"{name} did not end in time and was killed")
            children.kill(child)  # what it may have left in its session

    def _became_ready(self, kept: _Kept) -> bool:
        kept.was_ready = kept.child is not None and kept.program.ready()
        return kept.was_ready

    def _pause(self) -> None:
        if self._stop.wait(_TICK_SECONDS):
            raise StoppedError
        self.tick()

    def _spawn(self, kept: _Kept) -> None:
        program = kept.program
        kept.child = children.spawn(
            program.command(), log=program.log, env=program.env, cwd=self._cwd
        )
        kept.started_at = _seconds()
        self._leftovers.note(program.name, kept.child.pid)

    def _ended(self, kept: _Kept, child: Child, now: float) -> None:
        if now - kept.started_at > _STEADY_SECONDS:
            kept.pause, kept.deaths = _FIRST_BACK_OFF_SECONDS, 0
        kept.deaths += 1
        children.kill(child)  # what it may have left in its session
        self._say(
            f"{kept.program.name} ended ({_cause(child.returncode)}), starts again in"
            f" {kept.pause:g} s; see {kept.program.log}"
        )
        kept.child = None
        kept.again_at = now + kept.pause
        kept.pause = min(kept.pause * 2, _LONGEST_BACK_OFF_SECONDS)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _seconds() -> float:
    return SystemClock().now().timestamp()
