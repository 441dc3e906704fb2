"""The real plan with the invented half-year of work, on the real MongoDB, without waiting.

The acts are those of the demonstration; they go through the API in this process, the business
clock being set to each act's day. Scoring does not run here: every indicator gets a status.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from dev.history import decided
from dev.history_acts import Act, Kind
from services.tasks.domain.schedule import plan_key
from services.tasks.planfiles.edition import read_edition
from services.tasks.usecases.projections import Projections
from shared.clock import LOCAL, SystemClock
from shared.events.scoring import Flag, IndicatorStatus, IndicatorStatusChanged, Reason
from tests.contract.api_tasks.caller import make_app
from tests.integration.tasks.house import PASSWORD, House

FOLDER = Path(__file__).parents[3] / "plans" / "sonla-2025"
SLUG = "sonla-2025"
PLAN_ID = plan_key(SLUG)
TODAY = dt.date(2025, 6, 16)
MORNING = dt.datetime(2025, 6, 16, 7, 30, tzinfo=LOCAL)
_ISSUED = dt.datetime(2024, 12, 24, 8, 0, tzinfo=LOCAL)
_PATHS = {
    Kind.START: "assignments/{}/start",
    Kind.NOTE: "assignments/{}/note",
    Kind.REPORT: "assignments/{}/report",
    Kind.ACCEPT: "assignments/{}/accept",
    Kind.RETURN: "assignments/{}/return",
    Kind.MEASURE: "indicators/{}/measurements",
    Kind.APPROVE: "measurements/{}/approve",
    Kind.RETURN_FIGURE: "measurements/{}/return",
}
_STEP = dt.timedelta(seconds=1)
_BEHIND = dt.timedelta(hours=2)


def play(house: House) -> None:
    """Load the plan, let its half-year pass, and stop on the morning of the demonstration."""
    # Near the server's own clock, which deletes what has expired; but in the past: every act takes
    # a second here, and what happens afterwards must be the newest change.
    house.system.set(SystemClock().now() - _BEHIND)
    house.business.set(_ISSUED)
    house.loader.apply(read_edition(FOLDER, as_of=_ISSUED.date(), at=_ISSUED))
    house.officers.create_demonstration(SLUG, PASSWORD)
    client = make_app(house, development=True).test_client()
    tokens: dict[str, str] = {}
    figures: dict[str, str] = {}
    acts, _ = decided(FOLDER)
    for act in acts:
        if act.loose:
            continue
        house.business.set(max(_begin(act), house.business.now() + _STEP))
        house.system.advance(_STEP)
        if act.kind is Kind.SUCCESSION:
            house.successions.run()
            continue
        answer = _send(client, tokens, act, figures.get(act.target, act.target))
        if act.kind is Kind.MEASURE:
            figures[act.key] = answer["id"]
    house.business.set(MORNING)
    house.system.set(SystemClock().now())
    _score(house)


def _begin(act: Act) -> dt.datetime:
    return dt.datetime.combine(act.day, dt.time(8), LOCAL)


def _send(client: Any, tokens: dict[str, str], act: Act, target: str) -> dict[str, Any]:
    if act.username not in tokens:
        given = {"username": act.username, "password": PASSWORD}
        tokens[act.username] = client.post("/api/v1/auth/token", json=given).json["token"]
    answer = client.post(
        f"/api/v1/{_PATHS[act.kind].format(target)}",
        json=dict(act.body),
        headers={"Authorization": f"Bearer {tokens[act.username]}", "X-Demonstration": "1"},
    )
    assert answer.status_code < 300, f"{act.key}: {answer.text}"
    body: dict[str, Any] = answer.json
    return body


def _score(house: House) -> None:
    """Give each indicator a status, all of them in turn."""
    statuses = list(IndicatorStatus)
    projections = Projections(house.database)
    for number, row in enumerate(house.database["indicators"].find().sort("code")):
        projections.keep_chip(
            status_of(row["_id"], row["code"], statuses[number % len(statuses)], revision=1)
        )


def status_of(
    indicator_id: str, code: str, status: IndicatorStatus, *, revision: int
) -> IndicatorStatusChanged:
    """Return a status as scoring would publish it."""
    return IndicatorStatusChanged(
        indicator_id=indicator_id,
        revision=revision,
        plan_id=PLAN_ID,
        code=code,
        edition=1,
        status=status,
        as_of=TODAY,
        known_at=MORNING.astimezone(dt.UTC),
        reason=Reason(code="no_data.missing"),
        rules_version="1",
        flags=(Flag.PROVISIONAL,) if status is IndicatorStatus.ON_TRACK else (),
        value_text="52,60%",
        target_text="từ 80% trở lên",
    )
