from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.permissions import OfficerRole
from shared.mongo import Document
from tests.contract.api_tasks.caller import Caller, make_app
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House, made_database, make_house


@pytest.fixture(scope="module")
def tasks_database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    yield from made_database(mongo_client)


@pytest.fixture
def loaded(tasks_database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    found = make_house(tasks_database, mongo_client)
    found.loader.apply(small_plan.edition())
    return found


@pytest.fixture
def app(loaded: House) -> Flask:
    for username, role, agency in (
        ("stp.canbo", OfficerRole.OFFICER, "STP"),
        ("snv.thamdinh", OfficerRole.APPRAISER, "SNV"),
        ("stc.canbo", OfficerRole.OFFICER, "STC"),
    ):
        loaded.account(username, role, agency)
    return make_app(loaded)


@pytest.fixture
def client(app: Flask) -> Iterator[Any]:
    with app.test_client() as found:
        yield found


@pytest.fixture
def officer(client: Any) -> Caller:
    return Caller(client, "stp.canbo")


@pytest.fixture
def appraiser(client: Any) -> Caller:
    return Caller(client, "snv.thamdinh")
