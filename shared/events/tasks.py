"""Facts published by tasks: the plan, its agencies, tasks, assignments, measurements, requests.

Source of every name and rule: docs/events.md. ``version`` is always the optimistic lock of the
aggregate. Dates are local dates in Asia/Ho_Chi_Minh; ``at`` is an instant of the business clock.
"""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal

from shared.events.envelope import Catalogue, Instant

TOPIC = "tasks.events"
DIRECTORY_TOPIC = "tasks.directory"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Which act made this state: by whom (officer id, or ``system:<loop>``), when, and why."""

    act: str
    by: str
    at: Instant
    acting_for: str | None = None
    why: str | None = None
    has_note: bool = False


class Provenance(enum.StrEnum):
    """Where a row of the plan comes from; shown on every page that shows the row."""

    ARTICLE = "article"
    PUBLIC = "public"
    RECONSTRUCTED = "reconstructed"
    DECISION = "decision"


# --- plan ---------------------------------------------------------------------------------------


class PlanState(enum.StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    AMENDED = "amended"
    CLOSED = "closed"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision (quyết định): unique only by number, issuer and date together."""

    number: str
    issuer: str
    signed_on: dt.date


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    code: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    code: str
    title: str
    lead_agency: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Rules that a province chooses.

    ``appraisers``: agency codes that appraise lead parts. ``deadline_roll``: ``none`` | ``next``.
    """

    appraisers: tuple[str, ...]
    extension_authority: str
    max_extensions: int = 2
    count_all_year: bool = True
    deadline_roll: str = "none"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    tasks: int
    counted_tasks: int
    indicators: int
    solutions: int
    assignments: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EditionApplied:
    """The last event of a plan load or amendment."""

    plan_id: str
    version: int
    change: Change
    slug: str
    title: str
    year: int
    edition: int
    state: PlanState
    decision: Decision
    effective_on: dt.date
    applied_at: Instant
    areas: tuple[Area, ...]
    solutions: tuple[Solution, ...]
    tiers: dict[str, tuple[str, ...]]
    policies: Policies
    counts: Counts

    @property
    def subject(self) -> str:
        return self.plan_id

    @property
    def key(self) -> str:
        return self.plan_id


# --- agencies -----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    code: str
    since: dt.date


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgencyState:
    """An agency and its days of validity (``valid_to`` is the last valid day)."""

    code: str
    version: int
    change: Change
    name: str
    short_name: str
    level: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successors: tuple[Successor, ...] = ()
    decision: str | None = None

    @property
    def subject(self) -> str:
        return f"agency:{self.code}"

    @property
    def key(self) -> str:
        return f"agency:{self.code}"

    def valid_on(self, day: dt.date) -> bool:
        """Tell whether the agency exists on that local day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


# --- indicators and tasks -----------------------------------------------------------------------


class Nature(enum.StrEnum):
    """What kind of figure an indicator is."""

    CUMULATIVE = "cumulative"
    LEVEL = "level"
    YES_NO = "yes_no"
    RANK = "rank"
    FROM_TASKS = "from_tasks"


class Comparator(enum.StrEnum):
    """How value and target are compared (facts §4: ``trên`` is >, ``từ … trở lên`` is >=)."""

    AT_LEAST = ">="
    ABOVE = ">"
    EQUAL = "="
    AT_MOST = "<="
    BOOLEAN = "boolean"
    INCREASE_PCT_RANGE = "increase_pct_range"
    INCREASE_PCT_MIN = "increase_pct_min"
    DECREASE_PCT_RANGE = "decrease_pct_range"
    DECREASE_PCT_MIN = "decrease_pct_min"
    RANK_UP = "rank_up"
    SCORE_AND_RANK_UP = "score_and_rank_up"
    RANK_BAND = "rank_band"
    APPROX = "approx"


class Direction(enum.StrEnum):
    UP = "up"
    DOWN = "down"


