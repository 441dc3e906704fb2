"""One series' figures against its target: the part of a status that figures alone decide.

Choices, each in the ADR on indicator rules:

* Before its period ends, a *cumulative* figure that meets its target has met it for good; a
  *level* that meets it is achieved as long as its newest approved figure says so.
* Below the target, a figure is compared with the newest point of the path that the day it speaks
  of has passed; a cumulative one without a path with its even share of the days; a level without
  a path must hold all year, so below its target it is at risk.
* After the period (and ``known_after``) the figure of the closing period is final: achieved or
  missed. A ranking is final as soon as it is approved for its period.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from services.scoring.domain import periods
from services.scoring.domain.comparators import (
    amount_said,
    met,
    reaches,
    target_said,
    value_said,
    wanted,
)
from services.scoring.domain.outcome import Expected, Judgement, MeasurementInput
from services.scoring.domain.said import NO_VALUE, Said, date
from services.scoring.domain.values import (
    Reading,
    counting,
    known_baselines,
    read,
    reference_day,
    waiting,
)
from shared.events.scoring import IndicatorStatus
from shared.events.tasks import Comparator, IndicatorDefined, MeasurementState, Nature, Target

_PLACES = Decimal("0.0001")


class Series:
    """The figures of one tier on a day, ready to be judged."""

    def __init__(
        self,
        indicator: IndicatorDefined,
        target: Target,
        measurements: Sequence[MeasurementState],
        day: dt.date,
    ) -> None:
        self.indicator = indicator
        self.target = target
        self.day = day
        self.end = periods.last_day(target.period)
        counted, pending = counting(measurements), waiting(measurements)
        self.newest = counted[-1] if counted else None
        self.pending = pending[-1] if pending else None
        self.due = periods.newest_due(
            indicator.periodicity, target.period, indicator.known_after, day
        )

    @property
    def provisional(self) -> bool:
        """Tell whether a figure waits that is as new as the approved one, or newer."""
        if self.pending is None or self.newest is None:
            return self.pending is not None
        ends = [periods.last_day(m.series.period) for m in (self.pending, self.newest)]
        return ends[0] >= ends[1]

    @property
    def stale(self) -> bool:
        if self.newest is None or self.due is None:
            return False
        return periods.last_day(self.newest.series.period) < periods.last_day(self.due)

    @property
    def final(self) -> bool:
        """Tell whether the newest approved figure closes the target's period for good."""
        if self.newest is None or periods.last_day(self.newest.series.period) < self.end:
            return False
        known = self.indicator.known_after
        closes = max(self.end, known) if known is not None else self.end
        return self.indicator.nature is Nature.RANK or self.day > closes

    def read(self, measurement: MeasurementState) -> Reading:
        return read(self.indicator, measurement, self.day)

    def judgement(self, status: IndicatorStatus, reason: Said, **more: object) -> Judgement:
        """Return a judgement with the value that pages show, and what it was made from."""
        shown = self.newest or self.pending
        reading = self.read(shown) if shown else None
        known = known_baselines(self.indicator, self.day)
        facts: dict[str, object] = {
            "value": _stored(reading) if self.newest and reading else None,
            "value_said": value_said(self.indicator, reading) if reading else NO_VALUE,
            "target_said": target_said(
                self.indicator, self.target, reading or Reading(baselines=known)
            ),
            "wanted": wanted(self.indicator, self.target),
            "stale": self.stale,
            "provisional": self.provisional,
            "measurements": tuple(
                self._input(m) for m in (self.newest, self.pending) if m is not None
            ),
            "baselines": known,
        }
        return Judgement(
            tier=self.target.tier,
            status=status,
            reason=reason,
            **{**facts, **more},  # type: ignore[arg-type]  # field names as in Judgement
        )

    def say(self, key: str, **params: str) -> Said:
        """Return a reason of this tier."""
        return Said(key=key, params={"tier": self.target.tier or "", **params})

    def _input(self, measurement: MeasurementState) -> MeasurementInput:
        return MeasurementInput(
            measurement_id=measurement.measurement_id,
            version=measurement.version,
            period=measurement.series.period,
            tier=measurement.series.tier,
            counts=measurement is self.newest,
            measured_on=measurement.measured_on,
            value=value_said(self.indicator, self.read(measurement)),
        )


def target_of(targets: Sequence[Target], day: dt.date) -> Target:
    """Return the target of a day: the first whose period is not over, or the last one.

    :param targets: those of one tier, one at least.
    """
    found = sorted(targets, key=lambda t: periods.last_day(t.period))
    return next((t for t in found if not periods.over(t.period, day)), found[-1])


