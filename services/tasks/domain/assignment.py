"""The state machine of an assignment (phần việc): docs/events.md, table C.

Each act is a pure function from the state before to the state after and the event that tells of
it; who may act is asked elsewhere (:mod:`services.tasks.domain.permissions`). Every act raises
the version by one, whatever it changes.
"""

import dataclasses
import datetime as dt
from typing import Any

from services.tasks.domain.errors import InvalidError, WrongStateError
from services.tasks.domain.permissions import Act
from shared.events.tasks import AssignmentState, AssignmentStatus, Change, Role

_ASSIGNED = AssignmentStatus.ASSIGNED
_IN_PROGRESS = AssignmentStatus.IN_PROGRESS
_REPORTED = AssignmentStatus.REPORTED
_ACCEPTED = AssignmentStatus.ACCEPTED
_UNFINISHED = frozenset({_ASSIGNED, _IN_PROGRESS, _REPORTED})

# The states in which each act may begin; the pages ask it too.
FROM: dict[Act, frozenset[AssignmentStatus]] = {
    Act.START: frozenset({_ASSIGNED}),
    Act.NOTE: _UNFINISHED,
    Act.REPORT: frozenset({_ASSIGNED, _IN_PROGRESS}),
    Act.TAKE_BACK: frozenset({_REPORTED}),
    Act.ACCEPT: frozenset({_REPORTED}),
    Act.RETURN: frozenset({_REPORTED}),
    Act.REOPEN: frozenset({_ACCEPTED}),
    Act.SET_DEADLINE: _UNFINISHED,
    Act.REASSIGN: _UNFINISHED,
    Act.WITHDRAW: _UNFINISHED,
    Act.MARK_REQUIRED: _UNFINISHED,
    Act.UNINVITE: frozenset({_ASSIGNED}),
    Act.SET_HANDLER: _UNFINISHED,
    Act.INVITE: frozenset({_ASSIGNED, _IN_PROGRESS}),
    Act.NUDGE: frozenset({_ASSIGNED, _IN_PROGRESS}),
}
_OF_COORDINATING = frozenset({Act.MARK_REQUIRED, Act.UNINVITE})
# An agency that only follows a task sees it and is told; it has nothing to report.
_WORK = frozenset({Act.START, Act.NOTE, Act.REPORT})
_NOT_FOLLOWING = _WORK | {Act.NUDGE, Act.SET_HANDLER}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, when, and whether a free text stands in the history.

    :param at: instant of the business clock; ``today`` is its local day.
    """

    officer_id: str
    at: dt.datetime
    today: dt.date
    acting_for: str | None = None

    def change(self, act: str, *, why: str | None = None, has_note: bool = False) -> Change:
        """Return the ``change`` that the event carries."""
        return Change(
            act=act,
            by=self.officer_id,
            at=self.at,
            acting_for=self.acting_for,
            why=why,
            has_note=has_note,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """The state after an act; ``event`` is None for an act that concerns nobody outside."""

    state: AssignmentState
    event: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a report brings: text, proof, or why there is none.

    :param open_required: required parts of the task that are not finished yet.
    """

    note: str
    explanation: str = ""
    has_document: bool = False
    files: int = 0
    open_required: int = 0


def possible(act: Act, state: AssignmentState, today: dt.date) -> WrongStateError | None:
    """Return why the state does not allow the act today, or None."""
    if state.state not in FROM[act]:
        return WrongStateError(
            f"error.state.{state.state.value}", act=act.value, state=state.state.value
        )
    if act in _NOT_FOLLOWING and state.role is Role.FOLLOWING:
        return WrongStateError("error.following")
    if act in _OF_COORDINATING and state.role is not Role.COORDINATING:
        return WrongStateError("error.not_coordinating")
    if act is Act.INVITE and state.role is not Role.LEAD:
        return WrongStateError("error.not_lead")
    if act in _WORK | {Act.NUDGE} and today < state.opens_on:
        return WrongStateError("error.not_open_yet", opens_on=state.opens_on)
    return None


def start(state: AssignmentState, by: By) -> Acted:
    """Begin the work.

    :raises WrongStateError: when it was begun, or its period has not come yet.
    """
    _require(Act.START, state, by.today)
    return _acted(state, "started", by.change("started"), state=_IN_PROGRESS)


def note(state: AssignmentState, by: By, *, text: str) -> Acted:
    """Write down progress; the state stays, the text stands in the history alone."""
    _require(Act.NOTE, state, by.today)
    _text("note", text)
    return _acted(state, None, by.change("noted", has_note=True))


