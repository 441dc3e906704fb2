"""Figures in words, and whole numbers read out so that a slip of a zero is heard."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.web.formats import number
from shared.web.language import language, t

_THOUSAND = 1000
_HUNDRED = 100
_TEN = 10
_FIVE = 5
_GROUPS = 4  # up to thousands of millions


def figure_text(row: Mapping[str, Any]) -> str:
    """Return a figure as people write it: 41,33%, 1.284/2.441, hạng 12/63, Có."""
    if row.get("yes_no") is not None:
        return t("page.figure.yes" if row["yes_no"] else "page.figure.no")
    if row.get("rank") is not None:
        rank = t("page.figure.rank_of", rank=row["rank"], of=row["of"])
        if row.get("score") is None:
            return rank
        return t("page.figure.score_rank", score=number(row["score"]), rank=rank)
    if row.get("numerator") is not None:
        return _ratio(row["numerator"], row["denominator"])
    return _with_unit(row.get("value"), row.get("unit") or "")


def read_out(whole: int) -> str:
    """Return a whole number in Vietnamese words ("bốn nghìn"); in English its digits again."""
    if language() != "vi" or not 0 <= whole < _THOUSAND**_GROUPS:
        return f"{whole:,}"
    digits = t("page.number.digits").split()
    if whole == 0:
        return digits[0]
    scales = ["", *t("page.number.scales").split()]
    groups = []
    rest = whole
    while rest:
        rest, group = divmod(rest, _THOUSAND)
        groups.append(group)
    said = [
        f"{_group(group, digits, leading=place == len(groups) - 1)} {scales[place]}".strip()
        for place, group in reversed(list(enumerate(groups)))
        if group
    ]
    return " ".join(said)


def _group(group: int, digits: list[str], *, leading: bool) -> str:
    hundreds, rest = divmod(group, _HUNDRED)
    tens, ones = divmod(rest, _TEN)
    words = []
    if hundreds or not leading:
        words += [digits[hundreds], t("page.number.hundred")]
    if tens:
        words += [t("page.number.ten")] if tens == 1 else [digits[tens], t("page.number.tens")]
    elif ones and words:
        words.append(t("page.number.odd"))
    if ones:
        words.append(_one(tens, ones, digits))
    return " ".join(words)


def _one(tens: int, ones: int, digits: list[str]) -> str:
    if ones == 1 and tens > 1:
        return t("page.number.one_after_tens")
    if ones == _FIVE and tens:
        return t("page.number.five_after_tens")
    return digits[ones]


def _ratio(numerator: Decimal, denominator: Decimal) -> str:
    said = f"{number(numerator)}/{number(denominator)}"
    if not denominator:
        return t("page.figure.nothing", ratio=said)
    share = (Decimal(_HUNDRED) * numerator / denominator).quantize(Decimal("0.01"))
    return f"{said} ({number(share)}%)"


def _with_unit(value: Decimal | None, unit: str) -> str:
    said = number(value)
    if unit.startswith("%"):  # 41,33%, 97,2% văn bản
        return f"{said}{unit}"
    return f"{said} {unit}".strip()