def judge(series: Series) -> Judgement:
    """Judge figures that are amounts or ranks."""
    if series.newest is None:
        return unmeasured(series)
    reading = series.read(series.newest)
    period = series.newest.series.period
    if reading.nothing:
        return series.judgement(
            IndicatorStatus.NOT_APPLICABLE,
            series.say("not_applicable.nothing_arose", period=period),
            value=None,
        )
    verdict = met(series.indicator, series.target, reading)
    if verdict is None:
        return series.judgement(IndicatorStatus.NO_DATA, series.say(_lacks(series.indicator)))
    said = {"period": period}
    if series.final:
        status = IndicatorStatus.ACHIEVED if verdict else IndicatorStatus.MISSED
        return _with_figures(series, status, f"{status.value}.final", said, final=True)
    if verdict:
        return _met_early(series, said)
    return _below(series, reading, said)


def unmeasured(series: Series) -> Judgement:
    """Judge a series without an approved figure: not due yet, or missing."""
    if series.due is not None:
        key = "no_data.waiting" if series.pending is not None else "no_data.missing"
        reason = series.say(key, period=series.due)
        return series.judgement(IndicatorStatus.NO_DATA, reason)
    return series.judgement(IndicatorStatus.NOT_DUE, not_due(series))


def not_due(series: Series) -> Said:
    """Say which figure comes first, and when."""
    indicator, target = series.indicator, series.target
    coming = periods.next_due(
        indicator.periodicity, target.period, indicator.known_after, series.day
    )
    if coming is None:
        return series.say("not_due.nothing")
    period, until = coming
    known = indicator.known_after
    if known is not None and periods.last_day(period) >= series.end:
        return series.say("not_due.published_later", period=period, date=date(known))
    return series.say("not_due.first", period=period, date=date(until))


def _lacks(indicator: IndicatorDefined) -> str:
    compared = indicator.comparator not in {
        *(Comparator.AT_LEAST, Comparator.ABOVE, Comparator.EQUAL, Comparator.AT_MOST),
        *(Comparator.APPROX, Comparator.RANK_BAND, Comparator.BOOLEAN),
    }
    return "no_data.no_baseline" if compared else "no_data.unusable"


def _met_early(series: Series, said: dict[str, str]) -> Judgement:
    cumulative = series.indicator.nature is Nature.CUMULATIVE
    if cumulative and series.indicator.comparator is Comparator.AT_MOST:
        # A sum that must stay below its target may still pass it.
        return _with_figures(series, IndicatorStatus.ON_TRACK, "on_track.below_limit", said)
    return _with_figures(
        series, IndicatorStatus.ACHIEVED, "achieved.reached", said, final=cumulative
    )


def _below(series: Series, reading: Reading, said: dict[str, str]) -> Judgement:
    expected = expectation(series)
    until = {"date": date(series.end)}
    if expected is None or reading.amount is None:
        return _with_figures(series, IndicatorStatus.AT_RISK, "at_risk.below", said | until)
    said = said | {"date": date(expected.on)}
    if not expected.passed:
        key, status = "on_track.early", IndicatorStatus.ON_TRACK
    elif reaches(series.indicator, reading.amount, expected.amount):
        key, status = "on_track.path", IndicatorStatus.ON_TRACK
    else:
        key, status = "at_risk.behind", IndicatorStatus.AT_RISK
    return _with_figures(series, status, key, said, expected=expected)


def expectation(series: Series) -> Expected | None:
    """Return what the newest approved figure is compared with; None: the target itself."""
    indicator = series.indicator
    if series.newest is None:
        return None
    speaks_of = reference_day(series.newest)
    if indicator.path:
        passed = [point for point in indicator.path if point.on <= speaks_of]
        point = passed[-1] if passed else indicator.path[0]
        return Expected(on=point.on, amount=point.value, passed=bool(passed))
    goal = wanted(indicator, series.target)
    if indicator.nature is not Nature.CUMULATIVE or goal is None:
        return None
    if indicator.comparator is Comparator.AT_MOST:
        return None
    gone, days = periods.elapsed(series.target.period, speaks_of)
    return Expected(on=speaks_of, amount=goal * gone / days)


def _with_figures(
    series: Series,
    status: IndicatorStatus,
    key: str,
    said: dict[str, str],
    *,
    final: bool = False,
    expected: Expected | None = None,
) -> Judgement:
    told = series.judgement(status, series.say(key, **said), final=final, expected=expected)
    parts = {"value": told.value_said, "target": told.target_said}
    if expected is not None:
        parts["expected"] = amount_said(series.indicator, expected.amount)
    return dataclasses.replace(told, reason=dataclasses.replace(told.reason, parts=parts))


def _stored(reading: Reading) -> Decimal | None:
    if reading.rank is not None:
        return Decimal(reading.rank)
    return None if reading.amount is None else reading.amount.quantize(_PLACES)
