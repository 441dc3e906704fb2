"""Periods of parts and figures in words: 2025-06 is "Tháng 6/2025"."""

import datetime as dt
import re

from shared.web.language import t

_FORMS = (
    ("year", re.compile(r"(?P<year>\d{4})")),
    ("month", re.compile(r"(?P<year>\d{4})-(?P<n>\d{2})")),
    ("quarter", re.compile(r"(?P<year>\d{4})-Q(?P<n>[1-4])")),
    ("half", re.compile(r"(?P<year>\d{4})-H(?P<n>[12])")),
)
_ROMAN = ("", "I", "II", "III", "IV")
_PER_YEAR = {"year": 1, "half": 2, "quarter": 4, "month": 12}
_MONTHS = 12


def period_text(period: str) -> str:
    """Return a period in words; a day is a period that ends on it."""
    for kind, form in _FORMS:
        found = form.fullmatch(period)
        if found is not None:
            number = int(found.groupdict().get("n") or 0)
            roman = _ROMAN[number] if kind == "quarter" else ""
            return t(f"page.period.{kind}{_half(kind, number)}", n=roman or number, **_year(found))
    try:
        return t("page.period.day", day=f"{dt.date.fromisoformat(period):%d/%m/%Y}")
    except ValueError:
        return period


def begun(periodicity: str, year: int, today: dt.date) -> list[str]:
    """Return the periods of a year that have begun on a day, the newest first."""
    count = _PER_YEAR[periodicity]
    months = _MONTHS // count
    return [
        _name(periodicity, year, number)
        for number in range(count, 0, -1)
        if dt.date(year, (number - 1) * months + 1, 1) <= today
    ]


def _name(periodicity: str, year: int, number: int) -> str:
    names = {
        "year": f"{year}",
        "half": f"{year}-H{number}",
        "quarter": f"{year}-Q{number}",
        "month": f"{year}-{number:02d}",
    }
    return names[periodicity]


def _half(kind: str, number: int) -> str:
    return str(number) if kind == "half" else ""


def _year(found: "re.Match[str]") -> dict[str, str]:
    return {"year": found["year"]}
