"""The rooms of the house exist, so that no import contract is kept by emptiness."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("tasks", "scoring", "notify")
ROOMS = (
    "__init__",
    "__main__",
    "bootstrap",
    "config",
    "web",
    "web/app",
    "worker",
    "handlers",
    "usecases",
    "queries",
    "store",
    "domain",
    "metrics",
)
SHARED = (
    "events/envelope",
    "events/tasks",
    "events/scoring",
    "events/notify",
    "outbox",
    "inbox",
    "consumer",
    "dead_letters",
    "kafka",
    "mongo",
    "calendar",
    "clock",
    "settings",
    "logs",
    "metrics",
    "health",
    "lifecycle",
    "texts",
    "web",
)
FILES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "Makefile",
    "pyproject.toml",
    ".ci/run",
    "requirements/tasks.txt",
    "requirements/scoring.txt",
    "requirements/notify.txt",
    "requirements/dev.txt",
    "docs/architecture.md",
    "docs/glossary.md",
    "docs/events.md",
    "docs/metrics.md",
    "docs/asyncapi.json",
    "docs/adr/README.md",
    "plans/sonla-2025/plan.yaml",
    "plans/sonla-2025/rules.yaml",
    "plans/sonla-2025/agencies.csv",
    "plans/sonla-2025/tasks.csv",
    "plans/sonla-2025/indicators.csv",
    "plans/sonla-2025/solutions.csv",
)
KINDS = ("unit", "integration", "contract", "architecture", "browser", "e2e")
_LINK = re.compile(r"\]\(([^)#\s]+)")


def code_of(path: Path) -> str | None:
    """Return the code of a module or package, without its docstring; None when it is missing."""
    files = [path.with_suffix(".py")] if path.with_suffix(".py").exists() else list(path.glob("*"))
    sources = [file.read_text(encoding="utf-8") for file in files if file.suffix == ".py"]
    return "\n".join(sources) if sources else None


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_the_same_rooms(service: str) -> None:
    home = ROOT / "services" / service

    missing = [room for room in ROOMS if code_of(home / room) is None]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_room_is_empty(service: str) -> None:
    home = ROOT / "services" / service

    empty = [room for room in ROOMS[1:] if not ast.parse(code_of(home / room) or "").body]
    assert empty == []


def test_notify_has_its_senders() -> None:
    assert code_of(ROOT / "services" / "notify" / "senders")


def test_what_the_services_share_is_there() -> None:
    assert [name for name in SHARED if code_of(ROOT / "shared" / name) is None] == []


def test_the_files_of_the_house_are_there() -> None:
    assert [name for name in FILES if not (ROOT / name).exists()] == []


def test_tests_lie_in_folders_of_their_kind() -> None:
    found = {
        path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")
    }

    assert found <= set(KINDS)


def test_every_link_of_the_documents_leads_to_a_file() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plans").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert len(pages) > 30
    assert broken == []


def test_the_import_contracts_are_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout
