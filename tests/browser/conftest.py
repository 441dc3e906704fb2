"""What browser tests share: the served web, Chromium at two widths, axe, pictures."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from pymongo import MongoClient

from shared.mongo import Document
from tests.browser.site import Site, served
from tests.integration.tasks.house import PASSWORD

_ROOT = Path(__file__).parents[2]
_AXE = _ROOT / "shared" / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
OUTPUT = _ROOT / "tests" / "output"
WIDTHS = {
    "desktop": ViewportSize(width=1366, height=768),
    "phone": ViewportSize(width=360, height=740),
}
# Opens a page of a size and theme; signs in when a name is given.
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def site(
    mongo_client: "MongoClient[Document]", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with served(mongo_client, tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Open]:
    """Open a page in a browser of its own; any error of its scripts fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(
        name: str | None = None,
        *,
        width: str = "desktop",
        theme: str = "light",
        script: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport=WIDTHS[width],
            has_touch=width == "phone",
            is_mobile=width == "phone",
            color_scheme="dark" if theme == "dark" else "light",
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: _keep(troubles, said))
        if name is not None:
            sign_in(page, name)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


def sign_in(page: Page, name: str) -> None:
    """Sign in through the form."""
    page.goto("/dang-nhap?tiep=/tai-khoan")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/tai-khoan")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong or cannot decide about contrast, with the place."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep a picture of the page in tests/output."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / f"{name}.png", full_page=whole)


def _keep(troubles: list[str], said: Any) -> None:
    # The browser itself reports answers like 409 as errors; those are asserted where expected.
    if said.type == "error" and "Failed to load resource" not in said.text:
        troubles.append(said.text)
