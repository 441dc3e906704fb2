"""Facts published by scoring: the status of an indicator and why."""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal

from shared.events.envelope import Catalogue, Instant

TOPIC = "scoring.events"


class IndicatorStatus(enum.StrEnum):
    """Đạt, Đúng tiến độ, Nguy cơ, Không đạt, Chưa có số liệu, Chưa đến kỳ, Không áp dụng."""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MISSED = "missed"
    NO_DATA = "no_data"
    NOT_DUE = "not_due"
    NOT_APPLICABLE = "not_applicable"


class Flag(enum.StrEnum):
    """Sơ bộ, Số liệu cũ, Ghi đè."""

    PROVISIONAL = "provisional"
    STALE = "stale"
    OVERRIDDEN = "overridden"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason code of the text catalogue (``reason.<code>``) and its parameters as text."""

    code: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TierStatus:
    tier: str
    status: IndicatorStatus
    value: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorStatusChanged:
    """The status of an indicator changed; ``revision`` guards projections.

    ``value_text`` is the value as pages show it in Vietnamese ("41,33%"), for chips and mail.
    """

    indicator_id: str
    revision: int
    plan_id: str
    code: str
    edition: int
    status: IndicatorStatus
    as_of: dt.date
    known_at: Instant
    reason: Reason
    rules_version: str
    flags: tuple[Flag, ...] = ()
    value: Decimal | None = None
    value_text: str = ""
    target_text: str = ""
    tiers: tuple[TierStatus, ...] = ()

    @property
    def subject(self) -> str:
        return self.indicator_id

    @property
    def key(self) -> str:
        return self.indicator_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AgencyScored:
    agency_code: str
    revision: int
    plan_id: str
    points: Decimal
    of: Decimal
    rank: int
    as_of: dt.date

    @property
    def subject(self) -> str:
        return f"agency:{self.agency_code}"

    @property
    def key(self) -> str:
        return f"agency:{self.agency_code}"


STATUS_CHANGED = "scoring.indicator.status_changed.v1"
AGENCY_SCORED = "scoring.agency.scored.v1"
CATALOGUE = Catalogue({STATUS_CHANGED: IndicatorStatusChanged, AGENCY_SCORED: AgencyScored})
