"""Signing in, reporting, accepting and a stale page in a real browser, on the real plan."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.tasks.usecases.projections import Projections
from shared.events.scoring import IndicatorStatus
from tests.browser.conftest import Open, picture, sign_in, violations
from tests.browser.site import Site
from tests.integration.tasks.house import PASSWORD
from tests.integration.tasks_web.demonstrated import status_of
from tests.integration.tasks_web.person import PDF

pytestmark = pytest.mark.timeout(240)
SIZES = pytest.mark.parametrize("width", ["desktop", "phone"])
RETURNED = ("NV-61", "STC25")


def officer_of(part: dict[str, str]) -> str:
    return f"{part['agency_code'].lower()}.canbo"


def fits(page: Page) -> bool:
    """Tell whether nothing makes the page wider than the screen."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide <= 0


@SIZES
def test_signing_in_with_a_demonstration_account(open_page: Open, width: str) -> None:
    page = open_page(width=width)
    page.goto("/nhiem-vu")

    expect(page).to_have_url(re.compile("/dang-nhap"))
    page.get_by_role("link", name="snv.thamdinh").first.click()
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("snv.thamdinh")
    expect(page.get_by_label("Mật khẩu")).to_be_focused()
    page.get_by_label("Mật khẩu").fill("sai-mat-khau")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("Tên đăng nhập hoặc mật khẩu không đúng.")
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("snv.thamdinh")
    picture(page, f"sign-in-{width}")
    assert fits(page)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(re.compile("/nhiem-vu$"))


@SIZES
def test_a_report_with_a_file_is_accepted_and_an_open_page_shows_it(
    site: Site, open_page: Open, tmp_path: Path, width: str
) -> None:
    part = site.working(0 if width == "desktop" else 1)
    officer = open_page(officer_of(part), width=width)
    file = tmp_path / "To-trinh-217-TTr.pdf"
    file.write_bytes(PDF)

    officer.goto(f"/phan-viec/{part['_id']}")
    officer.get_by_role("link", name="Báo cáo kết quả").click()
    officer.get_by_label("Kết quả thực hiện").fill("Đã trình UBND tỉnh phương án")
    officer.get_by_label("Tệp minh chứng").set_input_files(file)
    officer.get_by_label("Số, ký hiệu văn bản").fill("217/TTr")
    officer.get_by_label("Ngày ban hành").fill("31/02/2025")
    officer.get_by_label("Cơ quan ban hành").fill("UBND tỉnh")
    officer.get_by_role("button", name="Gửi thẩm định").click()
    summary = officer.get_by_role("alert")
    expect(summary).to_contain_text("Ngày phải có trong lịch")
    expect(summary).to_be_focused()
    picture(officer, f"report-error-{width}")
    expect(officer.get_by_label("Kết quả thực hiện")).to_have_value("Đã trình UBND tỉnh phương án")
    summary.get_by_role("link").click()
    expect(officer.get_by_label("Ngày ban hành")).to_be_focused()
    officer.get_by_label("Ngày ban hành").fill("10/06/2025")
    officer.get_by_label("Tệp minh chứng").set_input_files(file)
    officer.get_by_role("button", name="Gửi thẩm định").click()
    expect(officer.get_by_role("status").filter(has_text="đã gửi thẩm định lúc")).to_be_visible()
    expect(officer.locator("#dong-trang-thai")).to_contain_text("Chờ thẩm định")
    with officer.expect_download() as download:
        officer.get_by_role("link", name="To-trinh-217-TTr.pdf").click()
    assert download.value.path().read_bytes() == PDF

    officer.get_by_role("link", name="Rút lại báo cáo").focus()
    appraiser = open_page("snv.thamdinh", width=width)
    appraiser.goto(f"/phan-viec/{part['_id']}")
    appraiser.get_by_role("link", name="Chấp nhận kết quả").click()
    picture(appraiser, f"accept-{width}")
    appraiser.get_by_role("button", name="Chấp nhận kết quả").click()
    expect(appraiser.get_by_text("đã chấp nhận kết quả")).to_be_visible()

    newer = officer.get_by_role("link", name="Có thay đổi mới. Cập nhật trang")
    expect(newer).to_be_visible(timeout=3000)
    expect(officer.get_by_role("link", name="Rút lại báo cáo")).to_be_focused()
    newer.click()
    expect(officer.locator("main")).to_contain_text("Phần việc đã hoàn thành ngày 16/06/2025")
    picture(officer, f"task-done-{width}")


