"""What people do to each other on a part goes out once, by real e-mail, to whom it concerns."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from shared.events.tasks import (
    MENTION_MADE,
    NUDGE_MADE,
    OFFICER_CHANGED,
    AssignmentStatus,
    Change,
    MentionMade,
    NudgeMade,
    RequestKind,
    RequestState,
    RequestStatus,
    request_type,
)
from tests.integration.notify.conftest import FarEnd, World, local, officer

NOW = Change(act="request_made", by="o-lanhdao", at=local("2025-06-16T07:00"), has_note=True)
ASKED = RequestState(
    request_id="r1",
    version=1,
    change=NOW,
    task_id="t61",
    assignment_id="a1",
    kind=RequestKind.EXTENSION,
    state=RequestStatus.PENDING,
    asked_by="o-lanhdao",
    proposed_due_on=dt.date(2025, 7, 15),
)
NUDGE = NudgeMade(nudge_id="n1", version=1, change=NOW, task_id="t61", assignment_id="a1")
MENTION = MentionMade(
    comment_id="c1",
    version=1,
    change=NOW,
    task_id="t61",
    assignment_id="a1",
    officer_ids=("o-canbo", "o-khong-co"),
)


@pytest.fixture
def known(world: World) -> World:
    """A part with its people, and a leader at the agency that decides."""
    world.hear_plan()
    world.hear_people()
    world.hear(OFFICER_CHANGED, officer("chutich", "leader", "", agency_code="UBND"))
    world.hear(OFFICER_CHANGED, officer("chuyenvien", "officer", "", agency_code="UBND"))
    world.hear_assignment(due_on=dt.date(2025, 6, 30))
    return world


def decided(state: RequestStatus, **fields: Any) -> RequestState:
    return dataclasses.replace(ASKED, version=2, state=state, decided_by="o-chutich", **fields)


def sent(world: World, far_end: FarEnd) -> list[tuple[str, str]]:
    world.send()
    return sorted((mail.to, mail.subject) for mail in far_end.arrived("email"))


def test_a_request_is_told_to_who_decides_and_its_outcome_to_who_asked(
    known: World, far_end: FarEnd
) -> None:
    known.hear(request_type("made"), ASKED)
    made = "[CCHC] NV-61: Sở Nội vụ tỉnh Sơn La xin gia hạn đến 15/07/2025"
    assert sent(known, far_end) == [("chutich@sonla.test", made)]
    [mail] = far_end.arrived("email")
    assert "http://tasks.test/kien-nghi/r1" in mail.text
    assert "từ 30/06/2025 đến 15/07/2025" in mail.text

    known.hear(request_type("granted"), decided(RequestStatus.GRANTED))

    assert sent(known, far_end)[1] == (
        "lanhdao@sonla.test",
        "[CCHC] NV-61 được gia hạn đến 15/07/2025",
    )
    assert known.states() == ["accepted"] * 2
    assert {row["rule_id"] for row in known.deliveries()} == {"extension_made", "extension_granted"}


@pytest.mark.parametrize(
    ("state", "subject"),
    [
        (RequestStatus.REFUSED, "[CCHC] NV-61: không đồng ý trả lại nhiệm vụ"),
        (RequestStatus.CANCELLED, "[CCHC] NV-61: kiến nghị trả lại nhiệm vụ đã kết thúc"),
    ],
)
def test_a_declined_task_is_told_too(
    known: World, far_end: FarEnd, state: RequestStatus, subject: str
) -> None:
    request = decided(state, kind=RequestKind.DECLINE, proposed_due_on=None)

    known.hear(request_type(state.value), request)

    to = "lanhdao@sonla.test" if state is RequestStatus.REFUSED else "chutich@sonla.test"
    assert sent(known, far_end) == [(to, subject)]


def test_the_same_event_again_sends_nothing_more(known: World, far_end: FarEnd) -> None:
    for _ in range(2):
        known.hear(request_type("made"), ASKED)
        known.hear(NUDGE_MADE, NUDGE)

    assert len(sent(known, far_end)) == 3


def test_an_urging_reaches_the_people_of_the_part(known: World, far_end: FarEnd) -> None:
    known.hear(NUDGE_MADE, NUDGE)

    assert sent(known, far_end) == [
        (f"{name}@sonla.test", "[CCHC] Đôn đốc NV-61, hạn 30/06/2025")
        for name in ("canbo", "lanhdao")
    ]


def test_an_urging_that_a_report_overtook_does_not_go_out(known: World, far_end: FarEnd) -> None:
    known.hear(NUDGE_MADE, NUDGE)
    known.hear_assignment("reported", version=2, state=AssignmentStatus.REPORTED)

    assert sent(known, far_end) == []
    assert known.states() == ["cancelled"] * 2


def test_a_mention_reaches_whom_it_names_and_no_one_unknown(known: World, far_end: FarEnd) -> None:
    known.hear(MENTION_MADE, MENTION)

    assert sent(known, far_end) == [("canbo@sonla.test", "[CCHC] NV-61: có ý kiến nhắc tên")]


def test_what_happened_long_ago_or_to_an_unknown_part_is_not_told(known: World) -> None:
    known.hear(MENTION_MADE, dataclasses.replace(MENTION, assignment_id="a9"))
    known.clock("2025-06-20T08:00")
    known.hear(NUDGE_MADE, NUDGE)

    assert known.deliveries() == []
    assert known.database["reminders"].count_documents({"rule_id": "nudge"}) == 0
