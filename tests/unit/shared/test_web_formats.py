"""Dates, numbers and sizes as Vietnamese offices write them."""

import datetime as dt
from decimal import Decimal

import pytest

from shared.web import formats


def test_days_and_moments() -> None:
    instant = dt.datetime(2025, 3, 4, 17, 30, tzinfo=dt.UTC)

    assert formats.day(dt.date(2025, 3, 5)) == formats.day("2025-03-05") == "05/03/2025"
    assert formats.short_day("2025-03-05") == "05/03"
    # Half past five in the evening of Greenwich is the next day here.
    assert formats.moment(instant) == formats.moment(instant.isoformat()) == "05/03/2025 00:30"
    assert formats.day(None) == formats.short_day(None) == formats.moment(None) == "–"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1234.5"), "1.234,5"),
        ("41.33", "41,33"),
        ("0.10", "0,1"),
        (4000, "4.000"),
        (Decimal("-2.5"), "-2,5"),
        ("1234567.0123456789", "1.234.567,0123456789"),
        ("khoảng 4.000", "khoảng 4.000"),
        (0, "0"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_numbers(value: Decimal | int | str | None, written: str) -> None:
    assert formats.number(value) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (1, "1 kB"),
        (14_000, "14 kB"),
        (1024 * 1023, "1.023 kB"),
        (1_500_000, "1,4 MB"),
        (20 * 1024 * 1024, "20 MB"),
    ],
)
def test_sizes(count: int, written: str) -> None:
    assert formats.size(count) == written
