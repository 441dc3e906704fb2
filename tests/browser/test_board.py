"""The pages that list things in a real Chromium: phone and desktop, light and dark, keys, live."""

import re

import pytest
from playwright.sync_api import Page, expect

from services.tasks.usecases.projections import Projections
from shared.events.scoring import IndicatorStatus
from tests.browser.conftest import Open, picture, violations
from tests.browser.site import Site
from tests.integration.tasks_web.demonstrated import status_of

# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)

PAGES = {
    "board": ("snv.thamdinh", "/nhiem-vu"),
    "board-own": ("stc.canbo", "/nhiem-vu"),
    "table": ("snv.thamdinh", "/nhiem-vu?xem=danh-sach"),
    "lanes": ("lanhdao", "/nhiem-vu?xem=theo-co-quan&mo=STC25"),
    "calendar": ("lanhdao", "/nhiem-vu?xem=lich"),
    "year": ("lanhdao", "/nhiem-vu?xem=tien-do-nam"),
    "saved-filters": ("lanhdao", "/bo-loc?linh_vuc=1"),
    "calendar-address": ("stc.canbo", "/tai-khoan/lich"),
    "my-day": ("stc.canbo", "/viec-cua-toi"),
    "appraisal": ("snv.thamdinh", "/tham-dinh"),
    "overview": ("lanhdao", "/tong-quan"),
    "plan": ("lanhdao", "/ke-hoach"),
    "agencies": ("admin", "/co-quan"),
    "agency": ("admin", "/co-quan/SNV25"),
}


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_list_is_readable_for_everybody(open_page: Open, width: str, theme: str) -> None:
    pages: dict[str, Page] = {}
    for name, (person, path) in PAGES.items():
        if person not in pages:
            pages[person] = open_page(person, width=width, theme=theme)
        page = pages[person]
        page.goto(path)
        picture(page, f"{name}-{width}-{theme}", whole=False)

        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def test_a_filter_changes_the_board_in_place_and_the_address(open_page: Open) -> None:
    page = open_page("lanhdao")
    page.goto("/nhiem-vu")
    page.evaluate("window.stayed = true")

    page.get_by_role("link", name=re.compile("^Quá hạn")).click()

    expect(page).to_have_url(re.compile("han=qua-han"))
    expect(page.locator(".task-card")).to_have_count(3)
    expect(page.locator("#board-lead")).to_contain_text("3 nhiệm vụ")
    page.get_by_role("link", name="Xóa lọc").click()
    expect(page.locator("#board-lead")).to_contain_text("76 nhiệm vụ")
    assert page.evaluate("window.stayed") is True
    page.go_back()
    expect(page).to_have_url(re.compile("han=qua-han"))
    expect(page.locator(".task-card")).to_have_count(3)


def test_the_board_works_without_script(open_page: Open) -> None:
    page = open_page("lanhdao", script=False)
    page.goto("/nhiem-vu")

    page.locator("summary", has_text="Lĩnh vực").click()
    page.get_by_role("link", name=re.compile("^2. Cải cách thể chế")).click()

    expect(page).to_have_url(re.compile("linh_vuc=2"))
    expect(page.locator("#board-lead")).to_contain_text("8 nhiệm vụ")
    page.get_by_role("link", name="Danh sách").click()
    expect(page.locator(".task-table tbody tr")).to_have_count(8)


def test_arrows_walk_between_the_cards_and_enter_opens_one(open_page: Open) -> None:
    page = open_page("lanhdao")
    page.goto("/nhiem-vu")
    first = page.locator(".column").nth(0).locator("[data-card]").nth(0)
    first.focus()

    page.keyboard.press("ArrowDown")
    expect(page.locator(".column").nth(0).locator("[data-card]").nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".column").nth(1).locator("[data-card]").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    target = page.locator(".column").nth(1).locator("[data-card]").nth(0)
    expect(target).to_be_focused()
    place = target.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{place}")


def test_keys_for_search_and_help(open_page: Open) -> None:
    page = open_page("lanhdao")
    page.goto("/nhiem-vu")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("nha dat")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("tim=nha"))
    expect(page.locator(".task-card", has_text="NV-61")).to_be_visible()


def test_a_phone_shows_one_column_and_the_states_as_chips(open_page: Open) -> None:
    page = open_page("lanhdao", width="phone")
    page.goto("/nhiem-vu")

    expect(page.locator(".column:visible")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Chờ thẩm định")).click()
    expect(page).to_have_url(re.compile("trang_thai=review"))
    expect(page.locator(".column:visible .task-card").first).to_contain_text("Đã nộp")
    box = page.get_by_role("link", name=re.compile("^Chờ thẩm định")).first.bounding_box()
    assert box is not None
    assert box["height"] >= 44


def test_a_chip_turns_in_place_within_three_seconds(open_page: Open, site: Site) -> None:
    page = open_page("lanhdao")
    page.goto("/nhiem-vu")
    database = site.house.database
    part = database["assignments"].find_one({"task_code": "NV-58", "role": "lead"})
    row = database["indicator_chips"].find_one({"code": "CT-35"})
    assert part is not None
    assert row is not None
    card = page.locator(f"#the-{part['_id']}")
    card.locator("[data-card]").focus()
    other = IndicatorStatus.MISSED if row["status"] != "missed" else IndicatorStatus.ACHIEVED

    fact = status_of(row["_id"], "CT-35", other, revision=row["revision"] + 1)
    Projections(database).keep_chip(fact)

    expect(card.locator(f".chip-{other.value}")).to_be_visible(timeout=3000)
    expect(card.locator("[data-card]")).to_be_focused()
    expect(page.locator("#board-news a")).to_have_count(0)


def test_others_acts_are_announced_and_wait_for_a_click(open_page: Open, site: Site) -> None:
    watcher, worker = open_page("lanhdao"), open_page("stp.lanhdao")
    part = site.house.database["assignments"].find_one(
        {"agency_code": "STP", "state": "assigned", "due_on": "2025-12-31"}
    )
    assert part is not None
    path = f"/nhiem-vu?co_quan=STP&tim={part['task_code']}"
    watcher.goto(path)
    before = watcher.locator(".task-card").first.get_attribute("id")

    worker.goto(path)
    card = worker.locator(f"#the-{part['_id']}")
    card.locator(".card-menu summary").click()
    card.get_by_role("button", name="Bắt đầu").click()
    expect(worker.locator("#so-doing")).to_have_text("1")

    news = watcher.locator("#board-news a")
    expect(news).to_contain_text("1 thay đổi mới", timeout=4000)
    assert watcher.locator(".task-card").first.get_attribute("id") == before
    news.click()
    expect(watcher.locator("#cot-doing .num")).to_have_text("1")
    expect(news).to_have_count(0)
