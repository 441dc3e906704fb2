"""The value of a series: what one measurement says in the unit of its target.

Growth and decrease are reported as raw values; the percentage comes from the newest baseline
that was known on the day asked for (docs/events.md, table F).
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from services.scoring.domain import periods
from shared.events.tasks import (
    Baseline,
    Comparator,
    IndicatorDefined,
    MeasurementState,
    MeasurementStatus,
)

COUNTING = frozenset({MeasurementStatus.APPROVED, MeasurementStatus.LOCKED})
INCREASES = frozenset({Comparator.INCREASE_PCT_RANGE, Comparator.INCREASE_PCT_MIN})
DECREASES = frozenset({Comparator.DECREASE_PCT_RANGE, Comparator.DECREASE_PCT_MIN})
_HUNDRED = Decimal(100)
_RANK_KINDS = frozenset({"rank", "score"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a measurement says.

    :param amount: in the unit of the target (for growth and decrease: per cent of change).
    :param nothing: the denominator is zero ("không phát sinh"): there is no value, not 0 %.
    :param lacks_baseline: a change was asked for and there is nothing to compare with.
    :param baselines: the dated values it is compared with.
    """

    amount: Decimal | None = None
    rank: int | None = None
    of: int | None = None
    score: Decimal | None = None
    yes: bool | None = None
    nothing: bool = False
    lacks_baseline: bool = False
    baselines: tuple[Baseline, ...] = ()

    def baseline(self, kind: str) -> Baseline | None:
        """Return the baseline of a kind (``rank``, ``score``, ``amount``), if it is known."""
        for found in self.baselines:
            if found.kind == kind or (kind == "amount" and found.kind not in _RANK_KINDS):
                return found
        return None


class BadFigureError(ValueError):
    """A measurement that no rule can use; the message says why."""


def check(measurement: MeasurementState) -> None:
    """Refuse a figure that is no number or speaks of no period.

    :raises BadFigureError: with the field at fault.
    """
    try:
        periods.span(measurement.series.period)
    except ValueError as error:
        raise BadFigureError(f"series.period: {error}") from error
    for name in ("value", "numerator", "denominator", "score"):
        figure = getattr(measurement, name)
        if figure is not None and not figure.is_finite():
            raise BadFigureError(f"{name}: not a finite number")


def known_baselines(indicator: IndicatorDefined, day: dt.date) -> tuple[Baseline, ...]:
    """Return the newest baseline of amount, rank and score that was known on a day.

    A baseline without a day of knowledge was always known; of two known on the same day the one
    that stands later in the plan wins.
    """
    newest: dict[str, Baseline] = {}
    known = [b for b in indicator.baselines if b.known_on is None or b.known_on <= day]
    for found in sorted(known, key=lambda b: b.known_on or dt.date.min):
        newest[found.kind if found.kind in _RANK_KINDS else "amount"] = found
    return tuple(newest.values())


def read(indicator: IndicatorDefined, measurement: MeasurementState, day: dt.date) -> Reading:
    """Return what a measurement says, with the baselines known on a day."""
    known = known_baselines(indicator, day)
    if measurement.denominator is not None and measurement.denominator == 0:
        return Reading(nothing=True, baselines=known)
    reading = Reading(
        amount=_raw(measurement),
        rank=measurement.rank,
        of=measurement.of,
        score=measurement.score,
        yes=measurement.yes_no,
        baselines=known,
    )
    if indicator.comparator in INCREASES | DECREASES:
        return _changed(reading, down=indicator.comparator in DECREASES)
    return reading


def counting(measurements: Iterable[MeasurementState]) -> Sequence[MeasurementState]:
    """Return the measurements that count (approved or locked), oldest period first."""
    return sorted((m for m in measurements if m.state in COUNTING), key=order)


def waiting(measurements: Iterable[MeasurementState]) -> Sequence[MeasurementState]:
    """Return the measurements that wait for approval, oldest period first."""
    found = (m for m in measurements if m.state is MeasurementStatus.REPORTED)
    return sorted(found, key=order)


def order(measurement: MeasurementState) -> tuple[dt.date, dt.datetime, str]:
    """Order measurements by their period, then by the act that made their state."""
    last = periods.last_day(measurement.series.period)
    return last, measurement.change.at, measurement.measurement_id


def reference_day(measurement: MeasurementState) -> dt.date:
    """Return the day that a figure speaks of: its period's end, or earlier when measured so."""
    return min(periods.last_day(measurement.series.period), measurement.measured_on)


def _raw(measurement: MeasurementState) -> Decimal | None:
    if measurement.value is not None:
        return measurement.value
    if measurement.numerator is not None and measurement.denominator:
        return measurement.numerator / measurement.denominator * _HUNDRED
    return None


def _changed(reading: Reading, *, down: bool) -> Reading:
    base = reading.baseline("amount")
    if base is None or base.value == 0:
        return dataclasses.replace(reading, amount=None, lacks_baseline=True)
    if reading.amount is None:
        return reading
    change = (reading.amount - base.value) / base.value * _HUNDRED
    return dataclasses.replace(reading, amount=-change if down else change)
