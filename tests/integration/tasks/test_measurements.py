from decimal import Decimal
from typing import Any

import pytest

from services.tasks.domain.errors import InvalidError, NotAllowedError, WrongStateError
from services.tasks.domain.measurement import Figure
from services.tasks.domain.permissions import OfficerRole
from services.tasks.queries import api as queries
from shared.events.tasks import CATALOGUE, MeasurementStatus, measurement_type
from shared.mongo import Document, StaleVersionError
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import MORNING, House

INDICATOR = small_plan.indicator_id("CT-35")


def figure(value: str = "41.33") -> Figure:
    return Figure(measured_on=MORNING.date(), value=Decimal(value))


def report(house: House, value: str = "41.33", **more: Any) -> Document:
    officer = house.person(OfficerRole.OFFICER, "STP")
    given = {"period": "2025-Q1", "tier": None, "figure": figure(value), **more}
    return house.measurements.report(officer, INDICATOR, **given)


def test_a_figure_is_reported_by_the_lead_agency_alone(loaded: House) -> None:
    with pytest.raises(NotAllowedError, match="other_agency"):
        loaded.measurements.report(
            loaded.person(OfficerRole.OFFICER, "STC"),
            INDICATOR,
            period="2025-Q1",
            tier=None,
            figure=figure(),
        )

    assert report(loaded)["state"] == "reported"


def test_a_returned_figure_is_reported_again_as_the_same(loaded: House) -> None:
    appraiser = loaded.person(OfficerRole.APPRAISER, "SNV")
    first = report(loaded, note="Lần một")
    loaded.measurements.return_(appraiser, first["_id"], reason="Nhầm kỳ", version=1)

    again = report(loaded, "42")

    assert (again["_id"], again["version"], again["value"]) == (first["_id"], 3, Decimal(42))
    assert again["reason"] is None
    lines = loaded.database["history"].find({"measurement_id": first["_id"]}).sort("version")
    assert [row["act"] for row in lines] == [
        "measurement_reported",
        "measurement_returned",
        "measurement_reported",
    ]


def test_of_a_series_one_waits_and_one_counts(loaded: House) -> None:
    appraiser = loaded.person(OfficerRole.APPRAISER, "SNV")
    first = report(loaded)
    with pytest.raises(WrongStateError, match="measurement_waiting"):
        report(loaded)
    loaded.measurements.approve(appraiser, first["_id"])
    second = report(loaded, "50")

    approved = loaded.measurements.approve(appraiser, second["_id"], version=1)

    assert approved["replaces"] == first["_id"]
    assert queries.measurement(loaded.database, first["_id"])["state"] == "replaced"
    kind = measurement_type("approved")
    told = [CATALOGUE.decode_data(kind, row["body"].encode()) for row in loaded.events(kind)]
    assert [(state.measurement_id, state.state) for state in told] == [
        (first["_id"], MeasurementStatus.APPROVED),
        (first["_id"], MeasurementStatus.REPLACED),
        (second["_id"], MeasurementStatus.APPROVED),
    ]
    assert told[2].value == Decimal(50)
    counting = loaded.database["measurements"].count_documents({"counts_for": {"$ne": None}})
    assert counting == 1


def test_a_locked_period_takes_no_new_figure(loaded: House) -> None:
    appraiser = loaded.person(OfficerRole.APPRAISER, "SNV")
    first = report(loaded)
    loaded.measurements.approve(appraiser, first["_id"])
    loaded.database["measurements"].update_one({"_id": first["_id"]}, {"$set": {"state": "locked"}})
    second = report(loaded, "50")

    with pytest.raises(WrongStateError, match="period_locked"):
        loaded.measurements.approve(appraiser, second["_id"])


def test_the_own_agency_does_not_approve_and_a_stale_page_neither(loaded: House) -> None:
    first = report(loaded)
    with pytest.raises(NotAllowedError, match="own_agency"):
        loaded.measurements.approve(loaded.person(OfficerRole.APPRAISER, "STP"), first["_id"])
    with pytest.raises(StaleVersionError):
        loaded.measurements.approve(
            loaded.person(OfficerRole.APPRAISER, "SNV"), first["_id"], version=9
        )


def test_a_withdrawn_figure_no_longer_waits(loaded: House) -> None:
    officer = loaded.person(OfficerRole.OFFICER, "STP")
    first = report(loaded)

    with pytest.raises(InvalidError):
        loaded.measurements.withdraw(officer, first["_id"], reason="")
    loaded.measurements.withdraw(officer, first["_id"], reason="Sai nguồn")

    assert report(loaded)["_id"] != first["_id"]
