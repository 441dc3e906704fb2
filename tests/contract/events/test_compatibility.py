"""A payload may grow by a field with a default; every other change is caught."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from dev.documents import written
from dev.documents.catalogue import families, schema
from dev.documents.compatibility import faults

SAVED = next(schema(family) for family in families() if family.name == "tasks.assignment.v1")


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    made = copy.deepcopy(SAVED)
    change(made)
    return made


def test_the_same_schema_fits() -> None:
    assert faults(SAVED, changed(lambda _: None)) == []


def test_an_optional_field_may_be_added_anywhere() -> None:
    def add(made: dict[str, Any]) -> None:
        made["properties"]["splits"] = {"type": "integer", "default": 0}
        made["$defs"]["Change"]["properties"]["device"] = {"type": "string", "default": ""}

    assert faults(SAVED, changed(add)) == []


def test_words_and_new_event_types_may_change() -> None:
    def add(made: dict[str, Any]) -> None:
        made["description"] = "Better words."
        made["x-event-types"].append("tasks.assignment.split.v1")
        made["$defs"]["Split"] = {"type": "object", "properties": {}}

    assert faults(SAVED, changed(add)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["properties"].pop("period"), "field period was removed"),
        (lambda m: m["$defs"]["Change"]["properties"].pop("why"), "field Change.why was removed"),
        (
            lambda m: m["properties"].update(due_on={"type": "string"}),
            "field due_on has another type, form or default",
        ),
        (
            lambda m: m["properties"]["deadline_version"].update(default=0),
            "field deadline_version has another type, form or default",
        ),
        (lambda m: m["required"].append("handler_id"), "field handler_id is required now"),
        (lambda m: m["required"].remove("period"), "field period may be missing now"),
        (
            lambda m: m["$defs"]["AssignmentStatus"]["enum"].remove("withdrawn"),
            "AssignmentStatus: value withdrawn was removed",
        ),
        (
            lambda m: m["$defs"]["AssignmentStatus"]["enum"].append("paused"),
            "AssignmentStatus: value paused was added",
        ),
        (lambda m: m["$defs"].pop("Role"), "Role was removed or has another name"),
        (lambda m: m.update({"x-topic": "tasks.acts"}), "topic changed from tasks.events to"),
        (lambda m: m.update({"x-key": "assignment_id"}), "key changed from task_id to"),
        (
            lambda m: m["x-event-types"].remove("tasks.assignment.accepted.v1"),
            "event type tasks.assignment.accepted.v1 was removed",
        ),
    ],
)
def test_a_change_that_breaks_readers_is_named(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    found = faults(SAVED, changed(change))

    assert [fault for fault in found if fault.startswith(said)], found


def test_a_new_required_field_is_named() -> None:
    def add(made: dict[str, Any]) -> None:
        made["properties"]["splits"] = {"type": "integer"}
        made["required"].append("splits")

    assert faults(SAVED, changed(add)) == ["field splits is required now"]


def test_the_command_refuses_to_write_over_a_schema_that_no_longer_fits(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "ROOT", tmp_path)
    written.write()
    saved = tmp_path / written.SCHEMAS / "tasks.nudge.v1.json"
    old = saved.read_text(encoding="utf-8").replace("nudge_id", "urging_id")
    saved.write_text(old, encoding="utf-8")

    with pytest.raises(written.IncompatibleError, match=r"tasks\.nudge\.v1: .*urging_id"):
        written.write()

    assert saved.read_text(encoding="utf-8") == old
    assert written.stale() == ["shared/events/schemas/tasks.nudge.v1.json"]
