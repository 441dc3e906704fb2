"""The words of reminders, in Vietnamese and English."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.bootstrap import TEXTS
from services.notify.domain.messages import Subject, email, text_message
from services.notify.domain.sms import Encoding
from shared.calendar import WorkingCalendar, load_calendar
from shared.texts import Texts
from tests.unit.notify.conftest import AGENCY, TASK, make_assignment

LINK = "https://cchc.sonla.gov.vn/phan-viec/0197b2c4-7d1e-7a53-9c1b-2f4de0a81c55"
HOME = "https://cchc.sonla.gov.vn"
WORDS = Texts.load([TEXTS])
CALENDAR = load_calendar()


def subject(today: dt.date, **changes: Any) -> Subject:
    link = changes.pop("link", LINK)
    return Subject(
        state=make_assignment(**changes),
        task=TASK,
        agency=AGENCY,
        today=today,
        link=link,
        home=HOME,
        province="Sơn La",
    )


@pytest.mark.parametrize(
    ("today", "title", "text"),
    [
        (
            dt.date(2025, 6, 19),
            "[CCHC] NV-61 còn 7 ngày làm việc, hạn 30/06/2025",
            "CCHC Son La: NV-61 con 7 ngay lam viec, han 30/06/2025.",
        ),
        (
            dt.date(2025, 6, 30),
            "[CCHC] NV-61 đến hạn hôm nay, 30/06/2025",
            "CCHC Son La: NV-61 den han hom nay, 30/06/2025.",
        ),
        (
            dt.date(2025, 7, 7),
            "[CCHC] NV-61 quá hạn 7 ngày, hạn 30/06/2025",
            "CCHC Son La: NV-61 qua han 7 ngay, han 30/06/2025.",
        ),
    ],
)
def test_the_day_decides_what_is_said(
    today: dt.date, title: str, text: str, texts: Texts, calendar: WorkingCalendar
) -> None:
    about = subject(today)

    assert email(about, texts, calendar, "vi").subject == title
    assert text_message(about, texts, calendar, "vi").lines == (f"{text} Xem {LINK}",)


def test_before_a_day_of_rest_it_says_that_today_is_the_last_working_day(
    texts: Texts, calendar: WorkingCalendar
) -> None:
    about = subject(dt.date(2025, 6, 27), due_on=dt.date(2025, 6, 29))

    assert email(about, texts, calendar, "vi").subject == (
        "[CCHC] NV-61 hạn 29/06/2025, hôm nay là ngày làm việc cuối cùng trước hạn"
    )


def test_the_mail_names_agency_role_task_product_and_link_but_no_person(
    texts: Texts, calendar: WorkingCalendar
) -> None:
    mail = email(subject(dt.date(2025, 6, 19)), texts, calendar, "vi")

    assert mail.lines[0] == "Kính gửi: Sở Nội vụ tỉnh Sơn La"
    assert "phần việc chủ trì" in mail.lines[1]
    assert mail.lines[2] == "Nội dung: Rà soát, sắp xếp lại đơn vị sự nghiệp công lập"
    assert mail.lines[3] == "Sản phẩm: Đề án đã phê duyệt"
    assert mail.link == LINK


@pytest.mark.parametrize(
    ("period", "name"),
    [
        ("2025", "NV-61 còn"),
        ("2025-01", "NV-61 tháng 01/2025 còn"),
        ("2025-Q2", "NV-61 quý II/2025 còn"),
        ("2025-H1", "NV-61 6 tháng đầu năm 2025 còn"),
        ("2025-06-25", "NV-61 kỳ 25/06/2025 còn"),
    ],
)
def test_the_period_of_recurring_work_is_named(
    period: str, name: str, texts: Texts, calendar: WorkingCalendar
) -> None:
    about = subject(dt.date(2025, 6, 19), period=period)

    assert email(about, texts, calendar, "vi").subject.startswith(f"[CCHC] {name}")


def test_english_officers_read_english(texts: Texts, calendar: WorkingCalendar) -> None:
    about = subject(dt.date(2025, 6, 19))

    assert email(about, texts, calendar, "en").subject == (
        "[PAR] NV-61 due in 7 working days, 30/06/2025"
    )
    assert text_message(about, texts, calendar, "en").lines[0].startswith("PAR Son La: NV-61 due")


def test_a_link_too_long_for_one_part_gives_way_to_the_start_page(
    texts: Texts, calendar: WorkingCalendar
) -> None:
    about = subject(dt.date(2025, 6, 19), link=LINK + "x" * 60)

    assert text_message(about, texts, calendar, "vi").lines[0].endswith(f"Xem {HOME}")


@given(
    today=st.dates(dt.date(2025, 1, 1), dt.date(2026, 6, 30)),
    due_on=st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    period=st.sampled_from(["2025", "2025-12", "2025-Q4", "2025-H2", "2025-12-25"]),
    extra=st.integers(0, 120),
    locale=st.sampled_from(["vi", "en"]),
)
def test_every_sms_is_one_plain_part(
    today: dt.date, due_on: dt.date, period: str, extra: int, locale: str
) -> None:
    about = subject(today, due_on=due_on, period=period, link=LINK + "x" * extra)
    message = text_message(about, WORDS, CALENDAR, locale)

    assert message.parts == 1
    assert message.encoding == Encoding.GSM7
    assert "Mai" not in message.lines[0]
    assert not set(message.lines[0]) & set("[](){}#&")
    assert "NV-61" in message.lines[0]
    assert f"{due_on:%d/%m/%Y}" in message.lines[0]


def test_a_task_that_is_not_known_yet_leaves_its_lines_out(
    texts: Texts, calendar: WorkingCalendar
) -> None:
    about = subject(dt.date(2025, 6, 19))
    without = dataclasses.replace(about, task=None)

    lines, fewer = (email(one, texts, calendar, "vi").lines for one in (about, without))
    assert len(fewer) == len(lines) - 2
    assert not any(TASK.title in line or TASK.product in line for line in fewer)


def test_an_sms_too_long_even_without_a_link_is_cut_to_one_part(
    texts: Texts, calendar: WorkingCalendar
) -> None:
    about = dataclasses.replace(subject(dt.date(2025, 6, 19)), province="S" * 200)

    message = text_message(about, texts, calendar, "vi")
    assert (len(message.lines[0]), message.parts) == (160, 1)
