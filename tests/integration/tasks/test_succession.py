import datetime as dt

import pytest

from services.tasks.domain.permissions import OfficerRole
from services.tasks.store.officers import contact_card
from services.tasks.usecases.succession import Successions
from shared.events.tasks import (
    AGENCY_CHANGED,
    INDICATOR_DEFINED,
    OFFICER_CHANGED,
    TASK_DEFINED,
    assignment_type,
)
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House
from tests.integration.tasks.test_acts import REPORT

MERGER = dt.datetime(2025, 3, 1, 1, 0, tzinfo=dt.UTC)


def parts_of(house: House, agency: str) -> set[tuple[str, str, str]]:
    rows = house.database["assignments"].find({"agency_code": agency})
    return {(row["task_code"], row["role"], row["state"]) for row in rows}


def test_before_its_day_nothing_moves(loaded: House) -> None:
    loaded.business.set(dt.datetime(2025, 2, 28, 16, 59, tzinfo=dt.UTC))  # 23:59 local

    assert loaded.successions.run() == []
    assert len(parts_of(loaded, "SNV")) == 2


def test_open_parts_move_and_what_is_owed_twice_is_merged(loaded: House) -> None:
    loaded.business.set(MERGER)

    moved = loaded.successions.run()

    assert [(row.agency, row.successor) for row in moved] == [
        ("SLDTBXH", "SNV25"),
        ("SNV", "SNV25"),
    ]
    assert parts_of(loaded, "SNV") == parts_of(loaded, "SLDTBXH") == set()
    # In NV-01 the lead part swallowed the coordinating one; of the two in NV-58 one stays.
    assert parts_of(loaded, "SNV25") == {
        ("NV-01", "lead", "assigned"),
        ("NV-01", "coordinating", "withdrawn"),
        ("NV-58", "coordinating", "assigned"),
        ("NV-58", "coordinating", "withdrawn"),
    }
    assert len(loaded.events(assignment_type("reassigned"))) == 4
    assert len(loaded.events(assignment_type("withdrawn"))) == 2
    assert sum(row.merged for row in moved) == 2


def test_finished_parts_stay_where_they_were_done(loaded: House) -> None:
    done = small_plan.part_id("NV-58", "SNV")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "SNV"), done, report=REPORT)
    loaded.acts.accept(loaded.person(OfficerRole.HEAD, "STP"), done)
    loaded.business.set(MERGER)

    loaded.successions.run()

    assert parts_of(loaded, "SNV") == {("NV-58", "coordinating", "accepted")}


def test_an_heir_never_coordinates_with_itself_even_when_its_leading_part_is_done(
    loaded: House,
) -> None:
    lead = small_plan.part_id("NV-01", "SNV")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "SNV"), lead, report=REPORT)
    loaded.acts.accept(loaded.person(OfficerRole.APPRAISER, "VPUBND"), lead)
    loaded.business.set(MERGER)

    loaded.successions.run()

    kept = loaded.database["assignments"].find_one({"_id": small_plan.part_id("NV-01", "SLDTBXH")})
    assert kept is not None
    assert (kept["state"], kept["agency_code"]) == ("withdrawn", "SNV25")


def test_a_reported_part_keeps_its_report_and_wins_over_an_idle_one(loaded: House) -> None:
    busy = small_plan.part_id("NV-58", "SLDTBXH")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "SLDTBXH"), busy, report=REPORT)
    loaded.business.set(MERGER)

    loaded.successions.run()

    kept = loaded.database["assignments"].find_one({"_id": busy})
    assert kept is not None
    assert (kept["state"], kept["agency_code"], kept["report_count"]) == ("reported", "SNV25", 1)


def test_agencies_tasks_indicators_and_policy_follow(loaded: House) -> None:
    loaded.business.set(MERGER)

    loaded.successions.run()

    task = loaded.database["tasks"].find_one({"code": "NV-01"})
    indicator = loaded.database["indicators"].find_one({"code": "CT-01"})
    plan = loaded.database["plans"].find_one()
    assert task is not None
    assert indicator is not None
    assert plan is not None
    assert (task["lead_agency"], task["lead_agency_at_issue"]) == ("SNV25", "SNV")
    assert indicator["lead_agency"] == "SNV25"
    assert plan["appraisers_now"] == ["SNV25", "VPUBND"]
    assert plan["policies"]["appraisers"] == ["SNV", "VPUBND"]
    assert loaded.part("NV-01", "STC")["lead_agency"] == "SNV25"
    changed = [row["subject"] for row in loaded.events(AGENCY_CHANGED)][len(small_plan.AGENCIES) :]
    assert sorted(changed) == ["agency:SLDTBXH", "agency:SNV", "agency:SNV25", "agency:SNV25"]
    assert len(loaded.events(TASK_DEFINED)) == 3
    assert len(loaded.events(INDICATOR_DEFINED)) == 3


def test_officers_move_with_their_usernames_and_appraise_for_the_heir(loaded: House) -> None:
    officer_id = loaded.account("snv.thamdinh", OfficerRole.APPRAISER, "SNV")
    loaded.business.set(MERGER)

    loaded.successions.run()

    card = contact_card(loaded.database, officer_id)
    assert card is not None
    assert (card.agency_code, card.version) == ("SNV25", 2)
    assert len(loaded.events(OFFICER_CHANGED)) == 2
    found = loaded.sessions.find(loaded.sessions.sign_in("snv.thamdinh", PASSWORD))
    assert found is not None
    part = small_plan.part_id("NV-58", "STP")
    loaded.acts.report(loaded.person(OfficerRole.OFFICER, "STP"), part, report=REPORT)
    assert loaded.acts.accept(found.actor, part)["state"] == "accepted"


def test_a_succession_runs_once(loaded: House) -> None:
    loaded.business.set(MERGER)
    loaded.successions.run()
    before = len(loaded.events())

    assert loaded.successions.run() == []
    assert len(loaded.events()) == before


def test_a_succession_that_died_goes_on(loaded: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class StopError(Exception):
        pass

    def die(*_arguments: object) -> int:
        raise StopError

    loaded.business.set(MERGER)
    with monkeypatch.context() as patch:
        patch.setattr(Successions, "_merge", die)
        with pytest.raises(StopError):
            loaded.successions.run()

    loaded.successions.run()

    assert len(loaded.events(assignment_type("reassigned"))) == 4
    assert len(loaded.events(assignment_type("withdrawn"))) == 2
    agency = loaded.database["agencies"].find_one({"_id": "SLDTBXH"})
    assert agency is not None
    assert (agency["version"], agency["succession"]) == (2, "done")


def test_an_agency_without_a_single_successor_is_left_for_a_person(house: House) -> None:
    ended = small_plan.agency("H-A", valid_to=dt.date(2025, 1, 31))
    part = small_plan.part("NV-58", "H-A", "STP")
    house.loader.apply(
        small_plan.edition(agencies=(*small_plan.AGENCIES, ended), parts=(*small_plan.PARTS, part))
    )

    assert house.successions.run() == []
    assert house.part("NV-58", "H-A")["state"] == "assigned"
