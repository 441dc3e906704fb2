"""Rules that no linter knows: size of modules, no addresses, no plan in code, strict tools."""

import ast
import io
import re
import subprocess
import tokenize
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 300
# Longer on purpose; each with its reason.
LONG = {
    "dev/stack.py": "a checkout's stack from start to stop, in the order in which it happens",
    "shared/events/tasks.py": "one list of everything that tasks publishes, read as a whole",
}
_REGISTRIES = ("pypi", "pythonhosted", "npmjs", "repo1.maven", "maven.org", "registry")
_ADDRESS = re.compile(r"https?://([\w.-]+)")
_LOCAL_PATH = re.compile(r"(?<![\w.$}>\"'/-])/(?:home|root|work|Users|mnt|opt)/[\w.-]+")
# What a lock may say of a Maven artifact is its name and sum; where they come from is a setting.
_TEXT = {".py", ".md", ".toml", ".txt", ".in", ".json", ".yaml", ".csv", ".html", ".js", ".css", ""}


def tracked() -> list[Path]:
    """Return the files of the repository that are there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in tracked()
        if path.suffix in _TEXT
    ]


def modules(*folders: str) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, text in texts()
        if name.endswith(".py") and name.partition("/")[0] in folders
    ]


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    sizes = {name: len(text.splitlines()) for name, text in modules("shared", "services", "dev")}

    long = {name: size for name, size in sizes.items() if size > LONGEST}
    assert len(sizes) > 150
    assert set(long) <= set(LONG), long
    assert [name for name in LONG if name not in long] == [], "no longer an exception"


def test_no_file_names_a_package_registry() -> None:
    own = "tests/architecture/test_house_rules.py"
    wrong = [
        f"{name}: {host}"
        for name, text in texts()
        if name != own
        for host in _ADDRESS.findall(text)
        if any(word in host for word in _REGISTRIES)
    ]

    assert wrong == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    wrong = [f"{name}: {found}" for name, text in texts() for found in _LOCAL_PATH.findall(text)]

    assert wrong == []


def test_locks_hold_a_hash_for_every_package_and_no_address() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))

    assert {"tasks.txt", "scoring.txt", "notify.txt", "dev.txt"} <= {lock.name for lock in locks}
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        pinned = re.findall(r"^[\w.\[\],-]+==[^ ]+", text, flags=re.MULTILINE)
        entries = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
        assert len(pinned) == len(entries), lock.name
        assert all("--hash=sha256:" in entry for entry in entries), lock.name
        assert "://" not in text, lock.name
        assert "--index-url" not in text, lock.name
        assert "--find-links" not in text, lock.name


def test_the_lock_of_the_front_end_holds_sums_and_no_address() -> None:
    lock = (ROOT / "shared" / "web" / "frontend" / "package-lock.json").read_text(encoding="utf-8")

    assert "integrity" in lock
    assert '"resolved"' not in lock


@pytest.mark.parametrize("word", ["Sơn La", "sonla", "SNV", "VPUBND", "NV-", "CT-", "2769"])
def test_no_product_code_knows_the_plan(word: str) -> None:
    """Comments and docstrings may name examples; what runs may not."""
    wrong = [
        f"{name}: {value}"
        for name, text in modules("shared", "services")
        for value in strings(text)
        if word in value
    ]

    assert wrong == []


def strings(source: str) -> list[str]:
    """Return the text constants of a module that are no docstrings."""
    tree = ast.parse(source)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def test_no_number_of_the_plan_stands_in_the_rules() -> None:
    wrong = [
        f"{name}: {token.string}"
        for name, text in modules("services")
        if "/domain" in name
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NUMBER and token.string in {"76", "40", "121", "2025"}
    ]

    assert wrong == []


def test_no_work_is_left_over_in_comments() -> None:
    words = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

    wrong = [
        f"{name}:{number}"
        for name, text in modules("shared", "services", "dev", "tests", "bench")
        for number, line in enumerate(text.splitlines(), 1)
        if words.search(line)
    ]
    assert wrong == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    words = re.compile(
        r"pytest\.(skip|xfail|importorskip)\b|mark\.(skip|skipif|xfail)\b|unittest\.mock"
    )

    wrong = [
        f"{name}:{number}"
        for name, text in modules("tests")
        if name != "tests/architecture/test_house_rules.py"
        for number, line in enumerate(text.splitlines(), 1)
        if words.search(line)
    ]
    assert wrong == []


def test_the_tools_are_as_strict_as_agreed() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    options = tools["pytest"]["ini_options"]

    assert tools["ruff"]["lint"]["select"] == ["ALL"]
    assert tools["mypy"]["strict"] is True
    assert options["filterwarnings"][0] == "error"
    assert options["xfail_strict"] is True
    assert tools["coverage"]["run"]["branch"] is True
    assert {contract["name"] for contract in tools["importlinter"]["contracts"]} >= {
        "services-apart",
        "shared-below",
        "top-down",
        "shared-layers",
        "pure-domain",
        "one-kafka-door",
        "web-has-no-database",
    }


def test_the_build_looks_at_everything_that_a_laptop_looks_at() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    build = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports", "dev.documents"):
        assert tool in check, tool
    assert "make check" in build
    assert "make test" in build
    assert "WITHOUT=" not in build
