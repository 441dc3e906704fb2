import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dev.history_words import pdf
from dev.trial_api import PLAN
from shared.clock import LOCAL
from shared.mongo import Document
from tests.e2e.chain import Chain, eventually
from tests.e2e.windows import Windows, picture

_FILE = pdf("Bao cao ket qua thuc hien")
_WITHOUT_NEWS = re.compile(r"\bchip-at_risk\b")
_SOON_MS = 15_000


# --- an acceptance turns an indicator -------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "late"),
    [
        ("desktop", ("NV-58", "CT-35", "snv.thamdinh")),
        ("phone", ("NV-12", "CT-05", "vpubnd.thamdinh")),
    ],
)
def test_a_late_report_is_accepted_and_the_chip_turns_on_the_open_board(
    chain: Chain, windows: Windows, width: str, late: tuple[str, str, str]
) -> None:
    code, indicator, appraiser = late
    part = chain.part(code)
    before = chain.chip(indicator)
    assert before["status"] == "at_risk"
    assert code in _reason(chain, windows, indicator, width)
    board = windows.open("lanhdao", width=width)
    board.goto("/nhiem-vu")
    chip = board.locator(f"[id='chip-{part['id']}'] .chip")
    expect(chip).to_have_class(_WITHOUT_NEWS)
    board.evaluate("() => { window.stayedOpen = true; }")

    _report(windows, part, width)
    _accept(windows, part, appraiser, width)

    expect(chip).not_to_have_class(_WITHOUT_NEWS, timeout=_SOON_MS)
    assert board.evaluate("() => window.stayedOpen")
    picture(board, f"e2e-chip-turned-{width}")
    _history_tells(windows, part, width)
    assert code not in _reason(chain, windows, indicator, width)
    _api_tells(chain, part, indicator, before)


def _report(windows: Windows, part: Mapping[str, Any], width: str) -> None:
    page = windows.open(f"{part['agency_code'].lower()}.canbo", width=width)
    page.goto(f"/nhiem-vu/{part['task_id']}")
    page.locator("#viec-tiep-theo").get_by_text("Báo cáo kết quả").click()
    page.get_by_label("Kết quả").first.fill("Đã hoàn thành theo sản phẩm được giao.")
    page.locator("#files").set_input_files(
        {"name": "Báo cáo kết quả.pdf", "mimeType": "application/pdf", "buffer": _FILE}
    )
    page.locator("#document_number").fill("217/BC-SO")
    page.locator("#document_date").fill("2025-06-13")
    page.locator("#document_issuer").fill("Cơ quan chủ trì")
    page.locator(".act-form button[type=submit]").click()
    page.wait_for_url(f"**/nhiem-vu/{part['task_id']}*")
    expect(page.locator(".flash")).to_contain_text(part["task_code"])


def _accept(windows: Windows, part: Mapping[str, Any], appraiser: str, width: str) -> None:
    page = windows.open(appraiser, width=width)
    page.goto(f"/nhiem-vu/{part['task_id']}")
    page.locator("#viec-tiep-theo").get_by_text("Chấp nhận kết quả").click()
    page.locator(".act-form button[type=submit]").click()
    page.wait_for_url(lambda address: "/accept" not in address)
    expect(page.locator(".flash")).to_contain_text(part["task_code"])


def _history_tells(windows: Windows, part: Mapping[str, Any], width: str) -> None:
    page = windows.open("lanhdao", width=width)
    page.goto(f"/nhiem-vu/{part['task_id']}")
    expect(page.locator("#dien-bien")).to_contain_text("Báo cáo kết quả")
    expect(page.locator("#dien-bien")).to_contain_text("Xác nhận hoàn thành")
    expect(page.locator("#ket-qua")).to_contain_text("Báo cáo kết quả.pdf")
    expect(page.locator("#dong-trang-thai")).to_contain_text("Xong quá hạn")
    picture(page, f"e2e-accepted-{part['task_code']}-{width}")


