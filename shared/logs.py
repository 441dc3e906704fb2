"""Logs: one JSON object a line, with the correlation id and without personal data."""

import contextlib
import contextvars
import datetime as dt
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from shared.ids import new_id

_correlation: contextvars.ContextVar[str] = contextvars.ContextVar("correlation", default="")
_EMAIL = re.compile(r"[\w.+-]+@([\w-]+\.[\w.-]+)")
_PHONE = re.compile(r"(?<![\w.-])(?:\+84|0)\d{6,8}(\d{2})(?![\w-])")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def correlation() -> str:
    """Return the id that ties a click to its events, e-mails and log lines ("" outside one)."""
    return _correlation.get()


@contextlib.contextmanager
def correlated(value: str | None = None) -> Iterator[str]:
    """Use this correlation id, or a new one, inside the block."""
    chosen = value or new_id()
    token = _correlation.set(chosen)
    try:
        yield chosen
    finally:
        _correlation.reset(token)


def mask(text: str) -> str:
    """Return the text with e-mail addresses and phone numbers made unreadable."""
    return _PHONE.sub(r"***\1", _EMAIL.sub(r"***@\1", text))


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON line; whatever was given in ``extra`` becomes a field."""

    def __init__(self, service: str, process: str) -> None:
        super().__init__()
        self._fixed = {"service": service, "process": process}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            **self._fixed,
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if found := correlation():
            line["correlation_id"] = found
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = mask(value) if isinstance(value, str) else value
        if record.exc_info:
            line["error"] = mask(self.formatException(record.exc_info))
        return msgspec.json.encode(line, enc_hook=str).decode()


def configure(service: str, process: str, level: str = "INFO") -> None:
    """Send every log line of this process as JSON to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service, process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # kafka-python tells every reconnect at INFO and replaces its logger when a producer goes.
    logging.getLogger("kafka").setLevel("ERROR")
    logging.getLogger("pymongo").setLevel("WARNING")
