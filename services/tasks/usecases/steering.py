"""What heads and the plan manager ask to be done to parts: handler, required, taken back, moved.

As :mod:`services.tasks.usecases.asked`, which has the acts of those who work and appraise.
"""

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, By
from services.tasks.domain.errors import InvalidError, WrongStateError
from services.tasks.domain.permissions import Act
from services.tasks.store.assignments import Writing
from services.tasks.usecases import reassigning
from services.tasks.usecases.asked import Asked
from shared.events.tasks import AssignmentState, AssignmentStatus
from shared.mongo import Document


def set_handler(officer_id: str | None) -> Asked:
    """Give the part to a person of its agency (phân công chuyên viên); None takes it back."""

    def rule(writing: Writing, before: Document, state: AssignmentState, by: By) -> Acted:
        if officer_id is not None:
            wanted = {"_id": officer_id, "agency_code": before["agency_code"], "active": True}
            if writing.database["officers"].find_one(wanted, {"_id": 1}) is None:
                raise InvalidError("officer_id", "error.not_of_agency")
        return rules.set_handler(state, by, officer_id=officer_id)

    return Asked(act=Act.SET_HANDLER, rule=rule)


def mark_required(*, required: bool) -> Asked:
    """Let the lead's report wait for a coordinating part, or no longer."""
    return Asked(
        act=Act.MARK_REQUIRED,
        rule=lambda _writing, _before, state, by: rules.mark_required(state, by, required=required),
    )


def uninvite() -> Asked:
    """Take back a part that the lead asked for; the plan's own parts stay."""

    def rule(_writing: Writing, before: Document, state: AssignmentState, by: By) -> Acted:
        if not before.get("invited_by"):
            raise WrongStateError("error.not_invited")
        return rules.uninvite(state, by)

    def beside(writing: Writing, before: Document, _acted: Acted, _by: By) -> Document:
        elsewhere = {
            "task_id": before["task_id"],
            "agency_code": before["agency_code"],
            "state": {"$ne": AssignmentStatus.WITHDRAWN.value},
            "_id": {"$ne": before["_id"]},
        }
        if writing.database["assignments"].find_one(elsewhere, {"_id": 1}) is None:
            writing.database["tasks"].update_one(
                {"_id": before["task_id"]}, {"$pull": {"coord_codes": before["agency_code"]}}
            )
        return {"coord_count": reassigning.counted_out(writing, before)}

    return Asked(act=Act.UNINVITE, rule=rule, beside=beside)


def reassign(agency_code: str, reason: str) -> Asked:
    """Give the part with its history to another agency (plan manager)."""

    def rule(_writing: Writing, _before: Document, state: AssignmentState, by: By) -> Acted:
        if not reason.strip():
            raise InvalidError("reason", "error.reason_missing")
        return rules.reassign(state, by, agency_code=agency_code, why="ruling")

    def beside(writing: Writing, before: Document, _acted: Acted, by: By) -> Document:
        return reassigning.moved(writing, before, agency_code, by)

    return Asked(act=Act.REASSIGN, rule=rule, text=reason, beside=beside)