def report(state: AssignmentState, by: By, *, evidence: Evidence) -> Acted:
    """Say that the work is done; only acceptance ends it.

    :raises InvalidError: without a text, without proof or explanation, or with required parts
        open and no explanation.
    """
    _require(Act.REPORT, state, by.today)
    _text("note", evidence.note)
    explained = bool(evidence.explanation.strip())
    if not (evidence.has_document or evidence.files or explained):
        raise InvalidError("explanation", "error.evidence_missing")
    if evidence.open_required and not explained:
        raise InvalidError("explanation", "error.required_parts_open", n=evidence.open_required)
    return _acted(
        state,
        "reported",
        by.change("reported", has_note=True),
        state=_REPORTED,
        reported_on=by.today,
        report_count=state.report_count + 1,
    )


def take_back(state: AssignmentState, by: By) -> Acted:
    """Fetch a report back before anybody decided on it."""
    _require(Act.TAKE_BACK, state, by.today)
    return _acted(state, "started", by.change("taken_back"), state=_IN_PROGRESS)


def accept(state: AssignmentState, by: By) -> Acted:
    """End the work: the report is good."""
    _require(Act.ACCEPT, state, by.today)
    return _acted(state, "accepted", by.change("accepted"), state=_ACCEPTED, accepted_on=by.today)


def return_(state: AssignmentState, by: By, *, reason: str) -> Acted:
    """Send a report back with a reason.

    :raises InvalidError: without a reason.
    """
    _require(Act.RETURN, state, by.today)
    _text("reason", reason)
    return _acted(
        state,
        "returned",
        by.change("returned", has_note=True),
        state=_IN_PROGRESS,
        return_count=state.return_count + 1,
    )


def reopen(state: AssignmentState, by: By, *, reason: str) -> Acted:
    """Take an acceptance back with a reason.

    :raises InvalidError: without a reason.
    """
    _require(Act.REOPEN, state, by.today)
    _text("reason", reason)
    return _acted(
        state,
        "reopened",
        by.change("reopened", has_note=True),
        state=_IN_PROGRESS,
        accepted_on=None,
    )


def set_deadline(state: AssignmentState, by: By, *, due_on: dt.date, why: str) -> Acted:
    """Move the deadline; the original one is kept for the statistics.

    :param why: ``extension``, ``amendment`` or ``correction``.
    :raises InvalidError: when the day lies before the period opens.
    """
    _require(Act.SET_DEADLINE, state, by.today)
    if due_on < state.opens_on:
        raise InvalidError("due_on", "error.due_before_opening", opens_on=state.opens_on)
    return _acted(
        state,
        "deadline_changed",
        by.change("deadline_changed", why=why),
        due_on=due_on,
        deadline_version=state.deadline_version + 1,
    )


def reassign(state: AssignmentState, by: By, *, agency_code: str, why: str) -> Acted:
    """Give the part with its state and history to another agency.

    :param why: ``ruling``, ``hand_over`` or ``succession``.
    """
    _require(Act.REASSIGN, state, by.today)
    if agency_code == state.agency_code:
        raise InvalidError("agency_code", "error.same_agency", agency=agency_code)
    return _acted(
        state,
        "reassigned",
        by.change("reassigned", why=why),
        agency_code=agency_code,
        handler_id=None,
    )


def withdraw(state: AssignmentState, by: By, *, why: str) -> Acted:
    """Take the part away: an amendment dropped it, or a merger made it one with another."""
    _require(Act.WITHDRAW, state, by.today)
    return _acted(
        state, "withdrawn", by.change("withdrawn", why=why), state=AssignmentStatus.WITHDRAWN
    )


def set_handler(state: AssignmentState, by: By, *, officer_id: str | None) -> Acted:
    """Give the part to one person of its agency (phân công chuyên viên), or to nobody.

    :raises WrongStateError: when that person has it already.
    """
    _require(Act.SET_HANDLER, state, by.today)
    if officer_id == state.handler_id:
        raise WrongStateError("error.same_handler")
    return _acted(state, "reassigned", by.change("handler_set"), handler_id=officer_id)


def mark_required(state: AssignmentState, by: By, *, required: bool) -> Acted:
    """Let the lead's report wait for a coordinating part, or no longer.

    :raises WrongStateError: when it is so already.
    """
    _require(Act.MARK_REQUIRED, state, by.today)
    if required is state.required:
        raise WrongStateError("error.same_required")
    act = "required_marked" if required else "required_unmarked"
    return _acted(state, "assigned", by.change(act), required=required)


def uninvite(state: AssignmentState, by: By) -> Acted:
    """Take a part back that the lead asked for and nobody has begun."""
    _require(Act.UNINVITE, state, by.today)
    return withdraw(state, by, why="uninvited")


def _require(act: Act, state: AssignmentState, today: dt.date) -> None:
    found = possible(act, state, today)
    if found is not None:
        raise found


def _text(field: str, value: str) -> None:
    if not value.strip():
        raise InvalidError(field, f"error.{field}_missing")


def _acted(state: AssignmentState, event: str | None, change: Change, /, **new: Any) -> Acted:
    after = dataclasses.replace(state, version=state.version + 1, change=change, **new)
    return Acted(state=after, event=event)
