"""What the stack says when it cannot start, and how its clock behaves."""

import datetime as dt
import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev import ports, settings, times
from dev.faults import StackError, sentence
from dev.stack import held
from shared.clock import LOCAL, SystemClock, read

ROOT = Path(__file__).parents[3]
PORTS = (
    "PORT", "SCORING_PORT", "NOTIFY_PORT", "INBOX_PORT", "INBOX_SMTP_PORT", "INBOX_SMS_PORT",
    "MONGODB_PORT", "KAFKA_PORT",
)  # fmt: skip
DAY = dt.date(2024, 12, 24)


def shown(file: Path) -> dt.datetime:
    return read(file).at(SystemClock().now()).astimezone(LOCAL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    made = {name: str(ports.free_port()) for name in PORTS}
    return os.environ | made | {"OPS_PORT": "0", "LOCAL_DIR": str(tmp_path / "local")}


def up(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dev", "up"],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


def test_a_port_in_use_is_told_in_one_sentence(environment: dict[str, str]) -> None:
    environment["OPS_PORT"] = "20100"
    with socket.create_server(("127.0.0.1", int(environment["SCORING_PORT"]))):
        done = up(environment)

    port = environment["SCORING_PORT"]
    assert done.returncode == 1
    assert f"Port {port} for scoring is in use: end what listens there" in done.stderr
    assert f"make run SCORING_PORT={int(port) + 100}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_told_by_its_name(environment: dict[str, str]) -> None:
    done = up(environment | {"KAFKA_PORT": "many", "CLOCK": "tomorrow"})

    assert done.returncode == 1
    assert "KAFKA_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_port_for_two_purposes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORING_PORT", "18999")
    monkeypatch.setenv("NOTIFY_PORT", "18999")

    with pytest.raises(StackError, match="Port 18999 is wanted for scoring and for notify"):
        settings.check_ports(settings.from_env())


def test_a_folder_is_held_by_one_stack_alone_and_free_after_kill_9(tmp_path: Path) -> None:
    code = (
        "import sys, signal; from pathlib import Path; from dev.stack import held\n"
        "with held(Path(sys.argv[1])):\n    print('held', flush=True); signal.pause()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(StackError, match=rf"runs already \(process {other.pid}\)"),
            held(tmp_path),
        ):
            pass
        other.send_signal(signal.SIGKILL)

    with held(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_full_disk_is_told_with_what_to_do() -> None:
    told = sentence(OSError(errno.ENOSPC, "No space left on device", "/somewhere"))

    assert told.startswith("The disk is full at /somewhere: free about 2 GB and start again")


def test_the_clock_stands_while_nothing_runs_and_never_goes_back(tmp_path: Path) -> None:
    file, history = tmp_path / "clock.json", tmp_path / "history.json"
    times.begin(file, DAY)
    assert shown(file) == dt.datetime(2024, 12, 24, 8, 0, tzinfo=LOCAL)

    times.run_on(file, dt.datetime(2025, 6, 16, 7, 30, tzinfo=LOCAL))
    assert read(file).rate == 1.0
    times.move_to(file, dt.datetime(2025, 6, 20, 8, 0, tzinfo=LOCAL), history)
    times.stand_still(file)
    stood = shown(file)
    assert dt.datetime(2025, 6, 20, 8, 0, tzinfo=LOCAL) <= stood
    assert read(file).rate == 0.0

    times.begin(file, DAY)
    times.run_on(file, dt.datetime(2025, 6, 16, 7, 30, tzinfo=LOCAL))
    assert shown(file) >= stood
    with pytest.raises(StackError, match="only moves forward"):
        times.move_to(file, dt.datetime(2025, 6, 19, tzinfo=LOCAL), history)


def test_the_clock_cannot_be_moved_under_the_history(tmp_path: Path) -> None:
    file, history = tmp_path / "clock.json", tmp_path / "history.json"
    times.begin(file, DAY)
    history.write_text('{"script": "x", "done": 7}')

    with pytest.raises(StackError, match="The history is being played"):
        times.move_to(file, dt.datetime(2025, 6, 20, tzinfo=LOCAL), history)
