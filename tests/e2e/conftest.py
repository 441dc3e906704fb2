"""One stack for all end-to-end tests, one browser, and the order in which the tests go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from dev.trial import Trial
from shared.clock import SystemClock
from tests.e2e.chain import Chain, connected
from tests.e2e.windows import Windows

# They share one stack, so each file finds it as the files before leave it.
_ORDER = ("test_first_minute", "test_pages", "test_walks", "test_faults", "test_books")
_HERE = Path(__file__).parent
_START_SECONDS = 400
_TEST_SECONDS = 600
_STOP_SECONDS = 20


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of this folder into their order, and give them time for the stack."""
    ours = [item for item in items if item.path.parent == _HERE]
    for item in ours:
        item.add_marker(pytest.mark.timeout(_TEST_SECONDS))
    ours.sort(key=lambda item: (_ORDER.index(item.path.stem), item.location[1] or 0, item.name))
    items[:] = [item for item in items if item.path.parent != _HERE] + ours


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The stack, started clean by ``python -m dev up`` with plan, accounts and history."""
    trial = Trial(tmp_path_factory.mktemp("stack"))
    try:
        trial.start(seconds=_START_SECONDS)
        started_at = SystemClock().now().timestamp()
        with connected(trial) as client:
            yield Chain(trial=trial, client=client, started_at=started_at)
    finally:
        trial.stop(seconds=_STOP_SECONDS)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def windows(chain: Chain, browser: Browser) -> Iterator[Windows]:
    """Windows of the browser; an error of a script or a broken policy fails the test."""
    found = Windows(browser, chain.tasks)
    yield found
    found.close()
    assert found.troubles == []
