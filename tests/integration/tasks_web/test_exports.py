"""Lists as Excel files: every row, the same numbers, and nothing that runs as a formula."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from services.tasks.queries import board
from services.tasks.queries.board import Wanted
from services.tasks.web.pages.sheets import MEDIA_TYPE, plain
from services.tasks.web.words import near_until
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import PLAN_ID, TODAY
from tests.integration.tasks_web.person import Person

Province = Callable[[str], Person]
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def book(person: Person, path: str) -> Any:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    content = answer.data
    answer.close()
    return load_workbook(io.BytesIO(content))


def table(sheet: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the heading and the rows by the names of their columns."""
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    empty = next(number for number, line in enumerate(lines) if not any(line))
    heading = [str(line[0]) for line in lines[:empty]]
    names = lines[empty + 1]
    return heading, [dict(zip(names, line, strict=True)) for line in lines[empty + 2 :]]


def test_a_list_holds_every_row_of_its_filter(province: Province, played: House) -> None:
    found = book(province("lanhdao"), "/nhiem-vu/bang-tinh?tim=nha+dat&xem=danh-sach")

    heading, rows = table(found["Nhiệm vụ"])
    assert heading[0] == "Danh sách nhiệm vụ"
    assert "ấn bản 1" in heading[1]
    assert heading[2] == "Tính đến 16/06/2025"
    assert heading[3] == "Vai trò: Chủ trì; Tìm: nha dat"
    assert "NV-61" in {row["Mã"] for row in rows}
    part = played.database["assignments"].find_one({"task_code": "NV-61", "role": "lead"})
    assert part is not None
    row = next(row for row in rows if row["Mã"] == "NV-61")
    assert row["Nhiệm vụ"] == part["title"]
    assert row["Thời hạn"] == dt.datetime.combine(dt.date.fromisoformat(part["due_on"]), dt.time())
    assert row["Vai trò"] == "Chủ trì"


def test_a_whole_list_has_every_card_of_the_board(province: Province, played: House) -> None:
    _, rows = table(book(province("lanhdao"), "/nhiem-vu/bang-tinh?vai_tro=tat-ca")["Nhiệm vụ"])

    cards = board.pick(
        played.database, Wanted(plan_id=PLAN_ID), today=TODAY, near_until=near_until(TODAY)
    )
    assert len(rows) == len(cards) > 1000
    assert Counter(row["Mã"] for row in rows) == Counter(card.code for card in cards)


def test_people_of_an_agency_get_their_own_parts(province: Province) -> None:
    _, rows = table(book(province("stc.canbo"), "/nhiem-vu/bang-tinh")["Nhiệm vụ"])

    assert {row["Cơ quan thực hiện"] for row in rows} == {"Sở Tài chính"}


def test_the_overview_has_the_same_four_numbers_in_each_sheet(province: Province) -> None:
    found = book(province("lanhdao"), "/tong-quan/bang-tinh")

    names = ("Xong đúng hạn", "Xong quá hạn", "Trong hạn", "Quá hạn")
    sums = []
    for sheet in found:
        heading, rows = table(sheet)
        assert f"Tính đến {TODAY:%d/%m/%Y}" in heading
        sums.append([sum(row[name] for row in rows) for name in names])
        assert all(row["Số nhiệm vụ"] == sum(row[name] for name in names) for row in rows)
    assert found.sheetnames == ["Toàn bộ", "Theo cơ quan", "Theo lĩnh vực"]
    assert sums[0] == sums[1] == sums[2]
    assert sum(sums[0]) == 76


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_never_begins_like_a_formula(text: str) -> None:
    found = plain(text)

    assert isinstance(found, str)
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert found.endswith(text.strip())


def test_a_title_like_a_formula_stays_a_text(province: Province, played: House) -> None:
    parts = played.database["assignments"]
    part = parts.find_one({"task_code": "NV-61", "role": "lead"})
    assert part is not None
    parts.update_one({"_id": part["_id"]}, {"$set": {"title": "=HYPERLINK(1)"}})
    try:
        _, rows = table(book(province("lanhdao"), "/nhiem-vu/bang-tinh?tim=NV-61")["Nhiệm vụ"])
    finally:
        parts.update_one({"_id": part["_id"]}, {"$set": {"title": part["title"]}})

    assert rows[0]["Nhiệm vụ"] == "'=HYPERLINK(1)"
