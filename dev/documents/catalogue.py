"""The events that there are, joined from the code: types, topics, payloads, readers."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from dev.documents.words import FAMILIES, FamilyWords
from services.notify import handlers as notify_handlers
from services.scoring import handlers as scoring_handlers
from services.tasks import handlers as tasks_handlers
from shared.consumer import Subscription
from shared.events import notify, scoring, tasks
from shared.events.envelope import Catalogue

TOPICS: Mapping[str, Catalogue] = {
    tasks.TOPIC: tasks.CATALOGUE,
    tasks.DIRECTORY_TOPIC: tasks.DIRECTORY,
    scoring.TOPIC: scoring.CATALOGUE,
    notify.TOPIC: notify.CATALOGUE,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All events of one aggregate: one payload, one saved schema."""

    name: str
    topic: str
    payload: type
    types: tuple[str, ...]

    @property
    def words(self) -> FamilyWords:
        return FAMILIES[self.name]

    def fact(self, kind: str) -> str:
        """Return the sentence of one of its event types."""
        return self.words.acts[kind.rpartition(".")[0]]


class _Nothing:
    """Stands for the use cases where only the names of what is handled are asked for."""

    def __getattr__(self, name: str) -> "_Nothing":
        return self


def family_name(kind: str) -> str:
    """Return the family of an event type: ``tasks.assignment.accepted.v1`` → without the act."""
    service, aggregate, _act, major = kind.split(".")
    return f"{service}.{aggregate}.{major}"


def families() -> list[Family]:
    """Return every family, in the order of the topics and catalogues.

    :raises ValueError: when events of one aggregate have different payloads.
    """
    found: dict[str, Family] = {}
    for topic, catalogue in TOPICS.items():
        for kind, payload in catalogue.types.items():
            name = family_name(kind)
            known = found.get(name)
            if known is not None and known.payload is not payload:
                raise ValueError(f"{kind}: events of {name} must have one payload")
            types = (*known.types, kind) if known else (kind,)
            found[name] = Family(name=name, topic=topic, payload=payload, types=types)
    return list(found.values())


def subscriptions() -> list[Subscription]:
    """Return what each consumer group reads, as the services themselves say it."""
    nothing: Any = _Nothing()
    return [
        scoring_handlers.subscription(nothing),
        notify_handlers.subscription(nothing),
        tasks_handlers.subscription(nothing),
    ]


def readers(kind: str) -> list[str]:
    """Return the groups that have a handler for an event type."""
    return [found.group for found in subscriptions() if kind in found.handlers]


def schema(family: Family) -> dict[str, Any]:
    """Return the JSON Schema of a family's payload, with what the envelope adds.

    msgspec makes it from the same types as the decoder, so it says exactly what decodes.
    """
    made = json.loads(msgspec.json.encode(msgspec.json.schema(family.payload)))
    definitions = {
        name: _flat(definition) for name, definition in sorted(made.get("$defs", {}).items())
    }
    own = definitions.pop(family.payload.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": family.name,
        "x-topic": family.topic,
        "x-key": family.words.key,
        "x-subject": family.words.subject,
        "x-event-types": sorted(family.types),
        **{name: value for name, value in own.items() if name != "title"},
        "$defs": definitions,
    }


def _flat(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the definition with its description on one line."""
    if "description" not in definition:
        return definition
    return {**definition, "description": " ".join(definition["description"].split())}
