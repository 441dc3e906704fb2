"""The webs of scoring and notify as real processes, for browser tests with a signed identity."""

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError

from playwright.sync_api import Browser, Page

from dev import frontend, ports
from dev.secrets_kept import IdentityKeys, ensure_identity
from shared.clock import SystemClock, move
from shared.lifecycle import Stop
from shared.web.identity import COOKIE, sign
from tests import servers
from tests.browser.conftest import WIDTHS
from tests.integration.tasks_web.demonstrated import MORNING
from tests.visitors import person

_READY_SECONDS = 60
_END_SECONDS = 15
# Opens an address for a person of a role, in a width and theme.
Show = Callable[..., Page]


@contextlib.contextmanager
def served_web(
    service: str, database: str, folder: Path, **settings: str
) -> Iterator[tuple[str, IdentityKeys]]:
    """Give the web's address and the keys that identities are signed with."""
    frontend.ensure()
    keys = ensure_identity(folder)
    clock = folder / "clock.json"
    move(clock, MORNING, system=SystemClock())
    port = ports.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "MONGODB_URI": servers.address("mongodb"),
        "MONGODB_DATABASE": database,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
        "PORT": str(port),
        "OPS_PORT": str(ports.free_port()),
        "CCHC_DEVELOPMENT": "1",
        "CCHC_CLOCK_FILE": str(clock),
        "IDENTITY_PUBLIC_KEY_FILE": str(keys.public),
        "TASKS_URL": url,
        "SCORING_URL": url,
        "NOTIFY_URL": url,
        **settings,
    }
    log = folder / f"{service}.log"
    with log.open("wb") as output:
        web = subprocess.Popen(
            [sys.executable, "-m", f"services.{service}", "web"],
            cwd=servers.ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            _wait(url, web, log)
            yield url, keys
        finally:
            web.terminate()
            web.wait(_END_SECONDS)


def _wait(url: str, web: "subprocess.Popen[bytes]", log: Path) -> None:
    pause = Stop()
    for _ in range(_READY_SECONDS * 10):
        if web.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/nowhere", timeout=5):  # noqa: S310 - our own
                return
        except HTTPError as answer:
            answer.close()
            return
        except (URLError, ConnectionError):
            pause.wait(0.1)
    raise AssertionError(f"the web does not answer: {log.read_text()}")


@contextlib.contextmanager
def shown(browser: Browser, url: str, keys: IdentityKeys) -> Iterator[Show]:
    """Give what opens pages; an error of a page's scripts or its policy fails the test."""
    troubles: list[str] = []
    with contextlib.ExitStack() as opened:

        def show(address: str, *roles: str, width: str = "desktop", theme: str = "light") -> Page:
            context = browser.new_context(
                base_url=url,
                viewport=WIDTHS[width],
                has_touch=width == "phone",
                is_mobile=width == "phone",
                color_scheme="dark" if theme == "dark" else "light",
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
            )
            opened.callback(context.close)
            token = sign(person(*(roles or ("leader",))), keys.private)
            context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on(
                "console",
                lambda said: troubles.append(said.text) if said.type == "error" else None,
            )
            page.goto(address)
            return page

        yield show
    assert troubles == []


def too_wide(page: Page) -> bool:
    """Tell whether the page scrolls sideways."""
    wide: bool = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide


def too_small(page: Page) -> list[str]:
    """Return buttons, fields and links outside running text that a thumb would miss."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main .btn,"
            + " main input:not([type=hidden]), main nav a, main td a")]
            .filter((one) => { const box = one.getBoundingClientRect();
                               return box.height > 0 && box.height < 43.5; })
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found
