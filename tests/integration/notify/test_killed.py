"""The worker killed between the provider's yes and its own mark."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.clock import SystemClock, move
from tests.integration.notify.conftest import LOGIN, SECRET, FarEnd, World, free_port, local
from tests.integration.notify.test_pipeline import wait_for

pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).parents[3]


@contextlib.contextmanager
def worker(world: World, far_end: FarEnd, clock_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real notify-worker; Kafka is away, which must not keep it from sending."""
    address = world.database.client.address
    assert address is not None
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "MONGODB_URI": f"mongodb://{address[0]}:{address[1]}/?directConnection=true",
        "MONGODB_DATABASE": world.database.name,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "OPS_PORT": str(free_port()),
        "CCHC_DEVELOPMENT": "1",
        "CCHC_CLOCK_FILE": str(clock_file),
        "TASKS_URL": "http://tasks.test",
        "NOTIFY_SMTP_HOST": "127.0.0.1",
        "NOTIFY_SMTP_PORT": str(far_end.mail_port),
        "NOTIFY_SMTP_USERNAME": LOGIN["username"],
        "NOTIFY_SMTP_PASSWORD": LOGIN["password"],
        "NOTIFY_SMTP_CAFILE": str(far_end.certificate),
        "NOTIFY_MAIL_FROM": "cchc@sonla.test",
        "NOTIFY_MAIL_DOMAIN": "sonla.test",
        "NOTIFY_SMS_URL": far_end.sms_url,
        "NOTIFY_SMS_USERNAME": LOGIN["username"],
        "NOTIFY_SMS_PASSWORD": LOGIN["password"],
        "NOTIFY_SMS_FROM": "CCHC",
        "NOTIFY_RECEIPT_URL": "http://127.0.0.1:9/receipts",
        "NOTIFY_RECEIPT_SECRET": SECRET,
        "NOTIFY_UNKNOWN_WAIT_SECONDS": "1",
        "NOTIFY_LEASE_SECONDS": "2",
        "NOTIFY_CATCH_UP_SECONDS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "services.notify", "worker"],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_copy_taken_but_not_marked_goes_once_more_and_is_marked_as_possible_duplicate(
    world: World, far_end: FarEnd, tmp_path: Path
) -> None:
    clock_file = tmp_path / "clock.json"
    move(clock_file, local("2025-06-16T07:30"), system=SystemClock())
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    victims: list[subprocess.Popen[bytes]] = []

    def mails_are_marked() -> bool:
        return all(
            row["state"] == "accepted" for row in world.deliveries() if row["channel"] == "email"
        )

    def take_then_kill(_fields: Mapping[str, str]) -> tuple[int, str]:
        if victims:
            wait_for(mails_are_marked)  # the dead leave no transaction open
            victims.pop().kill()
        return 202, "0: Accepted for delivery"

    far_end.sms_answer = take_then_kill
    with worker(world, far_end, clock_file) as first:
        victims.append(first)
        wait_for(lambda: first.poll() is not None)
    assert first.returncode == -signal.SIGKILL
    assert len(far_end.arrived("sms")) == 1
    first_to = far_end.arrived("sms")[0].to

    with worker(world, far_end, clock_file) as second:
        wait_for(lambda: world.states() == ["accepted"] * 4)
    assert second.returncode == 0

    texts = [message.to for message in far_end.arrived("sms")]
    assert texts.count(first_to) == 2, "the one in doubt went once more"
    assert len(texts) == 3, "the other went once"
    doubtful = [row for row in world.deliveries() if row["possible_duplicate"]]
    assert len(doubtful) == 1
    told = [row["body"] for row in world.told() if doubtful[0]["_id"] in row["body"]]
    assert '"state":"unknown"' in "".join(told)
    assert '"possible_duplicate":true' in told[-1]
    mails = [message.message_id for message in far_end.arrived("email")]
    assert len(set(mails)) == 2
