"""The page of one task: what it shows to whom, the live line, few queries, each by an index."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.tasks.usecases.projections import Projections
from shared.events.notify import Channel, DeliveryChanged, DeliveryStatus
from shared.events.scoring import IndicatorStatus, IndicatorStatusChanged, Reason
from shared.mongo import Document
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import MORNING, House
from tests.integration.tasks_web.person import PDF, Person, words_of

TASK_ID = small_plan.task_id("NV-58")
TASK = f"/nhiem-vu/{TASK_ID}"
LIVE = f"{TASK}/dong-trang-thai"
PART = small_plan.part_id("NV-58", "STP")
FIGURES = f"/so-lieu/{small_plan.indicator_id('CT-35')}"
TYPED = {"note": "Đã ban hành", "explanation": "Phần của Sở Tài chính gửi sau"}
# A handful of rows each, read whole on purpose: names of agencies, whether a plan is loaded.
# GridFS looks once whether its own two are empty.
SMALL = {"agencies", "plans", "fs.files", "fs.chunks"}
SignIn = Callable[[str], Person]


def chip(house: House, status: IndicatorStatus, revision: int = 1) -> None:
    Projections(house.database).keep_chip(
        IndicatorStatusChanged(
            indicator_id=small_plan.indicator_id("CT-35"),
            revision=revision,
            plan_id=small_plan.PLAN_ID,
            code="CT-35",
            edition=1,
            status=status,
            as_of=dt.date(2025, 2, 3),
            known_at=MORNING,
            reason=Reason(code="at_risk.task"),
            rules_version="1",
            value_text="52,60%",
            target_text="trên 80%",
        )
    )


def reminder(house: House, channel: Channel, state: DeliveryStatus, officer_id: str) -> None:
    Projections(house.database).keep_notice(
        DeliveryChanged(
            delivery_id=f"{channel}-{officer_id}",
            reminder_id="r",
            assignment_id=PART,
            rule_id="before_7",
            occurrence=0,
            officer_id=officer_id,
            channel=channel,
            state=state,
            at=MORNING,
            revision=1,
        )
    )


def test_the_page_tells_the_whole_task(house: House, as_: SignIn) -> None:
    chip(house, IndicatorStatus.AT_RISK)
    account = house.database["officers"].find_one({"username": "stp.canbo"})
    assert account is not None
    officer_id = str(account["_id"])
    reminder(house, Channel.EMAIL, DeliveryStatus.DELIVERED, officer_id)
    reminder(house, Channel.SMS, DeliveryStatus.DELIVERED, officer_id)
    officer = as_("stp.canbo")
    officer.act(f"/phan-viec/{PART}/report", **TYPED)

    said = words_of(officer.get(TASK).text)

    for words in (
        "Nhiệm vụ NV-58",
        "Chờ thẩm định",
        "CT-35",
        "Nguy cơ",
        "52,60%",
        "mục tiêu trên 80%",
        "Theo bài công bố kế hoạch",
        "1/QĐ-UBND ngày 24/12/2024, bản 1",
        "Báo cáo kết quả",
        "Trạng thái: Chưa thực hiện → Chờ thẩm định",
        "Nhắc trước hạn 7 ngày làm việc: 1 thư điện tử, 1 tin nhắn · đã nhận",
        "Gửi Nguyễn Văn An",
        "Rút lại báo cáo",
        "Giải trình: Phần của Sở Tài chính gửi sau",
    ):
        assert words in said, words


def test_it_opens_at_the_part_of_the_reader(as_: SignIn) -> None:
    coordinating = small_plan.part_id("NV-58", "STC")

    page = as_("stc.canbo").get(TASK).text

    assert f"/phan-viec/{coordinating}/report" in page
    assert as_("stp.canbo").get(f"/phan-viec/{coordinating}").headers["Location"] == (
        f"{TASK}?phan={coordinating}"
    )
    looked = words_of(as_("stp.canbo").get(f"{TASK}?phan={coordinating}").text)
    assert "Đang chờ STC thực hiện và báo cáo." in looked
    assert "Việc này thuộc trách nhiệm của cơ quan STC" in looked
    assert "Đang chờ STP thực hiện" in words_of(as_("lanhdao").get(TASK).text)


def test_demonstration_acts_are_marked(house: House, as_: SignIn) -> None:
    house.database["history"].update_one({"assignment_id": PART}, {"$set": {"demonstration": True}})

    assert words_of(as_("lanhdao").get(TASK).text).count("minh họa") == 1


def test_typed_markup_is_only_text(as_: SignIn) -> None:
    as_("stp.canbo").act(f"/phan-viec/{PART}/note", note="<script>alert(1)</script>")

    page = as_("lanhdao").get(TASK).text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_live_line_answers_304_until_something_changes(house: House, as_: SignIn) -> None:
    chip(house, IndicatorStatus.AT_RISK)
    officer = as_("stp.canbo")
    first = officer.get(f"{LIVE}?ban=1")
    etag = {"If-None-Match": first.headers["ETag"]}

    assert first.status_code == 200
    assert "chip-at_risk" in first.text
    assert "no-cache" in first.headers["Cache-Control"]
    unchanged = officer.get(f"{LIVE}?ban=1", headers=etag)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    chip(house, IndicatorStatus.ON_TRACK, revision=2)
    turned = officer.get(f"{LIVE}?ban=1", headers=etag)
    assert "chip-on_track" in turned.text
    assert "Có thay đổi mới" not in turned.text
    officer.act(f"/phan-viec/{PART}/report", **TYPED)
    acted = officer.get(f"{LIVE}?ban=1", headers={"If-None-Match": turned.headers["ETag"]})
    assert "state-review" in acted.text
    assert "Có thay đổi mới" in acted.text
    assert Person(officer.client.application).get(LIVE).status_code == 303


@contextmanager
def profiled(database: Any) -> Iterator[list[Document]]:
    """Gather what the server was asked meanwhile."""
    rows: list[Document] = []
    database.command({"profile": 2})
    try:
        yield rows
    finally:
        database.command({"profile": 0})
        rows += list(database["system.profile"].find())
        database.drop_collection("system.profile")


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (TASK, 15),
        (f"{TASK}?phan={PART}&dien-bien=tat-ca", 15),
        (LIVE, 5),
        (f"/phan-viec/{PART}/report", 5),
        (FIGURES, 7),
        ("/tai-khoan", 4),
    ],
)
def test_a_page_asks_few_questions(house: House, as_: SignIn, path: str, most: int) -> None:
    chip(house, IndicatorStatus.AT_RISK)
    officer = as_("stp.canbo")
    officer.act(f"/phan-viec/{PART}/note", note="Đang làm")

    with profiled(house.database) as rows:
        assert officer.get(path).status_code == 200

    asked = [row for row in rows if row["op"] in ("query", "command") and row.get("planSummary")]
    names = [row["ns"].partition(".")[2] for row in asked]
    assert 0 < len(asked) <= most, names


def test_no_query_of_these_pages_reads_a_whole_collection(house: House, as_: SignIn) -> None:
    officer, appraiser = as_("stp.canbo"), as_("snv.thamdinh")
    with profiled(house.database) as rows:
        officer.act(f"/phan-viec/{PART}/note", note="Đang làm")
        mine = officer.form(f"/phan-viec/{PART}/report")
        officer.send(
            f"/phan-viec/{PART}/report", mine | TYPED | {"files": (io.BytesIO(PDF), "a.pdf")}
        )
        assert officer.send(f"/phan-viec/{PART}/report", mine | {"note": "x"}).status_code == 422
        officer.send(f"/phan-viec/{PART}/report", mine | TYPED | {"note": "Khác"})
        report = house.database["reports"].find_one({"assignment_id": PART})
        assert report is not None
        officer.get(f"/tep/{report['files'][0]['file_id']}")
        appraiser.act(f"/phan-viec/{PART}/return", reason="Thiếu")
        for path in (TASK, f"{TASK}?dien-bien=tat-ca", LIVE, f"/phan-viec/{PART}", FIGURES):
            assert officer.get(path).status_code in (200, 303)
        officer.act(FIGURES, period="2025-Q1", value="41,33", measured_on="01/02/2025")
        Person(officer.client.application).get("/dang-nhap")
        officer.get("/bat-dau")

    seen = [row for row in rows if "planSummary" in row]
    assert len(seen) > 60
    whole = {row["ns"].partition(".")[2] for row in seen if "COLLSCAN" in row["planSummary"]}
    assert whole <= SMALL
