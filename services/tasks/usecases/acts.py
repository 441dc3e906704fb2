"""Acts on an assignment: each is one transaction of state, history line and outbox row.

The caller gives the version that the person saw; a newer one in the database raises
``StaleVersionError`` with the current document. Without a version the act goes for the newest.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks import metrics
from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, By, Evidence
from services.tasks.domain.permissions import Act, Actor, require
from services.tasks.store.assignments import Assignments, difference, state_of
from services.tasks.usecases.files import FileRef, Files
from shared.clock import LOCAL, BusinessClock, Clock
from shared.events.tasks import TOPIC, AssignmentState, assignment_type
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically, to_document
from shared.outbox import Outbox


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ResultDocument:
    """The document (văn bản) that proves a report."""

    number: str
    signed_on: dt.date
    issuer: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an agency sends: text, and files, a document or an explanation why there is none."""

    note: str
    explanation: str = ""
    document: ResultDocument | None = None
    files: Sequence[FileRef] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Todo:
    """One act: the rule to apply, the text for the history, what else changes in its transaction.

    :param beside: called with (document before, acted, by); returns fields beside the state.
    """

    act: Act
    rule: Callable[[Document, AssignmentState, By], Acted]
    text: str | None = None
    beside: Callable[[Document, Acted, By], Document] = lambda _before, _acted, _by: {}


class Acts:
    """The use cases of an assignment.

    :param clock: the business clock: history, dates, deadlines.
    :param system: the system clock: the order of changes that pages ask for.
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
        self._store = Assignments(database)
        self._outbox = outbox
        self._files = files
        self._clock = clock
        self._system = system

    def start(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Begin the work; return the new document.

        :raises DomainError: not this person, or not in this state.
        :raises StaleVersionError: somebody was faster.
        """
        todo = _Todo(act=Act.START, rule=lambda _, state, by: rules.start(state, by))
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def note(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        text: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Write down progress; errors as :meth:`start`."""
        todo = _Todo(
            act=Act.NOTE, rule=lambda _, state, by: rules.note(state, by, text=text), text=text
        )
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def report(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        report: Report,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Report the work as done, with its proof; errors as :meth:`start`."""
        report_id = new_id()

        def rule(before: Document, state: AssignmentState, by: By) -> Acted:
            evidence = Evidence(
                note=report.note,
                explanation=report.explanation,
                has_document=report.document is not None,
                files=len(report.files),
                open_required=self._store.open_required(before),
            )
            return rules.report(state, by, evidence=evidence)

        def keep(before: Document, acted: Acted, by: By) -> Document:
            self._store.add_report(_report_document(report_id, report, acted.state, by))
            self._files.link([file.file_id for file in report.files], assignment_id)
            pieces = len(report.files) + (report.document is not None)
            return {"evidence_count": before["evidence_count"] + pieces}

        todo = _Todo(act=Act.REPORT, rule=rule, text=report.note, beside=keep)
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def take_back(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Fetch a report back before a decision; errors as :meth:`start`."""
        todo = _Todo(
            act=Act.TAKE_BACK,
            rule=lambda _, state, by: rules.take_back(state, by),
            beside=self._decided("taken_back", None),
        )
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def accept(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        version: int | None = None,
        note: str = "",
        demonstration: bool = False,
    ) -> Document:
        """Accept the report (guard G); errors as :meth:`start`."""
        todo = _Todo(
            act=Act.ACCEPT,
            rule=lambda _, state, by: rules.accept(state, by),
            text=note or None,
            beside=self._decided("accepted", note or None),
        )
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def return_(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        reason: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Send the report back with a reason (guard G); errors as :meth:`start`."""
        todo = _Todo(
            act=Act.RETURN,
            rule=lambda _, state, by: rules.return_(state, by, reason=reason),
            text=reason,
            beside=self._decided("returned", reason),
        )
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def reopen(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        reason: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Take an acceptance back with a reason (plan manager); errors as :meth:`start`."""
        todo = _Todo(
            act=Act.REOPEN,
            rule=lambda _, state, by: rules.reopen(state, by, reason=reason),
            text=reason,
            beside=self._decided("reopened", reason),
        )
        return self._do(todo, actor, assignment_id, version, demonstration=demonstration)

    def _do(
        self,
        todo: _Todo,
        actor: Actor,
        assignment_id: str,
        version: int | None,
        *,
        demonstration: bool,
    ) -> Document:
        by = by_actor(actor, self._clock)
        line_id = new_id()
        changed_seq = int(self._system.now().timestamp() * 1000)

        def work() -> Document:
            before = self._store.get(assignment_id)
            plan = self._store.open_plan(before["plan_id"])
            require(todo.act, actor, self._store.matter(before, plan))
            if version is not None and before["version"] != version:
                raise StaleVersionError(before)
            state = state_of(before)
            acted = todo.rule(before, state, by)
            beside = todo.beside(before, acted, by)
            after = self._store.save(
                before, acted.state, changed_at=by.at, changed_seq=changed_seq, **beside
            )
            line = history_line(
                state, acted.state, actor, _id=line_id, note=todo.text, demonstration=demonstration
            )
            self._store.tell(line)
            if acted.event is not None:
                self._outbox.append(TOPIC, assignment_type(acted.event), acted.state)
            return after

        with metrics.counted(todo.act):
            return atomically(self._client, work)

    def _decided(self, act: str, reason: str | None) -> Callable[[Document, Acted, By], Document]:
        def decide(before: Document, _acted: Acted, by: By) -> Document:
            decision = {"act": act, "by": by.officer_id, "at": by.at, "reason": reason}
            self._store.decide_report(before["_id"], before["report_count"], decision)
            return {}

        return decide


def by_actor(actor: Actor, clock: BusinessClock) -> By:
    """Return who acts and when, read from the clock once."""
    at = clock.now()
    return By(
        officer_id=actor.officer_id,
        acting_for=actor.acting_for,
        at=at,
        today=at.astimezone(LOCAL).date(),
    )


def history_line(
    before: AssignmentState, after: AssignmentState, actor: Actor | None, **more: Any
) -> Document:
    """Return a line of the history of an assignment; ``actor`` None is the system."""
    old, new = difference(before, after)
    change = after.change
    return {
        "plan_id": after.plan_id,
        "task_id": after.task_id,
        "assignment_id": after.assignment_id,
        "version": after.version,
        "act": change.act,
        "by": change.by,
        "by_agency": actor.agency_code if actor else None,
        "acting_for": change.acting_for,
        "at": change.at,
        "why": change.why,
        "before": old,
        "after": new,
        **more,
    }


def _report_document(report_id: str, report: Report, state: AssignmentState, by: By) -> Document:
    return {
        "_id": report_id,
        "assignment_id": state.assignment_id,
        "number": state.report_count,
        "note": report.note,
        "explanation": report.explanation,
        "document": to_document(report.document) if report.document else None,
        "files": [to_document(file) for file in report.files],
        "reported_at": by.at,
        "reported_on": by.today.isoformat(),
        "by": by.officer_id,
        "decision": None,
    }
