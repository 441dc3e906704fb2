"""The state machine of a request (kiến nghị): extension (gia hạn) and decline (trả lại nhiệm vụ).

docs/events.md, table G. Who may ask and decide is asked of
:mod:`services.tasks.domain.permissions`; what a granted request does to the part is an act on
the part (:mod:`services.tasks.domain.assignment`).
"""

import dataclasses
import datetime as dt

from services.tasks.domain.assignment import By
from services.tasks.domain.errors import DomainError, InvalidError, WrongStateError
from shared.events.tasks import (
    AssignmentState,
    AssignmentStatus,
    RequestKind,
    RequestState,
    RequestStatus,
    Role,
)

# A part in one of these has nothing left to extend or to decline; its pending request ends.
SETTLED = frozenset(
    {AssignmentStatus.REPORTED, AssignmentStatus.ACCEPTED, AssignmentStatus.WITHDRAWN}
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an agency asks for.

    :param due_on: the new deadline of an extension; a decline has none.
    """

    kind: RequestKind
    reason: str
    due_on: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How requests stand for a part.

    :param granted: extensions it was given; ``most`` is how many the plan allows.
    :param pending: whether a request of it waits for a decision.
    """

    granted: int
    most: int
    pending: bool


def possible(
    kind: RequestKind, part: AssignmentState, standing: Standing, today: dt.date
) -> DomainError | None:
    """Return why nobody may ask that for the part today, or None."""
    if part.state in SETTLED:
        key = f"error.state.{part.state.value}"
        return WrongStateError(key, act="request", state=part.state.value)
    if part.role is Role.FOLLOWING:
        return WrongStateError("error.following")
    if standing.pending:
        return WrongStateError("error.request_pending")
    if kind is RequestKind.EXTENSION:
        if today > part.due_on:
            return WrongStateError("error.extension_too_late", due_on=part.due_on)
        if standing.granted >= standing.most:
            return WrongStateError("error.extensions_used", n=standing.most)
    return None


def make(
    part: AssignmentState, by: By, wish: Wish, standing: Standing, *, request_id: str
) -> RequestState:
    """Ask; the deadline keeps running.

    :raises WrongStateError: the part is settled, a request of it waits, it is overdue, or it was
        extended as often as the plan allows.
    :raises InvalidError: without a reason, or with a day that is not after the deadline.
    """
    found = possible(wish.kind, part, standing, by.today)
    if found is not None:
        raise found
    if wish.kind is RequestKind.EXTENSION:
        if wish.due_on is None:
            raise InvalidError("due_on", "error.due_on_missing")
        if wish.due_on <= part.due_on:
            raise InvalidError("due_on", "error.extension_not_later", due_on=part.due_on)
    elif wish.due_on is not None:
        raise InvalidError("due_on", "error.decline_has_no_day")
    _reason(wish.reason)
    return RequestState(
        request_id=request_id,
        version=1,
        change=by.change("request_made", has_note=True),
        task_id=part.task_id,
        assignment_id=part.assignment_id,
        kind=wish.kind,
        state=RequestStatus.PENDING,
        asked_by=by.officer_id,
        proposed_due_on=wish.due_on,
    )


def grant(request: RequestState, by: By, *, note: str = "") -> RequestState:
    """Let the agency have what it asked for."""
    return _decided(request, by, RequestStatus.GRANTED, has_note=bool(note.strip()))


def refuse(request: RequestState, by: By, *, reason: str) -> RequestState:
    """Say no with a reason.

    :raises InvalidError: without a reason.
    """
    _waits(request)
    _reason(reason)
    return _decided(request, by, RequestStatus.REFUSED, has_note=True)


def cancel(request: RequestState, by: By, *, why: str | None = None) -> RequestState:
    """End a request without a decision.

    :param why: ``settled`` when the part was reported, accepted or withdrawn meanwhile.
    """
    _waits(request)
    return dataclasses.replace(
        request,
        version=request.version + 1,
        change=by.change("request_cancelled", why=why),
        state=RequestStatus.CANCELLED,
    )


def _decided(
    request: RequestState, by: By, state: RequestStatus, *, has_note: bool
) -> RequestState:
    _waits(request)
    return dataclasses.replace(
        request,
        version=request.version + 1,
        change=by.change(f"request_{state.value}", has_note=has_note),
        state=state,
        decided_by=by.officer_id,
    )


def _waits(request: RequestState) -> None:
    if request.state is not RequestStatus.PENDING:
        raise WrongStateError(f"error.request_{request.state.value}")


def _reason(text: str) -> None:
    if not text.strip():
        raise InvalidError("reason", "error.reason_missing")
