"""The pages of indicators with the real plan in its half-year, in a real browser."""

import functools
import secrets
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser
from pymongo import MongoClient

from shared.events.tasks import CATALOGUE, TOPIC
from shared.mongo import Document, atomically
from tests.browser.conftest import picture, violations
from tests.browser.site import Site
from tests.browser.webs import Show, served_web, shown, too_small, too_wide
from tests.integration.scoring.conftest import World, event

_BATCH = 200
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def world(mongo_client: "MongoClient[Document]", site: Site) -> Iterator[World]:
    """Scoring that has heard the newest of each fact of the played plan."""
    name = f"scoring_{secrets.token_hex(4)}"
    found = World(mongo_client, mongo_client[name])
    newest: dict[tuple[str, str], Document] = {}
    for row in site.house.database["outbox"].find({"topic": TOPIC}, sort=[("_id", 1)]):
        newest[(CATALOGUE.types[row["type"]].__name__, row["subject"])] = row
    heard = [row for row in newest.values() if row["type"] in found.subscription.handlers]
    for begin in range(0, len(heard), _BATCH):
        batch = heard[begin : begin + _BATCH]
        atomically(mongo_client, functools.partial(_hear, found, batch))
    found.compute()
    yield found
    mongo_client.drop_database(name)


def _hear(world: World, rows: Sequence[Document]) -> None:
    for row in rows:
        data = CATALOGUE.decode_data(row["type"], row["body"].encode())
        world.subscription.handlers[row["type"]](event(row["type"], data))


@pytest.fixture(scope="module")
def web(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, object]]:
    folder = tmp_path_factory.mktemp("scoring")
    with served_web("scoring", world.database.name, folder) as found:
        yield found


@pytest.fixture
def show(web: tuple[str, object], browser: Browser) -> Iterator[Show]:
    with shown(browser, *web) as found:  # type: ignore[arg-type]
        yield found


def _id(world: World, code: str) -> str:
    found = world.database["indicators"].find_one({"code": code})
    assert found is not None
    return str(found["_id"])


def test_forty_indicators_at_once_without_a_scroll(show: Show) -> None:
    page = show("/chi-tieu")

    assert page.locator(".ind-tile").count() == 40
    assert page.locator(".ind-area").count() == 7
    last = page.locator(".ind-tile").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 768
    assert page.evaluate("document.documentElement.scrollHeight") <= 768


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_everybody_can_read_them(show: Show, world: World, width: str, theme: str) -> None:
    one = f"/chi-tieu/{_id(world, 'CT-35')}"
    for name, address in (
        ("tiles", "/chi-tieu"),
        ("list", "/chi-tieu?xem=danh-sach"),
        ("one", one),
    ):
        page = show(address, width=width, theme=theme)
        picture(page, f"indicators-{name}-{width}-{theme}", whole=name != "tiles")
        assert violations(page) == []
        assert not too_wide(page)
        if width == "phone":
            assert too_small(page) == []


def test_a_tile_leads_to_why(show: Show) -> None:
    page = show("/chi-tieu")

    page.locator("#ct-CT-35").focus()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Vì sao?").wait_for()
    assert "NV-58" in page.locator(".ind-reason").inner_text()
    page.get_by_role("link", name="Chỉ tiêu").last.click()
    page.locator(".ind-tile").first.wait_for()


def test_chips_narrow_and_are_undone(show: Show) -> None:
    page = show("/chi-tieu")
    risky = page.locator(".ind-tile-at_risk").count()
    assert 0 < risky < 40

    page.locator(".ind-chip", has_text="Nguy cơ").click()
    page.wait_for_url("**trang_thai=at_risk*")
    assert page.locator(".ind-tile").count() == risky
    page.locator(".ind-chip-on").click()
    page.wait_for_url(lambda url: "at_risk" not in url)
    assert page.locator(".ind-tile").count() == 40


def test_on_paper_the_shell_is_gone_and_the_plan_is_named(show: Show) -> None:
    page = show("/chi-tieu?xem=danh-sach", theme="dark")
    page.emulate_media(media="print")

    assert not page.locator(".top").is_visible()
    assert not page.locator(".side").is_visible()
    assert page.locator(".ind-printed").is_visible()
    # Whoever reads in the dark prints dark letters on white all the same.
    ink = page.locator("h1").evaluate("one => getComputedStyle(one).color")
    assert ink == "rgb(21, 32, 51)"
