"""Every query of the acts and lists of tasks finds its index."""

from typing import Any

from tests.contract.api_tasks.caller import FIGURES, ONE, REPORT, Caller
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House

# A handful of rows each, read whole on purpose: plans by their policy, agencies by their last day.
SMALL = {"plans", "agencies"}


def everything(found: House, officer: Caller, appraiser: Caller) -> None:
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


def test_no_query_reads_a_whole_collection(
    loaded: House, officer: Caller, appraiser: Caller
) -> None:
    database = loaded.database
    database.command({"profile": 2})
    try:
        everything(loaded, officer, appraiser)
    finally:
        database.command({"profile": 0})
    rows = list(database["system.profile"].find({"planSummary": {"$exists": True}}))
    database.drop_collection("system.profile")

    assert len(rows) > 30
    whole = {row["ns"].partition(".")[2] for row in rows if "COLLSCAN" in row["planSummary"]}
    assert whole <= SMALL
