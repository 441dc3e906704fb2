"""Which acts a person may do on a part today, so that a page shows these buttons alone."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from services.tasks.domain.assignment import FROM, possible
from services.tasks.domain.errors import DomainError
from services.tasks.domain.permissions import Act, Actor, Matter, refusal
from services.tasks.store.assignments import state_of
from shared.events.tasks import PlanState, Role


def allowed(
    actor: Actor, document: Mapping[str, Any], plan: Mapping[str, Any], today: dt.date
) -> dict[Act, DomainError | None]:
    """Return each act of an assignment with the reason against it, None when it may be done.

    :param document: the assignment's document; ``plan``: its plan's, for the appraisers and state.
    """
    matter = dataclasses.replace(
        matter_of(document, plan["appraisers_now"]),
        heads_send=document["agency_code"] in plan.get("heads_send", ()),
    )
    against = against_the_plan(plan)
    state = state_of(dict(document))
    return {
        act: against or refusal(act, actor, matter) or possible(act, state, today) for act in FROM
    }


def matter_of(document: Mapping[str, Any], appraisers: Iterable[str] = ()) -> Matter:
    """Return what the permission table asks about a part.

    :param appraisers: those of its plan; reading asks for none.
    """
    return Matter(
        plan_id=document["plan_id"],
        agency_code=document["agency_code"],
        lead_agency=document["lead_agency"],
        appraisers=tuple(appraisers),
        role=Role(document["role"]),
    )


def against_the_plan(plan: Mapping[str, Any]) -> DomainError | None:
    """Return why nothing may be done on a plan now, or None."""
    if plan["applying"]:
        return DomainError("error.plan_busy")
    return DomainError("error.plan_closed") if plan["state"] == PlanState.CLOSED else None
