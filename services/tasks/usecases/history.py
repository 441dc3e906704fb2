"""Lines of the history: who did what and when, with the fields before and after."""

from typing import Any

from services.tasks.domain.permissions import Actor
from services.tasks.store.assignments import difference
from shared.events.tasks import AssignmentState, Change
from shared.mongo import Document


def history_line(
    before: AssignmentState, after: AssignmentState, actor: Actor | None, **more: Any
) -> Document:
    """Return a line of the history of an assignment; ``actor`` None is the system."""
    old, new = difference(before, after)
    told = line_beside(after, after.change, actor, **more)
    return {**told, "before": old, "after": new, **more}


def line_beside(
    part: AssignmentState, change: Change, actor: Actor | None, **more: Any
) -> Document:
    """Return a line about a part that stays as it is: a request, a comment, an urging."""
    return {
        "plan_id": part.plan_id,
        "task_id": part.task_id,
        "assignment_id": part.assignment_id,
        "version": part.version,
        "act": change.act,
        "by": change.by,
        "by_agency": actor.agency_code if actor else None,
        "acting_for": change.acting_for,
        "at": change.at,
        "why": change.why,
        "before": {},
        "after": {},
        **more,
    }
