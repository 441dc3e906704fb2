"""The pages of reminders in a real browser: who was told, what became of it, sending again."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pymongo import MongoClient

from dev.inbox_store import InboxStore
from shared.events.notify import DeliveryStatus
from shared.mongo import Document
from tests.browser.conftest import picture, violations
from tests.browser.webs import Show, served_web, shown, too_small, too_wide
from tests.integration.notify.conftest import SECRET, FarEnd, World

pytestmark = pytest.mark.timeout(120)
_FAR_END = {
    "NOTIFY_RECEIPT_SECRET": SECRET,
    "NOTIFY_SMTP_HOST": "127.0.0.1",
    "NOTIFY_MAIL_FROM": "cchc@sonla.test",
    "NOTIFY_MAIL_DOMAIN": "sonla.test",
    "NOTIFY_SMS_URL": "http://127.0.0.1:9/sendsms",
    "NOTIFY_SMS_USERNAME": "notify",
    "NOTIFY_SMS_PASSWORD": "far-end-password",
    "NOTIFY_SMS_FROM": "CCHC",
    "NOTIFY_RECEIPT_URL": "http://127.0.0.1:9/receipts",
}


@pytest.fixture
def world(mongo_client: "MongoClient[Document]", tmp_path: Path) -> Iterator[World]:
    """A notify with a copy in each state; nothing is sent here."""
    name = f"notify_{secrets.token_hex(4)}"
    far_end = FarEnd(InboxStore(tmp_path / "messages.jsonl"), tmp_path / "none.pem", 9)
    found = World(mongo_client, mongo_client[name], far_end)
    found.hear_plan()
    found.hear_people()
    for number in range(4):
        found.hear_assignment(assignment_id=f"a{number}", task_code=f"NV-6{number}")
    found.plan()
    causes = {"failed": "permanent", "delivered": "receipt_good", "unknown": "answer_lost"}
    for row, state in zip(found.deliveries(), DeliveryStatus, strict=False):
        found.database["deliveries"].update_one(
            {"_id": row["_id"]},
            {"$set": {"state": state.value, "cause": causes.get(state.value, "accepted")}},
        )
    yield found
    mongo_client.drop_database(name)


@pytest.fixture
def show(world: World, browser: Browser, tmp_path: Path) -> Iterator[Show]:
    with (
        served_web("notify", world.database.name, tmp_path, **_FAR_END) as (url, keys),
        shown(browser, url, keys) as found,
    ):
        yield found


def test_everybody_can_read_them(show: Show, world: World) -> None:
    failed = world.database["deliveries"].find_one({"state": "failed"})
    assert failed is not None
    pages = (
        ("list", "/nhac-viec"),
        ("failed", "/nhac-viec?xem=failed"),
        ("silent", "/nhac-viec?xem=silent"),
        ("one", f"/nhac-viec/{failed['reminder_id']}"),
    )
    for width in ("desktop", "phone"):
        for theme in ("light", "dark"):
            for name, address in pages:
                page = show(address, "appraiser", width=width, theme=theme)
                picture(page, f"reminders-{name}-{width}-{theme}")
                assert violations(page) == []
                assert not too_wide(page)
                if width == "phone":
                    assert too_small(page) == []


def test_each_result_says_itself_in_a_word_with_an_icon(show: Show) -> None:
    results = show("/nhac-viec", "appraiser").locator("td.result .state")

    assert results.count() == 16
    for badge in results.all():
        assert badge.inner_text().strip()
        assert badge.locator("svg").count() == 1


def test_a_failed_copy_is_found_and_sent_again(show: Show, world: World) -> None:
    page = show("/nhac-viec", "appraiser")

    page.get_by_role("link", name="Lỗi").click()
    page.wait_for_url("**xem=failed*")
    assert page.locator("tbody tr").count() == 1
    page.get_by_role("button", name="Gửi lại").click()

    page.get_by_text("Đã xếp hàng gửi lại.").wait_for()
    assert world.states().count("failed") == 0


def test_who_only_reads_is_offered_nothing_to_send(show: Show) -> None:
    page = show("/nhac-viec?xem=failed", "leader")

    assert page.locator("tbody tr").count() == 1
    assert page.get_by_role("button", name="Gửi lại").count() == 0


def test_filters_stand_in_the_address(show: Show) -> None:
    page = show("/nhac-viec", "appraiser")

    page.get_by_label("Kênh").select_option("sms")
    page.get_by_label("Mã nhiệm vụ").fill("nv-62")
    page.get_by_role("button", name="Lọc").click()
    page.wait_for_url("**kenh=sms*")

    assert page.locator("tbody tr").count() == 2
    assert set(page.locator("td.task").all_inner_texts()) == {"NV-62"}
    page.get_by_role("link", name="Xóa lọc").click()
    page.wait_for_url(lambda url: "sms" not in url)
    assert page.locator("tbody tr").count() == 16
