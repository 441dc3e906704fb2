"""Lanes, calendar and year: other pictures of the same set, with the same numbers."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from html import unescape

import pytest

from services.tasks.queries import board
from services.tasks.queries.board import Picked, Wanted
from services.tasks.web.pages import filters, months
from services.tasks.web.words import near_until
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import PLAN_ID, TODAY
from tests.integration.tasks_web.person import Person, words_of

Province = Callable[[str], Person]
LANE = re.compile(r'id="lan-([^"]+)".*?</tbody>', re.DOTALL)
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def page(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def leads(house: House) -> list[Picked]:
    wanted = Wanted(plan_id=PLAN_ID, role="lead")
    return board.pick(house.database, wanted, today=TODAY, near_until=near_until(TODAY))


def lane_counts(text: str) -> dict[str, int]:
    return {
        found[1]: int(re.search(r'<span class="num">(\d+)</span></a>', found[0])[1])  # type: ignore[index]
        for found in LANE.finditer(text)
    }


@pytest.mark.parametrize(
    ("view", "group"), [("theo-co-quan", "agency_code"), ("theo-linh-vuc", "area")]
)
def test_closed_lanes_count_every_card_and_draw_none(
    province: Province, played: House, view: str, group: str
) -> None:
    text = page(province("lanhdao"), f"/nhiem-vu?xem={view}")

    assert lane_counts(text) == Counter(getattr(card, group) for card in leads(played))
    assert sum(lane_counts(text).values()) == 76
    assert "task-card" not in text


def test_an_open_lane_shows_the_cards_of_its_agency_alone_and_closes_again(
    province: Province, played: House
) -> None:
    person = province("lanhdao")
    closed = page(person, "/nhiem-vu?xem=theo-co-quan")
    row = next(found[0] for found in LANE.finditer(closed) if found[1] == "STC25")
    address = unescape(re.search(r'href="([^"]+)" aria-expanded="false"', row)[1])  # type: ignore[index]

    text = page(person, address)
    opened = next(found[0] for found in LANE.finditer(text) if found[1] == "STC25")
    codes = set(re.findall(r'<span class="card-code">(NV-\d+)</span>', text))

    assert codes == {card.code for card in leads(played) if card.agency_code == "STC25"}
    assert "Sở Tài chính" not in words_of(f"<body>{opened[opened.index('<ul') :]}")
    back = unescape(re.search(r'href="([^"]+)" aria-expanded="true"', opened)[1])  # type: ignore[index]
    assert "task-card" not in page(person, back)


def test_filters_narrow_the_lanes_too(province: Province, played: House) -> None:
    text = page(province("lanhdao"), "/nhiem-vu?xem=theo-co-quan&han=qua-han")

    late = Counter(card.agency_code for card in leads(played) if card.late)
    assert lane_counts(text) == late
    assert late


def test_the_calendar_shows_the_deadlines_of_its_month_on_their_days(
    province: Province, played: House
) -> None:
    text = page(province("lanhdao"), "/nhiem-vu?xem=lich")

    due = [card for card in leads(played) if card.due_on.startswith("2025-06")]
    assert f"Tháng 6/2025 {len(due)} việc đến hạn" in words_of(text)
    assert 'aria-current="date"' in text
    cells = re.findall(r"<td[^>]*>(?:(?!</td>).)*?datetime=\"([^\"]+)\"(.*?)</td>", text, re.DOTALL)
    assert len(cells) == 30
    for day, cell in cells:
        codes = {card.code for card in due if card.due_on == day}
        shown = re.findall(r'<span class="card-code">(NV-\d+)</span>', cell)
        assert set(shown) <= codes
        assert len(shown) == min(len(codes), months.LINES)
        hidden = re.search(r"còn (\d+) việc", cell)
        assert (int(hidden[1]) if hidden else 0) == max(len(codes) - months.LINES, 0)


def test_more_of_a_day_leads_to_all_of_it(province: Province, played: House) -> None:
    person = province("lanhdao")
    due = Counter(card.due_on for card in leads(played))
    day, count = due.most_common(1)[0]

    text = page(person, f"/nhiem-vu?xem=danh-sach&ngay={day}")

    assert len(set(re.findall(r'<td class="task-code">(NV-\d+)', text))) == count > months.LINES
    assert f"Hạn {dt.date.fromisoformat(day):%d/%m/%Y}" in words_of(text)


def test_holidays_are_named_and_weeks_begin_on_monday(province: Province) -> None:
    text = page(province("lanhdao"), "/nhiem-vu?xem=lich&thang=2025-04")

    heads = re.findall(r'<span class="long">([^<]+)</span>', text)
    assert (heads[0], heads[-1]) == ("Thứ Hai", "Chủ Nhật")
    cell = text[text.index('datetime="2025-04-30"') :]
    assert re.search(r'<span class="holiday">[^<]+</span>', cell[: cell.index("</td>")])
    assert "thang=2025-03" in text
    assert "thang=2025-05" in text


@pytest.mark.parametrize("month", ["2025-13", "x", "0000-01", "2025-06-01", "' or 1"])
def test_a_month_without_sense_is_the_present_one(province: Province, month: str) -> None:
    text = page(province("lanhdao"), f"/nhiem-vu?xem=lich&thang={month}")

    assert "Tháng 6/2025" in words_of(text)


def test_the_year_has_a_line_a_task_with_both_deadlines(province: Province, played: House) -> None:
    person = province("lanhdao")
    part = played.database["assignments"].find_one({"task_code": "NV-61", "role": "lead"})
    assert part is not None
    played.database["assignments"].update_one(
        {"_id": part["_id"]},
        {"$set": {"original_due_on": "2025-03-31"}, "$inc": {"version": 1}},
    )
    try:
        text = page(person, "/nhiem-vu?xem=tien-do-nam&tim=NV-61")
    finally:
        played.database["assignments"].update_one(
            {"_id": part["_id"]}, {"$set": {"original_due_on": part["original_due_on"]}}
        )

    assert text.count('class="granted"') == 2  # the legend and the line
    assert text.count('class="original"') == 2
    assert 'class="today" x1="45.75%"' in text  # 16/06 is the 167th of 365 days
    assert page(person, "/nhiem-vu?xem=tien-do-nam").count('<th scope="row">') == 76


def test_a_line_never_leaves_its_year() -> None:
    row = {
        "_id": "1",
        "opens_on": "2024-12-24",
        "due_on": "2026-01-31",
        "original_due_on": "2026-01-31",
    }

    line = months.line(row, 2025)

    assert (line.begin, line.due, line.original) == (0.0, 100.0, None)
    assert months.place(dt.date(2024, 12, 31), 2025) is None


def test_another_filter_closes_the_lanes_but_keeps_the_view() -> None:
    found = filters.read({"xem": "theo-co-quan", "mo": "STC25", "tim": "nhà"}, None)

    assert found.address(han="qua-han") == "/nhiem-vu?xem=theo-co-quan&tim=nh%C3%A0&han=qua-han"
    assert found.same("/nhiem-vu") == "/nhiem-vu?xem=theo-co-quan&tim=nh%C3%A0&mo=STC25"
