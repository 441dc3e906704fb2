"""Is a target met? One rule for each comparator; the boundary is said in each.

A rule answers None when the target or the reading lacks what it needs; nothing is guessed.
Choices that no source settles: a range of growth or decrease is met from its lower bound, and
going beyond the upper one is met too; "khoảng" (approx) misses by the tolerance on the worse side
only; a band of ranks is met by its ranks and any better one, by proportion when the number of
ranked units has changed; a rank is compared with the earlier one as it stands.
"""

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal

from services.scoring.domain.said import NO_TARGET, Said, number, signed
from services.scoring.domain.values import DECREASES, INCREASES, Reading
from shared.events.tasks import Comparator, Direction, IndicatorDefined, Target


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a rule looks at."""

    indicator: IndicatorDefined
    target: Target
    reading: Reading


Rule = Callable[[Case], bool | None]
_ONE = Decimal(1)


def met(indicator: IndicatorDefined, target: Target, reading: Reading) -> bool | None:
    """Tell whether a reading meets a target; None when that cannot be said."""
    if reading.nothing or reading.lacks_baseline:
        return None
    return RULES[indicator.comparator](Case(indicator=indicator, target=target, reading=reading))


def wanted(indicator: IndicatorDefined, target: Target) -> Decimal | None:
    """Return the amount from which the target is met, before tolerance; None for yes and ranks."""
    if indicator.comparator in {Comparator.INCREASE_PCT_RANGE, Comparator.DECREASE_PCT_RANGE}:
        return target.low
    return target.value if indicator.comparator in _AMOUNTS else None


def reaches(indicator: IndicatorDefined, amount: Decimal, expected: Decimal) -> bool:
    """Tell whether an amount is at an expected point or better."""
    if indicator.comparator is Comparator.AT_MOST:
        return amount <= expected
    return amount >= expected


def _at_least(case: Case) -> bool | None:
    amount, value = case.reading.amount, case.target.value
    return None if amount is None or value is None else amount >= value


def _above(case: Case) -> bool | None:
    """Above: 30 is not above 30."""
    amount, value = case.reading.amount, case.target.value
    return None if amount is None or value is None else amount > value


def _equal(case: Case) -> bool | None:
    """Equal, without any rounding: 99,996 % is not 100 %."""
    amount, value = case.reading.amount, case.target.value
    return None if amount is None or value is None else amount == value


def _at_most(case: Case) -> bool | None:
    amount, value = case.reading.amount, case.target.value
    return None if amount is None or value is None else amount <= value


def _yes(case: Case) -> bool | None:
    return case.reading.yes


def _from_low(case: Case) -> bool | None:
    """From the lower bound on; beyond the upper bound is met too ("vượt 10% vẫn đạt")."""
    amount, low = case.reading.amount, case.target.low
    return None if amount is None or low is None else amount >= low


def _better_rank(case: Case) -> bool | None:
    """Want a smaller rank than the baseline's; the same rank is no rise."""
    rank, base = case.reading.rank, case.reading.baseline("rank")
    return None if rank is None or base is None else rank < base.value


def _better_score_and_rank(case: Case) -> bool | None:
    score, base = case.reading.score, case.reading.baseline("score")
    rank = _better_rank(case)
    return None if score is None or base is None or rank is None else rank and score > base.value


def _in_band(case: Case) -> bool | None:
    rank = case.reading.rank
    band = next((b for b in case.indicator.bands if b.name == case.target.band), None)
    if rank is None or band is None:
        return None
    return rank * band.of <= band.worst * (case.reading.of or band.of)


def _about(case: Case) -> bool | None:
    amount, value = case.reading.amount, case.target.value
    if amount is None or value is None:
        return None
    tolerance = case.indicator.tolerance or Decimal(0)
    if case.indicator.direction is Direction.DOWN:
        return amount <= value * (_ONE + tolerance)
    return amount >= value * (_ONE - tolerance)


