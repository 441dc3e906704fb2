"""docs/adr/README.md: the index of the decisions, from their own first lines."""

from pathlib import Path

from dev.documents.tables import table

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
_HEAD = """# Decisions

Written by `python -m dev.documents` from the records beside it; do not edit.

One record for each decision that would be dear to change: context, decision, what was rejected and
why, consequences. A record is never rewritten when a decision changes: a new one says which it
replaces, and the old one's status names it.
"""


def page() -> str:
    """Return the whole page."""
    rows = [[f"[{path.name[:4]}]({path.name})", _title(path), _status(path)] for path in records()]
    return "\n".join([_HEAD, table(["number", "decision", "status"], rows)])


def records() -> list[Path]:
    """Return the records in the order of their numbers."""
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]-*.md"))


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("# ").partition(". ")[2]


def _status(path: Path) -> str:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("Status: "):
            return line.removeprefix("Status: ")
    raise ValueError(f"{path.name} has no line 'Status: '")
