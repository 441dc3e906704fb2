"""Event type → use case. Handlers run inside the consumer's transaction."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from services.scoring.usecases import Scoring
from shared.consumer import Handler, Subscription
from shared.events.tasks import (
    AGENCY_CHANGED,
    ASSIGNMENT_ACTS,
    CATALOGUE,
    INDICATOR_DEFINED,
    MEASUREMENT_ACTS,
    PLAN_APPLIED,
    TASK_DEFINED,
    TOPIC,
    assignment_type,
    measurement_type,
)

GROUP = "scoring.recompute"


def subscription(scoring: Scoring) -> Subscription:
    """Return what the group ``scoring.recompute`` reads."""
    return Subscription(
        group=GROUP, topics=(TOPIC,), catalogue=CATALOGUE, handlers=_handlers(scoring)
    )


def _handlers(scoring: Scoring) -> Mapping[str, Handler]:
    return {
        PLAN_APPLIED: _heard(scoring.hear_plan),
        AGENCY_CHANGED: _heard(scoring.hear_agency),
        INDICATOR_DEFINED: _heard(scoring.hear_indicator),
        TASK_DEFINED: _heard(scoring.hear_task),
        **dict.fromkeys(map(assignment_type, ASSIGNMENT_ACTS), _heard(scoring.hear_assignment)),
        **dict.fromkeys(map(measurement_type, MEASUREMENT_ACTS), _heard(scoring.hear_measurement)),
    }


def _heard(use_case: Callable[[Any, dt.datetime], None]) -> Handler:
    return lambda event: use_case(event.data, event.time)
