"""What all tests share: markers by folder, the real servers, and what is left out on request."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from shared import mongo
from shared.ids import new_id
from shared.mongo import Document
from tests import servers

_HERE = Path(__file__).parent
_KINDS = ("unit", "integration", "contract", "architecture", "browser", "e2e")
_LEFT_OUT = "WITHOUT"
_IN_MEMORY = "/dev/shm"  # noqa: S108 - the run makes a folder of its own in it
_ROOM_BYTES = 3 * 1024**3
_APT = "apt-get install -y --no-install-recommends chromium fonts-noto-core"


def pytest_configure(config: pytest.Config) -> None:
    """Give the servers of this run a folder; refuse words that WITHOUT does not know."""
    unknown = _without() - set(_KINDS)
    if unknown:
        known = " ".join(_KINDS)
        raise pytest.UsageError(f"WITHOUT: {' '.join(sorted(unknown))} is none of: {known}")
    if not hasattr(config, "workerinput"):
        os.environ[servers.FOLDER] = tempfile.mkdtemp(prefix="cchc-tests-", dir=_quick_folder())
        os.environ[servers.OWNER] = str(os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers of this run and take their data away."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(servers.FOLDER, None)):
        servers.stop_all(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and take out what WITHOUT names."""
    without = _without()
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        kind = item.path.relative_to(_HERE).parts[0]
        item.add_marker(kind)
        (left if kind in without else kept).append(item)
    if left:
        items[:] = kept
        config.hook.pytest_deselected(items=left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, so that green is not taken for more than it is."""
    if without := _without():
        kinds = " ".join(sorted(without))
        terminalreporter.write_sep("!", f"left out by WITHOUT: {kinds}", yellow=True)


def _without() -> set[str]:
    return set(os.environ.get(_LEFT_OUT, "").split())


def _quick_folder() -> str | None:
    """Return a folder in memory where there is room, because tests need no data on a disk."""
    if Path(_IN_MEMORY).is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM_BYTES:
        return _IN_MEMORY
    return None


@pytest.fixture(scope="session")
def mongo_client() -> Iterator["MongoClient[Document]"]:
    """A client of the real server, as the services make theirs."""
    with mongo.connect(servers.address("mongodb"), app_name="cchc-tests") as client:
        yield client


@pytest.fixture
def database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    """A database of this test alone."""
    name = f"test-{new_id()}"
    yield mongo_client[name]
    mongo_client.drop_database(name)


@pytest.fixture(scope="session")
def kafka() -> str:
    """The bootstrap servers of the real broker; topics must have names of their own."""
    return servers.address("kafka")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of the browser; without it the test fails and says how to get it."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail(f"Chromium is missing: {_APT} – or say WITHOUT=browser", pytrace=False)
    return found
