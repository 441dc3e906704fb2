"""The operations port of a process: /metrics, /healthz and /readyz.

``/healthz`` says that the process lives and touches nothing else, so that a dead database never
makes Kubernetes restart us. ``/readyz`` asks each named thing in turn.
"""

import logging
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from prometheus_client import REGISTRY, make_wsgi_app

Check = Callable[[], object]

_log = logging.getLogger(__name__)


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: probes come every few seconds."""


class OpsServer:
    """Serves the operations port in a thread.

    :param checks: name → a function that raises when the thing cannot be reached.
    """

    def __init__(self, host: str, port: int, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)
        self._metrics = make_wsgi_app(REGISTRY)
        self._server = make_server(
            host, port, self._respond, server_class=_Server, handler_class=_QuietHandler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="operations", daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _respond(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start)
            return answer
        if path == "/healthz":
            return _json(start, "200 OK", {"ok": True})
        if path == "/readyz":
            failing = self._failing()
            status = "503 Service Unavailable" if failing else "200 OK"
            ready = [name for name in self._checks if name not in failing]
            return _json(start, status, {"ok": ready, "failing": failing})
        return _json(start, "404 Not Found", {"error": "no such page"})

    def _failing(self) -> dict[str, str]:
        failing: dict[str, str] = {}
        for name, check in self._checks.items():
            try:
                check()
            except Exception as error:  # noqa: BLE001 - whatever it raises, the thing is not ready
                _log.warning("not ready", extra={"check": name, "reason": str(error)})
                failing[name] = type(error).__name__
        return failing


def _json(start: StartResponse, status: str, content: object) -> list[bytes]:
    body = msgspec.json.encode(content)
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
