"""What a granted request does to its part: a new deadline, another agency, or its end."""

import dataclasses

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, By
from services.tasks.domain.errors import InvalidError
from services.tasks.store.assignments import Writing, state_of
from services.tasks.usecases import reassigning
from shared.events.tasks import RequestKind, RequestState, Role
from shared.mongo import Document


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a granted decline leads to: another agency gets the part, or it is withdrawn."""

    agency_code: str | None = None
    withdraw: bool = False


def effect(
    writing: Writing, part: Document, request: RequestState, ruling: Ruling | None, by: By
) -> tuple[Acted, Document]:
    """Return the part after the grant, and fields beside its state.

    :raises InvalidError: a decline without a ruling, an extension with one, or an agency that
        cannot have the part.
    """
    state = state_of(part)
    if request.kind is RequestKind.EXTENSION:
        if ruling is not None:
            raise InvalidError("agency_code", "error.extension_has_no_ruling")
        due_on = request.proposed_due_on or state.due_on
        return rules.set_deadline(state, by, due_on=due_on, why="extension"), {}
    if ruling is None or bool(ruling.agency_code) is ruling.withdraw:
        raise InvalidError("agency_code", "error.decline_ruling")
    if ruling.agency_code is None:
        acted = rules.withdraw(state, by, why="declined")
        coordinated = state.role is Role.COORDINATING
        return acted, {"coord_count": reassigning.counted_out(writing, part)} if coordinated else {}
    acted = rules.reassign(state, by, agency_code=ruling.agency_code, why="ruling")
    return acted, reassigning.moved(writing, part, ruling.agency_code, by)
