"""``python -m dev up|clock|admin|clean``: the embedded stack at the terminal."""

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

from dev import settings, times
from dev.faults import StackError, sentence
from dev.settings import StackSettings, from_env
from dev.supervisor import StoppedError
from dev.terminal import Terminal
from shared.clock import LOCAL, read
from shared.lifecycle import Stop, install_signals

_REFUSED = 1
_STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    given = _parser().parse_args(arguments)
    terminal = Terminal()
    try:
        return _COMMANDS[given.command](from_env(), given, terminal)
    except StoppedError:
        return _STOPPED
    except StackError as error:
        terminal.complain(str(error))
    except OSError as error:
        terminal.complain(sentence(error))
    return _REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and watch over it")
    clock = commands.add_parser("clock", help="move the simulated clock forward")
    clock.add_argument("to", help="local instant, e.g. 2025-06-20T08:00")
    commands.add_parser("admin", help="create the first administrator of a real installation")
    commands.add_parser("clean", help="forget everything but downloads")
    return parser


def _up(given: StackSettings, _: argparse.Namespace, terminal: Terminal) -> int:
    from dev.stack import Stack  # noqa: PLC0415 - the other commands need no servers

    stop = Stop()
    install_signals(stop)
    Stack(given, terminal, stop).up()
    return 0


def _clock(given: StackSettings, parsed: argparse.Namespace, _: Terminal) -> int:
    times.move_to(given.clock_file, settings.instant(parsed.to), given.history_file)
    shown = read(given.clock_file).business.astimezone(LOCAL)
    print(f"The simulated clock shows {shown:%d/%m/%Y %H:%M}")
    return 0


def _admin(given: StackSettings, _: argparse.Namespace, _terminal: Terminal) -> int:
    from dev.admin import create  # noqa: PLC0415 - the other commands need no servers

    return create(given)


def _clean(given: StackSettings, _: argparse.Namespace, _terminal: Terminal) -> int:
    from dev.stack import held  # noqa: PLC0415 - the other commands need no servers

    if not given.local.exists():
        return 0
    with held(given.local):
        for entry in given.local.iterdir():
            if entry == given.cache:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    print(f"{given.local} is empty but for downloads")
    return 0


_COMMANDS: Mapping[str, Callable[[StackSettings, argparse.Namespace, Terminal], int]] = {
    "up": _up,
    "clock": _clock,
    "admin": _admin,
    "clean": _clean,
}


if __name__ == "__main__":
    sys.exit(main())
