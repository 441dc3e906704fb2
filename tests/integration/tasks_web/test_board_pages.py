"""The board and the table as people get them: filters in the address, menus, words, live news."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest

from services.tasks.usecases.projections import Projections
from shared.events.scoring import IndicatorStatus
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import status_of
from tests.integration.tasks_web.person import Person, words_of

Province = Callable[[str], Person]
CARD = re.compile(r'<span class="card-code">(NV-\d+)</span>')
ROW = re.compile(r'<td class="task-code">(NV-\d+)</td>')
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def page(person: Person, path: str = "/nhiem-vu", **more: object) -> str:
    answer = person.get(path, **more)
    assert answer.status_code == 200, answer.text
    text: str = answer.text
    return text


def counts(text: str) -> dict[str, int]:
    return {name: int(n) for name, n in re.findall(r'id="so-([a-z]+)"[^>]*>(\d+)<', text)}


def menu(text: str, part_id: str) -> str:
    begin = text.index(f'id="the-{part_id}"')
    return text[begin : text.index("</li>", begin)]


def test_the_board_has_four_columns_and_returned_work_inside_the_second(
    province: Province,
) -> None:
    text = page(province("lanhdao"))

    names = [unescape(name) for name in re.findall(r'id="cot-([a-z]+)"', text)]
    assert names == ["todo", "doing", "review", "done"]
    assert "Trả lại bổ sung · 2" in text
    numbers = counts(text)
    assert sum(numbers[name] for name in names) == 76
    assert f"Xem thêm {numbers['done'] - 10} việc" in text
    doing, review = text.index('id="cot-doing"'), text.index('id="cot-review"')
    assert doing < text.index("returned-head") < review


def test_more_of_a_column_stays_in_the_address(province: Province) -> None:
    person = province("lanhdao")
    first = page(person)
    more = unescape(re.search(r'href="([^"]*them=done[^"]*)"', first)[1])  # type: ignore[index]

    second = page(person, more)

    assert len(CARD.findall(second)) == 76
    assert "Xem thêm" not in words_of(second)


@pytest.mark.parametrize(
    ("query", "left_out"),
    [
        ("co_quan=STP&vai_tro=lead", "NV-61"),
        ("linh_vuc=2", "NV-61"),
        ("trang_thai=review", "NV-61"),
        ("han=qua-han", "NV-61"),
        ("tim=kiem+tra+van+ban", "NV-61"),
        ("vai_tro=following", "NV-61"),
    ],
)
def test_each_filter_narrows_the_set_and_can_be_cleared(
    province: Province, query: str, left_out: str
) -> None:
    person = province("lanhdao")
    everything = set(CARD.findall(page(person, "/nhiem-vu?them=done.50")))
    text = page(person, f"/nhiem-vu?{query}&them=done.50")

    assert left_out in everything
    assert left_out not in CARD.findall(text)
    assert "Xóa lọc" in text
    cleared = unescape(re.search(r'href="([^"]*)">Xóa lọc', text)[1])  # type: ignore[index]
    assert counts(page(person, cleared)) == counts(page(person))


def test_filters_add_up_and_a_set_one_can_be_taken_out_alone(province: Province) -> None:
    person = province("lanhdao")
    text = page(person, "/nhiem-vu?co_quan=STC25&vai_tro=lead&han=qua-han")

    assert sorted(CARD.findall(text)) == ["NV-58", "NV-60"]
    assert 'aria-label="Bỏ lọc Cơ quan"' in text
    alone = page(person, "/nhiem-vu?co_quan=tat-ca&vai_tro=lead&han=qua-han")
    assert {"NV-12", "NV-58", "NV-60"} <= set(CARD.findall(alone))


def test_the_number_on_a_chip_is_what_its_choice_leaves(province: Province) -> None:
    person = province("lanhdao")
    numbers = counts(page(person))

    late = page(person, "/nhiem-vu?han=qua-han")
    soon = page(person, "/nhiem-vu?han=sap-den-han")

    assert len(CARD.findall(late)) == numbers["late"] > 0
    assert len(CARD.findall(soon)) == numbers["soon"] > 0


def test_an_agency_sees_its_own_parts_first_and_may_look_at_all(province: Province) -> None:
    person = province("stc.canbo")
    own, every = page(person), page(person, "/nhiem-vu?co_quan=tat-ca")

    assert "Cơ quan: Sở Tài chính" in words_of(own)
    assert "Phối hợp với" in own
    assert sum(counts(every)[name] for name in ("todo", "doing", "review", "done")) == 76


def test_a_menu_offers_only_what_this_person_may_do(province: Province, played: House) -> None:
    rows = played.database["assignments"]
    returned = rows.find_one({"task_code": "NV-61", "role": "lead"})
    waiting = rows.find_one({"task_code": "NV-30", "role": "lead"})
    assert returned is not None
    assert waiting is not None
    worker, appraiser = province("stc.canbo"), province("snv.thamdinh")

    worked = menu(page(worker), returned["_id"])
    assert f"/phan-viec/{returned['_id']}/report" in worked
    assert "/accept" not in worked
    appraised = menu(page(appraiser), waiting["_id"])
    assert f"/phan-viec/{waiting['_id']}/accept" in appraised
    assert "card-menu" not in menu(page(appraiser), returned["_id"])
    assert "card-menu" not in page(province("lanhdao"))


def test_nobody_appraises_his_own_agency_from_the_board(province: Province, played: House) -> None:
    own = played.database["assignments"].find_one(
        {"agency_code": "SNV25", "role": "lead", "state": "reported"}
    )
    assert own is not None

    assert "card-menu" not in menu(page(province("snv.thamdinh")), own["_id"])
    assert "/accept" in menu(page(province("vpubnd.thamdinh")), own["_id"])


def test_a_start_from_the_menu_comes_back_to_the_board(province: Province, played: House) -> None:
    todo = played.database["assignments"].find_one(
        {"agency_code": "SYT", "state": "assigned", "opens_on": {"$lte": "2025-06-16"}},
        sort=[("due_on", -1)],
    )
    assert todo is not None
    person = province("syt.canbo")
    action = f"/phan-viec/{todo['_id']}/start"
    form = person.form(f"/nhiem-vu?tim={todo['task_code']}", action)

    answer = person.send(action, form)

    assert answer.status_code == 303
    assert answer.location == f"/nhiem-vu?tim={todo['task_code']}"
    found = played.database["assignments"].find_one({"_id": todo["_id"]})
    assert found is not None
    assert found["state"] == "in_progress"


def test_the_table_is_the_same_set_in_a_chosen_order(province: Province) -> None:
    person = province("lanhdao")
    up = ROW.findall(page(person, "/nhiem-vu?xem=danh-sach&sap_xep=ma"))
    down = ROW.findall(page(person, "/nhiem-vu?xem=danh-sach&sap_xep=-ma"))
    late = ROW.findall(page(person, "/nhiem-vu?xem=danh-sach&han=qua-han"))

    assert len(up) == 76
    assert up == sorted(up) == down[::-1]
    assert set(late) >= {"NV-12", "NV-58"}
    assert 'aria-sort="ascending"' in page(person, "/nhiem-vu?xem=danh-sach&sap_xep=ma")


@pytest.mark.parametrize(
    "query",
    [
        "trang_thai=gi&han=gi&sap_xep=-&vai_tro=x&xem=y&them=done.99999-x",
        "co_quan=KHONG-CO&linh_vuc=99",
        "tim=%00%ff%C3%28",
        f"tim={'a' * 3000}",
        "them=done.-5",
    ],
)
def test_an_address_without_sense_is_no_error(province: Province, query: str) -> None:
    page(province("lanhdao"), f"/nhiem-vu?{query}")


def test_what_is_empty_says_so_and_what_to_do(province: Province) -> None:
    text = words_of(page(province("lanhdao"), "/nhiem-vu?tim=khongcogi"))

    assert "Không có nhiệm vụ khớp bộ lọc. Hãy bỏ bớt điều kiện." in text


def test_an_unknown_plan_is_not_found_and_a_stranger_signs_in_first(
    province: Province,
) -> None:
    assert province("lanhdao").get("/nhiem-vu?ke_hoach=khong-co").status_code == 404
    stranger = province("lanhdao").client.application.test_client()
    answer = stranger.get("/nhiem-vu?han=qua-han")
    assert answer.status_code == 303
    assert answer.location.startswith("/dang-nhap?tiep=")


def test_the_first_page_is_own_work_or_the_board(province: Province) -> None:
    assert province("stc.canbo").get("/").location == "/viec-cua-toi"
    assert province("lanhdao").get("/").location == "/nhiem-vu"


def test_with_script_only_the_board_is_sent(province: Province) -> None:
    part = page(province("lanhdao"), "/nhiem-vu?han=qua-han", headers={"HX-Request": "true"})

    assert "<html" not in part
    assert 'id="board"' in part
    assert 'id="board-lead" hx-swap-oob="true"' in part


def live(person: Person) -> tuple[str, str]:
    text = page(person)
    address = unescape(re.search(r'hx-get="([^"]*thay-doi[^"]*)"', text)[1])  # type: ignore[index]
    mark = re.search(r'data-mark="([^"]*)"', text)[1]  # type: ignore[index]
    return address, f'"{mark}"'


def test_an_open_board_hears_nothing_while_nothing_changes(province: Province) -> None:
    person = province("lanhdao")
    address, mark = live(person)

    answer = person.get(address, headers={"If-None-Match": mark})

    assert answer.status_code == 304
    assert answer.data == b""


def test_an_open_board_hears_of_others_acts_without_moving(
    province: Province, played: House
) -> None:
    person, worker = province("lanhdao"), province("stc.canbo")
    address, mark = live(person)
    part = played.database["assignments"].find_one(
        {"agency_code": "STC25", "role": "lead", "state": "in_progress", "return_count": 0}
    )
    assert part is not None
    played.system.advance(dt.timedelta(seconds=1))
    worker.act(f"/phan-viec/{part['_id']}/note", note="Đang tổng hợp số liệu của các huyện.")

    answer = person.get(address, headers={"If-None-Match": mark})

    assert answer.status_code == 200
    assert "1 thay đổi mới" in answer.text
    assert answer.headers["ETag"] != mark
    assert 'id="board"' not in answer.text
    again = person.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_chip_turns_on_an_open_board(province: Province, played: House) -> None:
    person = province("lanhdao")
    address, mark = live(person)
    row = played.database["indicator_chips"].find_one({"code": "CT-35"})
    part = played.database["assignments"].find_one({"task_code": "NV-58", "role": "lead"})
    assert row is not None
    assert part is not None
    other = IndicatorStatus.MISSED if row["status"] != "missed" else IndicatorStatus.ACHIEVED
    Projections(played.database).keep_chip(
        status_of(row["_id"], "CT-35", other, revision=row["revision"] + 1)
    )

    answer = person.get(address, headers={"If-None-Match": mark})

    chip = f'<span class="card-chip" id="chip-{part["_id"]}" hx-swap-oob="true">'
    told = answer.text[answer.text.index(chip) :][:200]
    assert f"chip-{other.value}" in told
    assert "thay đổi mới" not in answer.text


def test_an_open_board_learns_that_the_day_has_changed(province: Province) -> None:
    person = province("lanhdao")
    address, _ = live(person)

    answer = person.get(address.replace("2025-06-16", "2025-06-15"))

    assert "Đã sang ngày khác" in answer.text
