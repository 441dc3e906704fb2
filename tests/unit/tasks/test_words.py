"""Deadlines and states in words, as guides and mocks show them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import services.tasks
from services.tasks.web.words import Due, due, near_until, state_kind
from shared.texts import Texts

TEXTS = Texts.load([Path(services.tasks.__file__).parent / "texts_board.csv"])
TODAY = dt.date(2025, 6, 16)


def t(key: str, **params: object) -> str:
    return TEXTS.get(key, "vi", **params)


def part(**new: Any) -> dict[str, Any]:
    new.setdefault("original_due_on", new.setdefault("due_on", "2025-11-30"))
    return {
        "role": "lead",
        "state": "in_progress",
        "opens_on": "2024-12-24",
        "no_deadline": False,
        "reported_on": None,
        "accepted_on": None,
        "return_count": 0,
    } | new


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (part(), Due("plain", "30/11/2025")),
        (part(due_on="2025-06-30"), Due("near", "30/06 · còn 14 ngày")),
        (
            part(due_on="2025-07-01", original_due_on="2025-06-15"),
            Due("plain", "Gia hạn đến 01/07/2025"),
        ),
        (part(due_on="2025-06-16"), Due("today", "Đến hạn hôm nay")),
        (part(due_on="2025-05-31"), Due("late", "Quá hạn 16 ngày")),
        (part(state="reported", due_on="2025-06-15"), Due("plain", "Đã nộp, hạn 15/06")),
        (
            part(state="accepted", due_on="2025-06-01", reported_on="2025-06-01"),
            Due("done", "Xong đúng hạn"),
        ),
        (
            part(state="accepted", due_on="2025-06-01", reported_on="2025-06-05"),
            Due("done_late", "Xong quá hạn 4 ngày"),
        ),
        (part(no_deadline=True, due_on="2025-12-31"), Due("all_year", "Cả năm 2025")),
        (part(opens_on="2025-07-01"), Due("plain", "Chưa đến kỳ, hạn 30/11/2025")),
        (part(state="withdrawn", due_on="2025-03-31"), Due("plain", "31/03/2025")),
    ],
)
def test_a_deadline_is_said_in_the_words_of_the_guide(document: dict[str, Any], said: Due) -> None:
    assert due(document, TODAY, t) == said


def test_near_means_ten_working_days_and_not_fourteen_days() -> None:
    # Thursday 24/04/2025: Saturday 26/04 is worked, 30/04 to 04/05 are off.
    assert near_until(TODAY) == dt.date(2025, 6, 30)
    assert near_until(dt.date(2025, 4, 24)) == dt.date(2025, 5, 12)


@pytest.mark.parametrize(
    ("state", "returns", "kind"),
    [
        ("assigned", 0, "todo"),
        ("in_progress", 0, "doing"),
        ("in_progress", 2, "returned"),
        ("reported", 2, "review"),
        ("accepted", 1, "done"),
        ("withdrawn", 0, "withdrawn"),
    ],
)
def test_returned_work_is_told_apart_only_while_it_is_in_progress(
    state: str, returns: int, kind: str
) -> None:
    assert state_kind(part(state=state, return_count=returns)) == kind