def _reason(chain: Chain, windows: Windows, indicator: str, width: str) -> str:
    """Return why the indicator's page says that it stands as it does."""
    page = windows.open("lanhdao", width=width)
    page.goto(f"{chain.scoring}/chi-tieu/{indicator}")
    shown = page.locator("section[aria-labelledby=why] .ind-reason").inner_text()
    answer = page.request.get(f"{chain.scoring}/api/v1/plans/{PLAN}/indicators/{indicator}")
    assert answer.json()["reason"]["text"] in shown
    return shown


def _api_tells(
    chain: Chain, part: Mapping[str, Any], indicator: str, before: Mapping[str, Any]
) -> None:
    api = chain.api()
    lines = api.get("lanhdao", f"assignments/{part['id']}/history")["items"]
    found = api.get("lanhdao", f"assignments/{part['id']}")
    api.close()
    assert [line["act"] for line in lines][-2:] == ["reported", "accepted"]
    assert found["timeliness"] == "done_late"
    (file,) = found["reports"][-1]["files"]
    assert file["sha256"] == hashlib.sha256(_FILE).hexdigest()
    assert chain.chip(indicator)["status"] != before["status"]


# --- a deadline comes near and the messages arrive ------------------------------------------------


# Mornings on which the overdue are reminded again; the many deadlines of 30 June come later.
@pytest.mark.parametrize(
    ("width", "to"), [("desktop", "2025-06-17T07:31"), ("phone", "2025-06-18T07:31")]
)
def test_the_moved_clock_brings_reminders_and_pages_tell_of_them(
    chain: Chain, windows: Windows, width: str, to: str
) -> None:
    page = windows.open("snv.thamdinh", width=width)
    _move_clock(page, to)

    since = dt.datetime.fromisoformat(to).replace(tzinfo=LOCAL)
    row, message = eventually(lambda: _new_sms(chain, since), f"a new SMS on {to}", 90)

    assert row["task_code"] in message["text"]
    assert "qua han" in message["text"]
    eventually(lambda: _notice(chain, row["_id"]) == "delivered", "its receipt in tasks", 60)
    page.goto(f"{chain.notify}/nhac-viec?kenh=sms&ma={row['task_code']}")
    expect(page.locator("main")).to_contain_text("Đã đến nơi")
    picture(page, f"e2e-reminders-{width}")
    page.goto(f"/nhiem-vu/{row['task_id']}?phan={row['assignment_id']}")
    expect(page.locator("#dien-bien")).to_contain_text("Nhắc quá hạn lần")
    picture(page, f"e2e-who-was-reminded-{width}")
    copies = [one for one in chain.arrived() if row["_id"] in one["message_id"]]
    assert len(copies) == 1


def _move_clock(page: Page, to: str) -> None:
    page.goto("/nhiem-vu")
    page.get_by_role("link", name="Chỉnh đồng hồ").click()
    page.locator("#den").fill(to)
    page.get_by_role("button", name="Chuyển đồng hồ").click()
    day = f"{to[8:10]}/{to[5:7]}/{to[:4]}"
    expect(page.locator(".clock-strip")).to_contain_text(day)
    assert urlsplit(page.url).path == "/nhiem-vu"


def _new_sms(chain: Chain, since: dt.datetime) -> tuple[Document, Mapping[str, Any]] | None:
    """Return a copy that became due after an instant, and the message that arrived."""
    arrived = {message["message_id"]: message for message in chain.arrived()}
    rows = chain.client["notify"]["deliveries"].find(
        {"channel": "sms", "dispatched_at": {"$gte": since}}
    )
    return next(((row, arrived[row["_id"]]) for row in rows if row["_id"] in arrived), None)


def _notice(chain: Chain, delivery_id: str) -> str | None:
    row = chain.client["tasks"]["assignment_notices"].find_one({"_id": delivery_id})
    return row["state"] if row else None
