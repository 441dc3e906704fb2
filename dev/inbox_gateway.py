"""The gateway end: speaks Kannel's sendsms form and calls receipts back (type 8, then 1)."""

import dataclasses
import hmac
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests

from dev.inbox_store import Arrived, InboxStore
from services.notify.domain.sms import parts_of
from shared.clock import SystemClock
from shared.ids import new_id
from shared.lifecycle import Stop

_log = logging.getLogger(__name__)
_PATH = "/cgi-bin/sendsms"
_TRIES, _PAUSE_SECONDS, _NETWORK_SECONDS = 30, 2.0, 0.3
ON_WAY, DELIVERED = 8, 1


@dataclasses.dataclass(frozen=True, slots=True)
class _Receipt:
    """Receipts to be sent for a message, the first of them when the Unix time has come."""

    message_id: str
    address: str
    kinds: tuple[int, ...]
    due_at: float


# Given the form's fields, says status and body; tests refuse, stall or repeat with it.
Answer = Callable[[Mapping[str, str]], tuple[int, str]]


def take(_fields: Mapping[str, str]) -> tuple[int, str]:
    """Accept every message, as Kannel does."""
    return HTTPStatus.ACCEPTED, "0: Accepted for delivery"


class GatewayEnd:
    """Takes SMS on loopback, keeps them, and reports them delivered."""

    def __init__(
        self,
        store: InboxStore,
        *,
        port: int,
        username: str,
        password: str,
        answer: Answer = take,
        kinds: tuple[int, ...] = (ON_WAY, DELIVERED),
    ) -> None:
        self._store = store
        self._login = (username, password)
        self._answer = answer
        self._kinds = kinds
        self._stop = Stop()
        self._receipts: queue.Queue[_Receipt] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="gateway", daemon=True),
            threading.Thread(target=self._report, name="receipts", daemon=True),
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{_PATH}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def accept(self, fields: Mapping[str, str]) -> tuple[int, str]:
        """Handle one form as Kannel does: login, compulsory fields, then the answer."""
        username, password = self._login
        if not (
            hmac.compare_digest(fields.get("username", "").encode(), username.encode())
            and hmac.compare_digest(fields.get("password", "").encode(), password.encode())
        ):
            return HTTPStatus.FORBIDDEN, "Authorization failed for sendsms"
        if not fields.get("to"):
            return HTTPStatus.BAD_REQUEST, "Missing receiver number, rejected"
        status, body = self._answer(fields)
        if status == HTTPStatus.ACCEPTED:
            self._keep(fields)
        return status, body

    def _keep(self, fields: Mapping[str, str]) -> None:
        message = Arrived(
            id=new_id(),
            channel="sms",
            at=SystemClock().now().isoformat(),
            sender=fields.get("from", ""),
            to=fields["to"],
            subject="",
            text=fields.get("text", ""),
            parts=parts_of(fields.get("text", "")),
            message_id=_reference(fields.get("dlr-url", "")),
        )
        self._store.put(message)
        if address := fields.get("dlr-url"):
            self._later(message.id, address, self._kinds)

    def _later(self, message_id: str, address: str, kinds: tuple[int, ...]) -> None:
        if kinds:
            self._receipts.put(_Receipt(message_id, address, kinds, _now() + _NETWORK_SECONDS))

    def _report(self) -> None:
        """Call the receipt addresses back; all wait equally long, so the oldest is due first."""
        while not self._stop.is_set():
            try:
                receipt = self._receipts.get(timeout=0.2)
            except queue.Empty:
                continue
            self._stop.wait(max(receipt.due_at - _now(), 0.0))
            kind, *others = receipt.kinds
            if self._call(receipt.address.replace("%d", str(kind))):
                self._store.receipted(receipt.message_id, kind)
            self._later(receipt.message_id, receipt.address, tuple(others))

    def _call(self, address: str) -> bool:
        reason = ""
        for _ in range(_TRIES):
            try:
                answer = requests.get(address, timeout=5, proxies={"http": "", "https": ""})
            except requests.RequestException as error:
                reason = type(error).__name__
            else:
                if answer.ok:
                    return True
                reason = str(answer.status_code)
            if self._stop.wait(_PAUSE_SECONDS):
                return False
        _log.warning("receipt was not taken", extra={"reason": reason})
        return False


def _reference(address: str) -> str:
    """Return by what a receipt address names the message."""
    return parse_qs(urlsplit(address).query).get("id", [""])[0]


def _now() -> float:
    return SystemClock().now().timestamp()


def _handler(end: GatewayEnd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if target.path != _PATH:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            fields = {name: values[0] for name, values in parse_qs(target.query).items()}
            status, body = end.accept(fields)
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing: the address holds the password."""

    return Handler
