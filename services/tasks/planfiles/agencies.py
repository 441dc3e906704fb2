"""Reads agencies.csv: who exists from when to when, and who takes over."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from services.tasks.domain.planrows import AgencyRow
from services.tasks.planfiles import values
from services.tasks.planfiles.faults import Fault, nearest
from services.tasks.planfiles.sources import Cells, read_table

FILE = "agencies.csv"
COLUMNS = (
    *("code", "name_vi", "short_name", "level", "valid_from", "valid_to", "successor_code"),
    "source",
)
_ONE_DAY = dt.timedelta(days=1)


def read_agencies(
    folder: Path, levels: Mapping[str, str], found: list[Fault]
) -> dict[str, AgencyRow]:
    """Return the agencies by code, in the order of the file."""
    places: dict[str, Cells] = {}
    agencies: dict[str, AgencyRow] = {}
    for cells in read_table(folder, FILE, COLUMNS, found):
        row = _row(cells, levels)
        if row.code in agencies:
            cells.at("code").fault("duplicate", row.code, row=places[row.code].place.row)
        elif row.code:
            agencies[row.code], places[row.code] = row, cells
    for code, row in agencies.items():
        if row.successor is not None:
            _check_successor(row, agencies, places[code])
    return agencies


def _row(cells: Cells, levels: Mapping[str, str]) -> AgencyRow:
    for column in ("code", "name_vi", "short_name", "source"):
        values.required(cells[column], cells.at(column))
    valid_from = values.when_given(values.date, cells["valid_from"], cells.at("valid_from"))
    valid_to = values.when_given(values.date, cells["valid_to"], cells.at("valid_to"))
    if valid_from and valid_to and valid_to < valid_from:
        cells.at("valid_to").fault("ends_before_it_begins", cells["valid_to"])
    return AgencyRow(
        code=cells["code"],
        name=cells["name_vi"],
        short_name=cells["short_name"],
        level=values.known(cells["level"], cells.at("level"), levels, "level") or "",
        valid_from=valid_from,
        valid_to=valid_to,
        successor=cells["successor_code"] or None,
        source=cells["source"],
    )


def _check_successor(row: AgencyRow, agencies: Mapping[str, AgencyRow], cells: Cells) -> None:
    place, code = cells.at("successor_code"), row.successor or ""
    heir = agencies.get(code)
    if heir is None:
        place.fault("unknown_agency", code, suggestion=nearest(code, agencies))
    elif row.valid_to is None:
        place.fault("successor_without_end", code)
    elif not heir.valid_on(row.valid_to + _ONE_DAY):
        place.fault("successor_not_valid", code, day=f"{row.valid_to + _ONE_DAY:%d/%m/%Y}")
