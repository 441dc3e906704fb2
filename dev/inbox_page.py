"""The inbox page: what arrived, newest first, as text only; JSON for tests."""

import datetime as dt
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jinja2
import msgspec

from dev.inbox_store import InboxStore
from shared.clock import LOCAL
from shared.texts import Texts

_HERE = Path(__file__).parent
_SHOWN = 200
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"


class PageEnd:
    """Serves the page on loopback; it holds addresses and texts, so it exists in development."""

    def __init__(self, store: InboxStore, *, port: int) -> None:
        self._store = store
        self._texts = Texts.load([_HERE / "inbox_texts.csv"])
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined
        )
        environment.globals["t"] = self._texts.get
        environment.filters["moment"] = _moment
        self._page = environment.get_template("inbox.html")
        self._style = (_HERE / "inbox.css").read_bytes()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="page", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Return content type and body of an address, or None."""
        if path == "/":
            page = self._page.render(messages=self._store.newest(_SHOWN))
            return "text/html; charset=utf-8", page.encode()
        if path == "/messages.json":
            return "application/json", msgspec.json.encode(self._store.newest())
        if path == "/inbox.css":
            return "text/css", self._style
        return None


def _moment(text: str) -> str:
    """Return an ISO instant as local day and time."""
    return f"{dt.datetime.fromisoformat(text).astimezone(LOCAL):%d/%m/%Y %H:%M:%S}"


def _handler(end: PageEnd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = end.answer(self.path.partition("?")[0])
            if answer is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            kind, body = answer
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing: the page asks again every few seconds."""

    return Handler
