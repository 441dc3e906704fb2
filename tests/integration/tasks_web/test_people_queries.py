"""Every question about accounts, sessions, tokens and deputies finds its index."""

import datetime as dt

from services.tasks.queries import people as queries
from tests.integration.tasks.house import House

TODAY = dt.date(2025, 2, 3)


def everything(house: House, officer_id: str) -> None:
    database = house.database
    queries.accounts(database)
    queries.accounts(database, agency="STP", search="an", closed=True)
    queries.asking(database)
    queries.asking(database, "STP")
    queries.lines(database, officer_id)
    queries.principals(database, officer_id, TODAY)
    queries.absence(database, officer_id, TODAY)
    queries.sessions_of(database, officer_id)
    queries.tokens_of(database, officer_id)
    queries.is_linked(database, officer_id)
    house.subjects.find("https://id.example.vn", "sub-1")
    house.invitations.ask("stp.canbo")
    house.sessions.end_others(officer_id, "x")
    house.sessions.end_all(officer_id)


def test_no_question_about_people_reads_a_whole_collection(house: House) -> None:
    officer = house.database["officers"].find_one({"username": "stp.canbo"})
    assert officer is not None
    house.database.command({"profile": 2})
    try:
        everything(house, officer["_id"])
    finally:
        house.database.command({"profile": 0})
    rows = list(house.database["system.profile"].find({"planSummary": {"$exists": True}}))
    house.database.drop_collection("system.profile")

    assert len(rows) > 12
    assert [row["ns"] for row in rows if "COLLSCAN" in row["planSummary"]] == []
