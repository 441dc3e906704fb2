"""The server as a real process: it ends in order, and gives its operations port."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from pymongo import MongoClient

from dev import ports
from dev.secrets_kept import IdentityKeys
from shared.lifecycle import Stop
from shared.mongo import Document
from tests import servers


def _get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _wait_for(address: str, process: "subprocess.Popen[str]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the web ended"
        try:
            _get(address)
        except (URLError, ConnectionError):
            Stop().wait(0.1)
        else:
            return
    pytest.fail(f"{address} does not answer")


def test_a_request_under_way_ends_before_the_server() -> None:
    port = ports.free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.shared_web.served", str(port)],
        cwd=servers.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        _wait_for(f"http://127.0.0.1:{port}/quick", server)
        assert server.stdout.readline() == "worker began\n"
        answers: list[tuple[int, str]] = []
        slow = threading.Thread(
            target=lambda: answers.append(_get(f"http://127.0.0.1:{port}/slow"))
        )
        slow.start()
        assert server.stdout.readline() == "slow began\n"
        asked = time.monotonic()
        server.terminate()
        slow.join(10)

        assert server.wait(10) == 0
        assert time.monotonic() - asked < 10
        assert answers == [(200, "slow")]
        assert server.stdout.readline() == "worker ended\n"
    finally:
        server.kill()
        server.stdout.close()
        server.wait()


def test_a_web_tells_its_health_and_ends(
    mongo_client: "MongoClient[Document]", identity_keys: IdentityKeys, tmp_path: Path
) -> None:
    port, operations = ports.free_port(), ports.free_port()
    environment = os.environ | {
        "MONGODB_URI": servers.address("mongodb"),
        "MONGODB_DATABASE": f"served_{secrets.token_hex(4)}",
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
        "PORT": str(port),
        "OPS_PORT": str(operations),
        "CCHC_DEVELOPMENT": "1",
        "TASKS_URL": "http://127.0.0.1:8080",
        "IDENTITY_PUBLIC_KEY_FILE": str(identity_keys.public),
    }
    log = tmp_path / "web.log"
    with log.open("w") as output:
        web = subprocess.Popen(
            [sys.executable, "-m", "services.scoring", "web"],
            cwd=servers.ROOT,
            env=environment,
            stderr=output,
            text=True,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/nowhere", web)

        assert _get(f"http://127.0.0.1:{port}/nowhere")[0] == 404
        assert _get(f"http://127.0.0.1:{operations}/healthz") == (200, '{"ok":true}')
        assert _get(f"http://127.0.0.1:{operations}/readyz")[0] == 200
        assert 'route="none",status="4xx"' in _get(f"http://127.0.0.1:{operations}/metrics")[1]
        # The operations port is no page of the web, nor the other way round.
        assert _get(f"http://127.0.0.1:{port}/metrics")[0] == 404
        web.terminate()
        assert web.wait(10) == 0
    finally:
        web.kill()
        web.wait()
        mongo_client.drop_database(environment["MONGODB_DATABASE"])
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["service"] for line in lines} == {"scoring"}
    assert any(line["message"] == "request" and line["status"] == 404 for line in lines)
