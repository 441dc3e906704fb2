"""How soon a page that stays open shows a changed chip: board and task page in Chromium."""

import shutil
import time
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.acts import Figures
from bench.figures import Figure, quantile
from dev.faults import StackError
from dev.history import DEFAULT_PASSWORD
from dev.trial import Trial
from dev.trial_api import TrialApi

_LIMIT_SECONDS = 3.0
_SHOWN_WITHIN_MS = 20_000
_LOOK_MS = 20
# A reported figure that waits for approval puts a star behind the code of its indicator.
_HAS_STAR = "([chip, star]) => document.querySelector(chip).innerText.includes('*') === star"
_CHIPS = """() => [...document.querySelectorAll('.task-card')].map(card => ({
  chip: card.querySelector('.card-chip').id,
  text: card.querySelector('.card-chip').innerText,
  task: card.querySelector('a[data-card]').getAttribute('href')}))"""


def shown(trial: Trial, api: TrialApi, samples: int) -> list[Figure]:
    """Measure the time from an act to the changed chip on both pages."""
    program = shutil.which("chromium")
    if program is None:
        raise StackError("Chromium is missing: apt-get install -y chromium fonts-noto-core")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            return _measured(browser, trial.url("PORT"), api, samples)
        finally:
            browser.close()


def _measured(browser: Browser, url: str, api: TrialApi, samples: int) -> list[Figure]:
    board, task = _signed_in(browser, url), _signed_in(browser, url)
    figures = Figures(api)
    board.goto(f"{url}/nhiem-vu")
    code, chip, address = _found(board, figures.codes)
    task.goto(url + address)
    places = {"board": (board, f"[id='{chip}']"), "task page": (task, "#dong-trang-thai")}
    waits: dict[str, list[float]] = {name: [] for name in places}
    while len(waits["board"]) < samples:
        report, approve = figures.pair(code)
        done = api.do(report)
        _note(waits, places, done.sent_at, star=True)
        done = api.do(approve(str(done.body["id"])))
        _note(waits, places, done.sent_at, star=False)
    made = []
    for name, found in waits.items():
        how = f"{len(found)} changes of {code}, half of them within {quantile(found, 0.5):.1f} s"
        made.append(
            Figure(
                name=f"Chip shown on the open {name}, longest",
                value=max(found),
                unit="s",
                limit=_LIMIT_SECONDS,
                how=how,
            )
        )
    return made


def _note(
    waits: dict[str, list[float]], places: dict[str, tuple[Page, str]], since: float, *, star: bool
) -> None:
    for name, (page, chip) in places.items():
        page.wait_for_function(
            _HAS_STAR, arg=[chip, star], polling=_LOOK_MS, timeout=_SHOWN_WITHIN_MS
        )
        waits[name].append(time.time() - since)


def _signed_in(browser: Browser, url: str) -> Page:
    page = browser.new_context(locale="vi-VN").new_page()
    page.goto(f"{url}/dang-nhap?tiep=/tai-khoan")
    page.fill("#username", "lanhdao")
    page.fill("#password", DEFAULT_PASSWORD)
    page.click("form.sign-in button[type=submit]")
    page.wait_for_url("**/tai-khoan")
    return page


def _found(board: Page, codes: frozenset[str]) -> tuple[str, str, str]:
    """Return an indicator that a card shows and whose figures may be reported, and its places."""
    cards: list[dict[str, Any]] = board.evaluate(_CHIPS)
    for card in cards:
        code = str(card["text"]).partition(":")[0].strip()
        if code in codes:
            return code, card["chip"], card["task"]
    raise StackError("No card of the board shows an indicator whose figures may be reported.")
