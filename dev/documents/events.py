"""docs/events.md: the catalogue of events as people read it."""

from typing import Any

from dev.documents.catalogue import Family, families, readers, schema, subscriptions
from dev.documents.tables import table

_HEAD = """# Events

Written by `python -m dev.documents` from `shared/events/` and the services' handlers; do not edit.

An event carries the whole public state of its aggregate after the act, its `version` (or
`revision`), and for events of tasks the `change` that made it. A reader keeps the newest and drops
the rest, so order, repeats and gaps need no special code.
Topics `*.events` hold no personal data and no free text: people are officer ids. Instants are
aware UTC; dates are local days in Asia/Ho_Chi_Minh; numbers travel as decimal text.
Headers of the envelope (CloudEvents 1.0, Kafka binary mode): `ce_specversion` `ce_id` `ce_type`
`ce_source` `ce_time` (system clock) `ce_subject` (aggregate id) `ce_correlationid` `traceparent`.
Schemas: `shared/events/schemas/`. Inside `.v1` a field with a default may be added; nothing is
removed, renamed or given another meaning (a test keeps this).
"""


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD, "## Who reads what\n", _groups(), "## Which event goes where\n", _overview()]
    topic = ""
    for family in families():
        if family.topic != topic:
            topic = family.topic
            parts.append(f"## Topic `{topic}`\n")
        parts.append(_section(family))
    return "\n".join(parts)


def _groups() -> str:
    rows = [
        [f"`{found.group}`", _code(found.topics), f"`{found.group}.dead`"]
        for found in subscriptions()
    ]
    return table(["consumer group", "topics", "dead letters"], rows)


def _overview() -> str:
    rows = [
        [f"`{kind}`", f"`{family.words.key}`", _code(readers(kind)) or "nobody yet"]
        for family in families()
        for kind in family.types
    ]
    return table(["type", "key", "read by"], rows)


def _section(family: Family) -> str:
    made = schema(family)
    lines = [f"### `{family.name}`\n", f"{family.words.why}\n"]
    lines += [f"* `{kind}`: {family.fact(kind)}" for kind in family.types]
    lines.append("")
    if made.get("description"):
        lines.append(f"Payload: {made['description']}\n")
    lines.append(_fields(made))
    for name, definition in made["$defs"].items():
        lines.append(_definition(name, definition))
    return "\n".join(lines)


def _definition(name: str, definition: dict[str, Any]) -> str:
    said = definition.get("description", "")
    if "enum" in definition:
        values = _code(definition["enum"])
        return f"**{name}**: {values}" + (f". {said}" if said else "") + "\n"
    return f"**{name}**{': ' + said if said else ''}\n\n{_fields(definition)}"


def _fields(definition: dict[str, Any]) -> str:
    required = set(definition.get("required", ()))
    rows = [
        [f"`{name}`", kind(field), "yes" if name in required else "no"]
        for name, field in definition["properties"].items()
    ]
    return table(["field", "type", "required"], rows)


def kind(field: dict[str, Any]) -> str:
    """Return the type of a field in words, e.g. ``date or null``."""
    if "anyOf" in field:
        return " or ".join(kind(one) for one in field["anyOf"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"list of {kind(field['items'])}"
    if field.get("type") == "object":
        return f"object of {kind(field['additionalProperties'])}"
    return str(field.get("format") or field["type"])


def _code(words: Any) -> str:
    return " ".join(f"`{word}`" for word in words)
