"""Dates, numbers and sizes as Vietnamese offices write them: 05/03/2025, 1.234,5, 1,4 MB."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from babel.numbers import format_decimal
from flask import Flask

from shared.clock import LOCAL
from shared.web.language import language

_KILO = 1024
_EVERY_DIGIT = "#,##0.##########"


def day(value: dt.date | str | None) -> str:
    """Return a local date as dd/mm/yyyy; nothing as a dash."""
    return f"{_date(value):%d/%m/%Y}" if value else "–"


def short_day(value: dt.date | str | None) -> str:
    """Return a local date as dd/mm; nothing as a dash."""
    return f"{_date(value):%d/%m}" if value else "–"


def moment(value: dt.datetime | str | None) -> str:
    """Return an instant as local day and time."""
    if not value:
        return "–"
    instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{instant.astimezone(LOCAL):%d/%m/%Y %H:%M}"


def number(value: Decimal | int | str | None) -> str:
    """Return a number with the reader's separators and all its decimals; text stays text."""
    if value is None or value == "":
        return "–"
    try:
        return format_decimal(Decimal(str(value)), _EVERY_DIGIT, locale=language())
    except InvalidOperation:
        return str(value)


def size(count: int) -> str:
    """Return a size in bytes for people."""
    if count < _KILO * _KILO:
        return f"{format_decimal(max(1, round(count / _KILO)), locale=language())} kB"
    return f"{format_decimal(round(count / _KILO / _KILO, 1), locale=language())} MB"


def install(app: Flask) -> None:
    """Give templates the filters ``day``, ``short_day``, ``moment``, ``number``, ``bytes``."""
    app.jinja_env.filters.update(
        day=day, short_day=short_day, moment=moment, number=number, bytes=size
    )


def _date(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
