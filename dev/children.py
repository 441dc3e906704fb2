"""Child processes of the stack: sessions of their own, dying with the process that made them.

A terminal's Ctrl-C goes to every process of its group at once; in sessions of their own children
hear only what they are told, in order. The parent-death signal ends them even after ``kill -9``.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from dev.faults import StackError

_PR_SET_PDEATHSIG = 1
_LARGEST_LOG_BYTES = 10 * 1024 * 1024
_libc = ctypes.CDLL(None, use_errno=True)

Child = subprocess.Popen[bytes]


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    last_word: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a program whose output goes to the end of a file, or to the terminal without one.

    Call it from a thread that lives as long as the program should: Linux sends the last word when
    the thread that made the child ends.

    :param last_word: the signal that the child gets when this process dies.
    :raises StackError: when the program cannot be started.
    """
    parent = os.getpid()

    def in_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, last_word)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    words = [str(word) for word in command]
    with contextlib.ExitStack() as open_files:
        output = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = open_files.enter_context(log.open("ab"))
        try:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=in_child,  # noqa: PLW1509 - two system calls, and nothing that locks
            )
        except FileNotFoundError as error:
            raise StackError(
                f"{words[0]} is missing: delete the folder .venv and start again."
            ) from error


def end(child: Child, *, seconds: float) -> bool:
    """Ask a child to end and wait; after the time it is killed. Tell whether it ended by itself."""
    ask(child)
    by_itself = gone(child, seconds=seconds)
    if not by_itself:
        kill(child)
    return by_itself


def gone(child: Child, *, seconds: float) -> bool:
    """Wait for a child to end; tell whether it did in that time."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def ask(child: Child) -> None:
    """Ask a child to end."""
    if child.poll() is None:
        child.terminate()


def kill(child: Child) -> None:
    """End a child and everything in its session at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def tail(log: Path, lines: int = 5) -> str:
    """Return the last lines of a log, for a person who asks why."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def rotate(log: Path) -> None:
    """Put a log aside that has grown; one old one is kept."""
    if log.exists() and log.stat().st_size > _LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
