"""Figures of an indicator by forms: the decimal comma, each kind of figure, the decisions."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shared.events.tasks import Comparator, Nature
from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import Person, fields_of, words_of

INDICATOR = small_plan.indicator_id("CT-35")
PAGE = f"/so-lieu/{INDICATOR}"
SignIn = Callable[[str], Person]
TYPED = {"period": "2025-Q1", "value": "41,33", "measured_on": "01/02/2025", "note": "Số liệu thuế"}


def figure(house: House) -> Document:
    found = house.database["measurements"].find_one({"series.indicator_id": INDICATOR})
    assert found is not None
    return found


def decide(person: Person, house: House, slug: str, **typed: str) -> Any:
    found = figure(house)
    token = person.form("/tai-khoan", "/dang-xuat")["csrf_token"]
    fields = {"csrf_token": token, "version": str(found["version"]), "slug": slug}
    return person.send(f"/so-lieu/ban-ghi/{found['_id']}/{slug}", fields | typed)


def test_a_figure_is_reported_returned_reported_again_and_approved(
    house: House, as_: SignIn
) -> None:
    officer, appraiser = as_("stp.canbo"), as_("snv.thamdinh")

    assert officer.act(PAGE, **TYPED).status_code == 303
    assert figure(house)["value"] == Decimal("41.33")
    page = officer.get(PAGE).text
    assert "Đã gửi số liệu 41,33%, chờ phê duyệt." in page
    assert "Quý I/2025" in words_of(page)
    empty = decide(appraiser, house, "return", reason=" ")
    assert empty.status_code == 422
    assert words_of(empty.text).count("Nhập lý do.") == 2
    assert decide(appraiser, house, "return", reason="Lệch với Kho bạc").status_code == 303
    assert "“Lệch với Kho bạc”" in words_of(officer.get(PAGE).text)
    assert officer.act(PAGE, **TYPED | {"value": "41,5"}).status_code == 303
    assert decide(appraiser, house, "approve").status_code == 303
    assert (figure(house)["state"], figure(house)["value"]) == ("approved", Decimal("41.5"))
    assert decide(officer, house, "withdraw", reason="Nhập nhầm kỳ").status_code == 303
    assert figure(house)["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("41,33", "41.33"), ("80", "80"), (" 0,5 ", "0.5"), ("7", "7")],
)
def test_numbers_are_read_as_people_write_them(
    house: House, as_: SignIn, typed: str, value: str
) -> None:
    assert as_("stp.canbo").act(PAGE, **TYPED | {"value": typed}).status_code == 303
    assert figure(house)["value"] == Decimal(value)


def test_a_point_asks_back_and_the_answer_is_one_button(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")

    answer = officer.act(PAGE, **TYPED | {"value": "41.33"})
    assert answer.status_code == 422
    assert "Ghi 41,33?" in answer.text
    assert 'name="dung" value="value=41,33"' in answer.text
    fields = fields_of(answer.text, PAGE)
    assert (fields["value"], fields["note"]) == ("41.33", TYPED["note"])
    taken = officer.send(PAGE, fields | {"period": "2025-Q1", "dung": "value=41,33"})

    assert taken.status_code == 303
    assert figure(house)["value"] == Decimal("41.33")


def test_thousands_are_read_out(as_: SignIn) -> None:
    answer = as_("stp.canbo").act(PAGE, **TYPED | {"value": "4.000"})

    assert answer.status_code == 422
    assert "4.000 là bốn nghìn?" in answer.text
    assert 'value="value=4000"' in answer.text


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"value": ""}, "value", "Thiếu “Giá trị”."),
        ({"value": "bốn mốt"}, "value", "Cần một số"),
        ({"value": "1e5"}, "value", "Cần một số"),
        ({"value": "101"}, "value", "Giá trị phải từ 0 đến 100."),
        ({"value": "", "numerator": "5"}, "denominator", "Thiếu “Mẫu số”."),
        ({"value": "", "numerator": "5", "denominator": "0"}, "denominator", "Mẫu số bằng 0"),
        ({"measured_on": ""}, "measured_on", "Nhập ngày lấy số liệu."),
        ({"measured_on": "04/02/2025"}, "measured_on", "không được ở tương lai"),
        ({"measured_on": "30/02/2025"}, "measured_on", "Ngày phải có trong lịch"),
        ({"period": "2025-01"}, "period", "theo quý"),
        ({"period": ""}, "period", "Chọn kỳ báo cáo."),
        ({"tier": "cap_tinh"}, "tier", "không chia theo cấp"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    house: House, as_: SignIn, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = as_("stp.canbo").act(PAGE, **TYPED | typed)

    assert answer.status_code == 422, answer.text
    assert sentence in words_of(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert fields_of(answer.text, PAGE)["note"] == TYPED["note"]
    assert house.database["measurements"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("fields", "typed", "words"),
    [
        ({}, {"value": "", "numerator": "1.284,5", "denominator": "2569"}, "50%"),
        ({}, {"value": "", "numerator": "0", "denominator": "0"}, "không phát sinh"),
        (
            {"nature": Nature.YES_NO, "comparator": Comparator.BOOLEAN, "limits": None},
            {"yes_no": "co"},
            "Đạt",
        ),
        (
            {"nature": Nature.RANK, "comparator": Comparator.RANK_UP, "limits": None},
            {"rank": "12", "of": "63"},
            "hạng 12/63",
        ),
        (
            {"nature": Nature.RANK, "comparator": Comparator.SCORE_AND_RANK_UP, "limits": None},
            {"score": "87,5", "rank": "12", "of": "63"},
            "87,5 điểm, hạng 12/63",
        ),
    ],
)
def test_each_kind_of_figure(
    house: House,
    as_: SignIn,
    fields: dict[str, Any],
    typed: dict[str, str],
    words: str,
) -> None:
    given = small_plan.indicator("CT-35", "STP", **fields).state
    changed = {"nature": given.nature.value, "comparator": given.comparator.value}
    limits = {} if "limits" not in fields else {"limits": None}
    house.database["indicators"].update_one({"_id": INDICATOR}, {"$set": changed | limits})
    officer = as_("stp.canbo")
    base = {"period": "2025-Q1", "measured_on": "01/02/2025"}

    answer = officer.act(PAGE, **base | typed)

    assert answer.status_code == 303, answer.text
    assert words in words_of(officer.get(PAGE).text)


def test_one_figure_of_a_series_waits_at_most(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(PAGE)

    first = officer.send(PAGE, form | TYPED)
    again = officer.send(PAGE, form | TYPED)
    other = officer.act(PAGE, **TYPED | {"value": "42"})

    assert (first.status_code, again.status_code, other.status_code) == (303, 303, 409)
    assert "Số liệu kỳ Quý I/2025 đã báo cáo" in words_of(other.text)
    assert house.database["measurements"].count_documents({}) == 1


def test_a_decision_on_an_older_version_says_so(house: House, as_: SignIn) -> None:
    as_("stp.canbo").act(PAGE, **TYPED)
    appraiser = as_("snv.thamdinh")

    answer = decide(appraiser, house, "return", reason="Lý do dài", version="7")

    assert answer.status_code == 409
    assert "vừa được người khác xử lý" in answer.text
    assert "Lý do dài" in answer.text
    assert figure(house)["state"] == "reported"


def test_who_may_report_and_decide(house: House, as_: SignIn) -> None:
    as_("stp.canbo").act(PAGE, **TYPED)
    for name in ("stc.canbo", "snv.canbo", "lanhdao", "kiemtra", "admin", "snv.kehoach"):
        person = as_(name)
        token = person.form("/tai-khoan", "/dang-xuat")["csrf_token"]
        assert 'name="measured_on"' not in person.get(PAGE).text, name
        assert person.send(PAGE, TYPED | {"csrf_token": token}).status_code == 403, name
        for slug in ("approve", "return", "withdraw"):
            assert decide(person, house, slug, reason="x").status_code == 403, (name, slug)
    assert decide(as_("stp.canbo"), house, "approve").status_code == 403
    own = small_plan.indicator_id("CT-01")
    as_("snv.canbo").act(f"/so-lieu/{own}", **TYPED)
    assert "chính cơ quan mình" in words_of(as_("snv.thamdinh").get(f"/so-lieu/{own}").text)
    assert as_("stp.canbo").send(PAGE, TYPED).status_code == 403
    assert as_("stp.canbo").get("/so-lieu/none").status_code == 404


def test_a_computed_indicator_takes_no_figures(house: House, as_: SignIn) -> None:
    house.database["indicators"].update_one(
        {"_id": INDICATOR}, {"$set": {"nature": Nature.FROM_TASKS.value}}
    )
    officer = as_("stp.canbo")

    assert "được tính từ kết quả nhiệm vụ" in officer.get(PAGE).text
    token = officer.form("/tai-khoan", "/dang-xuat")["csrf_token"]
    assert officer.send(PAGE, TYPED | {"csrf_token": token}).status_code == 409
