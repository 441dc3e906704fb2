"""Whether a payload's schema still fits the saved one.

Inside ``.v1`` a field with a default may be added, and nothing else may change: the journals hold
old events for ever (a new reader must read them), and during a release old readers get new events.
"""

from typing import Any

Schema = dict[str, Any]

_NAMED = ("x-topic", "x-key", "x-subject")
_WORDS = {"title", "description"}


def faults(saved: Schema, made: Schema) -> list[str]:
    """Return one sentence for each change that an old event or an old reader would not survive."""
    found = [
        f"{name[2:]} changed from {saved[name]} to {made[name]}"
        for name in _NAMED
        if saved[name] != made[name]
    ]
    gone = sorted(set(saved["x-event-types"]) - set(made["x-event-types"]))
    found += [f"event type {kind} was removed" for kind in gone]
    olds, news = saved["$defs"], made["$defs"]
    found += _object("", saved, made)
    for name, old in olds.items():
        if name not in news:
            found.append(f"{name} was removed or has another name")
        elif "enum" in old:
            found += _enumeration(name, old, news[name])
        else:
            found += _object(f"{name}.", old, news[name])
    return found


def _enumeration(name: str, old: Schema, new: Schema) -> list[str]:
    before, after = set(old["enum"]), set(new.get("enum", ()))
    lost = [f"{name}: value {value} was removed" for value in sorted(before - after)]
    # An old reader refuses a value that it does not know.
    return lost + [f"{name}: value {value} was added" for value in sorted(after - before)]


def _object(prefix: str, old: Schema, new: Schema) -> list[str]:
    fields, present = old["properties"], new.get("properties", {})
    must, must_now = set(old.get("required", ())), set(new.get("required", ()))
    found = []
    for name, field in fields.items():
        if name not in present:
            found.append(f"field {prefix}{name} was removed")
        elif _meaning(field) != _meaning(present[name]):
            found.append(f"field {prefix}{name} has another type, form or default")
    found += [f"field {prefix}{name} is required now" for name in sorted(must_now - must)]
    still = must & set(present)
    found += [f"field {prefix}{name} may be missing now" for name in sorted(still - must_now)]
    return found


def _meaning(field: Schema) -> Schema:
    return {name: value for name, value in field.items() if name not in _WORDS}
