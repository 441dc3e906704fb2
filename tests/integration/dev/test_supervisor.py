"""The supervisor with real programs: they come back, they go in order, and none is left."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dev.children import kill, spawn
from dev.faults import StackError
from dev.leftovers import Leftovers
from dev.supervisor import Program, StoppedError, Supervisor
from shared.clock import SystemClock
from shared.lifecycle import Stop

ROOT = Path(__file__).parents[3]
SECONDS = 20
# A child that says so when it runs, and lives until it is told to end.
STEADY = "import pathlib, signal; pathlib.Path('{mark}').write_text('up'); signal.pause()"
STUBBORN = (
    "import pathlib, signal, subprocess, sys;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import signal;"
    " signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()']);"
    "pathlib.Path('{mark}').write_text(str(child.pid));"
    "signal.pause()"
)
# A stack in small: one child that takes its time to end, and no stop in order.
SUPERVISOR = """
import sys
from pathlib import Path
from dev.leftovers import Leftovers
from dev.supervisor import Program, Supervisor
from shared.lifecycle import Stop

folder, seconds = Path(sys.argv[1]), sys.argv[2]
slow = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM," \
    f" lambda *_: (time.sleep({seconds}), sys.exit(0)));" \
    f" pathlib.Path('{folder}/mark').write_text('up'); signal.pause()"
supervisor = Supervisor(
    Stop(), cwd=folder, leftovers=Leftovers(folder / "processes.json"), say=print
)
supervisor.start(Program(
    name="slow", command=lambda: [sys.executable, "-c", slow],
    log=folder / "slow.log", ready=lambda: True,
))
supervisor.watch()
"""


class Stage:
    """A supervisor that runs in this thread, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stop = Stop()
        self.said: list[str] = []
        self.leftovers = Leftovers(folder / "processes.json")
        self.supervisor = Supervisor(
            self.stop, cwd=folder, leftovers=self.leftovers, say=self.said.append
        )

    def program(self, name: str, code: str) -> Program:
        mark = self.folder / name
        return Program(
            name=name,
            command=lambda: [sys.executable, "-c", code.format(mark=mark)],
            log=self.folder / f"{name}.log",
            ready=mark.exists,
        )

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = SystemClock().now().timestamp() + SECONDS
        while not condition():
            assert SystemClock().now().timestamp() < deadline, self.said
            self.supervisor.tick()
            self.stop.wait(0.05)

    def pids(self, name: str) -> list[int]:
        """Return the processes whose command line holds the name's mark."""
        mark = str(self.folder / name)
        return [pid for pid in running() if mark in command_of(pid)]


def running() -> Sequence[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.supervisor.stop([("one", "two")], seconds=[1])


def test_a_killed_child_comes_back_and_the_person_is_told(stage: Stage) -> None:
    stage.supervisor.start(stage.program("one", STEADY))
    stage.supervisor.wait_ready(["one"], seconds=SECONDS)
    (first,) = stage.pids("one")

    os.kill(first, signal.SIGKILL)
    stage.until(lambda: bool(stage.said) and stage.pids("one") not in ([first], []))

    assert "one ended (signal 9), starts again in 0.5 s" in stage.said[0]


def test_a_stop_ends_what_does_not_listen_and_what_it_left_behind(stage: Stage) -> None:
    stage.supervisor.start(stage.program("one", STUBBORN))
    stage.supervisor.wait_ready(["one"], seconds=SECONDS)
    grandchild = int((stage.folder / "one").read_text())
    began = SystemClock().now()

    stage.supervisor.stop([("one",)], seconds=[0.5])

    assert (SystemClock().now() - began).total_seconds() < 5
    assert stage.pids("one") == []
    stage.until(lambda: grandchild not in running())


def test_groups_are_stopped_one_after_the_other(stage: Stage) -> None:
    ends = stage.folder / "ends"
    code = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep({pause})\n"
        f"    open('{ends}', 'a').write('{{name}} ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "pathlib.Path('{{mark}}').write_text('up')\n"
        "signal.pause()"
    )
    stage.supervisor.start(stage.program("one", code.format(pause=0.3, name="one")))
    stage.supervisor.start(stage.program("two", code.format(pause=0.0, name="two")))
    stage.supervisor.wait_ready(["one", "two"], seconds=SECONDS)

    stage.supervisor.stop([("one",), ("two",)], seconds=[5, 5])

    assert ends.read_text() == "one two "


def test_a_program_that_keeps_ending_is_told_with_its_last_words(stage: Stage) -> None:
    stage.supervisor.start(stage.program("one", "import sys; sys.exit('no such setting')"))

    with pytest.raises(StackError, match="one does not start") as told:
        stage.supervisor.wait_ready(["one"], seconds=60)

    assert "no such setting" in str(told.value)


def test_a_failing_step_is_told_and_a_stop_ends_a_step(stage: Stage) -> None:
    log = stage.folder / "step.log"
    with pytest.raises(StackError, match=r"The step failed \(exit code 3\).*\n.*why not"):
        stage.supervisor.run(
            "The step", [sys.executable, "-c", "print('why not'); raise SystemExit(3)"], log=log
        )

    threading.Timer(0.5, stage.stop.set).start()
    mark = str(stage.folder / "waiting")
    with pytest.raises(StoppedError):
        stage.supervisor.run(
            "The step",
            [sys.executable, "-c", f"'{mark}'; input_ = __import__('signal').pause()"],
            log=log,
        )
    assert stage.pids("waiting") == []


@pytest.mark.parametrize("seconds", ["1", "60"], ids=["by themselves", "when killed"])
def test_after_kill_9_the_next_start_waits_until_the_children_are_gone(
    tmp_path: Path, seconds: str
) -> None:
    stack = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(tmp_path), seconds], cwd=ROOT)
    stage = Stage(tmp_path)
    stage.until((tmp_path / "mark").exists)
    assert len(stage.pids("mark")) == 1

    stack.kill()
    stack.wait()
    Leftovers(tmp_path / "processes.json", patience=4).clear(stage.stop, stage.said.append)

    assert stage.said == ["An earlier stack was killed; waiting for its slow to end"]
    assert stage.pids("mark") == []
    assert not (tmp_path / "processes.json").exists()


def test_a_number_given_anew_is_not_mistaken_for_a_child(tmp_path: Path) -> None:
    innocent = spawn([sys.executable, "-c", "import signal; signal.pause()"], log=None)
    note = tmp_path / "processes.json"
    note.write_text(f'{{"slow": [{innocent.pid}, "1"]}}')

    Leftovers(note).clear(Stop(), print)

    assert innocent.poll() is None
    kill(innocent)
