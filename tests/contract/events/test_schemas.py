"""The saved schemas say what the events hold, and an event of each kind survives the journey."""

import datetime as dt
import functools
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from dev.documents import written
from dev.documents.catalogue import TOPICS, Family, families, family_name, schema
from dev.documents.written import SCHEMAS, breaks
from shared.events.envelope import Event, EventDecodeError
from tests.contract.events.samples import payloads

FORMATS = FormatChecker(formats=["date"])
NAMES = [family.name for family in families()]
BY_NAME = {family.name: family for family in families()}
INSTANT = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
CORRELATION = "0197-correlation"


@FORMATS.checks("decimal", raises=ArithmeticError)
def is_decimal(value: object) -> bool:
    return not isinstance(value, str) or Decimal(value).is_finite()


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


@functools.cache
def saved(family: Family) -> dict[str, Any]:
    text = (written.ROOT / SCHEMAS / f"{family.name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@functools.cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(saved(BY_NAME[name]), format_checker=FORMATS)


def event_of(kind: str, data: Any) -> Event:
    return Event(
        id="0197-event",
        type=kind,
        source="cchc/tasks",
        time=INSTANT,
        correlation_id=CORRELATION,
        data=data,
    )


def test_the_saved_schemas_fit_what_the_code_says() -> None:
    assert breaks() == []


@pytest.mark.parametrize("name", NAMES)
def test_each_saved_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(saved(BY_NAME[name]))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data())
def test_an_event_fits_its_saved_schema_and_comes_back_the_same(
    name: str, choice: st.DataObject
) -> None:
    family = BY_NAME[name]
    kind = choice.draw(st.sampled_from(family.types))
    event = event_of(kind, choice.draw(payloads(family.payload)))

    body = event.body()
    back = TOPICS[family.topic].decode(event.headers(), body)

    validator(family.name).validate(json.loads(body))
    assert back == event


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data())
def test_key_and_subject_are_the_fields_that_the_schema_names(
    name: str, choice: st.DataObject
) -> None:
    family = BY_NAME[name]
    data = choice.draw(payloads(family.payload))

    found = saved(family)

    assert (data.key, data.subject) == (_at(found["x-key"], data), _at(found["x-subject"], data))


def _at(path: str, data: Any) -> str:
    prefix, _, field = path.rpartition(":")
    for name in field.split("."):
        data = getattr(data, name)
    return f"{prefix}:{data}" if prefix else str(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_body_without_one_required_field_is_refused_by_schema_and_decoder(name: str) -> None:
    family = BY_NAME[name]
    whole = json.loads(msgspec.json.encode(_any(family)))
    validator(name).validate(whole)

    for field in saved(family)["required"]:
        less = {key: value for key, value in whole.items() if key != field}
        assert not validator(name).is_valid(less)
        with pytest.raises(EventDecodeError, match=field):
            TOPICS[family.topic].decode_data(family.types[0], json.dumps(less).encode())


def test_an_instant_without_a_time_zone_is_refused_by_schema_and_decoder() -> None:
    family = BY_NAME["notify.delivery.v1"]
    whole = json.loads(msgspec.json.encode(_any(family))) | {"at": "2025-06-16T07:30:00"}

    assert not validator(family.name).is_valid(whole)
    with pytest.raises(EventDecodeError, match="at"):
        TOPICS[family.topic].decode_data(family.types[0], json.dumps(whole).encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_field_of_the_future_is_read_over(name: str) -> None:
    family = BY_NAME[name]
    data = _any(family)
    body = json.loads(msgspec.json.encode(data)) | {"added_later": {"x": 1}}

    read = TOPICS[family.topic].decode_data(family.types[0], json.dumps(body).encode())

    validator(family.name).validate(body)
    assert read == data


def _any(family: Family) -> Any:
    return msgspec.convert(_least(schema(family), schema(family)), family.payload)


def _least(node: dict[str, Any], whole: dict[str, Any]) -> Any:
    """Return the smallest value of a schema: required fields only."""
    if "$ref" in node:
        return _least(whole["$defs"][node["$ref"].rpartition("/")[2]], whole)
    if "enum" in node:
        return node["enum"][0]
    if node["type"] == "object":
        fields = node.get("properties", {})
        return {name: _least(fields[name], whole) for name in node.get("required", ())}
    least: dict[str, Any] = {"array": [], "integer": 1, "boolean": True, "string": "x"}
    formats = {"date": "2025-06-16", "date-time": "2025-06-16T07:30:00+07:00", "decimal": "1.5"}
    return formats.get(node.get("format", ""), least[node["type"]])


def test_the_headers_are_those_of_cloudevents_in_kafka_binary_mode() -> None:
    family = BY_NAME["tasks.assignment.v1"]
    event = event_of("tasks.assignment.accepted.v1", _any(family))

    headers = dict(event.headers())

    assert headers == {
        "content-type": b"application/json; charset=utf-8",
        "ce_specversion": b"1.0",
        "ce_id": b"0197-event",
        "ce_type": b"tasks.assignment.accepted.v1",
        "ce_source": b"cchc/tasks",
        "ce_time": b"2025-06-16T00:30:00+00:00",
        "ce_subject": event.data.assignment_id.encode(),
        "ce_correlationid": CORRELATION.encode(),
    }
    assert all(name[3:].isalnum() and name[3:].islower() for name in headers if name[:3] == "ce_")


@pytest.mark.parametrize("topic", TOPICS)
def test_each_event_type_is_named_by_service_aggregate_fact_and_major(topic: str) -> None:
    for kind in TOPICS[topic].types:
        service, _aggregate, fact, major = kind.split(".")
        assert service == topic.partition(".")[0]
        assert fact.endswith(("ed", "made", "withdrawn"))
        assert (family_name(kind) in NAMES, major) == (True, "v1")


def test_only_the_directory_holds_personal_data() -> None:
    personal = {"name", "email", "phone"}
    holders = {
        family.name
        for family in families()
        if family.topic != "tasks.directory" and personal & set(schema(family)["properties"])
    }

    assert holders == {"tasks.agency.v1"}  # the name of an agency
