from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pymongo import MongoClient
from pymongo.database import Database

from dev.secrets_kept import ensure_identity
from services.tasks.domain.permissions import OfficerRole
from shared.clock import SystemClock
from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House, made_database, make_house
from tests.integration.tasks_web.demonstrated import play
from tests.integration.tasks_web.person import Person, make_app

ACCOUNTS = (
    ("stp.canbo", OfficerRole.OFFICER, "STP"),
    ("stp.lanhdao", OfficerRole.HEAD, "STP"),
    ("stc.canbo", OfficerRole.OFFICER, "STC"),
    ("snv.canbo", OfficerRole.OFFICER, "SNV"),
    ("snv.thamdinh", OfficerRole.APPRAISER, "SNV"),
    ("vpubnd.thamdinh", OfficerRole.APPRAISER, "VPUBND"),
    ("snv.kehoach", OfficerRole.PLAN_MANAGER, "SNV"),
    ("stc.lanhdao", OfficerRole.HEAD, "STC"),
    ("lanhdao", OfficerRole.LEADER, "UBND"),
    ("kiemtra", OfficerRole.AUDITOR, "UBND"),
    ("admin", OfficerRole.ADMINISTRATOR, "UBND"),
)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    found = ensure_identity(tmp_path_factory.mktemp("keys"))
    return found.private, found.public


@pytest.fixture(scope="session")
def pages_database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    yield from made_database(mongo_client)


@pytest.fixture
def empty(pages_database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    """A house without a plan and without people."""
    found = make_house(pages_database, mongo_client)
    # The server deletes what has expired by its own clock, whatever ours says.
    found.system.set(SystemClock().now())
    return found


@pytest.fixture
def house(empty: House) -> House:
    """A house with the small plan and an account of each role."""
    empty.loader.apply(small_plan.edition())
    for username, role, agency in ACCOUNTS:
        empty.account(username, role, agency)
    return empty


@pytest.fixture
def app(house: House, keys: tuple[Path, Path]) -> Flask:
    return make_app(house, keys)


@pytest.fixture
def as_(app: Flask) -> Callable[[str], Person]:
    """Sign somebody in."""
    return lambda username: Person(app, username)


@pytest.fixture(scope="session")
def played(mongo_client: "MongoClient[Document]") -> Iterator[House]:
    """The real plan after its invented half-year; tests ask the database what they expect."""
    for database in made_database(mongo_client):
        found = make_house(database, mongo_client)
        play(found)
        yield found


@pytest.fixture(scope="session")
def province(played: House, keys: tuple[Path, Path]) -> Callable[[str], Person]:
    """Sign somebody of the real plan in, once a run."""
    app = make_app(played, keys)
    people: dict[str, Person] = {}

    def sign_in(username: str) -> Person:
        if username not in people:
            people[username] = Person(app, username)
        return people[username]

    return sign_in
