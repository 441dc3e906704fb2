"""My day, the appraisal queue, the overview, the plan and the agencies on the real plan."""

import re
from collections.abc import Callable

import pytest

from services.tasks.domain import rollup as rules
from services.tasks.store.assignments import state_of
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import TODAY
from tests.integration.tasks_web.person import Person, words_of

Province = Callable[[str], Person]
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def text(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    found: str = answer.text
    return found


def works(page: str, heading: str) -> list[str]:
    begin = page.index(f'id="{heading}"')
    end = page.find("</section>", begin)
    return re.findall(r'<span class="work-code">([A-Z]+-\d+)</span>', page[begin:end])


def test_what_was_sent_back_comes_first_with_its_reason(province: Province) -> None:
    page = text(province("stc.canbo"), "/viec-cua-toi")
    urgent = works(page, "can-lam-ngay")

    assert urgent[:2] == ["NV-61", "NV-58"]
    assert "Mới có quyết định phê duyệt phương án của 52,6% cơ sở nhà, đất." in page
    assert "Bổ sung" in words_of(page)
    assert "Quá hạn 108 ngày" in page
    assert 'id="cho-toi-quyet-dinh"' not in page


def test_an_appraiser_sees_what_waits_and_none_of_the_own_agency(
    province: Province, played: House
) -> None:
    for username, own, other in (
        ("snv.thamdinh", "SNV25", "VPUBND"),
        ("vpubnd.thamdinh", "VPUBND", "SNV25"),
    ):
        page = text(province(username), "/viec-cua-toi")
        waiting = set(works(page, "cho-toi-quyet-dinh"))
        query = {"role": "lead", "state": "reported"}
        rows = played.database["assignments"]
        assert set(rows.distinct("task_code", query | {"agency_code": other})) <= waiting
        assert not waiting & set(rows.distinct("task_code", query | {"agency_code": own}))


def test_the_queue_shows_the_own_agencys_locked_with_the_reason(
    province: Province, played: House
) -> None:
    page = text(province("snv.thamdinh"), "/tham-dinh")
    locked = page[page.index('id="cua-co-quan-minh"') :]
    own = played.database["assignments"].distinct(
        "task_code", {"role": "lead", "state": "reported", "agency_code": "SNV25"}
    )

    assert own
    assert all(code in locked for code in own)
    assert "Không được thẩm định, phê duyệt việc của chính cơ quan mình" in locked
    assert "/accept" not in locked
    assert "/accept" in page[: page.index('id="cua-co-quan-minh"')]


def test_figures_wait_in_the_queue_with_their_value(province: Province, played: House) -> None:
    waiting = [
        played.database["indicators"].find_one({"_id": row["series"]["indicator_id"]})
        for row in played.database["measurements"].find({"state": "reported"})
    ]
    page = text(province("vpubnd.thamdinh"), "/tham-dinh") + text(
        province("snv.thamdinh"), "/tham-dinh"
    )

    assert waiting
    assert all(row is not None and row["code"] in page for row in waiting)


def test_nothing_to_do_is_good_news(province: Province) -> None:
    assert "Tài khoản này không được giao việc." in text(province("lanhdao"), "/viec-cua-toi")
    assert "Đã thẩm định hết." in text(province("stc.canbo"), "/tham-dinh")


def test_the_four_numbers_add_up_everywhere(province: Province, played: House) -> None:
    parts = [state_of(row) for row in played.database["assignments"].find({"role": "lead"})]
    progress = rules.progress(rules.rollup(found, TODAY) for found in rules.by_task(parts).values())
    page = words_of(text(province("lanhdao"), "/tong-quan"))
    rate = f"{progress.rate}".replace(".", ",")

    assert progress.total == 76
    assert f"{rate}% {progress.done}/76 · ấn bản 1 · Tính đến 16/06/2025" in page
    assert (
        f"Hoàn thành {progress.done} {progress.done_on_time} {progress.done_late}"
        f" Chưa hoàn thành {76 - progress.done} {progress.open_in_time} {progress.open_late}"
    ) in page


def test_areas_and_agencies_add_up_to_the_whole(province: Province) -> None:
    page = text(province("lanhdao"), "/tong-quan")
    bars = re.findall(
        r"(\d+) xong đúng hạn, (\d+) xong quá hạn, (\d+) trong hạn, (\d+) quá hạn", page
    )
    numbers = [[int(n) for n in bar] for bar in bars]
    agencies, areas = numbers[:-7], numbers[-7:]

    assert len(agencies) > 5
    assert sum(map(sum, agencies)) == sum(map(sum, areas)) == 76
    assert [sum(column) for column in zip(*agencies, strict=True)] == [
        sum(column) for column in zip(*areas, strict=True)
    ]


def test_the_plan_says_where_its_rows_come_from(province: Province) -> None:
    page = words_of(text(province("stc.canbo"), "/ke-hoach"))

    assert "2769/QĐ-UBND" in page
    assert "Cơ quan thẩm định phần chủ trì: Sở Nội vụ, VP UBND tỉnh." in page
    assert "Dựng theo khung chung, chờ phụ lục chính thức." in page
    assert page.count("GP-0") == 6
    assert "Bài chỉ nói '6 giải pháp', không liệt kê" in page


def test_an_ended_agency_names_its_successor_and_the_successor_its_origins(
    province: Province,
) -> None:
    listed = text(province("stc.canbo"), "/co-quan")
    new = words_of(text(province("stc.canbo"), "/co-quan/SNV25"))

    assert "Kết thúc 28/02/2025 · kế thừa:" in words_of(listed)
    assert "NHOM-SN" not in listed
    assert "Kế thừa từ Sở LĐ-TB&XH (đến 28/02/2025), Sở Nội vụ (đến 28/02/2025)" in new


def test_only_an_administrator_sees_how_many_officers_an_agency_has(province: Province) -> None:
    assert "Cán bộ" in words_of(text(province("admin"), "/co-quan"))
    assert "Cán bộ" in words_of(text(province("admin"), "/co-quan/SNV25"))
    assert "Cán bộ" not in words_of(text(province("stc.canbo"), "/co-quan"))
    assert province("stc.canbo").get("/co-quan/KHONG-CO").status_code == 404


@pytest.mark.parametrize(
    "path", ["/nhiem-vu", "/viec-cua-toi", "/tham-dinh", "/tong-quan", "/ke-hoach", "/co-quan"]
)
def test_without_a_plan_the_pages_say_so(
    house: House, as_: Callable[[str], Person], path: str
) -> None:
    house.database["plans"].delete_many({})
    answer = as_("lanhdao").get(path)

    assert answer.status_code == 200
    assert "[" not in answer.text[answer.text.index("<h1") :][:200]
