"""The result of scoring one indicator, and what it was computed from."""

import dataclasses
import datetime as dt
from decimal import Decimal

from services.scoring.domain.said import NO_TARGET, NO_VALUE, Said
from shared.events.scoring import Flag, IndicatorStatus
from shared.events.tasks import Baseline

# Goes up whenever a rule of this package changes its meaning; stored with every status.
RULES_VERSION = "1"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What should have been reached by a day: a point of the path, or the even share of it.

    :param passed: whether the day that the figure speaks of has reached that point.
    """

    on: dt.date
    amount: Decimal
    passed: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementInput:
    """A measurement that was looked at; ``counts`` tells whether it was approved."""

    measurement_id: str
    version: int
    period: str
    tier: str | None
    counts: bool
    measured_on: dt.date
    value: Said


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskInput:
    task_id: str
    version: int
    code: str
    state: str
    overdue_days: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    measurements: tuple[MeasurementInput, ...] = ()
    tasks: tuple[TaskInput, ...] = ()
    baselines: tuple[Baseline, ...] = ()


NO_INPUTS = Inputs()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One tier's result, or the whole indicator's when it has no tiers.

    :param final: nothing later can change it for its period.
    :param value: in the unit of the target; a rank for rankings.
    :param wanted: the amount from which the target is met.
    :param stale: an approved figure is there, but not for the newest period that should be known.
    :param provisional: a newer figure waits for approval.
    """

    tier: str | None
    status: IndicatorStatus
    reason: Said
    final: bool = False
    value: Decimal | None = None
    wanted: Decimal | None = None
    value_said: Said = NO_VALUE
    target_said: Said = NO_TARGET
    expected: Expected | None = None
    stale: bool = False
    provisional: bool = False
    measurements: tuple[MeasurementInput, ...] = ()
    baselines: tuple[Baseline, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TierOutcome:
    tier: str
    status: IndicatorStatus
    reason: Said
    value: Decimal | None
    wanted: Decimal | None
    value_said: Said
    target_said: Said


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The status of an indicator on a day and everything that explains it."""

    status: IndicatorStatus
    reason: Said
    flags: tuple[Flag, ...] = ()
    value: Decimal | None = None
    wanted: Decimal | None = None
    value_said: Said = NO_VALUE
    target_said: Said = NO_TARGET
    expected: Expected | None = None
    tiers: tuple[TierOutcome, ...] = ()
    inputs: Inputs = NO_INPUTS
