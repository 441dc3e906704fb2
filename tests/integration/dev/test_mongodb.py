"""The embedded MongoDB as the product stack runs it: with a key and a user for each service."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo.errors import OperationFailure

from dev import children, ports
from dev.faults import StackError
from dev.mongodb import MongoServer
from shared import mongo
from shared.lifecycle import Stop

CODE_NOT_ALLOWED = 13


@pytest.fixture
def server(tmp_path: Path) -> MongoServer:
    return MongoServer(
        folder=tmp_path / "mongodb",
        port=ports.free_port(),
        users=("tasks", "scoring"),
        log=tmp_path / "mongodb.log",
    )


@contextlib.contextmanager
def running(server: MongoServer) -> Iterator[None]:
    child = server.start()
    try:
        server.wait(Stop(), child)
        yield
    finally:
        assert children.end(child, seconds=20)


def test_a_service_reads_and_writes_its_own_database_alone(server: MongoServer) -> None:
    with running(server), mongo.connect(server.uri("tasks"), app_name="test") as client:
        client["tasks"]["officers"].insert_one({"_id": 1})
        with pytest.raises(OperationFailure) as refused:
            client["scoring"]["facts"].find_one()

        without_password = f"mongodb://127.0.0.1:{server.port}/?directConnection=true"
        with (
            mongo.connect(without_password, app_name="test") as stranger,
            pytest.raises(OperationFailure) as shut_out,
        ):
            stranger["tasks"]["officers"].find_one()

    assert refused.value.code == CODE_NOT_ALLOWED
    assert shut_out.value.code == CODE_NOT_ALLOWED


def test_data_and_passwords_outlive_a_restart_and_are_the_owners_alone(server: MongoServer) -> None:
    with running(server), mongo.connect(server.uri("tasks"), app_name="test") as client:
        client["tasks"]["officers"].insert_one({"_id": 1})
        address = server.uri("tasks")

    with running(server), mongo.connect(server.uri("tasks"), app_name="test") as client:
        assert client["tasks"]["officers"].count_documents({}) == 1

    assert server.uri("tasks") == address
    secret = [server.folder / "key", server.folder / "passwords.json"]
    assert [oct(file.stat().st_mode & 0o777) for file in secret] == ["0o400", "0o600"]


def test_a_server_that_cannot_start_is_told_with_its_last_words(server: MongoServer) -> None:
    with socket.create_server(("127.0.0.1", server.port)):
        child = server.start()
        with pytest.raises(StackError, match=r"did not start; its last lines, from .*mongodb\.log"):
            server.wait(Stop(), child)

    child.wait(20)


def test_it_comes_up_on_another_port_with_what_it_held(server: MongoServer) -> None:
    with running(server), mongo.connect(server.uri("tasks"), app_name="test") as client:
        client["tasks"]["officers"].insert_one({"_id": 1})
    server.port = ports.free_port()

    with running(server), mongo.connect(server.uri("tasks"), app_name="test") as client:
        assert client["tasks"]["officers"].find_one() == {"_id": 1}
        client["tasks"]["officers"].insert_one({"_id": 2})
