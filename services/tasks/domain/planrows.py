"""The rows of a plan as its files say them, checked but not yet scheduled.

The words are those of docs/glossary.md. What a row shares with the published facts has the types
of :mod:`shared.events.tasks`; nothing here is known to the database.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from shared.events.tasks import (
    Area,
    Band,
    Baseline,
    Comparator,
    DeadlineKind,
    Decision,
    Direction,
    Limits,
    Nature,
    PathPoint,
    Periodicity,
    Policies,
    Provenance,
    Target,
)

# A group of agencies: the code of a level (all agencies of it), or the agencies one by one.
Members = str | tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """Whose plan it is; ``ascii_name`` begins the SMS, which have no room for marks."""

    name: str
    short_name: str
    ascii_name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """What plan.yaml says of the whole plan.

    :param levels: level of agencies → its name.
    :param tiers: tier of a target → levels of the agencies that it speaks of.
    :param groups: code of a group, as tasks name it → its members.
    """

    slug: str
    title: str
    year: int
    edition: int
    decision: Decision
    effective_on: dt.date
    province: Province
    areas: tuple[Area, ...]
    levels: Mapping[str, str]
    tiers: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, Members]
    policies: Policies


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRow:
    """An agency; ``valid_to`` is its last valid day, an open end is None."""

    code: str
    name: str
    short_name: str
    level: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str | None = None
    source: str = ""

    def valid_on(self, day: dt.date) -> bool:
        """Tell whether the agency exists on that local day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task; ``coordinators`` as written, groups not expanded; ``deadline`` as written."""

    code: str
    area: str
    title: str
    product: str
    lead: str
    coordinators: tuple[str, ...]
    deadline_kind: DeadlineKind
    deadline: str
    deadline_text: str
    indicators: tuple[str, ...]
    provenance: Provenance
    quote: str = ""
    source: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """An indicator; ``target_in_source`` tells whether the source itself names the target.

    :param rank_to_beat: the earlier rank that the row names, when the target is a better one.
    """

    code: str
    area: str
    title: str
    short_title: str
    unit: str
    comparator: Comparator
    targets: tuple[Target, ...]
    target_in_source: bool
    lead: str
    provenance: Provenance
    rank_to_beat: int | None = None
    quote: str = ""
    source: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """How an indicator is measured and judged.

    :param assumed: names of the fields that are an assumption.
    :param sources: name of a field → where it comes from.
    """

    code: str
    nature: Nature
    direction: Direction
    periodicity: Periodicity
    baselines: tuple[Baseline, ...] = ()
    path: tuple[PathPoint, ...] = ()
    bands: tuple[Band, ...] = ()
    limits: Limits | None = None
    tolerance: Decimal | None = None
    known_after: dt.date | None = None
    assumed: tuple[str, ...] = ()
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SolutionRow:
    """A solution (giải pháp): said by the plan, owed by nobody by a day."""

    code: str
    title: str
    detail: str
    lead: str
    provenance: Provenance
    quote: str = ""
    source: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanFiles:
    """A whole plan without a fault.

    :param rules: code of the indicator → its rule; there is one for each indicator.
    """

    plan: PlanHead
    agencies: tuple[AgencyRow, ...]
    indicators: tuple[IndicatorRow, ...]
    tasks: tuple[TaskRow, ...]
    solutions: tuple[SolutionRow, ...]
    rules: Mapping[str, RuleRow]
