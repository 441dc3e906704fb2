"""Reads the six files of a plan's folder together."""

from pathlib import Path

from services.tasks.domain.planrows import IndicatorRow, PlanFiles
from services.tasks.planfiles import trees
from services.tasks.planfiles.agencies import read_agencies
from services.tasks.planfiles.faults import Fault, PlanFaultsError
from services.tasks.planfiles.head import head_of, read_head, short_titles
from services.tasks.planfiles.indicators import indicator_of, read_indicators
from services.tasks.planfiles.rules import read_rules
from services.tasks.planfiles.tasks import read_solutions, read_tasks


def read_plan(folder: Path) -> PlanFiles:
    """Return the plan of a folder.

    :raises PlanFaultsError: with every fault of every file; then nothing of it may be used.
    """
    found: list[Fault] = []
    plan = _read(folder, found)
    if found or plan is None:
        raise PlanFaultsError(found)
    return plan


def _read(folder: Path, found: list[Fault]) -> PlanFiles | None:
    tree = read_head(folder, found)
    rows = read_indicators(folder, found)
    if tree is None:
        return None
    agencies = read_agencies(folder, trees.names(tree, "levels"), found)
    head = head_of(tree, agencies)
    if head is None:
        # Without a year and a day there is nothing to check the rest against.
        return None
    titles = short_titles(tree, {code: cells.place for code, cells in rows.items()})
    read = {
        code: indicator_of(cells, head, agencies, titles.get(code, ""))
        for code, cells in rows.items()
    }
    indicators: dict[str, IndicatorRow] = {
        code: indicator for code, indicator in read.items() if indicator is not None
    }
    return PlanFiles(
        plan=head,
        agencies=tuple(agencies.values()),
        indicators=tuple(indicators.values()),
        tasks=read_tasks(folder, head, agencies, rows.keys(), found),
        solutions=read_solutions(folder, head, agencies, found),
        rules=read_rules(folder, indicators, found),
    )
