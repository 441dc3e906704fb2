import dataclasses
import datetime as dt
import threading
from decimal import Decimal

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from shared.clock import FixedClock
from shared.events.tasks import Change, MeasurementState, MeasurementStatus, Series
from shared.lease import Lease
from shared.mongo import Document, atomically, ensure, from_document, to_document

NOW = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
MEASUREMENT = MeasurementState(
    measurement_id="m",
    version=3,
    change=Change(act="approve", by="o", at=NOW),
    series=Series(indicator_id="i", period="2025-Q1"),
    state=MeasurementStatus.APPROVED,
    unit="%",
    measured_on=dt.date(2025, 3, 31),
    value=Decimal("41.330"),
)


def test_a_dataclass_comes_back_equal(database: "Database[Document]") -> None:
    database["kept"].insert_one({"_id": "m", "search": "more", **to_document(MEASUREMENT)})

    found = database["kept"].find_one({"_id": "m"})

    assert found is not None
    assert found["measured_on"] == "2025-03-31"
    assert from_document(MeasurementState, found) == MEASUREMENT
    assert str(from_document(MeasurementState, found).value) == "41.330"


def test_an_aborted_transaction_leaves_nothing(
    database: "Database[Document]", mongo_client: "MongoClient[Document]"
) -> None:
    ensure(database, {"one": [], "two": []})

    def work() -> None:
        database["one"].insert_one({"_id": 1})
        database["two"].insert_one({"_id": 1})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        atomically(mongo_client, work)

    assert database["one"].count_documents({}) == 0
    assert database["two"].count_documents({}) == 0


def test_a_nested_call_joins_the_open_transaction(
    database: "Database[Document]", mongo_client: "MongoClient[Document]"
) -> None:
    ensure(database, {"one": []})

    def inner() -> None:
        database["one"].insert_one({"_id": "inner"})

    def outer() -> None:
        atomically(mongo_client, inner)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        atomically(mongo_client, outer)

    assert database["one"].count_documents({}) == 0


def test_of_eight_writers_none_loses_its_write(
    database: "Database[Document]", mongo_client: "MongoClient[Document]"
) -> None:
    ensure(database, {"counters": []})
    database["counters"].insert_one({"_id": "c", "n": 0})

    def work() -> None:
        found = database["counters"].find_one({"_id": "c"})
        assert found is not None
        database["counters"].update_one({"_id": "c"}, {"$set": {"n": found["n"] + 1}})

    writers = [
        threading.Thread(target=lambda: [atomically(mongo_client, work) for _ in range(5)])
        for _ in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert database["counters"].find_one({"_id": "c"}) == {"_id": "c", "n": 40}


def test_ensuring_twice_changes_nothing(database: "Database[Document]") -> None:
    ensure(database, {"one": []})
    ensure(database, {"one": []})

    assert database.list_collection_names() == ["one"]


def test_a_lease_has_one_holder_and_passes_on_when_it_runs_out(
    database: "Database[Document]",
) -> None:
    clock = FixedClock(NOW)
    mine = Lease(database, "relay", "me", clock, seconds=15)
    yours = Lease(database, "relay", "you", clock, seconds=15)

    assert mine.hold()
    assert not yours.hold()

    clock.advance(dt.timedelta(seconds=16))
    assert yours.hold()
    assert not mine.hold()

    yours.release()
    assert mine.hold()


def test_stale_fields_do_not_hurt_an_old_reader() -> None:
    newer = {**to_document(MEASUREMENT), "added_later": 1}

    assert dataclasses.replace(MEASUREMENT) == from_document(MeasurementState, newer)
