"""Requests: an agency asks for a later deadline or gives a part back, an authority decides.

Each act is one transaction of the request, what it does to the part, history and outbox.
"""

from collections.abc import Sequence

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks import metrics
from services.tasks.domain import requests as rules
from services.tasks.domain.assignment import By
from services.tasks.domain.errors import NotAllowedError, NotFoundError, WrongStateError
from services.tasks.domain.permissions import Act, Actor, refusal, require
from services.tasks.domain.requests import Wish
from services.tasks.store.assignments import Writing, matter, open_plan, state_of
from services.tasks.store.requests import Requests as Store
from services.tasks.store.requests import authority, request_matter, request_of
from services.tasks.usecases.acts import by_actor
from services.tasks.usecases.files import FileRef, Files
from services.tasks.usecases.history import history_line, line_beside
from services.tasks.usecases.ruling import Ruling, effect
from shared.clock import BusinessClock, Clock
from shared.events.tasks import (
    TOPIC,
    AssignmentState,
    RequestState,
    RequestStatus,
    request_type,
)
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically, to_document
from shared.outbox import Outbox


class Requests:
    """The use cases of a request.

    :param clock: the business clock; :param system: the order of changes that pages ask for.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        files: Files,
        clock: BusinessClock,
        system: Clock,
    ) -> None:
        self._client = client
        self._database = database
        self._store = Store(database)
        self._outbox = outbox
        self._files = files
        self._clock = clock
        self._system = system

    def make(
        self,
        actor: Actor,
        assignment_id: str,
        wish: Wish,
        *,
        files: Sequence[FileRef] = (),
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Ask for an extension, or decline a part; return the request's document.

        :param version: of the part, as the person saw it.
        :raises DomainError: not this person, not now, or not that day.
        :raises StaleVersionError: the part is no longer as it was seen.
        """
        by, request_id, line_id, seq = by_actor(actor, self._clock), new_id(), new_id(), self._seq()

        def work() -> Document:
            writing = Writing(self._database, self._outbox, [assignment_id])
            before = writing.get(assignment_id)
            plan, state = writing.open_plan(before), state_of(before)
            require(Act.REQUEST, actor, matter(before, plan))
            if version is not None and before["version"] != version:
                raise StaleVersionError(before)
            asked = _asked_agency(actor, before, plan)
            request = rules.make(
                state, by, wish, self._store.standing(state, plan), request_id=request_id
            )
            row = self._store.add(
                request,
                plan_id=state.plan_id,
                task_code=state.task_code,
                title=before["title"],
                role=state.role.value,
                period=state.period,
                agency_code=asked,
                part_agency=state.agency_code,
                due_on=state.due_on.isoformat(),
                reason=wish.reason,
                files=[to_document(file) for file in files],
                asked_at=by.at,
            )
            self._files.link([file.file_id for file in files], assignment_id)
            self._mark(before, request_id, by, seq)
            told = line_beside(
                state,
                request.change,
                actor,
                _id=line_id,
                why=wish.kind.value,
                note=wish.reason,
                request_id=request_id,
                after=_shown(request),
                before={"due_on": row["due_on"]} if wish.due_on else {},
                demonstration=demonstration,
            )
            self._database["history"].insert_one(told)
            self._outbox.append(TOPIC, request_type("made"), request)
            return row

        with metrics.counted(Act.REQUEST):
            return atomically(self._client, work)

    def grant(
        self,
        actor: Actor,
        request_id: str,
        *,
        note: str = "",
        ruling: Ruling | None = None,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Give what was asked for, and do it to the part in the same transaction.

        :param ruling: for a decline alone: who gets the part, or that nobody does.
        :raises DomainError: not this person, decided already, or a ruling that cannot be.
        """
        by, seq, ids = by_actor(actor, self._clock), self._seq(), sorted((new_id(), new_id()))

        def work() -> Document:
            row, request = self._waiting(Act.DECIDE_REQUEST, actor, request_id, version)
            decided = rules.grant(request, by, note=note)
            writing = Writing(self._database, self._outbox, [request.assignment_id])
            before = writing.get(request.assignment_id)
            state = state_of(before)
            acted, beside = effect(writing, before, request, ruling, by)
            beside = {**beside, "changed_at": by.at, "changed_seq": seq, "pending_request": None}
            writing.save(before, acted.state, **beside)
            saved = self._end(
                row, decided, actor, state, line_id=ids[0], text=note, demonstration=demonstration
            )
            writing.tell(
                history_line(
                    state,
                    acted.state,
                    actor,
                    _id=ids[1],
                    note=None,
                    request_id=request_id,
                    demonstration=demonstration,
                )
            )
            writing.publish(str(acted.event), acted.state)
            writing.flush()
            return saved

        with metrics.counted(Act.DECIDE_REQUEST):
            return atomically(self._client, work)

    def refuse(
        self,
        actor: Actor,
        request_id: str,
        *,
        reason: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Say no with a reason; errors as :meth:`grant`."""
        by, line_id = by_actor(actor, self._clock), new_id()

        def work() -> Document:
            row, request = self._waiting(Act.DECIDE_REQUEST, actor, request_id, version)
            decided = rules.refuse(request, by, reason=reason)
            part = self._unmark(request, by)
            return self._end(
                row, decided, actor, part, line_id=line_id, text=reason, demonstration=demonstration
            )

        with metrics.counted(Act.DECIDE_REQUEST):
            return atomically(self._client, work)

    def cancel(
        self,
        actor: Actor,
        request_id: str,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Take a request back before a decision; errors as :meth:`grant`."""
        by, line_id = by_actor(actor, self._clock), new_id()

        def work() -> Document:
            row, request = self._waiting(Act.CANCEL_REQUEST, actor, request_id, version)
            ended = rules.cancel(request, by)
            part = self._unmark(request, by)
            return self._end(
                row, ended, actor, part, line_id=line_id, text="", demonstration=demonstration
            )

        with metrics.counted(Act.CANCEL_REQUEST):
            return atomically(self._client, work)

    def _waiting(
        self, act: Act, actor: Actor, request_id: str, version: int | None
    ) -> tuple[Document, RequestState]:
        row = self._store.get(request_id)
        plan = open_plan(self._database["plans"], row["plan_id"])
        require(act, actor, request_matter(row, plan))
        request = request_of(row)
        if request.state is not RequestStatus.PENDING or version not in (None, request.version):
            raise WrongStateError(f"error.request_{request.state.value}")
        return row, request

    def _end(
        self,
        row: Document,
        decided: RequestState,
        actor: Actor,
        part: AssignmentState,
        *,
        line_id: str,
        text: str,
        demonstration: bool,
    ) -> Document:
        change = decided.change
        decision = {"act": decided.state.value, "by": change.by, "at": change.at, "reason": text}
        saved = self._store.end(row, decided, decision)
        told = line_beside(
            part,
            change,
            actor,
            _id=line_id,
            why=decided.kind.value,
            note=text or None,
            request_id=decided.request_id,
            demonstration=demonstration,
        )
        self._database["history"].insert_one(told)
        self._outbox.append(TOPIC, request_type(decided.state.value), decided)
        return saved

    def _mark(self, before: Document, request_id: str, by: By, seq: int) -> None:
        """Let the part say that a request waits; its version stays, because its state does."""
        done = self._database["assignments"].update_one(
            {"_id": before["_id"], "version": before["version"]},
            {"$set": {"pending_request": request_id, "changed_at": by.at, "changed_seq": seq}},
        )
        if not done.matched_count:
            raise StaleVersionError(before)

    def _unmark(self, request: RequestState, by: By) -> AssignmentState:
        found = self._database["assignments"].find_one_and_update(
            {"_id": request.assignment_id},
            {"$set": {"pending_request": None, "changed_at": by.at, "changed_seq": self._seq()}},
        )
        if found is None:
            raise NotFoundError("error.not_found")
        return state_of(found)

    def _seq(self) -> int:
        return int(self._system.now().timestamp() * 1000)


def _asked_agency(actor: Actor, part: Document, plan: Document) -> str:
    """Return for which agency the person asks: the part's own, else the one that leads.

    :raises NotAllowedError: when it would have to decide over its own request.
    """
    own = refusal(Act.NOTE, actor, matter(part, plan)) is None
    asked = str(part["agency_code"] if own else part["lead_agency"])
    if asked == authority(plan):
        raise NotAllowedError("error.authority_asks", agency=asked)
    return asked


def _shown(request: RequestState) -> Document:
    due_on = request.proposed_due_on
    return {"due_on": due_on.isoformat()} if due_on else {}
