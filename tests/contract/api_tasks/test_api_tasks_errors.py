"""What is sent wrongly is answered in words, never by a 500."""

import io
import json
from typing import Any

import pytest

from tests.contract.api_tasks.caller import (
    DOCUMENT,
    FIGURES,
    ONE,
    Caller,
    problem,
)


def test_words_follow_the_language_asked_for(officer: Caller) -> None:
    answer = officer.post(f"{ONE}/accept", headers={"Accept-Language": "en"})

    assert problem(answer, 403, "role")["detail"] == "Your account may not do this."
    assert "quyền" in problem(officer.post(f"{ONE}/accept"), 403, "role")["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "note"),
        ({"note": None}, "note"),
        ({"note": 5}, "note"),
        ({"note": "  "}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"note": "n", "version": "x"}, "version"),
        ({"note": "n", "version": 0}, "version"),
        ({"note": "n", "version": 2**70}, "version"),
        ({"note": "n", "version": True}, "version"),
        ({"note": "n", "nonsense": 1}, "nonsense"),
        ({"note": "n", "document": "x"}, "document"),
        ({"note": "n", "document": {"number": "1"}}, "document.signed_on"),
        (
            {"note": "n", "document": {**DOCUMENT, "signed_on": "3/2"}},
            "document.signed_on",
        ),
        ([], "_"),
        ("x", "_"),
        (5, "_"),
    ],
)
def test_a_wrong_body_is_answered_by_field_in_vietnamese(
    officer: Caller, body: Any, field: str
) -> None:
    told = problem(officer.post(f"{ONE}/report", body), 422, "invalid")

    assert list(told["errors"]) == [field] or field in told["errors"]
    assert all("api.field" not in line for lines in told["errors"].values() for line in lines)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe{",
        b'{"note": "\xc3\x28"}',
        b"{",
        b'{"note": ' + b"[" * 100_000,
        b"null",
        b'{"note": NaN}',
    ],
)
def test_a_broken_body_is_never_a_500(officer: Caller, data: bytes) -> None:
    answer = officer.post(f"{ONE}/note", data=data, content_type="application/json")

    assert answer.status_code in {400, 422}, answer.text
    assert answer.content_type == "application/problem+json"


def test_another_content_type_is_answered_in_words(officer: Caller) -> None:
    answer = officer.post(f"{ONE}/note", data=b"note=x", content_type="text/plain")

    problem(answer, 422, "invalid")


def test_a_file_of_another_type_is_refused_by_name(officer: Caller) -> None:
    form = {"note": "n", "files": [(io.BytesIO(b"<html>"), "a.html")]}

    answer = officer.post(f"{ONE}/report", data=form, content_type="multipart/form-data")

    assert "a.html" in problem(answer, 422, "file_type")["errors"]["files"][0]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": "41,33"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"value": "1e-400"}, "value"),
        ({"value": True}, "value"),
        ({"value": "0.1234567"}, "value"),
        ({"value": "101"}, "value"),
        ({"value": "1", "period": "2025"}, "period"),
        ({"value": "1", "measured_on": "2026-01-01"}, "measured_on"),
        ({"rank": 1.5, "of": 3}, "rank"),
        ({"yes_no": "maybe"}, "yes_no"),
        ({"value": "1", "tier": "cap_xa"}, "tier"),
    ],
)
def test_a_wrong_figure_is_answered_by_field(
    officer: Caller, given: dict[str, Any], field: str
) -> None:
    body = {"period": "2025-Q1", "measured_on": "2025-02-03", **given}

    answer = officer.post(FIGURES, body)

    assert answer.status_code == 422, answer.text
    assert field in json.loads(answer.data)["errors"]
