import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, Evidence
from services.tasks.domain.errors import DomainError, InvalidError, WrongStateError
from services.tasks.domain.permissions import Act
from shared.events.tasks import ASSIGNMENT_ACTS, AssignmentState, AssignmentStatus, Role
from tests.unit.tasks.samples import AT, TODAY, by, part

GOOD = Evidence(note="Đã ban hành kế hoạch", has_document=True)
ACTS: dict[Act, Callable[[AssignmentState], Acted]] = {
    Act.START: lambda state: rules.start(state, by()),
    Act.NOTE: lambda state: rules.note(state, by(), text="Đang lấy ý kiến"),
    Act.REPORT: lambda state: rules.report(state, by(), evidence=GOOD),
    Act.TAKE_BACK: lambda state: rules.take_back(state, by()),
    Act.ACCEPT: lambda state: rules.accept(state, by()),
    Act.RETURN: lambda state: rules.return_(state, by(), reason="Thiếu số liệu"),
    Act.REOPEN: lambda state: rules.reopen(state, by(), reason="Sai kỳ"),
    Act.SET_DEADLINE: lambda state: rules.set_deadline(
        state, by(), due_on=state.due_on + dt.timedelta(days=10), why="extension"
    ),
    Act.REASSIGN: lambda state: rules.reassign(
        state, by(), agency_code=f"{state.agency_code}X", why="succession"
    ),
    Act.WITHDRAW: lambda state: rules.withdraw(state, by(), why="merged"),
}
WALKS = st.lists(st.sampled_from(list(ACTS)), max_size=25)


@pytest.mark.parametrize(
    ("act", "before", "after", "event", "change"),
    [
        (Act.START, "assigned", "in_progress", "started", "started"),
        (Act.REPORT, "assigned", "reported", "reported", "reported"),
        (Act.REPORT, "in_progress", "reported", "reported", "reported"),
        (Act.TAKE_BACK, "reported", "in_progress", "started", "taken_back"),
        (Act.ACCEPT, "reported", "accepted", "accepted", "accepted"),
        (Act.RETURN, "reported", "in_progress", "returned", "returned"),
        (Act.REOPEN, "accepted", "in_progress", "reopened", "reopened"),
        (Act.SET_DEADLINE, "in_progress", "in_progress", "deadline_changed", "deadline_changed"),
        (Act.REASSIGN, "reported", "reported", "reassigned", "reassigned"),
        (Act.WITHDRAW, "reported", "withdrawn", "withdrawn", "withdrawn"),
        (Act.NOTE, "in_progress", "in_progress", None, "noted"),
    ],
)
def test_each_act_leads_where_the_table_says(
    act: Act, before: str, after: str, event: str | None, change: str
) -> None:
    acted = ACTS[act](part(state=AssignmentStatus(before)))

    assert acted.state.state.value == after
    assert acted.event == event
    assert acted.state.change.act == change
    assert acted.state.change.at == AT
    assert event is None or event in ASSIGNMENT_ACTS


@pytest.mark.parametrize("act", list(ACTS))
@pytest.mark.parametrize("status", list(AssignmentStatus))
def test_an_act_outside_its_states_is_refused(act: Act, status: AssignmentStatus) -> None:
    state = part(state=status)

    if status in rules.FROM[act]:
        ACTS[act](state)
    else:
        with pytest.raises(WrongStateError, match=f"error.state.{status.value}"):
            ACTS[act](state)


@given(WALKS)
def test_only_a_report_leads_to_acceptance_and_each_act_raises_the_version(
    walk: list[Act],
) -> None:
    state = part()
    for act in walk:
        before = state
        try:
            acted = ACTS[act](state)
        except DomainError:
            continue
        state = acted.state
        assert state.version == before.version + 1
        if state.state is AssignmentStatus.ACCEPTED:
            assert before.state is AssignmentStatus.REPORTED
            assert state.reported_on is not None
        assert state.original_due_on == before.original_due_on
        assert (state.accepted_on is not None) == (state.state is AssignmentStatus.ACCEPTED)
        assert state.report_count >= state.return_count


