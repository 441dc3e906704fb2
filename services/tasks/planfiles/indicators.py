"""Reads indicators.csv: what is to be reached, compared how, told by whom."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from services.tasks.domain.planrows import AgencyRow, IndicatorRow, PlanHead
from services.tasks.planfiles import values
from services.tasks.planfiles.faults import Fault, Place
from services.tasks.planfiles.sources import Cells, read_table
from shared.events.tasks import Comparator, Provenance, Target

FILE = "indicators.csv"
COLUMNS = (
    *("code", "area", "title_vi", "unit", "comparator", "target_value", "target_tiers"),
    *("target_in_source", "lead_agency_code", "provenance", "quote", "source", "note"),
)
_RANGES = frozenset({Comparator.INCREASE_PCT_RANGE, Comparator.DECREASE_PCT_RANGE})
_ONE_VALUE = frozenset(
    {
        *(Comparator.AT_LEAST, Comparator.ABOVE, Comparator.EQUAL, Comparator.AT_MOST),
        *(Comparator.INCREASE_PCT_MIN, Comparator.DECREASE_PCT_MIN, Comparator.APPROX),
    }
)
# Comparators whose target may differ from tier to tier.
_TIERED = frozenset({Comparator.AT_LEAST, Comparator.ABOVE, Comparator.EQUAL, Comparator.AT_MOST})


def read_indicators(folder: Path, found: list[Fault]) -> dict[str, Cells]:
    """Return the rows by code, duplicates noted."""
    return by_code(read_table(folder, FILE, COLUMNS, found))


def by_code(rows: Iterable[Cells]) -> dict[str, Cells]:
    """Return rows by their code; an empty or repeated code is a fault."""
    known: dict[str, Cells] = {}
    for cells in rows:
        code = values.required(cells["code"], cells.at("code"))
        if code is None:
            continue
        if code in known:
            cells.at("code").fault("duplicate", code, row=known[code].place.row)
        else:
            known[code] = cells
    return known


def indicator_of(
    cells: Cells, head: PlanHead, agencies: Mapping[str, AgencyRow], short_title: str
) -> IndicatorRow | None:
    """Return the indicator of a row; None when it cannot be judged at all."""
    for column in ("title_vi", "unit"):
        values.required(cells[column], cells.at(column))
    areas = [area.code for area in head.areas]
    values.known(cells["area"], cells.at("area"), areas, "area")
    lead(cells, head, agencies)
    provenance = provenance_of(cells)
    in_source = values.yes(cells["target_in_source"], cells.at("target_in_source"))
    comparator = values.choice(cells["comparator"], cells.at("comparator"), Comparator)
    if comparator is None or provenance is None:
        return None
    return IndicatorRow(
        code=cells["code"],
        area=cells["area"],
        title=cells["title_vi"],
        short_title=short_title,
        unit=cells["unit"],
        comparator=comparator,
        targets=_targets(cells, comparator, head),
        target_in_source=in_source is True,
        lead=cells["lead_agency_code"],
        provenance=provenance,
        rank_to_beat=_rank(cells, comparator),
        quote=cells["quote"],
        source=cells["source"],
        note=cells["note"],
    )


def lead(cells: Cells, head: PlanHead, agencies: Mapping[str, AgencyRow]) -> None:
    """Check that the lead agency is one that exists on the day the plan begins."""
    place, code = cells.at("lead_agency_code"), cells["lead_agency_code"]
    if code in head.groups:
        place.fault("lead_is_group", code)
    elif values.known(code, place, agencies, "agency"):
        check_valid(place, agencies[code], head.effective_on, "lead_not_valid")


def check_valid(place: Place, agency: AgencyRow, day: dt.date, key: str) -> None:
    """Note an agency that does not exist on a day, with its successor as a hint."""
    if not agency.valid_on(day):
        place.fault(key, agency.code, suggestion=agency.successor, day=f"{day:%d/%m/%Y}")


def provenance_of(cells: Cells) -> Provenance | None:
    """Return where a row comes from; what was published is quoted, the rest names its basis."""
    provenance = values.choice(cells["provenance"], cells.at("provenance"), Provenance)
    values.required(cells["source"], cells.at("source"))
    quoted = provenance in {Provenance.ARTICLE, Provenance.PUBLIC}
    if quoted and not cells["quote"]:
        cells.at("quote").fault("quote_missing")
    if provenance is Provenance.RECONSTRUCTED and cells["quote"]:
        cells.at("quote").fault("quote_of_reconstructed", cells["quote"][:60])
    return provenance


def _rank(cells: Cells, comparator: Comparator) -> int | None:
    text = cells["target_value"]
    if comparator is not Comparator.RANK_UP or not text:
        return None
    return values.whole(text, cells.at("target_value"))


def _targets(cells: Cells, comparator: Comparator, head: PlanHead) -> tuple[Target, ...]:
    text, place = cells["target_value"], cells.at("target_value")
    period = str(head.year)
    if cells["target_tiers"]:
        return _tier_targets(cells, comparator, head)
    if comparator in _RANGES:
        low_high = values.span(text, place)
        return (Target(period=period, low=low_high[0], high=low_high[1]),) if low_high else ()
    if comparator in _ONE_VALUE:
        number = values.decimal(text, place) if text else values.required(text, place)
        return (Target(period=period, value=number),) if isinstance(number, Decimal) else ()
    if comparator is Comparator.RANK_BAND:
        return (Target(period=period, band=values.required(text, place)),)
    if comparator is Comparator.BOOLEAN and text != "true":
        place.fault("boolean_target", text, suggestion="true")
    if comparator is Comparator.SCORE_AND_RANK_UP and text:
        place.fault("target_not_wanted", text, comparator=comparator.value)
    # The rest is met by yes, or by being better than the baseline.
    return (Target(period=period),)


def _tier_targets(cells: Cells, comparator: Comparator, head: PlanHead) -> tuple[Target, ...]:
    place = cells.at("target_tiers")
    if cells["target_value"]:
        place.fault("target_twice", cells["target_value"])
    if comparator not in _TIERED:
        place.fault("tiers_not_wanted", cells["target_tiers"], comparator=comparator.value)
    targets: dict[str, Target] = {}
    for part in values.split(cells["target_tiers"]):
        tier, equals, text = part.partition("=")
        if not equals:
            place.fault("tier_form", part)
        elif tier in targets:
            place.fault("tier_twice", part)
        elif values.known(tier, place, head.tiers, "tier"):
            number = values.decimal(text, place)
            targets[tier] = Target(period=str(head.year), tier=tier, value=number)
    return tuple(targets.values())
