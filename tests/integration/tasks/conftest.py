from collections.abc import Iterator

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House, made_database, make_house


@pytest.fixture(scope="session")
def tasks_database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    yield from made_database(mongo_client)


@pytest.fixture
def house(tasks_database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    return make_house(tasks_database, mongo_client)


@pytest.fixture
def loaded(house: House) -> House:
    house.loader.apply(small_plan.edition())
    return house
