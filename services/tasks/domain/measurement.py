"""The state machine of a measurement (số liệu): docs/events.md, table F.

One series is (indicator, period, tier). A figure counts when it is approved or locked; of a
series at most one counts.
"""

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from typing import Any

from services.tasks.domain.assignment import By
from services.tasks.domain.errors import InvalidError, WrongStateError
from services.tasks.domain.permissions import Act
from shared.events.tasks import (
    Change,
    Comparator,
    IndicatorDefined,
    MeasurementState,
    MeasurementStatus,
    Nature,
    Periodicity,
    Series,
)

_REPORTED = MeasurementStatus.REPORTED
_APPROVED = MeasurementStatus.APPROVED

FROM: dict[Act, frozenset[MeasurementStatus]] = {
    Act.MEASURE: frozenset({MeasurementStatus.RETURNED}),
    Act.RETURN_MEASUREMENT: frozenset({_REPORTED}),
    Act.APPROVE_MEASUREMENT: frozenset({_REPORTED}),
    Act.LOCK_MEASUREMENT: frozenset({_APPROVED}),
    Act.UNLOCK_MEASUREMENT: frozenset({MeasurementStatus.LOCKED}),
    Act.WITHDRAW_MEASUREMENT: frozenset({_REPORTED, _APPROVED}),
}
_PERIODS = {
    Periodicity.MONTH: re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    Periodicity.QUARTER: re.compile(r"[0-9]{4}-Q[1-4]"),
    Periodicity.HALF: re.compile(r"[0-9]{4}-H[12]"),
    Periodicity.YEAR: re.compile(r"[0-9]{4}"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The figure itself in one of its forms, as an agency gives it."""

    measured_on: dt.date
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    score: Decimal | None = None
    rank: int | None = None
    of: int | None = None
    yes_no: bool | None = None
    source_ref: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The measurement after a decision, and the earlier one that it replaces, if any."""

    state: MeasurementState
    event: str
    replaced: MeasurementState | None = None


def report(
    indicator: IndicatorDefined,
    figure: Figure,
    by: By,
    *,
    measurement_id: str,
    period: str,
    tier: str | None,
) -> Decided:
    """Report a figure of a series for the first time.

    :raises InvalidError: wrong form for this indicator, period, tier, limits or day.
    """
    _check_series(indicator, period, tier)
    _check(indicator, figure, by.today)
    state = MeasurementState(
        measurement_id=measurement_id,
        version=1,
        change=by.change("reported"),
        series=Series(indicator_id=indicator.indicator_id, period=period, tier=tier),
        state=_REPORTED,
        unit=indicator.unit,
        **_fields(figure),
    )
    return Decided(state=state, event="reported")


def report_again(
    state: MeasurementState, indicator: IndicatorDefined, figure: Figure, by: By
) -> Decided:
    """Report a returned figure anew: the same measurement, next version.

    :raises InvalidError: as :func:`report`.
    :raises WrongStateError: unless it was returned.
    """
    require(Act.MEASURE, state)
    _check(indicator, figure, by.today)
    return _decided(state, "reported", by.change("reported"), state=_REPORTED, **_fields(figure))


def return_(state: MeasurementState, by: By, *, reason: str) -> Decided:
    """Send a figure back with a reason.

    :raises InvalidError: without a reason.
    """
    require(Act.RETURN_MEASUREMENT, state)
    _reason(reason)
    change = by.change("returned", has_note=True)
    return _decided(state, "returned", change, state=MeasurementStatus.RETURNED)


def approve(state: MeasurementState, by: By, *, earlier: MeasurementState | None) -> Decided:
    """Let the figure count; the one that counted before is replaced.

    :param earlier: the approved measurement of the same series, if there is one.
    :raises WrongStateError: unless it waits for approval.
    """
    require(Act.APPROVE_MEASUREMENT, state)
    decided = _decided(
        state,
        "approved",
        by.change("approved"),
        state=_APPROVED,
        replaces=earlier.measurement_id if earlier else state.replaces,
    )
    if earlier is None:
        return decided
    replaced = dataclasses.replace(
        earlier,
        version=earlier.version + 1,
        change=by.change("replaced"),
        state=MeasurementStatus.REPLACED,
    )
    return dataclasses.replace(decided, replaced=replaced)


def lock(state: MeasurementState, by: By) -> Decided:
    """Close the period's figure."""
    require(Act.LOCK_MEASUREMENT, state)
    return _decided(state, "locked", by.change("locked"), state=MeasurementStatus.LOCKED)


def unlock(state: MeasurementState, by: By, *, reason: str) -> Decided:
    """Open a locked figure with a reason.

    :raises InvalidError: without a reason.
    """
    require(Act.UNLOCK_MEASUREMENT, state)
    _reason(reason)
    return _decided(state, "unlocked", by.change("unlocked", has_note=True), state=_APPROVED)


def withdraw(state: MeasurementState, by: By, *, reason: str) -> Decided:
    """Take a figure away with a reason.

    :raises InvalidError: without a reason.
    """
    require(Act.WITHDRAW_MEASUREMENT, state)
    _reason(reason)
    change = by.change("withdrawn", has_note=True)
    return _decided(state, "withdrawn", change, state=MeasurementStatus.WITHDRAWN)


def require(act: Act, state: MeasurementState) -> None:
    """Raise WrongStateError unless the state allows the act."""
    if state.state not in FROM[act]:
        raise WrongStateError("error.measurement_state", act=act.value, state=state.state.value)


def forms_of(nature: Nature, comparator: Comparator) -> list[set[str]]:
    """Return the sets of fields that an indicator may be told in, the usual one first."""
    if nature is Nature.YES_NO:
        return [{"yes_no"}]
    if comparator is Comparator.SCORE_AND_RANK_UP:
        return [{"score", "rank", "of"}]
    if nature is Nature.RANK:
        return [{"rank", "of"}, {"score", "rank", "of"}]
    return [{"value"}, {"numerator", "denominator"}]


def _decided(state: MeasurementState, event: str, change: Change, /, **new: Any) -> Decided:
    after = dataclasses.replace(state, version=state.version + 1, change=change, **new)
    return Decided(state=after, event=event)


def _fields(figure: Figure) -> dict[str, Any]:
    return {field.name: getattr(figure, field.name) for field in dataclasses.fields(figure)}


def _reason(text: str) -> None:
    if not text.strip():
        raise InvalidError("reason", "error.reason_missing")


def _check_series(indicator: IndicatorDefined, period: str, tier: str | None) -> None:
    if indicator.nature is Nature.FROM_TASKS:
        raise WrongStateError("error.computed_indicator", code=indicator.code)
    if not _PERIODS[indicator.periodicity].fullmatch(period):
        raise InvalidError("period", f"error.period.{indicator.periodicity.value}")
    tiers = {target.tier for target in indicator.targets if target.tier}
    if tiers and tier not in tiers:
        raise InvalidError("tier", "error.tier", tiers=", ".join(sorted(tiers)))
    if not tiers and tier is not None:
        raise InvalidError("tier", "error.no_tiers")


def _check(indicator: IndicatorDefined, figure: Figure, today: dt.date) -> None:
    if figure.measured_on > today:
        raise InvalidError("measured_on", "error.measured_in_future")
    given = {name for name in _FORM_FIELDS if getattr(figure, name) is not None}
    wanted = forms_of(indicator.nature, indicator.comparator)
    if given not in wanted:
        missing = sorted(wanted[0] - given or given - wanted[0])
        raise InvalidError(missing[0], "error.figure_form", fields=", ".join(sorted(wanted[0])))
    _check_ratio(figure)
    _check_rank(figure)
    _check_limits(indicator, figure)


_FORM_FIELDS = ("value", "numerator", "denominator", "score", "rank", "of", "yes_no")


def _check_ratio(figure: Figure) -> None:
    if figure.numerator is None or figure.denominator is None:
        return
    # A zero denominator means "không phát sinh" and is a figure like any other.
    if figure.numerator < 0 or figure.denominator < 0:
        raise InvalidError("numerator", "error.negative")
    if figure.denominator == 0 and figure.numerator != 0:
        raise InvalidError("denominator", "error.nothing_of_nothing")


def _check_rank(figure: Figure) -> None:
    if figure.rank is not None and figure.of is not None and not 1 <= figure.rank <= figure.of:
        raise InvalidError("rank", "error.rank", of=figure.of)


def _check_limits(indicator: IndicatorDefined, figure: Figure) -> None:
    limits, value = indicator.limits, figure.value
    if limits is None or value is None:
        return
    below = limits.low is not None and value < limits.low
    above = limits.high is not None and value > limits.high
    if below or above:
        raise InvalidError("value", "error.limits", low=limits.low, high=limits.high)
