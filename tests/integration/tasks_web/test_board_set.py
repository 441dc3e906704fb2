"""Which cards a board has: of the real plan, against the rules of time and roll-up."""

from collections import Counter, defaultdict

import pytest

from services.tasks.domain import rollup as rules
from services.tasks.domain.rollup import TaskStatus
from services.tasks.queries import board
from services.tasks.queries.board import Picked, Wanted
from services.tasks.store.assignments import state_of
from services.tasks.web.words import near_until
from shared.events.tasks import AssignmentState, AssignmentStatus, Role, Timeliness
from shared.fold import fold
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import PLAN_ID, TODAY

LEADS = Wanted(plan_id=PLAN_ID, role="lead")
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def picked(house: House, wanted: Wanted) -> list[Picked]:
    return board.pick(house.database, wanted, today=TODAY, near_until=near_until(TODAY))


def leads(house: House) -> dict[str, list[AssignmentState]]:
    rows = house.database["assignments"].find({"role": "lead", "state": {"$ne": "withdrawn"}})
    found = defaultdict(list)
    for row in rows:
        found[row["task_code"]].append(state_of(row))
    return found


def test_the_province_has_one_card_for_each_task(played: House) -> None:
    codes = Counter(card.code for card in picked(played, LEADS))

    assert len(codes) == played.database["tasks"].count_documents({}) > 70
    assert set(codes.values()) == {1}


def test_a_recurring_task_shows_its_oldest_unfinished_period_and_counts_the_finished(
    played: House,
) -> None:
    cards = {card.code: card for card in picked(played, LEADS)}
    recurring = {code: parts for code, parts in leads(played).items() if len(parts) > 1}

    assert len(recurring) > 10
    for code, parts in recurring.items():
        begun = [part for part in parts if part.opens_on <= TODAY]
        waiting = [part for part in begun if part.state is not AssignmentStatus.ACCEPTED]
        done = [part for part in begun if part.state is AssignmentStatus.ACCEPTED]
        expected = min(waiting or done, key=lambda part: part.due_on)
        if not waiting:
            expected = max(done, key=lambda part: part.due_on)
        assert cards[code].id == expected.assignment_id
        assert (cards[code].done_periods, cards[code].periods) == (len(done), len(parts))


def test_late_on_the_board_is_late_by_the_one_rule(played: House) -> None:
    every = {
        row["_id"]: state_of(row).timing(TODAY).timeliness is Timeliness.OVERDUE
        for row in played.database["assignments"].find({"role": {"$ne": "following"}})
    }
    cards = picked(played, Wanted(plan_id=PLAN_ID))

    assert sum(card.late for card in cards) > 100
    assert [card.code for card in cards if card.late is not every[card.id]] == []


def test_the_columns_agree_with_the_roll_up_of_finished_tasks(played: House) -> None:
    done = {
        code
        for code, parts in leads(played).items()
        if rules.rollup(parts, TODAY).state is TaskStatus.DONE
    }
    cards = {card.code: card for card in picked(played, LEADS)}

    assert done
    assert {cards[code].kind for code in done} == {"done"}
    unfinished = [card for card in cards.values() if card.kind == "done" and card.code not in done]
    assert all(card.done_periods < card.periods for card in unfinished)


def test_an_agency_has_a_card_for_each_of_its_parts_in_any_role(played: House) -> None:
    cards = picked(played, Wanted(plan_id=PLAN_ID, agency="STC25"))
    held = played.database["assignments"].distinct(
        "task_id",
        {
            "agency_code": "STC25",
            "state": {"$ne": "withdrawn"},
            "opens_on": {"$lte": TODAY.isoformat()},
        },
    )
    roles = {
        row["role"] for row in board.cards(played.database, [card.id for card in cards]).values()
    }

    assert {card.agency_code for card in cards} == {"STC25"}
    assert len(cards) == len(held)
    assert roles == {Role.LEAD, Role.COORDINATING}


def test_search_forgives_marks_case_and_the_stroke_of_d(played: House) -> None:
    def codes(words: str) -> set[str]:
        return {card.code for card in picked(played, Wanted(plan_id=PLAN_ID, words=words))}

    assert "NV-61" in codes("nha dat")
    assert codes("Nhà Đất") == codes("NHA DAT") == codes("nhà đất")
    assert codes("nv-61") == {"NV-61"}
    assert codes("so tai chinh NV-61") == {"NV-61"}
    assert codes("khong co gi nhu the") == set()
    assert codes("(.*") == set()


def test_what_was_typed_with_marks_ranks_before_what_only_sounds_like_it(played: House) -> None:
    parts = played.database["assignments"]
    changed = {"NV-10": "Sửa đường tỉnh 105", "NV-11": "Nuôi dưỡng người có công"}
    before = {row["_id"]: row for row in parts.find({"task_code": {"$in": [*changed]}})}
    try:
        for code, title in changed.items():
            found = {"$set": {"title": title, "search": f"{code} {fold(title)}".lower()}}
            parts.update_many({"task_code": code}, found)

        marked = {
            card.code: card.missed
            for card in picked(played, Wanted(plan_id=PLAN_ID, role="lead", words="ĐƯỜNG"))
        }
        bare = {
            card.code: card.missed
            for card in picked(played, Wanted(plan_id=PLAN_ID, role="lead", words="duong"))
        }
    finally:
        for row in before.values():
            parts.replace_one({"_id": row["_id"]}, row)

    assert {code: marked[code] for code in changed} == {"NV-10": 0, "NV-11": 1}
    assert {code: bare[code] for code in changed} == {"NV-10": 0, "NV-11": 0}
    assert marked.keys() == bare.keys()
