"""Payloads by hypothesis, made from the types of the dataclasses themselves."""

import dataclasses
import datetime as dt
import enum
import types
import typing
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_NUMBERS = {
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    str: st.text(),
    int: st.integers(min_value=-(2**63), max_value=2**63 - 1),
    bool: st.booleans(),
    dt.date: st.dates(),
    dt.datetime: st.datetimes(timezones=st.just(dt.UTC)),
    types.NoneType: st.none(),
}


def payloads(kind: type) -> st.SearchStrategy[Any]:
    """Return whole payloads; optional fields are sometimes left at their defaults."""
    hints = get_type_hints(kind)
    must = {f.name: of_type(hints[f.name]) for f in dataclasses.fields(kind) if _required(f)}
    may = {f.name: of_type(hints[f.name]) for f in dataclasses.fields(kind) if not _required(f)}
    return st.fixed_dictionaries(must, optional=may).map(lambda values: kind(**values))


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([of_type(one) for one in inner])
    if origin is tuple:
        return st.lists(of_type(inner[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(of_type(inner[0]), of_type(inner[1]), max_size=3)
    if dataclasses.is_dataclass(hint):
        return payloads(typing.cast("type", hint))
    if issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    return typing.cast("st.SearchStrategy[Any]", _NUMBERS[hint])


def _required(field: "dataclasses.Field[Any]") -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing
