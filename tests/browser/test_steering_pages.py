"""The forms of agencies that work on one task, in a real browser: axe, and no overflow."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, picture, violations
from tests.browser.site import Site

pytestmark = pytest.mark.timeout(240)


def look(page: Page, name: str) -> None:
    picture(page, name)
    assert violations(page) == [], name
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, name


@pytest.mark.parametrize(("width", "theme"), [("phone", "light"), ("desktop", "dark")])
def test_a_head_asks_and_the_leader_decides(
    site: Site, open_page: Open, width: str, theme: str
) -> None:
    part = site.working(2 if width == "phone" else 3)
    address = f"/phan-viec/{part['_id']}"
    head = open_page(f"{part['agency_code'].lower()}.lanhdao", width=width, theme=theme)
    for slug in ("moi-phoi-hop", "phan-cong", "y-kien"):
        head.goto(f"{address}/dieu-phoi/{slug}")
        look(head, f"steer-{slug}-{width}-{theme}")
    head.goto(f"{address}/kien-nghi?loai=decline")
    look(head, f"request-new-{width}-{theme}")
    head.get_by_role("textbox", name="Lý do").fill("Không đúng chức năng, nhiệm vụ được giao")
    head.get_by_role("button", name="Gửi kiến nghị").click()
    expect(head.get_by_text("đã gửi kiến nghị trả lại nhiệm vụ")).to_be_visible()
    look(head, f"task-requested-{width}-{theme}")

    leader = open_page("lanhdao", width=width, theme=theme)
    leader.goto("/tham-dinh")
    leader.get_by_role("link", name=f"Xem và quyết định {part['task_code']}").click()
    look(leader, f"request-decide-{width}-{theme}")
    leader.get_by_role("textbox", name="Lý do không đồng ý").fill("Đúng chức năng của sở")
    leader.get_by_role("button", name="Không đồng ý trả lại").click()
    expect(leader.get_by_text("đã từ chối trả lại nhiệm vụ")).to_be_visible()