def test_a_report_works_without_script(site: Site, open_page: Open, tmp_path: Path) -> None:
    part = site.working(2)
    page = open_page(officer_of(part), script=False)
    file = tmp_path / "bieu.pdf"
    file.write_bytes(PDF)

    page.goto(f"/phan-viec/{part['_id']}/report")
    page.get_by_label("Kết quả thực hiện").fill("Đã hoàn thành")
    page.get_by_label("Tệp minh chứng").set_input_files(file)
    page.get_by_role("button", name="Gửi thẩm định").click()

    expect(page.get_by_text("đã gửi thẩm định lúc")).to_be_visible()
    expect(page.get_by_role("link", name="bieu.pdf")).to_be_visible()


@SIZES
def test_a_stale_page_shows_both_versions_and_goes_on(
    site: Site, open_page: Open, width: str
) -> None:
    part = site.part(*RETURNED)
    address = f"/phan-viec/{part['_id']}"
    mine = open_page(officer_of(part), width=width)
    mine.goto(f"{address}/report")
    mine.get_by_label("Kết quả thực hiện").fill("Đã ban hành Công văn 1120, đã gửi 12 huyện")
    mine.get_by_label("Giải trình").fill("Còn chờ biểu tổng hợp")
    other = open_page(f"{part['agency_code'].lower()}.lanhdao")
    other.goto(f"{address}/note")
    other.get_by_label("Tiến độ").fill("Đã ký công văn")
    other.get_by_role("button", name="Ghi tiến độ").click()
    expect(other.get_by_text("đã ghi tiến độ lúc")).to_be_visible()

    mine.get_by_role("button", name="Gửi thẩm định").click()

    expect(mine.get_by_role("heading", level=1)).to_contain_text("NV-61 đã có bản mới hơn")
    expect(mine.locator("main")).to_contain_text("“Đã ký công văn”")
    expect(mine.locator("mark").filter(has_text="Công văn 1120")).to_be_visible()
    picture(mine, f"conflict-{width}")
    assert violations(mine) == []
    assert fits(mine)
    mine.get_by_role("button", name="Sửa tiếp bản vừa nhập").click()
    expect(mine.get_by_label("Kết quả thực hiện")).to_have_value(
        "Đã ban hành Công văn 1120, đã gửi 12 huyện"
    )
    expect(mine.get_by_label("Giải trình")).to_have_value("Còn chờ biểu tổng hợp")


def test_a_chip_turns_on_an_open_page_and_nothing_else_moves(site: Site, open_page: Open) -> None:
    part = site.part(*RETURNED)
    page = open_page(officer_of(part))
    page.goto(f"/phan-viec/{part['_id']}")
    line, listed = page.locator("#dong-trang-thai"), page.locator("#chi-tieu-gan")
    expect(line.locator(".chip")).not_to_have_class(re.compile("chip-achieved"))
    page.get_by_role("link", name="Ghi tiến độ").focus()
    chip = site.house.database["indicator_chips"].find_one({"code": "CT-31"})
    assert chip is not None

    Projections(site.house.database).keep_chip(
        status_of(chip["_id"], "CT-31", IndicatorStatus.ACHIEVED, revision=chip["revision"] + 1)
    )

    expect(line.locator(".chip")).to_have_class(re.compile("chip-achieved"), timeout=3000)
    expect(listed.locator(".chip")).to_have_class(re.compile("chip-achieved"))
    expect(listed).to_contain_text("Đạt")
    expect(page.get_by_role("link", name="Ghi tiến độ")).to_be_focused()


@SIZES
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_on_any_of_these_pages(
    site: Site, open_page: Open, width: str, theme: str
) -> None:
    returned = site.part(*RETURNED)
    address = f"/phan-viec/{returned['_id']}"
    recurring = site.part("NV-05", "SNV25")
    reported = site.house.database["measurements"].find_one({"state": "reported"})
    assert reported is not None
    figures = f"/so-lieu/{reported['series']['indicator_id']}"
    page = open_page(width=width, theme=theme)
    look(page, "/dang-nhap", f"dang-nhap-{width}-{theme}")
    sign_in(page, officer_of(returned))
    for place, name in (
        (address, "task"),
        (f"{address}/report", "report"),
        (f"{address}/note", "note"),
        (f"/phan-viec/{recurring['_id']}", "task-recurring"),
        ("/tai-khoan", "account"),
        ("/dong-ho", "clock"),
        ("/nhiem-vu/khong-co", "not-found"),
    ):
        look(page, place, f"{name}-{width}-{theme}")
    appraiser = open_page("snv.thamdinh", width=width, theme=theme)
    look(appraiser, figures, f"figures-appraiser-{width}-{theme}")
    indicator = site.house.database["indicators"].find_one({"lead_agency": "STC25"})
    assert indicator is not None
    look(page, f"/so-lieu/{indicator['_id']}", f"figures-{width}-{theme}")


def look(page: Page, place: str, name: str) -> None:
    page.goto(place)
    picture(page, name)
    assert violations(page) == [], place
    assert fits(page), place
