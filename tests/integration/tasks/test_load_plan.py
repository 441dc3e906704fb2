import datetime as dt

import pytest

from services.tasks.domain.errors import PlanBusyError, WrongStateError
from services.tasks.domain.permissions import OfficerRole
from services.tasks.usecases import load_plan
from shared.events.tasks import CATALOGUE, PLAN_APPLIED
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House


class StopError(Exception):
    """The process dies here."""


def stop_after(rows: int) -> object:
    def progress(done: int, _total: int) -> None:
        if done >= rows:
            raise StopError

    return progress


def counts(house: House) -> dict[str, int]:
    names = ("agencies", "indicators", "tasks", "assignments", "history", "outbox")
    return {name: house.database[name].count_documents({}) for name in names}


FULL = {
    "agencies": 7,
    "indicators": 2,
    "tasks": 2,
    "assignments": 7,
    "history": 7,
    "outbox": 7 + 2 + 2 + 7 + 1,
}


def test_a_load_makes_every_row_and_tells_the_edition_last(house: House) -> None:
    loaded = house.loader.apply(small_plan.edition())

    assert counts(house) == FULL
    assert (loaded.made, loaded.resumed) == (18, False)
    events = house.events()
    assert [row["type"] for row in events].index(PLAN_APPLIED) == len(events) - 1
    told = CATALOGUE.decode_data(PLAN_APPLIED, events[-1]["body"].encode())
    assert told.applied_at == house.clock.now()
    plan = house.database["plans"].find_one()
    assert plan is not None
    assert (plan["applying"], plan["edition"]) == (False, 1)


def test_loading_twice_changes_nothing(loaded: House) -> None:
    loaded.business.advance(dt.timedelta(days=1))

    again = loaded.loader.apply(small_plan.edition())

    assert again.made == 0
    assert counts(loaded) == FULL


@pytest.mark.parametrize("rows", [7, 9, 11, 13, 18])
def test_a_load_that_died_anywhere_goes_on_and_ends_the_same(
    house: House, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_plan, "PARTS_AT_ONCE", 2)
    with pytest.raises(StopError):
        house.loader.apply(small_plan.edition(), progress=stop_after(rows))  # type: ignore[arg-type]
    assert house.events(PLAN_APPLIED) == []

    resumed = house.loader.apply(small_plan.edition())

    assert resumed.resumed
    assert counts(house) == FULL


def test_acts_wait_while_an_edition_is_being_applied(house: House) -> None:
    with pytest.raises(StopError):
        house.loader.apply(small_plan.edition(), progress=stop_after(18))  # type: ignore[arg-type]
    head = house.person(OfficerRole.HEAD, "STP")

    with pytest.raises(PlanBusyError):
        house.acts.start(head, small_plan.part_id("NV-58", "STP"))

    house.loader.apply(small_plan.edition())
    house.acts.start(head, small_plan.part_id("NV-58", "STP"))


def test_the_same_edition_with_another_content_is_refused(loaded: House) -> None:
    other = small_plan.edition(parts=small_plan.PARTS[:-1])

    with pytest.raises(WrongStateError, match="plan_other"):
        loaded.loader.apply(other)

    assert counts(loaded) == FULL


def test_a_transaction_never_holds_more_than_500_documents() -> None:
    assert load_plan.PARTS_AT_ONCE * 3 <= load_plan.MOST_DOCUMENTS == 500
    assert load_plan.ROWS_AT_ONCE * 2 <= load_plan.MOST_DOCUMENTS
