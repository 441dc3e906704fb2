"""What people type into forms, and figures read out."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask

from services.tasks.bootstrap import TEXTS
from services.tasks.web.pages.figure_words import figure_text, read_out
from services.tasks.web.pages.inputs import Form, text_of
from services.tasks.web.pages.periods import begun, period_text
from shared.texts import Texts
from shared.web import language
from shared.web.app import SHELL_TEXTS


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    """Texts in Vietnamese, as a page has them."""
    app = Flask("words")
    language.install(app, Texts.load([SHELL_TEXTS, *TEXTS]))
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (25, "hai mươi lăm"),
        (101, "một trăm lẻ một"),
        (110, "một trăm mười"),
        (4000, "bốn nghìn"),
        (4005, "bốn nghìn không trăm lẻ năm"),
        (1284, "một nghìn hai trăm tám mươi bốn"),
        (2_000_015, "hai triệu không trăm mười lăm"),
        (3_000_000_000, "ba tỷ"),
    ],
)
def test_whole_numbers_are_read_out(number: int, said: str) -> None:
    assert read_out(number) == said


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("41,33", "41.33"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("12 345", "12345"),
        ("-3,5", "-3.5"),
        ("0", "0"),
    ],
)
def test_numbers_with_a_comma(typed: str, number: str) -> None:
    form = Form(given={"value": typed})

    assert form.decimal("value") == Decimal(number)
    assert form.errors == {}


@pytest.mark.parametrize(
    ("typed", "meant"), [("41.33", "41,33"), ("4.000", "4000"), ("0.500", "0,500")]
)
def test_a_point_asks_what_is_meant(typed: str, meant: str) -> None:
    form = Form(given={"value": typed})

    assert form.decimal("value") is None
    assert form.suggestions == {"value": meant}
    assert list(form.errors) == ["value"]


@pytest.mark.parametrize("typed", ["1e5", "NaN", "∞", "12,", ",5", "1.23.456", "9" * 40, "một"])
def test_what_is_no_number_is_told(typed: str) -> None:
    form = Form(given={"value": typed})

    assert form.decimal("value") is None
    assert form.suggestions == {}
    assert list(form.errors) == ["value"]


@pytest.mark.parametrize(
    "typed", ["05/03/2025", "5/3/2025", "05-03-2025", "05.03.2025", "05032025", "2025-03-05"]
)
def test_days_as_people_write_them(typed: str) -> None:
    assert Form(given={"on": typed}).day("on") == dt.date(2025, 3, 5)


@pytest.mark.parametrize("typed", ["31/02/2025", "2025/03/05", "hôm qua", "3/2025", "05/13/2025"])
def test_what_is_no_day_is_told(typed: str) -> None:
    form = Form(given={"on": typed})

    assert form.day("on") is None
    assert list(form.errors) == ["on"]


def test_texts_are_composed_and_clean() -> None:
    assert text_of("  Sơ\u031b\r\n\x00x\x07 \u200b") == "Sơ\u031b\nx"
    assert text_of("Tie\u0302\u0301n") == "Tiến"


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2025", "Năm 2025"),
        ("2025-06", "Tháng 6/2025"),
        ("2025-Q2", "Quý II/2025"),
        ("2025-H1", "6 tháng đầu năm 2025"),
        ("2025-H2", "6 tháng cuối năm 2025"),
        ("2025-01-25", "Kỳ đến 25/01/2025"),
    ],
)
def test_periods_in_words(period: str, said: str) -> None:
    assert period_text(period) == said


def test_periods_that_have_begun() -> None:
    day = dt.date(2025, 6, 16)

    assert begun("quarter", 2025, day) == ["2025-Q2", "2025-Q1"]
    assert begun("half", 2025, day) == ["2025-H1"]
    assert begun("month", 2025, day)[0] == "2025-06"
    assert begun("year", 2025, day) == ["2025"]
    assert begun("year", 2026, day) == []


def test_figures_in_words() -> None:
    assert figure_text({"value": Decimal("97.2"), "unit": "% văn bản"}) == "97,2% văn bản"
    assert figure_text({"value": Decimal(1284), "unit": "cơ quan"}) == "1.284 cơ quan"
    ratio = {"numerator": Decimal(1284), "denominator": Decimal(2441)}
    assert figure_text(ratio) == "1.284/2.441 (52,6%)"
