"""The written documents are fresh, whole, and hold together."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from dev.documents import asyncapi, events, metrics, written
from dev.documents.catalogue import TOPICS, families, readers, subscriptions
from dev.documents.settings import found
from dev.documents.settings_words import SENTENCES
from dev.documents.words import FAMILIES


def test_no_document_is_stale() -> None:
    assert written.stale() == [], "run: python -m dev.documents"


def test_a_planted_change_is_stale(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "ROOT", tmp_path)
    written.write()
    assert written.stale() == []
    (tmp_path / "docs" / "events.md").write_text("old", encoding="utf-8")
    (tmp_path / written.SCHEMAS / "tasks.gone.v1.json").write_text("{}", encoding="utf-8")

    assert written.stale() == [
        "docs/events.md",
        "shared/events/schemas/tasks.gone.v1.json (no such family)",
    ]


def test_every_event_has_its_sentence_and_no_sentence_is_left_over() -> None:
    said = {act for words in FAMILIES.values() for act in words.acts}
    there = {kind.rpartition(".")[0] for catalogue in TOPICS.values() for kind in catalogue.types}

    assert (said, set(FAMILIES)) == (there, {family.name for family in families()})


def test_the_readers_are_those_that_the_services_subscribe() -> None:
    assert readers("tasks.assignment.accepted.v1") == ["scoring.recompute", "notify.plan"]
    assert readers("scoring.indicator.status_changed.v1") == ["tasks.project"]
    groups = {(reader.group, topic) for reader in subscriptions() for topic in reader.topics}
    assert ("notify.plan", "tasks.directory") in groups
    assert ("scoring.recompute", "tasks.directory") not in groups


def test_every_setting_that_the_code_reads_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert {setting.name for setting in found()} == set(SENTENCES)


def test_every_metric_of_the_registry_is_documented() -> None:
    own = ("tasks_", "scoring_", "notify_", "http_")
    there = {family.name for family in REGISTRY.collect() if family.name.startswith(own)}

    assert there
    assert there <= metrics.documented()


def test_every_metric_has_a_sentence() -> None:
    modules = metrics.HOMES.values()
    words = [metric._documentation for module in modules for metric in metrics.found_in(module)]  # noqa: SLF001 - the client has no public name

    assert [said for said in words if not said.endswith(".")] == []


def test_every_event_type_stands_in_the_catalogue_page() -> None:
    page = events.page()

    missing = [kind for topic in TOPICS.values() for kind in topic.types if f"`{kind}`" not in page]
    assert missing == []


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [one for value in node.values() for one in references(value)]
    return [one for value in node for one in references(value)] if isinstance(node, list) else []


def resolve(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads(json.dumps(asyncapi.document()))
    found = references(document)

    assert len(found) > 100
    assert all(reference.startswith("#/") for reference in found)
    assert all(resolve(document, reference) is not None for reference in found)


def test_the_asyncapi_document_keeps_the_rules_of_its_form() -> None:
    document = asyncapi.document()

    assert set(document) <= {
        "asyncapi",
        "info",
        "defaultContentType",
        "channels",
        "operations",
        "components",
    }
    assert document["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == set(TOPICS) | {f"{reader.group}.dead" for reader in subscriptions()}
    for operation in document["operations"].values():
        channel = resolve(document, operation["channel"]["$ref"])
        assert operation["action"] in {"send", "receive"}
        assert operation["messages"]
        own = operation["channel"]["$ref"] + "/messages/"
        assert {one["$ref"].removeprefix(own) for one in operation["messages"]} <= set(
            channel["messages"]
        )


def test_every_group_receives_in_the_asyncapi_document_what_it_handles() -> None:
    operations = asyncapi.document()["operations"]
    for reader in subscriptions():
        prefix = reader.group.replace(".", "_") + "_receives_"
        received = {
            message["$ref"].rpartition("/")[2]
            for name, operation in operations.items()
            if name.startswith(prefix)
            for message in operation["messages"]
        }
        assert received == set(reader.handlers)
