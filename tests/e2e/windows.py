"""Browser windows of people: signed in once a session, two widths, axe, pictures."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from dev.history import DEFAULT_PASSWORD
from dev.settings import ROOT

OUTPUT = ROOT / "tests" / "output"
WIDTHS = {
    "desktop": ViewportSize(width=1366, height=768),
    "phone": ViewportSize(width=360, height=740),
}
_AXE = ROOT / "shared" / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_WAIT_MS = 15_000
# Cookies of people who signed in before in this session: a sign-in costs half a second.
_cookies: dict[str, Any] = {}


class Windows:
    """Opens windows and keeps what their consoles complain of."""

    def __init__(self, browser: Browser, tasks: str) -> None:
        self._browser = browser
        self._tasks = tasks
        self._contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    def open(self, who: str | None, *, width: str = "desktop", theme: str = "light") -> Page:
        """Return an empty page of a person's own browser, signed in unless nobody is named."""
        context = self._browser.new_context(
            base_url=self._tasks,
            viewport=WIDTHS[width],
            has_touch=width == "phone",
            is_mobile=width == "phone",
            color_scheme="dark" if theme == "dark" else "light",
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(_WAIT_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said))
        if who is not None:
            self._sign_in(page, who)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def forgive(self, words: str) -> None:
        """Forget complaints that say these words, because the test has caused them."""
        self.troubles = [said for said in self.troubles if words not in said]

    def _sign_in(self, page: Page, who: str) -> None:
        if who in _cookies:
            page.context.add_cookies(_cookies[who])
            return
        page.goto("/dang-nhap?tiep=/tai-khoan")
        page.get_by_label("Tên đăng nhập").fill(who)
        page.get_by_label("Mật khẩu").fill(DEFAULT_PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url("**/tai-khoan")
        _cookies[who] = [c for c in page.context.cookies() if c["name"] == "cchc_session"]

    def _hear(self, page: Page, said: ConsoleMessage) -> None:
        # The browser itself reports answers like 503 as errors; those are asserted where expected.
        if said.type == "error" and "Failed to load resource" not in said.text:
            self.troubles.append(f"{page.url}: {said.text}")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, with the place."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {one['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def picture(page: Page, name: str, *, whole: bool = True) -> Path:
    """Keep a picture of the page, or of what the window shows of it, in tests/output."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    file = OUTPUT / f"{name}.png"
    page.screenshot(path=file, full_page=whole)
    return file
