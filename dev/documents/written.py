"""Which documents there are, what each should hold, and writing them."""

import json
from pathlib import Path
from typing import Any

from dev.documents import asyncapi, decisions, events, metrics, permissions, settings
from dev.documents.catalogue import families, schema
from dev.documents.compatibility import faults

ROOT = Path(__file__).parents[2]
SCHEMAS = Path("shared/events/schemas")


class IncompatibleError(Exception):
    """A payload changed in a way that old events or old readers would not survive."""


def made() -> dict[Path, str]:
    """Return what every document should hold, by its path in the repository."""
    return {
        **{SCHEMAS / f"{family.name}.json": _json(schema(family)) for family in families()},
        Path("docs/events.md"): events.page(),
        Path("docs/asyncapi.json"): _json(asyncapi.document()),
        Path("docs/metrics.md"): metrics.page(),
        Path("docs/permissions.md"): permissions.page(),
        Path("docs/settings.md"): settings.page(),
        Path("docs/adr/README.md"): decisions.page(),
    }


def stale() -> list[str]:
    """Return the documents that differ from what the code says, and schemas of no family."""
    wanted = made()
    old = [str(path) for path, text in wanted.items() if _present(path) != text]
    saved = {path.relative_to(ROOT) for path in (ROOT / SCHEMAS).glob("*.json")}
    return old + [f"{path} (no such family)" for path in sorted(saved - set(wanted))]


def breaks() -> list[str]:
    """Return one sentence for each change that does not fit a saved schema."""
    found = []
    for family in families():
        saved = _present(SCHEMAS / f"{family.name}.json")
        if saved is not None:
            kept = faults(json.loads(saved), schema(family))
            found += [f"{family.name}: {fault}" for fault in kept]
    return found


def write() -> None:
    """Write every document.

    :raises IncompatibleError: before anything is written; a new meaning is a new ``.v2`` type.
    """
    found = breaks()
    if found:
        raise IncompatibleError(
            "\n".join([*found, "Make a new major version of the type instead."])
        )
    for path, text in made().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _present(path: Path) -> str | None:
    target = ROOT / path
    return target.read_text(encoding="utf-8") if target.exists() else None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