@given(WALKS)
def test_nothing_leaves_a_withdrawn_part(walk: list[Act]) -> None:
    state = part(state=AssignmentStatus.WITHDRAWN)

    for act in walk:
        with pytest.raises(WrongStateError):
            ACTS[act](state)


@pytest.mark.parametrize("act", [Act.START, Act.NOTE, Act.REPORT])
def test_work_on_a_period_that_has_not_come_is_refused(act: Act) -> None:
    state = part(opens_on=TODAY + dt.timedelta(days=1))

    with pytest.raises(WrongStateError, match="not_open_yet"):
        ACTS[act](state)


def test_work_begins_on_the_opening_day_itself() -> None:
    assert ACTS[Act.START](part(opens_on=TODAY)).state.state is AssignmentStatus.IN_PROGRESS


@pytest.mark.parametrize(
    ("evidence", "field", "key"),
    [
        (Evidence(note=" "), "note", "error.note_missing"),
        (Evidence(note="Xong"), "explanation", "error.evidence_missing"),
        (
            Evidence(note="Xong", files=1, open_required=2),
            "explanation",
            "error.required_parts_open",
        ),
    ],
)
def test_a_report_without_text_proof_or_explanation_is_refused(
    evidence: Evidence, field: str, key: str
) -> None:
    with pytest.raises(InvalidError, match=key) as caught:
        rules.report(part(), by(), evidence=evidence)

    assert caught.value.field == field


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(note="Xong", files=1),
        Evidence(note="Xong", has_document=True),
        Evidence(note="Xong", explanation="Chưa có dấu"),
        Evidence(note="Xong", files=1, explanation="STC chưa gửi", open_required=1),
    ],
)
def test_a_report_with_proof_or_explanation_is_taken(evidence: Evidence) -> None:
    reported = rules.report(part(), by(), evidence=evidence).state

    assert (reported.reported_on, reported.report_count) == (TODAY, 1)


def test_a_return_counts_and_needs_a_reason() -> None:
    state = part(state=AssignmentStatus.REPORTED, return_count=1)

    assert rules.return_(state, by(), reason="Thiếu").state.return_count == 2
    with pytest.raises(InvalidError, match="reason_missing"):
        rules.return_(state, by(), reason="  ")


def test_a_new_deadline_counts_and_keeps_the_original_one() -> None:
    moved = ACTS[Act.SET_DEADLINE](part()).state

    assert moved.deadline_version == 2
    assert moved.original_due_on == part().due_on
    assert moved.due_on == part().due_on + dt.timedelta(days=10)


def test_a_deadline_before_the_opening_day_is_refused() -> None:
    with pytest.raises(InvalidError, match="due_before_opening"):
        rules.set_deadline(part(), by(), due_on=dt.date(2024, 1, 1), why="correction")


def test_a_part_is_not_given_to_the_agency_that_has_it() -> None:
    with pytest.raises(InvalidError, match="same_agency"):
        rules.reassign(part(), by(), agency_code="STP", why="ruling")


def test_a_reassigned_part_loses_its_handler_and_keeps_its_state() -> None:
    state = part(state=AssignmentStatus.REPORTED, handler_id="o", report_count=1)

    moved = rules.reassign(state, by(), agency_code="SNV25", why="succession").state

    assert (moved.handler_id, moved.state, moved.report_count) == (None, state.state, 1)
    assert moved.change.why == "succession"


@pytest.mark.parametrize("act", [Act.START, Act.NOTE, Act.REPORT])
def test_an_agency_that_follows_has_nothing_to_report(act: Act) -> None:
    with pytest.raises(WrongStateError, match="following"):
        ACTS[act](part(role=Role.FOLLOWING))