RULES: Mapping[Comparator, Rule] = {
    Comparator.AT_LEAST: _at_least,
    Comparator.ABOVE: _above,
    Comparator.EQUAL: _equal,
    Comparator.AT_MOST: _at_most,
    Comparator.BOOLEAN: _yes,
    Comparator.INCREASE_PCT_RANGE: _from_low,
    Comparator.INCREASE_PCT_MIN: _at_least,
    Comparator.DECREASE_PCT_RANGE: _from_low,
    Comparator.DECREASE_PCT_MIN: _at_least,
    Comparator.RANK_UP: _better_rank,
    Comparator.SCORE_AND_RANK_UP: _better_score_and_rank,
    Comparator.RANK_BAND: _in_band,
    Comparator.APPROX: _about,
}

_AMOUNTS = frozenset(
    {
        *(Comparator.AT_LEAST, Comparator.ABOVE, Comparator.EQUAL, Comparator.AT_MOST),
        *(Comparator.INCREASE_PCT_MIN, Comparator.DECREASE_PCT_MIN, Comparator.APPROX),
    }
)
_WITHOUT_VALUE = {
    Comparator.BOOLEAN: "target.boolean",
    Comparator.RANK_UP: "target.rank_up",
    Comparator.SCORE_AND_RANK_UP: "target.score_and_rank_up",
}
_TARGET_KEYS = {
    Comparator.AT_LEAST: "target.at_least",
    Comparator.ABOVE: "target.above",
    Comparator.EQUAL: "target.equal",
    Comparator.AT_MOST: "target.at_most",
    Comparator.INCREASE_PCT_MIN: "target.increase_min",
    Comparator.DECREASE_PCT_MIN: "target.decrease_min",
    Comparator.APPROX: "target.approx",
}


def target_said(indicator: IndicatorDefined, target: Target, reading: Reading | None) -> Said:
    """Return a target in words, e.g. "trên 30%"."""
    comparator = indicator.comparator
    if comparator in _TARGET_KEYS and target.value is not None:
        params = {"n": number(target.value), "unit": sign(indicator)}
        return Said(key=_TARGET_KEYS[comparator], params=params)
    if target.low is not None and target.high is not None:
        key = "target.increase_range" if comparator in INCREASES else "target.decrease_range"
        return Said(key=key, params={"low": number(target.low), "high": number(target.high)})
    if comparator is Comparator.RANK_BAND and target.band is not None:
        return Said(key="target.band", params={"band": target.band})
    base = reading.baseline("rank") if reading is not None else None
    if comparator is Comparator.RANK_UP and base is not None:
        return Said(key="target.rank_up_from", params={"rank": number(base.value), "of": base.of})
    return Said(key=_WITHOUT_VALUE.get(comparator, NO_TARGET.key))


def value_said(indicator: IndicatorDefined, reading: Reading) -> Said:
    """Return a reading in words, e.g. "41,33%"."""
    if reading.nothing:
        return Said(key="value.nothing")
    if reading.yes is not None:
        return Said(key="value.yes" if reading.yes else "value.no")
    if reading.rank is not None:
        rank = {"rank": str(reading.rank)}
        if reading.of is None:
            return Said(key="value.rank", params=rank)
        return Said(key="value.rank_of", params={**rank, "of": str(reading.of)})
    if reading.amount is None:
        return Said(key="value.none")
    return amount_said(indicator, reading.amount)


def amount_said(indicator: IndicatorDefined, amount: Decimal) -> Said:
    """Return an amount with the sign that belongs to it."""
    text = signed(amount) if indicator.comparator in INCREASES else number(amount)
    return Said(key="value.amount", params={"n": text, "unit": sign(indicator)})


def sign(indicator: IndicatorDefined) -> str:
    """Return ``%`` for percentages; a counted unit is said elsewhere."""
    changes = indicator.comparator in INCREASES | DECREASES
    return "%" if changes or indicator.unit.startswith("%") else ""
