"""Fields that take what people really send: NFC text, decimal numbers, days; errors are text keys.

A message ``key|name=value`` is put into words by :mod:`services.tasks.web.api.problems`.
"""

import decimal
import unicodedata
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

_MOST_WHOLE = 12
_MOST_PLACES = 6
_KEPT_CONTROLS = frozenset("\n\t\r")
_Words = dict[str, str | list[Any] | dict[Any, Any]]
_MESSAGES: _Words = {
    "required": "api.field.required",
    "null": "api.field.required",
    "invalid": "api.field.invalid",
    "type": "api.field.invalid",
}
_TEXT: _Words = {**_MESSAGES, "invalid_utf8": "api.field.utf8"}
_NUMBER: _Words = {**_MESSAGES, "special": "api.field.number", "invalid": "api.field.number"}
_DAY: _Words = {**_MESSAGES, "invalid": "api.field.date", "format": "api.field.date"}
_WHOLE: _Words = {**_MESSAGES, "too_large": "api.field.number"}
_INPUT = {"unknown": "api.field.unknown", "type": "api.field.invalid"}

LARGEST_VERSION = 2**31 - 1


class Text(fields.String):
    """A text in NFC, trimmed, without control characters.

    :param longest: most characters; :param empty: whether nothing is something.
    """

    default_error_messages = _TEXT

    def __init__(self, longest: int, *, empty: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self._longest = longest
        self._empty = empty

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        raw = super()._deserialize(value, attr, data, **options)
        if any(unicodedata.category(char) == "Cs" or char == "\ufffd" for char in raw):
            raise self.make_error("invalid_utf8")
        clean = "".join(
            char
            for char in unicodedata.normalize("NFC", raw)
            if char in _KEPT_CONTROLS or unicodedata.category(char) != "Cc"
        ).strip()
        if not clean and not self._empty:
            raise self.make_error("required")
        if len(clean) > self._longest:
            raise ValidationError(f"api.field.too_long|n={self._longest}")
        return clean


class Number(fields.Decimal):
    """A decimal number with a point: at most 12 digits before it and 6 after."""

    default_error_messages = _NUMBER

    def __init__(self, **options: Any) -> None:
        super().__init__(as_string=True, allow_nan=False, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        try:
            number = super()._deserialize(value, attr, data, **options)
        except (decimal.InvalidOperation, OverflowError):
            raise self.make_error("invalid") from None
        # A point, at most 6 digits after it and 12 before: within Decimal128 and any table.
        places = -int(number.as_tuple().exponent)
        if places > _MOST_PLACES or number.adjusted() >= _MOST_WHOLE:
            raise ValidationError("api.field.number_long")
        return number


class Day(fields.Date):
    """A local day, ISO 8601."""

    default_error_messages = _DAY


class Whole(fields.Integer):
    """A whole number from 1 up."""

    default_error_messages = _WHOLE

    def __init__(self, most: int = LARGEST_VERSION, **options: Any) -> None:
        limits = validate.Range(1, most, error="api.field.number")
        super().__init__(validate=limits, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        if isinstance(value, bool | float):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **options)


class Yes(fields.Boolean):
    """Yes or no, in JSON's own words or their usual spellings."""

    default_error_messages = _MESSAGES


class Choice(fields.String):
    """One of some words."""

    default_error_messages = _MESSAGES

    def __init__(self, words: Any, **options: Any) -> None:
        listed = [str(word) for word in words]
        error = f"api.field.choice|choices={', '.join(listed)}"
        super().__init__(validate=validate.OneOf(listed, error=error), **options)


class Input(ma.Schema):
    """The base of what is sent to us: unknown names are refused, so that a slip is seen."""

    class Meta:
        unknown = ma.RAISE

    error_messages = _INPUT
