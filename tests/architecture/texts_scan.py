"""Which text keys code and templates use: whole, or by a beginning that a value completes."""

import ast
import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A home's words are used by its own code; the shell's by all.
HOMES = ("services/tasks", "services/scoring", "services/notify", "shared", "dev")
SHELL = ROOT / "shared" / "web" / "texts.csv"

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-zA-Z0-9_-]+)+")
_TEMPLATE_WORD = re.compile(r"""(["'])([^"'{}<>]+)\1(\s*~)?""")
_ADDRESS = re.compile(r"""url_for\(\s*["'][^"']+["']""")
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_WHATEVER = ".+"


@dataclasses.dataclass(frozen=True, slots=True)
class Use:
    """A key that somebody writes; ``pattern`` when a value completes it."""

    where: str
    text: str
    pattern: bool = False

    def matches(self, key: str) -> bool:
        return re.fullmatch(self.text, key) is not None if self.pattern else self.text == key


def catalogues(home: str) -> list[Path]:
    return sorted(
        path for path in (ROOT / home).rglob("*texts*.csv") if "node_modules" not in path.parts
    )


def files(home: str, *endings: str) -> Iterator[Path]:
    for path in sorted((ROOT / home).rglob("*")):
        if path.suffix in endings and "node_modules" not in path.parts:
            yield path


@functools.cache
def uses(home: str) -> list[Use]:
    """Return every use in a home's code and templates."""
    code = (use for path in files(home, ".py") for use in _of_code(path))
    pages = (use for path in files(home, ".html", ".txt", ".js") for use in _of_template(path))
    return [*code, *pages]


def _of_code(path: Path) -> Iterator[Use]:
    where = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) for part in _no_keys(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from _patterns(node, where)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.partition("|")[0]
            if id(node) not in inside and _KEY.fullmatch(text):
                yield Use(where, text)


def _no_keys(node: ast.AST) -> Iterable[ast.AST]:
    """Return the pieces of a node that are not whole keys: parts of patterns, endpoints."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    is_address = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "url_for"
    return node.args if isinstance(node, ast.Call) and is_address else ()


def _patterns(node: ast.JoinedStr, where: str) -> Iterator[Use]:
    parts = [
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else None
        for part in node.values
    ]
    first = parts[0]
    if first is None or "." not in first.partition("|")[0]:
        return
    if "|" in first:  # the words are given whole, their parameters follow
        yield Use(where, first.partition("|")[0])
    elif re.fullmatch(r"[a-z0-9_.]+", first):
        text = "".join(_WHATEVER if part is None else re.escape(part) for part in parts)
        yield Use(where, text, pattern=True)


def _of_template(path: Path) -> Iterator[Use]:
    where = str(path.relative_to(ROOT))
    whole = _ADDRESS.sub("", path.read_text(encoding="utf-8"))
    for expression in _EXPRESSION.finditer(whole):
        for _, text, joined in _TEMPLATE_WORD.findall(expression.group(1) or expression.group(2)):
            if joined and "." in text and re.fullmatch(r"[a-z0-9_.]+", text):
                yield Use(where, re.escape(text) + _WHATEVER, pattern=True)
            elif _KEY.fullmatch(text):
                yield Use(where, text)
