"""Figures with their limits, as rows of one table; docs/performance.md keeps the newest of each."""

import dataclasses
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from shared.clock import LOCAL, SystemClock

_HEAD = """# Performance

Written by `make bench`; do not edit.
What takes minutes is measured only when asked for: `python -m bench --starts --tests`.
A row that the last run did not measure keeps its earlier figure and date.
`python -m bench --check` ends with an error when a limit is passed.

| what | figure | limit | verdict | how | measured |
| --- | --- | --- | --- | --- | --- |
"""
_FOOT = """
## Machine

{machine}

## How each is measured

- **Accepted → new status stored**: from the moment a client sends an acceptance or approval that
  changes an indicator to the moment another reader of scoring's database sees the new status
  (a change stream). Acts come one after the other with uneven pauses, so that they meet the sweeps
  of the relays at every phase.
- **Chip shown**: from the sending of the act to the changed chip in the document of a page that
  stays open in Chromium, on the board and on the page of a task.
- **One act**: processor time, user and system, of all processes of tasks-web over mixed acts
  (start, note, report, take back, return, accept) of one keep-alive client, divided by their
  number. Signing in is outside.
- **Memory**: proportional set size (`smaps_rollup`) of the six product processes with their
  children, after everything above.
- **Starts**: `make run` in a fresh clone without and with what the first one left, to the line
  "Everything runs"; packages come from the network.
- **Tests**: wall time of the command.
"""
_COLUMNS = 6


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value; ``limit`` is the most that it may be, none: it is only told.

    :param how: the command or the number of samples.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    how: str = ""

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def cells(self, day: str) -> tuple[str, ...]:
        limit = "–" if self.limit is None else f"{self.limit:,.0f} {self.unit}"
        verdict = "–" if self.limit is None else "holds" if self.holds else "**too much**"
        return (self.name, f"{self.value:,.1f} {self.unit}", limit, verdict, self.how, day)


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value that this part of the values does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def table(figures: Iterable[Figure]) -> str:
    """Return the figures for the terminal."""
    rows = [figure.cells("")[:-1] for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(_COLUMNS - 1)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def write(file: Path, figures: Iterable[Figure]) -> None:
    """Write the document; rows not measured now keep what they said."""
    day = f"{SystemClock().now().astimezone(LOCAL):%Y-%m-%d}"
    rows = _kept(file)
    rows |= {figure.name: figure.cells(day) for figure in figures}
    lines = "".join(f"| {' | '.join(cells)} |\n" for cells in rows.values())
    file.write_text(f"{_HEAD}{lines}{_FOOT.format(machine=machine())}", encoding="utf-8")


def _kept(file: Path) -> dict[str, tuple[str, ...]]:
    if not file.exists():
        return {}
    rows: Mapping[int, Sequence[str]] = {
        number: line.strip("| \n").split(" | ")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines())
        if line.startswith("| ") and not line.startswith(("| what |", "| --- |"))
    }
    return {cells[0]: tuple(cells) for cells in rows.values() if len(cells) == _COLUMNS}


def machine() -> str:
    """Return what the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores of {model}, {memory:.0f} GB of memory,"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}."
        f" Load of the last 15 minutes at the end: {os.getloadavg()[2]:.1f}."
    )
