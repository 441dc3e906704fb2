"""Documents of notify: what it knows of others (facts), reminders, deliveries; their indexes."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from shared import consumer, outbox

_UP, _DOWN = ASCENDING, DESCENDING
_NEWEST = [("dispatched_at", _DOWN), ("_id", _DOWN)]

INDEXES: Mapping[str, list[Any]] = {
    **outbox.INDEXES,
    **consumer.INDEXES,
    "plans": [],
    "agencies": [],
    "tasks": [],
    "officers": [IndexModel([("agency_code", _UP)], name="agency")],
    "assignments": [
        IndexModel(
            [("replan", _UP), ("plan_id", _UP)],
            name="to_plan",
            partialFilterExpression={"replan": True},
        ),
        IndexModel([("plan_id", _UP), ("_id", _UP)], name="plan"),
    ],
    "reminders": [
        IndexModel([("assignment_id", _UP)], name="assignment"),
        IndexModel([("state", _UP), ("look_at", _UP)], name="look"),
        IndexModel([("state", _UP), ("due_at", _UP)], name="due"),
        IndexModel([("cause", _UP), ("changed_at", _DOWN), ("_id", _DOWN)], name="silent"),
    ],
    "deliveries": [
        IndexModel([("reminder_id", _UP)], name="reminder"),
        IndexModel([("officer_id", _UP)], name="officer"),
        IndexModel([("channel", _UP), ("state", _UP), ("next_attempt_at", _UP)], name="queue"),
        IndexModel([("state", _UP), ("lease_until", _UP)], name="leases"),
        IndexModel([("state", _UP), ("changed_at", _UP)], name="waiting"),
        IndexModel(_NEWEST, name="newest"),
        IndexModel([("agency_code", _UP), *_NEWEST], name="agency"),
        IndexModel([("task_code", _UP), *_NEWEST], name="code"),
        IndexModel([("state", _UP), *_NEWEST], name="state"),
    ],
}
