"""What the templates are given: rows put into words, bars in per cent of their width."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from services.scoring import wording
from services.scoring.domain.comparators import amount_said, sign, value_said
from services.scoring.domain.rollup import TaskState
from services.scoring.domain.said import Said, date, number
from services.scoring.domain.values import DECREASES, INCREASES, read
from services.scoring.queries import Row, Stored
from shared.events.scoring import Flag, IndicatorStatus
from shared.events.tasks import EditionApplied, IndicatorDefined, MeasurementState, Nature
from shared.texts import Texts

_HUNDRED = Decimal(100)
_ROOM = Decimal("1.25")
FAVOURABLE = frozenset({IndicatorStatus.ACHIEVED, IndicatorStatus.ON_TRACK})
# The order of the filter chips; statuses that no indicator has are left out of the row.
CHIPS = (
    IndicatorStatus.ACHIEVED,
    IndicatorStatus.ON_TRACK,
    IndicatorStatus.AT_RISK,
    IndicatorStatus.MISSED,
    IndicatorStatus.NO_DATA,
    IndicatorStatus.NOT_DUE,
    IndicatorStatus.NOT_APPLICABLE,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How far a value has come, and where its target stands, in per cent of the bar."""

    value: int
    target: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One indicator as the overview and the list show it; all texts in the reader's language."""

    indicator: IndicatorDefined
    lead_name: str
    status: str
    flags: tuple[Flag, ...]
    value: str
    target: str
    reason: str
    bar: Bar | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One area of the plan and its indicators; counts are of all of them, tiles of the chosen."""

    code: str
    title: str
    tiles: Sequence[Tile]
    favourable: int
    total: int
    at_risk: int
    missed: int


class Words:
    """Scoring's wording in one reader's language."""

    def __init__(self, texts: Texts, locale: str) -> None:
        self._texts = texts
        self._locale = locale

    def say(self, said: Said) -> str:
        return wording.say(self._texts, said, self._locale)

    def reason(self, said: Said) -> str:
        return wording.sentence(self._texts, said, self._locale)

    def tier(self, code: str) -> str:
        return wording.tier(self._texts, code, self._locale)

    def period(self, code: str) -> str:
        return wording.period(self._texts, code, self._locale)

    def tile(self, row: Row) -> Tile:
        """Return an indicator in words; one that is not computed yet says so."""
        if row.status is None:
            return Tile(
                indicator=row.indicator,
                lead_name=row.lead_name,
                status=IndicatorStatus.NO_DATA.value,
                flags=(),
                value="–",
                target="–",
                reason=self._texts.get("scoring.page.pending", self._locale),
                bar=None,
            )
        outcome = row.status.outcome
        return Tile(
            indicator=row.indicator,
            lead_name=row.lead_name,
            status=outcome.status.value,
            flags=outcome.flags,
            value=self.say(outcome.value_said),
            target=wording.target(self._texts, outcome, self._locale),
            reason=self.reason(outcome.reason),
            bar=bar(row.indicator, outcome.value, outcome.wanted),
        )


def explained(
    indicator: IndicatorDefined,
    status: Stored,
    measurements: Sequence[MeasurementState],
    words: Words,
) -> dict[str, object]:
    """Return what the page of one indicator says beside its tile.

    Raw figures stand in the table of measurements, because that is what was reported.
    """
    outcome = status.outcome
    tasks = outcome.inputs.tasks
    expected = outcome.expected
    return {
        "expected": words.say(amount_said(indicator, expected.amount)) if expected else "",
        "done": sum(task.state == TaskState.DONE.value for task in tasks),
        "late": sum(task.overdue_days > 0 for task in tasks),
        "figures": [(m, words.say(_reported(indicator, m))) for m in measurements],
        "baselines": [(b, number(b.value), _readable(b.of)) for b in indicator.baselines],
    }


def _readable(of: str) -> str:
    """Return a year as it is and a day the Vietnamese way."""
    try:
        return date(dt.date.fromisoformat(of))
    except ValueError:
        return of


def _reported(indicator: IndicatorDefined, measurement: MeasurementState) -> Said:
    if measurement.value is not None and indicator.comparator in INCREASES | DECREASES:
        return Said(key="value.amount", params={"n": number(measurement.value), "unit": ""})
    return value_said(indicator, read(indicator, measurement, measurement.measured_on))


def bar(indicator: IndicatorDefined, value: Decimal | None, wanted: Decimal | None) -> Bar | None:
    """Return the bar of an amount: percentages on 0–100, all else with room beyond the target."""
    if value is None or wanted is None or wanted <= 0 or indicator.nature is Nature.RANK:
        return None
    changes = indicator.comparator in INCREASES | DECREASES
    whole = _HUNDRED if sign(indicator) and not changes else wanted * _ROOM
    whole = max(whole, value, wanted)
    return Bar(value=_percent(value, whole), target=_percent(wanted, whole))


def areas(
    plan: EditionApplied, tiles: Sequence[Tile], chosen: Callable[[Tile], bool]
) -> Sequence[AreaRow]:
    """Return the plan's areas with their tiles; areas without a chosen one are left out."""
    rows = []
    for area in plan.areas:
        own = [tile for tile in tiles if tile.indicator.area == area.code]
        shown = [tile for tile in own if chosen(tile)]
        if not shown:
            continue
        counts = count(own)
        rows.append(
            AreaRow(
                code=area.code,
                title=area.title,
                tiles=shown,
                favourable=sum(counts[status.value] for status in FAVOURABLE),
                total=len(own),
                at_risk=counts[IndicatorStatus.AT_RISK.value],
                missed=counts[IndicatorStatus.MISSED.value],
            )
        )
    return rows


def count(tiles: Sequence[Tile]) -> Mapping[str, int]:
    """Return how many tiles have each status, zero ones too."""
    return {status.value: sum(t.status == status.value for t in tiles) for status in CHIPS}


def _percent(part: Decimal, whole: Decimal) -> int:
    return int(min(max(part / whole, Decimal(0)), Decimal(1)) * _HUNDRED)
