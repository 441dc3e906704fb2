"""docs/settings.md: every environment variable with its default and a sentence.

The variables and defaults are read out of the code itself (``env.int("PORT", 8080)``,
``os.environ.get("DEMO_PASSWORD", …)``), so none can be missing; a sentence missing or left over
fails the test.
"""

import ast
import dataclasses
import importlib
from collections.abc import Iterator
from pathlib import Path

from dev.documents.settings_words import SENTENCES
from dev.documents.tables import table

ROOT = Path(__file__).parents[2]
_FOLDERS = ("shared", "services", "dev")
_HEAD = """# Settings

Written by `python -m dev.documents` from the code that reads them; do not edit.

Every setting is an environment variable, read once when a process starts. A process that misses
one or finds a wrong one says so in one sentence for each and ends with code 2.
`make run` sets what the product's processes need; its own settings stand under "embedded stack".
"""
_READERS = {"str", "int", "bool", "path", "time", "float", "list", "url", "get"}
_NO_DEFAULT = "required"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One place that reads a variable; ``default`` as the code writes it."""

    name: str
    default: str
    home: str


def page() -> str:
    """Return the whole page."""
    homes: dict[str, dict[str, set[str]]] = {}
    for setting in found():
        names = homes.setdefault(setting.home, {})
        names.setdefault(setting.name, set()).add(setting.default)
    parts = [_HEAD]
    for home in sorted(homes, key=_order):
        rows = [
            [f"`{name}`", _plainest(defaults), SENTENCES[name]]
            for name, defaults in sorted(homes[home].items())
        ]
        parts += [f"## {home}\n", table(["variable", "default", "meaning"], rows)]
    return "\n".join(parts)


def _plainest(defaults: set[str]) -> str:
    """Return what a variable is without being set, where several places read it."""
    values = {default for default in defaults if default.startswith("`")}
    plain = {value for value in values if " " not in value}
    return " or ".join(sorted(plain or values or defaults - {_NO_DEFAULT} or defaults))


def found() -> list[Setting]:
    """Return every reading of an environment variable in the product and the stack."""
    files = (path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    return [one for path in files if "node_modules" not in path.parts for one in _of(path)]


def _of(path: Path) -> Iterator[Setting]:
    home = _home(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = _asked(node)
            if name is not None:
                yield Setting(name=name, default=_default(node, path), home=home)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            of_system = isinstance(node.value, ast.Attribute) and _is_environment(node.value)
            name = _variable(node.slice) if of_system else None
            if name is not None:
                yield Setting(name=name, default=_NO_DEFAULT, home=home)


def _asked(call: ast.Call) -> str | None:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in _READERS or not call.args:
        return None
    return _variable(call.args[0]) if _is_environment(function.value) else None


def _is_environment(node: ast.expr) -> bool:
    """Tell whether it is ``os.environ``, a value of it passed on, or the reader of settings."""
    if isinstance(node, ast.Attribute):
        return node.attr in {"env", "environ"}
    return isinstance(node, ast.Name) and node.id in {"env", "environment"}


def _variable(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper():
        return node.value
    return None


def _default(call: ast.Call, path: Path) -> str:
    if len(call.args) < 2:  # noqa: PLR2004 - name and default
        mapping = isinstance(call.func, ast.Attribute) and call.func.attr == "get"
        return "none" if mapping else _NO_DEFAULT
    value = _written(call.args[1], path)
    return {"None": "none", "": "empty"}.get(value, f"`{value}`")


def _written(node: ast.expr, path: Path) -> str:
    """Return a default as people write it: the value of a constant, ``.local`` of a path."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        return str(getattr(module, node.id, "by service"))
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _written(node.args[0], path)
    return ast.unparse(node)


def _home(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    if parts[0] == "services":
        return parts[1]
    return "every process" if parts[0] == "shared" else "embedded stack"


def _order(home: str) -> int:
    return ["every process", "tasks", "scoring", "notify", "embedded stack"].index(home)
