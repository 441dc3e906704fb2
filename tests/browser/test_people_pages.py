"""Keeping accounts in Chromium: both widths and themes, by axe, and an invitation by thumb."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, picture, violations
from tests.browser.site import Site

PASSWORD = "mat-khau-moi-2025"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_axe_finds_nothing_wrong_on_the_pages_of_accounts(
    site: Site, open_page: Open, width: str, theme: str
) -> None:
    officer = site.house.database["officers"].find_one({"username": "stp.lanhdao"})
    assert officer is not None
    page = open_page("admin", width=width, theme=theme)
    for place, name in (
        ("/nguoi-dung", "people"),
        ("/nguoi-dung/them", "person-new"),
        (f"/nguoi-dung/{officer['_id']}", "person"),
    ):
        look(page, place, f"{name}-{width}-{theme}")
    look(open_page("stp.lanhdao", width=width, theme=theme), "/tai-khoan", f"account-head-{width}")
    look(open_page(width=width, theme=theme), "/quen-mat-khau", f"forgotten-{width}-{theme}")


@pytest.mark.parametrize(("width", "name"), [("desktop", "lan"), ("phone", "mai")])
def test_a_new_officer_is_invited_and_comes_in(open_page: Open, width: str, name: str) -> None:
    keeper = open_page("stp.lanhdao", width=width)
    keeper.goto("/nguoi-dung/them")
    keeper.get_by_label("Tên đăng nhập").fill(f"stp.{name}")
    keeper.get_by_label("Họ và tên").fill("Cầm Thị Lan")
    keeper.get_by_label("Vai trò").first.select_option(label="Chuyên viên")
    keeper.get_by_role("button", name="Tạo tài khoản").click()
    keeper.get_by_role("button", name="Cấp liên kết mời").click()
    address = keeper.get_by_label("Địa chỉ").input_value()
    assert violations(keeper) == []
    picture(keeper, f"invitation-{width}")

    guest = open_page(width=width)
    guest.goto(f"/moi/{address.rpartition('/')[2]}")
    assert violations(guest) == []
    picture(guest, f"first-sign-in-{width}")
    guest.get_by_label("Mật khẩu mới", exact=False).first.fill(PASSWORD)
    guest.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    guest.get_by_role("button", name="Đặt mật khẩu và đăng nhập").click()
    expect(guest.get_by_text("Đồng chí đã đăng nhập.")).to_be_visible()


def look(page: Page, place: str, name: str) -> None:
    page.goto(place)
    picture(page, name)
    assert violations(page) == []
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wider) <= 0, f"{place} is wider than its window"
