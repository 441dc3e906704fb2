"""Errors in words: what happened and what to do, never what went on inside."""

import json
import logging
import re

import pytest
from prometheus_client import REGISTRY
from pymongo.errors import AutoReconnect

from dev.secrets_kept import IdentityKeys
from shared.logs import JsonFormatter
from shared.web.identity import Identity
from tests.integration.shared_web.conftest import SECRET, make_site
from tests.visitors import Visitor


@pytest.mark.parametrize(
    ("method", "address", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Không tìm thấy"),
        ("POST", "/mo", 405, "Thao tác không dùng được ở đây"),
        ("GET", "/vo", 500, "Hệ thống gặp lỗi"),
        ("GET", "/mat", 503, "Tạm thời gián đoạn"),
    ],
)
def test_a_page_in_the_shell(
    stranger: Visitor, method: str, address: str, status: int, title: str
) -> None:
    answer = stranger.send(method, address)

    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert "Kế hoạch CCHC" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/nowhere", 404, "not_found"),
        ("/api/vo", 500, "unexpected"),
        ("/api/mat", 503, "database"),
    ],
)
def test_programs_read_problem_json(
    stranger: Visitor, address: str, status: int, code: str
) -> None:
    answer = stranger.get(address)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json is not None
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["correlation_id"] == answer.headers["X-Correlation-ID"]


def test_a_strangers_error_is_told_by_its_id_and_logged_whole(
    stranger: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answer = stranger.get("/vo")

    found = re.search(r"báo mã ([0-9A-F]{6})", answer.text)
    assert found is not None
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    record = next(r for r in caplog.records if r.message == "unexpected error")
    assert vars(record)["error_id"] == found[1]
    assert SECRET in JsonFormatter("x", "web").format(record)


def test_a_database_that_is_down_says_when_to_come_again(stranger: Visitor) -> None:
    answer = stranger.get("/mat")

    assert answer.headers["Retry-After"] == "5"
    assert "mongodb.internal" not in answer.text
    assert "chưa ghi gì" in answer.text


@pytest.mark.parametrize(("error", "status"), [(AutoReconnect, 503), (RuntimeError, 500)])
def test_the_error_page_does_not_ask_again_who_asks(
    identity_keys: IdentityKeys, error: type[Exception], status: int
) -> None:
    def identify() -> Identity | None:
        raise error("sessions cannot be read")

    stranger = Visitor(make_site(identity_keys, identify=identify), identity_keys)

    answer = stranger.get("/trong/NV-1")

    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_what_is_too_large_is_refused_with_what_to_do(officer: Visitor) -> None:
    answer = officer.post("/ghi", data={"text": "x" * 2000})

    assert answer.status_code == 413
    assert "Hãy chọn tệp nhỏ hơn" in answer.text


def test_a_request_has_one_id_in_its_header_and_its_log(
    stranger: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[dict[str, object]] = []
    formatter = JsonFormatter("x", "web")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(formatter.format(record)))

    handler = Keep()
    logger = logging.getLogger("shared.web.app")
    logger.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, "shared.web.app"):
            first, second = stranger.get("/mo"), stranger.get("/trong/NV-1?loc=1")
    finally:
        logger.removeHandler(handler)

    ids = [answer.headers["X-Correlation-ID"] for answer in (first, second)]
    assert [line["correlation_id"] for line in lines] == ids
    assert ids[0] != ids[1]
    assert lines[1]["route"] == "/trong/<code>"
    assert lines[1]["status"] == 303


def test_requests_are_measured_by_route(officer: Visitor) -> None:
    labels = {"method": "GET", "route": "/trong/<code>", "status": "2xx"}

    def count() -> float:
        return REGISTRY.get_sample_value("http_request_seconds_count", labels) or 0.0

    before = count()
    officer.get("/trong/NV-1")
    officer.get("/trong/NV-2")

    assert count() == before + 2
