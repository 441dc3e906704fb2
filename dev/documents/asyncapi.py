"""docs/asyncapi.json: the same catalogue as AsyncAPI 3.0, for tools.

Source: AsyncAPI 3.0.0 and its Kafka bindings 0.5.0. A channel is a topic; an operation is what
one service sends to it or what one consumer group receives from it.
"""

from typing import Any

from dev.documents.catalogue import TOPICS, Family, families, schema, subscriptions
from dev.topics import topics

Node = dict[str, Any]

_TEXT = {"type": "string"}
_HEADERS = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": _TEXT,
    "ce_source": _TEXT,
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_subject": _TEXT,
    "ce_correlationid": _TEXT,
    "traceparent": _TEXT,
}


def document() -> Node:
    """Return the whole document."""
    channels = {_name(topic): _channel(topic) for topic in TOPICS}
    channels |= {
        _name(f"{found.group}.dead"): _dead_channel(found.group) for found in subscriptions()
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of the three services",
            "version": "1.0.0",
            "description": "Facts that tasks, scoring and notify publish; see docs/events.md.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {**_sends(), **_receives()},
        "components": {
            "messages": {kind: _message(f, kind) for f in families() for kind in f.types},
            "schemas": _schemas(),
        },
    }


def _name(topic: str) -> str:
    return topic.replace(".", "_")


def _channel(topic: str) -> Node:
    return {
        "address": topic,
        "messages": {
            kind: {"$ref": f"#/components/messages/{kind}"} for kind in TOPICS[topic].types
        },
        "bindings": _shape(topic),
    }


def _dead_channel(group: str) -> Node:
    topic = f"{group}.dead"
    return {
        "address": topic,
        "description": f"Records that {group} could not use: as they came, with the headers"
        " dead_reason and dead_source.",
        "messages": {"dead": {"name": "dead", "payload": {}}},
        "bindings": _shape(topic),
    }


def _shape(topic: str) -> Node:
    """Return how the stack makes the topic; how many replicas is the operator's choice."""
    shape = topics()[topic]
    configuration = {name: _value(name, text) for name, text in shape["configs"].items()}
    return {
        "kafka": {
            "partitions": shape["num_partitions"],
            "topicConfiguration": configuration,
        }
    }


def _value(name: str, text: str) -> object:
    return text.split(",") if name == "cleanup.policy" else int(text)


def _sends() -> Node:
    return {
        f"{topic.partition('.')[0]}_sends_{topic.partition('.')[2]}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_name(topic)}"},
            "messages": [_message_of(topic, kind) for kind in TOPICS[topic].types],
        }
        for topic in TOPICS
    }


def _receives() -> Node:
    found = {}
    for reader in subscriptions():
        for topic in reader.topics:
            handled = [kind for kind in TOPICS[topic].types if kind in reader.handlers]
            if handled:
                found[f"{_name(reader.group)}_receives_{_name(topic)}"] = {
                    "action": "receive",
                    "channel": {"$ref": f"#/channels/{_name(topic)}"},
                    "messages": [_message_of(topic, kind) for kind in handled],
                    "bindings": {"kafka": {"groupId": {"type": "string", "enum": [reader.group]}}},
                }
    return found


def _message_of(topic: str, kind: str) -> Node:
    return {"$ref": f"#/channels/{_name(topic)}/messages/{kind}"}


def _message(family: Family, kind: str) -> Node:
    return {
        "name": kind,
        "summary": family.fact(kind),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {"ce_type": {"type": "string", "const": kind}, **_HEADERS},
            "required": ["ce_type", *_HEADERS],
        },
        "payload": {"$ref": f"#/components/schemas/{family.name}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": f"From: {family.words.key}"}}
        },
    }


def _schemas() -> Node:
    """Return every payload and the parts that they share, by name."""
    found: Node = {}
    for family in families():
        made = schema(family)
        for name, definition in made.pop("$defs").items():
            found[name] = _moved(definition)
        found[family.name] = _moved(
            {name: value for name, value in made.items() if not name.startswith("$")}
        )
    return dict(sorted(found.items()))


def _moved(node: Any) -> Any:
    """Return the schema with its references pointing into this document."""
    if isinstance(node, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/")
            if name == "$ref"
            else _moved(value)
            for name, value in node.items()
        }
    return [_moved(one) for one in node] if isinstance(node, list) else node