class Periodicity(enum.StrEnum):
    """How often an indicator is measured; fixes the form of its periods."""

    MONTH = "month"  # 2025-01
    QUARTER = "quarter"  # 2025-Q1
    HALF = "half"  # 2025-H1
    YEAR = "year"  # 2025


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is wanted at the end of a period, for one tier or for the whole (tier None).

    One of ``value``, ``low``/``high`` or ``band`` is set; none for "better than the baseline".
    """

    period: str
    tier: str | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    band: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A dated value to compare with.

    ``of``: the year or day it speaks of. ``kind``: ``estimate`` | ``assessed`` | ``final`` |
    ``score`` | ``rank``. ``known_on``: the day it became known.
    """

    value: Decimal
    of: str
    kind: str
    known_on: dt.date | None = None
    assumed: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """What the value should have reached by a day, for "on track" between measurements."""

    on: dt.date
    value: Decimal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A named band of ranks, e.g. "khá" = ranks 3 to 7 of 14."""

    name: str
    best: int
    worst: int
    of: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Values that a measurement may have; outside it is refused."""

    low: Decimal | None = None
    high: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDefined:
    """One indicator (chỉ tiêu) of one edition; scoring learns the indicators only from here.

    ``tolerance``: how far "khoảng" (approx) may miss, as a fraction (0.05 = 5 %).
    ``known_after``: the local day after which the final value can exist (rankings come out the
    year after).
    """

    indicator_id: str
    version: int
    change: Change
    plan_id: str
    edition: int
    code: str
    area: str
    title: str
    short_title: str
    unit: str
    nature: Nature
    comparator: Comparator
    direction: Direction
    periodicity: Periodicity
    lead_agency: str
    provenance: Provenance
    targets: tuple[Target, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    path: tuple[PathPoint, ...] = ()
    bands: tuple[Band, ...] = ()
    limits: Limits | None = None
    tolerance: Decimal | None = None
    known_after: dt.date | None = None
    assumed: tuple[str, ...] = ()  # names of the fields above that are our assumption
    withdrawn_in: int | None = None

    @property
    def subject(self) -> str:
        return self.indicator_id

    @property
    def key(self) -> str:
        return self.indicator_id


class DeadlineKind(enum.StrEnum):
    DATE = "date"
    MONTH = "month"
    QUARTER = "quarter"
    RECURRING = "recurring"
    ALL_YEAR = "all_year"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefined:
    """One task (nhiệm vụ) of one edition."""

    task_id: str
    version: int
    change: Change
    plan_id: str
    edition: int
    code: str
    area: str
    title: str
    product: str
    deadline_kind: DeadlineKind
    deadline_text: str
    lead_agency: str
    indicator_ids: tuple[str, ...]
    counts_in_completion: bool
    provenance: Provenance
    withdrawn_in: int | None = None

    @property
    def subject(self) -> str:
        return self.task_id

    @property
    def key(self) -> str:
        return self.task_id


# --- assignments --------------------------------------------------------------------------------


class Role(enum.StrEnum):
    """An agency's role in a task: chủ trì, phối hợp, theo dõi."""

    LEAD = "lead"
    COORDINATING = "coordinating"
    FOLLOWING = "following"


class AssignmentStatus(enum.StrEnum):
    """Stored states of an assignment. Due soon, overdue, on time and late are computed."""

    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Timeliness(enum.StrEnum):
    """The one meaning of on time and late, by dates alone; nobody can choose it."""

    NOT_OPEN = "not_open"
    IN_TIME = "in_time"
    OVERDUE = "overdue"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    WITHDRAWN = "withdrawn"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Timeliness and the local days until ``due_on`` (negative when past).

    Counted from the day asked for or, for finished work, from the day of the accepted report.
    """

    timeliness: Timeliness
    days: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentState:
    """An assignment (phần việc): what one agency owes for one task in one period.

    ``reported_on``: local day of the latest report (kept when it was returned).
    ``no_deadline`` marks all-year work, whose ``due_on`` is the last day of the plan year.
    """

    assignment_id: str
    version: int
    change: Change
    plan_id: str
    task_id: str
    task_code: str
    edition: int
    role: Role
    agency_code: str
    period: str
    opens_on: dt.date
    due_on: dt.date
    original_due_on: dt.date
    state: AssignmentStatus
    deadline_version: int = 1
    no_deadline: bool = False
    handler_id: str | None = None
    reported_on: dt.date | None = None
    report_count: int = 0
    accepted_on: dt.date | None = None
    return_count: int = 0
    required: bool = False

    @property
    def subject(self) -> str:
        return self.assignment_id

    @property
    def key(self) -> str:
        return self.task_id

    def timing(self, today: dt.date) -> Timing:
        """Tell whether the assignment is in time, overdue, done on time or done late.

        On time ⇔ the day of the report that was in the end accepted ≤ ``due_on``: an appraiser's
        delay never makes an agency late. Overdue ⇔ nothing is reported and ``today > due_on``.
        A deadline is good to the end of its day (guide events-and-states, C).
        """
        if self.state is AssignmentStatus.WITHDRAWN:
            return Timing(timeliness=Timeliness.WITHDRAWN, days=(self.due_on - today).days)
        if self.state is AssignmentStatus.ACCEPTED:
            done_on = self.reported_on or self.accepted_on or self.due_on
            late = done_on > self.due_on
            return Timing(
                timeliness=Timeliness.DONE_LATE if late else Timeliness.DONE_ON_TIME,
                days=(self.due_on - done_on).days,
            )
        days = (self.due_on - today).days
        if self.state is AssignmentStatus.REPORTED:
            return Timing(timeliness=Timeliness.IN_TIME, days=days)
        if today < self.opens_on:
            return Timing(timeliness=Timeliness.NOT_OPEN, days=days)
        overdue = today > self.due_on
        return Timing(timeliness=Timeliness.OVERDUE if overdue else Timeliness.IN_TIME, days=days)


# --- measurements -------------------------------------------------------------------------------


class MeasurementStatus(enum.StrEnum):
    REPORTED = "reported"
    RETURNED = "returned"
    APPROVED = "approved"
    REPLACED = "replaced"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    indicator_id: str
    period: str
    tier: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementState:
    """A reported value (số liệu) of one series; it counts when approved or locked.

    Exactly one form is set: ``value``; ``numerator`` and ``denominator``; ``rank`` and ``of``
    (with ``score`` where the indicator needs both); or ``yes_no``. Growth and decrease
    indicators take the raw value; the percentage is computed from the baseline.
    """

    measurement_id: str
    version: int
    change: Change
    series: Series
    state: MeasurementStatus
    unit: str
    measured_on: dt.date
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    score: Decimal | None = None
    rank: int | None = None
    of: int | None = None
    yes_no: bool | None = None
    source_ref: str | None = None
    evidence_count: int = 0
    replaces: str | None = None

    @property
    def subject(self) -> str:
        return self.measurement_id

    @property
    def key(self) -> str:
        return self.series.indicator_id


# --- requests, mentions, urging -----------------------------------------------------------------


class RequestKind(enum.StrEnum):
    EXTENSION = "extension"
    DECLINE = "decline"


class RequestStatus(enum.StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RequestState:
    request_id: str
    version: int
    change: Change
    task_id: str
    assignment_id: str
    kind: RequestKind
    state: RequestStatus
    asked_by: str
    proposed_due_on: dt.date | None = None
    decided_by: str | None = None

    @property
    def subject(self) -> str:
        return self.request_id

    @property
    def key(self) -> str:
        return self.task_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MentionMade:
    """Somebody named people in a comment on a part."""

    comment_id: str
    version: int
    change: Change
    task_id: str
    officer_ids: tuple[str, ...]
    assignment_id: str = ""

    @property
    def subject(self) -> str:
        return self.comment_id

    @property
    def key(self) -> str:
        return self.task_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NudgeMade:
    nudge_id: str
    version: int
    change: Change
    task_id: str
    assignment_id: str

    @property
    def subject(self) -> str:
        return self.nudge_id

    @property
    def key(self) -> str:
        return self.task_id


# --- directory: the only topic with personal data -----------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    since: dt.date
    until: dt.date
    deputy_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OfficerState:
    """An officer's contact card; travels on ``tasks.directory`` alone, which notify alone reads."""

    officer_id: str
    version: int
    agency_code: str
    roles: tuple[str, ...]
    name: str
    email: str | None = None
    phone: str | None = None
    locale: str = "vi"
    active: bool = True
    away: Away | None = None

    @property
    def subject(self) -> str:
        return self.officer_id

    @property
    def key(self) -> str:
        return self.officer_id


ASSIGNMENT_ACTS = (
    "assigned",
    "started",
    "reported",
    "returned",
    "accepted",
    "reopened",
    "deadline_changed",
    "reassigned",
    "withdrawn",
)
MEASUREMENT_ACTS = ("reported", "returned", "approved", "locked", "unlocked", "withdrawn")
REQUEST_ACTS = ("made", "granted", "refused", "cancelled")

PLAN_APPLIED = "tasks.plan.edition_applied.v1"
AGENCY_CHANGED = "tasks.agency.changed.v1"
INDICATOR_DEFINED = "tasks.indicator.defined.v1"
TASK_DEFINED = "tasks.task.defined.v1"
MENTION_MADE = "tasks.mention.made.v1"
NUDGE_MADE = "tasks.nudge.made.v1"
OFFICER_CHANGED = "tasks.officer.changed.v1"


def assignment_type(act: str) -> str:
    """Return the event type of an act on an assignment, e.g. ``tasks.assignment.accepted.v1``."""
    if act not in ASSIGNMENT_ACTS:
        raise ValueError(f"not an assignment event: {act}")
    return f"tasks.assignment.{act}.v1"


def measurement_type(act: str) -> str:
    """Return the event type of an act on a measurement."""
    if act not in MEASUREMENT_ACTS:
        raise ValueError(f"not a measurement event: {act}")
    return f"tasks.measurement.{act}.v1"


def request_type(act: str) -> str:
    """Return the event type of an act on a request."""
    if act not in REQUEST_ACTS:
        raise ValueError(f"not a request event: {act}")
    return f"tasks.request.{act}.v1"


CATALOGUE = Catalogue(
    {
        PLAN_APPLIED: EditionApplied,
        AGENCY_CHANGED: AgencyState,
        INDICATOR_DEFINED: IndicatorDefined,
        TASK_DEFINED: TaskDefined,
        **{assignment_type(act): AssignmentState for act in ASSIGNMENT_ACTS},
        **{measurement_type(act): MeasurementState for act in MEASUREMENT_ACTS},
        **{request_type(act): RequestState for act in REQUEST_ACTS},
        MENTION_MADE: MentionMade,
        NUDGE_MADE: NudgeMade,
    }
)
DIRECTORY = Catalogue({OFFICER_CHANGED: OfficerState})
