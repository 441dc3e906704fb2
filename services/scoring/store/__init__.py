"""Documents of scoring: facts, marks of what must be computed anew, statuses; their indexes."""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from shared import consumer, outbox

_UP = ASCENDING

INDEXES: Mapping[str, list[Any]] = {
    **outbox.INDEXES,
    **consumer.INDEXES,
    "plans": [IndexModel([("slug", _UP)], name="slug")],
    "agencies": [IndexModel([("level", _UP)], name="level")],
    "indicators": [
        IndexModel([("plan_id", _UP), ("nature", _UP)], name="plan_nature"),
        IndexModel([("plan_id", _UP), ("code", _UP)], name="plan_code"),
    ],
    "tasks": [
        IndexModel([("indicator_ids", _UP)], name="indicators"),
        IndexModel([("plan_id", _UP)], name="plan"),
    ],
    "parts": [
        IndexModel([("task_id", _UP)], name="task"),
        IndexModel([("plan_id", _UP)], name="plan"),
    ],
    "measurements": [IndexModel([("series.indicator_id", _UP)], name="indicator")],
    "marks": [],
    "days": [],
    "statuses": [IndexModel([("plan_id", _UP), ("code", _UP)], name="plan_code")],
    "status_history": [
        IndexModel([("indicator_id", _UP), ("revision", DESCENDING)], name="indicator")
    ],
}
