"""Servers that all test processes share: started by the first that asks, ended with the run.

``python -m tests.servers <name> <folder> <pid>`` keeps one server until it is told to end or the
process of that number is gone, so that even a killed run leaves nothing behind.
"""

import fcntl
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from dev import children, ports
from dev.faults import StackError
from dev.kafka import KafkaServer
from dev.mongodb import MongoServer
from shared.lifecycle import Stop, install_signals

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".local" / "cache"
# Set by the process that runs the session; the workers of xdist inherit it.
FOLDER = "CCHC_TEST_SERVERS"
OWNER = "CCHC_TEST_OWNER"
_LOOK_SECONDS = 0.2

# A server, and what tells its address.
Kept = tuple[MongoServer | KafkaServer, Callable[[], str]]


def address(name: str) -> str:
    """Return the address of a server, started now if nobody has asked before."""
    folder = Path(os.environ[FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / f"{name}.address"
        if not told.exists():
            _start(name, folder, told)
        return told.read_text()


def _start(name: str, folder: Path, told: Path) -> None:
    with (folder / f"{name}.keeper").open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", name, str(folder), os.environ[OWNER]],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    keepers = folder / "keepers"
    with keepers.open("a") as file:
        file.write(f"{keeper.pid}\n")
    pause = Stop()
    while not told.exists():
        if keeper.poll() is not None:
            raise StackError((folder / f"{name}.keeper").read_text())
        pause.wait(0.05)
    keeper.returncode = 0  # it lives on; this process shall not complain about it


def stop_all(folder: Path) -> None:
    """End the keepers of a folder and wait until they are gone."""
    keepers = folder / "keepers"
    if not keepers.exists():
        return
    for line in keepers.read_text().split():
        try:
            handle = os.pidfd_open(int(line))
        except ProcessLookupError:
            continue
        os.kill(int(line), 15)
        select.select([handle], [], [], 20)
        os.close(handle)


def _mongodb(folder: Path) -> Kept:
    place = folder / "mongodb"
    server = MongoServer(folder=place, port=ports.free_port(), log=folder / "mongodb.log")
    return server, server.uri


def _kafka(folder: Path) -> Kept:
    server = KafkaServer(
        folder=folder / "kafka",
        port=ports.free_port(),
        cache=CACHE,
        log=folder / "kafka.log",
    )
    return server, lambda: server.bootstrap_servers


_SERVERS: Mapping[str, Callable[[Path], Kept]] = {"mongodb": _mongodb, "kafka": _kafka}


def main(name: str, place: str, owner: str) -> int:
    """Keep one server."""
    folder = Path(place)
    stop = Stop()
    install_signals(stop)
    try:
        handle = os.pidfd_open(int(owner))
    except ProcessLookupError:
        return 0
    server, tell = _SERVERS[name](folder)
    child = server.start()
    try:
        server.wait(stop, child)
        told = folder / f"{name}.address"
        told.with_suffix(".new").write_text(tell())
        told.with_suffix(".new").replace(told)
        while not stop.wait(_LOOK_SECONDS) and child.poll() is None:
            if select.select([handle], [], [], 0)[0]:
                break
    except StackError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one who asked reads it
        return 1
    finally:
        children.kill(child)  # nobody needs the data any more
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
