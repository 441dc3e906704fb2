import dataclasses
import datetime as dt
import io
import threading

import pytest

from services.tasks.domain.errors import (
    InvalidError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from services.tasks.domain.permissions import OfficerRole
from services.tasks.queries import api as queries
from services.tasks.store.assignments import Writing, state_of
from services.tasks.usecases import asked
from services.tasks.usecases.acts import Item
from services.tasks.usecases.asked import Report, ResultDocument
from shared.events.tasks import CATALOGUE, AssignmentStatus, Timeliness, assignment_type
from shared.mongo import StaleVersionError
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House

PART = small_plan.part_id("NV-58", "STP")
REPORT = Report(
    note="Đã ban hành quyết định",
    explanation="STC gửi sau",
    document=ResultDocument(number="12/BC-STP", signed_on=dt.date(2025, 2, 2), issuer="Sở Tư pháp"),
)


def outcome(house: House) -> tuple[str, int, int]:
    row = house.part("NV-58", "STP")
    return row["state"], row["version"], len(house.history("NV-58", "STP"))


def test_a_part_goes_from_assigned_to_accepted_with_history_and_events(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    appraiser = loaded.person(OfficerRole.APPRAISER, "SNV")

    loaded.acts.start(officer, PART, version=1)
    loaded.acts.note(officer, PART, text="Đang lấy ý kiến", version=2)
    loaded.acts.report(officer, PART, report=REPORT, version=3)
    loaded.acts.return_(appraiser, PART, reason="Thiếu phụ lục", version=4)
    loaded.acts.report(officer, PART, report=REPORT, version=5)
    done = loaded.acts.accept(appraiser, PART, version=6)

    assert (done["state"], done["version"], done["report_count"]) == ("accepted", 7, 2)
    assert outcome(loaded)[:2] == ("accepted", 7)
    history = loaded.history("NV-58", "STP")
    assert [row["act"] for row in history] == [
        "assigned",
        "started",
        "noted",
        "reported",
        "returned",
        "reported",
        "accepted",
    ]
    assert history[4]["note"] == "Thiếu phụ lục"
    assert history[4]["before"]["state"] == "reported"
    assert history[4]["after"]["state"] == "in_progress"
    assert history[4]["by_agency"] == "SNV"
    found = loaded.events(assignment_type("accepted"))
    state = CATALOGUE.decode_data(assignment_type("accepted"), found[0]["body"].encode())
    assert state.version == 7
    assert state.timing(loaded.clock.today()).timeliness is Timeliness.DONE_ON_TIME
    assert found[0]["key"] == small_plan.task_id("NV-58")


def test_no_event_of_tasks_holds_free_text_or_names(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")

    loaded.acts.report(officer, PART, report=REPORT)

    bodies = "".join(row["body"] for row in loaded.events())
    assert "ban hành quyết định" not in bodies
    assert "12/BC-STP" not in bodies
    assert "Nguyễn" not in bodies


def test_reports_are_numbered_and_keep_what_was_decided(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    appraiser = loaded.person(OfficerRole.APPRAISER, "VPUBND")
    loaded.acts.report(officer, PART, report=REPORT)
    loaded.acts.return_(appraiser, PART, reason="Thiếu")
    loaded.acts.report(officer, PART, report=REPORT)
    loaded.acts.accept(appraiser, PART, note="Đạt")

    reports = queries.assignment(loaded.database, PART)["reports"]

    assert [(row["number"], row["decision"]["act"]) for row in reports] == [
        (1, "returned"),
        (2, "accepted"),
    ]
    assert reports[0]["decision"]["reason"] == "Thiếu"
    assert reports[0]["document"]["number"] == "12/BC-STP"
    assert loaded.part("NV-58", "STP")["evidence_count"] == 2


def test_a_stale_version_is_refused_with_what_changed(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    loaded.acts.start(officer, PART, version=1)

    with pytest.raises(StaleVersionError) as caught:
        loaded.acts.report(officer, PART, report=REPORT, version=1)

    assert caught.value.current["version"] == 2
    changes = queries.changes_since(loaded.database, caught.value.current, 1)
    assert [row["act"] for row in changes] == ["started"]
    assert outcome(loaded) == ("in_progress", 2, 2)


def test_of_two_writers_one_wins_and_the_other_is_stale(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def write() -> None:
        barrier.wait()
        try:
            loaded.acts.start(officer, PART, version=1)
        except StaleVersionError:
            outcomes.append("stale")
        else:
            outcomes.append("done")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "stale", "stale", "stale"]
    assert outcome(loaded) == ("in_progress", 2, 2)
    assert len(loaded.events(assignment_type("started"))) == 1


@pytest.mark.parametrize(
    ("role", "agency", "reason"),
    [
        (OfficerRole.HEAD, "STC", "not_appraiser"),
        (OfficerRole.APPRAISER, "STC", "not_appraiser"),
        (OfficerRole.APPRAISER, "STP", "own_agency"),
        (OfficerRole.ADMINISTRATOR, "SNV", "role"),
    ],
)
def test_a_report_is_not_accepted_by_the_wrong_person(
    loaded: House, role: OfficerRole, agency: str, reason: str
) -> None:
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STP"), PART, report=REPORT)
    before = len(loaded.events())

    with pytest.raises(NotAllowedError) as caught:
        loaded.acts.accept(loaded.person(role, agency), PART)

    assert caught.value.code == reason
    assert len(loaded.events()) == before


def test_a_refused_act_leaves_nothing(loaded: House) -> None:
    before, events = outcome(loaded), len(loaded.events())

    with pytest.raises(WrongStateError):
        loaded.acts.accept(loaded.person(OfficerRole.APPRAISER, "SNV"), PART)
    with pytest.raises(InvalidError):
        loaded.acts.report(
            loaded.person(OfficerRole.OFFICER, "STP"), PART, report=Report(note="Xong")
        )

    assert outcome(loaded) == before
    assert len(loaded.events()) == events
    assert loaded.database["reports"].count_documents({}) == 0


def test_open_required_parts_want_an_explanation(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    unexplained = Report(note="Xong", document=REPORT.document)

    with pytest.raises(InvalidError, match="required_parts_open"):
        loaded.acts.report(officer, PART, report=unexplained)

    other = small_plan.part_id("NV-58", "STC")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STC"), other, report=REPORT)
    loaded.acts.accept(loaded.person(OfficerRole.HEAD, "STP"), other)
    assert loaded.acts.report(officer, PART, report=unexplained)["state"] == "reported"


def test_a_report_links_its_files_and_an_unlinked_one_is_swept(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    content = b"%PDF-1.7\n" + b"x" * 100
    linked = loaded.files.store(io.BytesIO(content), "Quyết định.pdf")
    orphan = loaded.files.store(io.BytesIO(content), "mo coi.pdf")

    loaded.acts.report(officer, PART, report=Report(note="Xong", explanation="e", files=(linked,)))
    loaded.system.set(dt.datetime(2199, 1, 1, tzinfo=dt.UTC))

    assert loaded.files.sweep() == 1
    kept = loaded.files.open(linked.file_id)
    assert b"".join(kept.chunks) == content
    assert kept.linked_to == PART
    with pytest.raises(NotFoundError):
        loaded.files.open(orphan.file_id)


def test_an_acceptance_is_taken_back_with_a_reason(loaded: House) -> None:
    manager = loaded.person(OfficerRole.PLAN_MANAGER, "SNV")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STP"), PART, report=REPORT)
    loaded.acts.accept(loaded.person(OfficerRole.APPRAISER, "SNV"), PART)

    again = loaded.acts.reopen(manager, PART, reason="Nhầm tệp")

    assert (again["state"], again["accepted_on"]) == (AssignmentStatus.IN_PROGRESS.value, None)


def test_an_unknown_part_is_not_found(loaded: House) -> None:
    with pytest.raises(NotFoundError):
        loaded.acts.start(loaded.person(OfficerRole.OFFICER, "STP"), "khong-co")


def test_a_played_act_is_marked_in_the_history(loaded: House) -> None:
    loaded.acts.start(loaded.person(OfficerRole.OFFICER, "STP"), PART, demonstration=True)

    assert [row["demonstration"] for row in loaded.history("NV-58", "STP")] == [False, True]


def test_an_act_sees_what_those_before_it_in_the_same_request_have_changed(loaded: House) -> None:
    """The lead agency accepts the required part and reports its own, which that part held back."""
    needed = small_plan.part_id("NV-58", "STC")
    head = loaded.person(OfficerRole.HEAD, "STP")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STC"), needed, report=REPORT)
    without_excuse = dataclasses.replace(REPORT, explanation="")
    report = Item(assignment_id=PART, asked=asked.report(without_excuse))
    with pytest.raises(InvalidError, match="required_parts_open") as caught:
        loaded.acts.together(head, [report])
    assert caught.value.item == 0

    done = loaded.acts.together(head, [Item(assignment_id=needed, asked=asked.accept()), report])

    assert [one["state"] for one in done] == ["accepted", "reported"]
    assert outcome(loaded)[0] == "reported"


def test_what_somebody_else_changed_meanwhile_is_not_written_over(loaded: House) -> None:
    writing = Writing(loaded.database, loaded.outbox, [PART])
    before = writing.get(PART)
    loaded.acts.start(loaded.person(OfficerRole.OFFICER, "STP"), PART)
    state = state_of(before)

    writing.save(before, dataclasses.replace(state, version=state.version + 1))

    with pytest.raises(StaleVersionError) as caught:
        writing.flush()
    assert caught.value.current["version"] == 2
    assert outcome(loaded) == ("in_progress", 2, 2)
