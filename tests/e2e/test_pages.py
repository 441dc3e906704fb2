from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.chain import Chain
from tests.e2e.windows import WIDTHS, Windows, picture, violations

# Somebody who has every page of the navigation.
_SEER = "snv.thamdinh"
_NAVIGATION = "() => [...document.querySelectorAll('nav.side a')].map(link => link.href)"
_WIDER_THAN_WINDOW = "() => document.documentElement.scrollWidth > window.innerWidth"


def _is_sound(page: Page, address: str, name: str) -> list[str]:
    """Open a page, keep its picture, and return what is wrong with it."""
    answer = page.goto(address)
    picture(page, name)
    wrong = violations(page)
    if answer is None or answer.status != 200:
        wrong.append(f"{address}: answered {answer.status if answer else 'nothing'}")
    if page.locator("h1").count() != 1:
        wrong.append(f"{address}: {page.locator('h1').count()} headings of the first level")
    if page.evaluate(_WIDER_THAN_WINDOW):
        wrong.append(f"{address}: wider than the window")
    return wrong


def _name(address: str) -> str:
    return urlsplit(address).path.strip("/").replace("/", "-")


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_navigation_is_sound(windows: Windows, width: str) -> None:
    page = windows.open(_SEER, width=width)
    page.goto("/nhiem-vu")
    addresses = list(dict.fromkeys(page.evaluate(_NAVIGATION)))

    wrong = [
        fault
        for address in addresses
        for fault in _is_sound(page, address, f"e2e-{_name(address)}-{width}")
    ]

    assert len(addresses) == 8
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_behind_the_navigation_is_sound(
    chain: Chain, windows: Windows, width: str
) -> None:
    part = chain.part("NV-58")
    page = windows.open(_SEER, width=width)
    page.goto(f"{chain.notify}/nhac-viec")
    reminder = page.locator("main a[href*='/nhac-viec/']").first.get_attribute("href")
    addresses = {
        "task": f"/nhiem-vu/{part['task_id']}",
        "table": "/nhiem-vu?xem=danh-sach",
        "indicator": f"{chain.scoring}/chi-tieu/CT-35",
        "indicator-list": f"{chain.scoring}/chi-tieu?xem=danh-sach",
        "reminder": f"{chain.notify}{reminder}",
        "account": "/tai-khoan",
        "clock": "/dong-ho",
        "api": "/api/docs",
    }

    wrong = [
        fault
        for name, address in addresses.items()
        for fault in _is_sound(page, address, f"e2e-{name}-{width}")
    ]

    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_is_sound(windows: Windows, width: str) -> None:
    page = windows.open(None, width=width)

    assert _is_sound(page, "/dang-nhap", f"e2e-sign-in-{width}") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_board_is_sound_in_the_dark(windows: Windows, width: str) -> None:
    page = windows.open(_SEER, width=width, theme="dark")

    assert _is_sound(page, "/nhiem-vu", f"e2e-board-dark-{width}") == []
