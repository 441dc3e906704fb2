"""The development inbox as the stack starts it: one process, three ends."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from services.notify.bootstrap import TEXTS
from services.notify.config import SmsSettings, SmtpSettings
from services.notify.domain.deliveries import Step
from services.notify.domain.messages import Message
from services.notify.domain.receipts import is_signed
from services.notify.senders import Outgoing
from services.notify.senders.sms import SmsSender
from services.notify.senders.smtp import MailSender
from shared.clock import SystemClock
from shared.texts import Texts
from tests.integration.notify.conftest import LOGIN, SECRET, free_port
from tests.integration.notify.test_pipeline import wait_for

ROOT = Path(__file__).parents[3]


class Inbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.page, self.smtp, self.sms = free_port(), free_port(), free_port()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        environment = {
            "PATH": os.environ["PATH"],
            "LOCAL_DIR": str(self.folder),
            "INBOX_PORT": str(self.page),
            "INBOX_SMTP_PORT": str(self.smtp),
            "INBOX_SMS_PORT": str(self.sms),
            "INBOX_USERNAME": LOGIN["username"],
            "INBOX_PASSWORD": LOGIN["password"],
        }
        process = subprocess.Popen([sys.executable, "-m", "dev.inbox"], env=environment, cwd=ROOT)
        try:
            wait_for(self._answers)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0

    def _answers(self) -> bool:
        try:
            return self.get("/").ok
        except requests.ConnectionError:
            return False

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.page}{path}", timeout=5)

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/messages.json").json()
        return found

    def mail(self, text: str) -> Step:
        settings = SmtpSettings(
            host="127.0.0.1",
            port=self.smtp,
            starttls=True,
            cafile=self.folder / "inbox" / "smtp.pem",
            sender="cchc@sonla.test",
            reply_to=None,
            domain="sonla.test",
            **LOGIN,
        )
        sender = MailSender(settings, Texts.load([TEXTS]), SystemClock())
        message = Message(subject="[CCHC] Đến hạn", lines=(text, "chân thư"), link="http://x")
        with sender.open() as send:
            return send(
                Outgoing(delivery_id="d1", to="mai@sonla.test", message=message, locale="vi")
            ).step

    def text(self, text: str, receipt_url: str) -> Step:
        settings = SmsSettings(
            url=f"http://127.0.0.1:{self.sms}/cgi-bin/sendsms",
            sender="CCHC",
            receipt_url=receipt_url,
            **LOGIN,
        )
        message = Message(subject="", lines=(text,), link="")
        with SmsSender(settings, SECRET).open() as send:
            return send(
                Outgoing(delivery_id="d2", to="+84912345678", message=message, locale="vi")
            ).step


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def receipts() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Stand where notify-web stands: note each receipt that is called back."""
    taken: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            taken.append({name: values[0] for name, values in query.items()})
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/receipts", taken
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_arrives_is_shown_as_text_and_kept_over_a_restart(inbox: Inbox) -> None:
    with inbox.running():
        assert inbox.mail("<script>alert(1)</script> đến hạn") is Step.ACCEPTED
        page = inbox.get("/")
    with inbox.running():
        messages = inbox.messages()

    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; đến hạn" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert [m["subject"] for m in messages] == ["[CCHC] Đến hạn"]
    assert messages[0]["message_id"] == "<d1@sonla.test>"


def test_an_sms_gets_its_receipts_called_back_on_its_way_then_delivered(
    inbox: Inbox, receipts: tuple[str, list[dict[str, str]]]
) -> None:
    address, taken = receipts
    with inbox.running():
        assert inbox.text("CCHC: 100% dung han + ro rang", address) is Step.ACCEPTED
        wait_for(lambda: len(taken) == 2)
        wait_for(lambda: inbox.messages()[0]["receipts"] == [8, 1])
        message = inbox.messages()[0]

    assert message["text"] == "CCHC: 100% dung han + ro rang"
    assert [receipt["type"] for receipt in taken] == ["8", "1"]
    assert {receipt["id"] for receipt in taken} == {"d2"}
    assert all(is_signed(SECRET, receipt["id"], receipt["sig"]) for receipt in taken)
