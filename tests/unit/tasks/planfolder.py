"""A plan's folder for tests: the real one, copied and changed cell by cell."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from services.tasks.planfiles import Fault, PlanFaultsError, read_plan

REAL = Path(__file__).parents[3] / "plans" / "sonla-2025"


class PlanFolder:
    """The real plan in a folder of its own; what is changed here is changed nowhere else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(REAL, path)

    def rows(self, file: str) -> list[dict[str, str]]:
        with (self.path / file).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def set(self, file: str, code: str, **cells: str) -> int:
        """Change cells of one row; return the row's number in a spreadsheet."""
        rows = self.rows(file)
        number = next(n for n, row in enumerate(rows, start=2) if row["code"] == code)
        rows[number - 2] |= cells
        self.write(file, rows)
        return number

    def write(self, file: str, rows: list[dict[str, str]]) -> None:
        with (self.path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, file: str, change: Callable[[str], str]) -> None:
        path = self.path / file
        before = path.read_text(encoding="utf-8")
        after = change(before)
        assert after != before, "the change hit nothing"
        path.write_text(after, encoding="utf-8")

    def faults(self) -> tuple[Fault, ...]:
        try:
            read_plan(self.path)
        except PlanFaultsError as error:
            return error.faults
        return ()

    def only(self) -> Fault:
        """Return the one fault that there must be."""
        faults = self.faults()
        assert len(faults) == 1, faults
        return faults[0]
