"""Event type → what notify does with it.

Handlers keep facts, and planning works in batches; only notices about people go out at once.
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.notify.usecases import notices
from services.notify.usecases.context import Context
from shared.consumer import Handler, Subscription
from shared.events import scoring
from shared.events.envelope import Event
from shared.events.tasks import (
    AGENCY_CHANGED,
    ASSIGNMENT_ACTS,
    CATALOGUE,
    DIRECTORY,
    DIRECTORY_TOPIC,
    MENTION_MADE,
    NUDGE_MADE,
    OFFICER_CHANGED,
    PLAN_APPLIED,
    REQUEST_ACTS,
    TASK_DEFINED,
    TOPIC,
    assignment_type,
    request_type,
)

GROUP = "notify.plan"


def subscription(context: Context) -> Subscription:
    """Return what the group ``notify.plan`` reads; of scoring's events it uses none yet."""
    return Subscription(
        group=GROUP,
        topics=(TOPIC, DIRECTORY_TOPIC, scoring.TOPIC),
        catalogue=CATALOGUE | DIRECTORY | scoring.CATALOGUE,
        handlers=_handlers(context),
        on_tombstone=context.facts.forget_officer,
    )


def _handlers(context: Context) -> Mapping[str, Handler]:
    facts = context.facts
    keep: dict[str, Handler] = {
        PLAN_APPLIED: lambda event: _on_plan(context, event),
        AGENCY_CHANGED: _data(facts.keep_agency),
        TASK_DEFINED: _data(facts.keep_task),
        OFFICER_CHANGED: _data(facts.keep_officer),
    }
    on_assignment = _data(facts.keep_assignment)

    def on_request(event: Event) -> None:
        notices.on_request(context, event.data)

    return {
        **keep,
        **{assignment_type(act): on_assignment for act in ASSIGNMENT_ACTS},
        **{request_type(act): on_request for act in REQUEST_ACTS},
        MENTION_MADE: lambda event: notices.on_mention(context, event.data),
        NUDGE_MADE: lambda event: notices.on_nudge(context, event.data),
    }


def _data(keep: Callable[[Any], None]) -> Handler:
    return lambda event: keep(event.data)


def _on_plan(context: Context, event: Event) -> None:
    if context.facts.keep_plan(event.data):
        context.facts.replan_all(event.data.plan_id)
