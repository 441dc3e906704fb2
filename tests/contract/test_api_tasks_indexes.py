"""Every query of the acts and lists of tasks finds its index."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.permissions import OfficerRole
from shared.mongo import Document
from tests.contract.test_api_tasks import FIGURES, ONE, REPORT, Caller, make_app
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House, made_database, make_house

# A handful of rows each, read whole on purpose: plans by their policy, agencies by their last day.
SMALL = {"plans", "agencies"}


@pytest.fixture(scope="module")
def tasks_database(mongo_client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    yield from made_database(mongo_client)


@pytest.fixture
def loaded(tasks_database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    found = make_house(tasks_database, mongo_client)
    found.loader.apply(small_plan.edition())
    found.account("stp.canbo", OfficerRole.OFFICER, "STP")
    found.account("snv.thamdinh", OfficerRole.APPRAISER, "SNV")
    return found


def everything(found: House) -> None:
    client = make_app(found).test_client()
    officer, appraiser = Caller(client, "stp.canbo"), Caller(client, "snv.thamdinh")
    figure = {"period": "2025-Q1", "measured_on": "2025-02-03", "value": "41.33"}
    answers = [
        officer.post(f"{ONE}/start", headers={"Idempotency-Key": "k"}),
        officer.post(f"{ONE}/report", REPORT),
        appraiser.post(f"{ONE}/return", {"reason": "Thiếu"}),
        officer.post(f"{ONE}/report", REPORT),
        appraiser.post(f"{ONE}/accept"),
        officer.get(ONE),
        officer.get(f"{ONE}/history"),
        officer.get(f"/api/v1/tasks/{small_plan.task_id('NV-58')}"),
        officer.post(FIGURES, figure),
        officer.get(FIGURES),
    ]
    path = f"/api/v1/plans/{small_plan.SLUG}"
    queries: list[dict[str, Any]] = [
        {},
        {"code": "NV-58"},
        {"agency": "STP"},
        {"agency": "STP", "state": "assigned"},
        {"state": "accepted"},
        {"role": "lead", "open": "true"},
        {"late": "true"},
        {"q": "nhiem vu"},
    ]
    answers += [officer.get(f"{path}/assignments", **query) for query in queries]
    answers += [officer.get(f"{path}/{name}") for name in ("tasks", "indicators", "agencies")]
    assert {answer.status_code for answer in answers} == {200, 201}
    found.successions.run()
    found.files.sweep()


def test_no_query_reads_a_whole_collection(loaded: House) -> None:
    database = loaded.database
    database.command({"profile": 2})
    try:
        everything(loaded)
    finally:
        database.command({"profile": 0})
    rows = list(database["system.profile"].find({"planSummary": {"$exists": True}}))
    database.drop_collection("system.profile")

    assert len(rows) > 30
    whole = {row["ns"].partition(".")[2] for row in rows if "COLLSCAN" in row["planSummary"]}
    assert whole <= SMALL
