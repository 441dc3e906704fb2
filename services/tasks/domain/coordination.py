"""What a lead asks another agency for: a coordinating part beside its own (mời phối hợp)."""

import dataclasses
import datetime as dt

from services.tasks.domain.assignment import By, possible
from services.tasks.domain.errors import InvalidError
from services.tasks.domain.permissions import Act
from shared.events.tasks import AssignmentState, AssignmentStatus, Role


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom the lead asks for what.

    :param what: the product wanted from that agency.
    :param due_on: at latest the lead's own day; None for that day.
    :param required: whether the lead's report waits for it.
    """

    agency_code: str
    what: str
    due_on: dt.date | None = None
    required: bool = False


def invite(
    lead: AssignmentState, by: By, invitation: Invitation, *, assignment_id: str
) -> AssignmentState:
    """Return the new part.

    :raises WrongStateError: when the lead's part is reported, finished, or no lead's.
    :raises InvalidError: the own agency, nothing wanted, or a day that has passed or lies after
        the lead's.
    """
    found = possible(Act.INVITE, lead, by.today)
    if found is not None:
        raise found
    if invitation.agency_code == lead.agency_code:
        raise InvalidError("agency_code", "error.lead_also_invited")
    if not invitation.what.strip():
        raise InvalidError("what", "error.what_missing")
    due_on = invitation.due_on or lead.due_on
    if due_on > lead.due_on:
        raise InvalidError("due_on", "error.later_than_lead", due_on=lead.due_on)
    if due_on < max(by.today, lead.opens_on):
        raise InvalidError("due_on", "error.day_past")
    return AssignmentState(
        assignment_id=assignment_id,
        version=1,
        change=by.change("assigned", why="invited", has_note=True),
        plan_id=lead.plan_id,
        task_id=lead.task_id,
        task_code=lead.task_code,
        edition=lead.edition,
        role=Role.COORDINATING,
        agency_code=invitation.agency_code,
        period=lead.period,
        opens_on=max(by.today, lead.opens_on),
        due_on=due_on,
        original_due_on=due_on,
        state=AssignmentStatus.ASSIGNED,
        no_deadline=lead.no_deadline and due_on == lead.due_on,
        required=invitation.required,
    )
