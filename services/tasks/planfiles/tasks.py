"""Reads tasks.csv and solutions.csv: who owes what by when, and what the plan counts on."""

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from services.tasks.domain.planrows import AgencyRow, PlanHead, SolutionRow, TaskRow
from services.tasks.domain.schedule import DeadlineFormError, due_dates
from services.tasks.planfiles import values
from services.tasks.planfiles.faults import Fault, Place
from services.tasks.planfiles.indicators import by_code, check_valid, lead, provenance_of
from services.tasks.planfiles.sources import Cells, read_table
from shared.events.tasks import DeadlineKind

FILE = "tasks.csv"
COLUMNS = (
    *("code", "area", "title_vi", "product_vi", "lead_agency_code", "coord_agency_codes"),
    *("deadline_kind", "deadline", "deadline_text_vi", "indicator_codes", "provenance"),
    *("quote", "source"),
)
SOLUTIONS_FILE = "solutions.csv"
SOLUTION_COLUMNS = (
    *("code", "title_vi", "detail_vi", "lead_agency_code", "provenance", "quote", "source"),
)


def read_tasks(
    folder: Path,
    head: PlanHead,
    agencies: Mapping[str, AgencyRow],
    indicators: Collection[str],
    found: list[Fault],
) -> tuple[TaskRow, ...]:
    """Return the tasks in the order of the file."""
    rows = by_code(read_table(folder, FILE, COLUMNS, found))
    read = (_task(cells, head, agencies, indicators) for cells in rows.values())
    return tuple(task for task in read if task is not None)


def read_solutions(
    folder: Path, head: PlanHead, agencies: Mapping[str, AgencyRow], found: list[Fault]
) -> tuple[SolutionRow, ...]:
    """Return the solutions in the order of the file."""
    rows = by_code(read_table(folder, SOLUTIONS_FILE, SOLUTION_COLUMNS, found))
    read = (_solution(cells, head, agencies) for cells in rows.values())
    return tuple(solution for solution in read if solution is not None)


def _task(
    cells: Cells, head: PlanHead, agencies: Mapping[str, AgencyRow], indicators: Collection[str]
) -> TaskRow | None:
    for column in ("title_vi", "product_vi", "deadline_text_vi"):
        values.required(cells[column], cells.at(column))
    values.known(cells["area"], cells.at("area"), [area.code for area in head.areas], "area")
    lead(cells, head, agencies)
    provenance = provenance_of(cells)
    kind = values.choice(cells["deadline_kind"], cells.at("deadline_kind"), DeadlineKind)
    linked = _codes(cells, "indicator_codes")
    for code in linked:
        values.known(code, cells.at("indicator_codes"), indicators, "indicator")
    if kind is None or provenance is None:
        return None
    _check_deadline(cells, kind, head)
    return TaskRow(
        code=cells["code"],
        area=cells["area"],
        title=cells["title_vi"],
        product=cells["product_vi"],
        lead=cells["lead_agency_code"],
        coordinators=_coordinators(cells, head, agencies),
        deadline_kind=kind,
        deadline=";".join(values.split(cells["deadline"])),
        deadline_text=cells["deadline_text_vi"],
        indicators=linked,
        provenance=provenance,
        quote=cells["quote"],
        source=cells["source"],
    )


def _codes(cells: Cells, column: str) -> tuple[str, ...]:
    codes = values.split(cells[column])
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        cells.at(column).fault("named_twice", code)
    return codes


def _coordinators(
    cells: Cells, head: PlanHead, agencies: Mapping[str, AgencyRow]
) -> tuple[str, ...]:
    place, codes = cells.at("coord_agency_codes"), _codes(cells, "coord_agency_codes")
    for code in codes:
        if code == cells["lead_agency_code"]:
            place.fault("lead_also_coordinates", code)
        elif code not in head.groups and values.known(code, place, agencies, "agency"):
            check_valid(place, agencies[code], head.effective_on, "coordinator_not_valid")
    return codes


def _check_deadline(cells: Cells, kind: DeadlineKind, head: PlanHead) -> None:
    place, text = cells.at("deadline"), cells["deadline"]
    if not text:
        place.fault("empty")
        return
    try:
        dates = due_dates(kind, ";".join(values.split(text)))
    except DeadlineFormError as error:
        place.fault(f"deadline_form_{kind.value}", str(error))
        return
    if kind is DeadlineKind.ALL_YEAR and dates != (dt.date(head.year, 12, 31),):
        place.fault("deadline_all_year", text, suggestion=f"{head.year}-12-31")
    _check_dates(dates, place, head)


def _check_dates(dates: Sequence[dt.date], place: Place, head: PlanHead) -> None:
    for earlier, later in itertools.pairwise(dates):
        if later <= earlier:
            place.fault("deadline_order", later.isoformat(), earlier=earlier.isoformat())
    for day in dates:
        if day.year != head.year:
            place.fault("deadline_year", day.isoformat(), year=head.year)
        elif day < head.effective_on:
            place.fault("deadline_early", day.isoformat(), day=f"{head.effective_on:%d/%m/%Y}")


def _solution(
    cells: Cells, head: PlanHead, agencies: Mapping[str, AgencyRow]
) -> SolutionRow | None:
    values.required(cells["title_vi"], cells.at("title_vi"))
    lead(cells, head, agencies)
    provenance = provenance_of(cells)
    if provenance is None:
        return None
    return SolutionRow(
        code=cells["code"],
        title=cells["title_vi"],
        detail=cells["detail_vi"],
        lead=cells["lead_agency_code"],
        provenance=provenance,
        quote=cells["quote"],
        source=cells["source"],
    )
