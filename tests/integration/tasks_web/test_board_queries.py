"""Every page asks the database few questions, and each finds an index."""

from collections.abc import Callable

import pytest

from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import Person

Province = Callable[[str], Person]
# A handful of rows each, read whole on purpose.
SMALL = {"plans", "agencies"}
# Who asks is one of each; somebody of an agency asks one more on the board: who else has parts.
MOST = {
    "/nhiem-vu": 8,
    "/nhiem-vu?co_quan=STC25": 8,
    "/nhiem-vu?tim=nha+dat": 8,
    "/nhiem-vu?xem=danh-sach": 8,
    "/nhiem-vu?xem=theo-co-quan&co_quan=tat-ca&mo=STC25": 8,
    "/nhiem-vu?xem=lich": 8,
    "/nhiem-vu?xem=tien-do-nam": 9,
    "/viec-cua-toi": 9,
    "/tham-dinh": 7,
    "/tong-quan": 7,
    "/ke-hoach": 6,
    "/co-quan": 6,
    "/co-quan/STC25": 10,
}
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def asked(house: House, person: Person, path: str, **more: object) -> list[dict[str, object]]:
    database = house.database
    database.command({"profile": 2})
    try:
        status = person.get(path, **more).status_code
    finally:
        database.command({"profile": 0})
    rows = list(database["system.profile"].find({"op": {"$in": ["query", "command", "getmore"]}}))
    database.drop_collection("system.profile")
    assert status in (200, 304)
    return [row for row in rows if "planSummary" in row]


@pytest.mark.parametrize("username", ["snv.thamdinh", "stc.canbo", "admin"])
@pytest.mark.parametrize("path", MOST)
def test_a_page_asks_little_and_by_index(
    province: Province, played: House, path: str, username: str
) -> None:
    # The top bar names the plan and asks for it every few seconds only: once before counting.
    province(username).get("/tai-khoan")
    rows = asked(played, province(username), path)

    whole = {
        str(row["ns"]).partition(".")[2] for row in rows if "COLLSCAN" in str(row["planSummary"])
    }
    assert whole <= SMALL
    assert len(rows) <= MOST[path], [(row["ns"], row["planSummary"]) for row in rows]


def test_nothing_new_costs_one_question(province: Province, played: House) -> None:
    person = province("lanhdao")
    address = "/nhiem-vu/thay-doi?tu=0&luc=2025-06-16"
    mark = person.get(address).headers["ETag"]

    rows = asked(played, person, address, headers={"If-None-Match": mark})

    spaces = [str(row["ns"]).partition(".")[2] for row in rows]
    assert sorted(set(spaces)) == ["assignments", "plans", "sessions"]
    assert spaces.count("assignments") == 1
    looked = next(row for row in rows if str(row["ns"]).endswith(".assignments"))
    assert looked["keysExamined"] <= 70  # type: ignore[operator]


def test_the_number_of_questions_does_not_grow_with_the_cards(
    province: Province, played: House
) -> None:
    person = province("lanhdao")

    person.get("/nhiem-vu?tim=NV-6")  # the name of the plan in the top bar is kept for a while
    few = asked(played, person, "/nhiem-vu?tim=NV-61")
    many = asked(played, person, "/nhiem-vu?tim=NV&them=done.50")

    assert len(few) == len(many)


def test_a_set_is_read_again_only_when_something_changed(province: Province, played: House) -> None:
    person, path = province("lanhdao"), "/nhiem-vu?tim=nhiem+vu"
    newest = played.database["assignments"].find_one(sort=[("changed_seq", -1)])
    assert newest is not None

    person.get("/nhiem-vu?tim=NV-6")
    first = asked(played, person, path)
    second = asked(played, person, path)
    played.database["assignments"].update_one(
        {"_id": newest["_id"]}, {"$inc": {"version": 1, "changed_seq": 1}}
    )
    third = asked(played, person, path)

    assert len(second) == len(first) - 1
    assert len(third) == len(first)
