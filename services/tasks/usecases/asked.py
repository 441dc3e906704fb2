"""What people ask to be done to a part, before anybody knows whether they may.

Each function returns an :class:`Asked`: the rule to apply, the text for the history, and what else
changes in the same transaction. :class:`services.tasks.usecases.acts.Acts` carries them out.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, By, Evidence
from services.tasks.domain.permissions import Act
from services.tasks.store.assignments import Writing
from services.tasks.usecases.files import FileRef
from shared.events.tasks import AssignmentState
from shared.ids import new_id
from shared.mongo import Document, to_document


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
class Asked:
    """One act, to be done to whichever part.

    :param rule: called with (writing, document before, its state, by).
    :param beside: called with (writing, document before, acted, by); returns fields beside the
        state.
    :param files: ids of stored files that belong to the part from now on.
    """

    act: Act
    rule: Callable[[Writing, Document, AssignmentState, By], Acted]
    text: str | None = None
    beside: Callable[[Writing, Document, Acted, By], Document] = lambda *_: {}
    files: Sequence[str] = ()


def start() -> Asked:
    """Begin the work."""
    return Asked(act=Act.START, rule=lambda _writing, _before, state, by: rules.start(state, by))


def note(text: str) -> Asked:
    """Write down progress."""
    return Asked(
        act=Act.NOTE,
        rule=lambda _writing, _before, state, by: rules.note(state, by, text=text),
        text=text,
    )


def report(sent: Report) -> Asked:
    """Report the work as done, with its proof."""
    report_id = new_id()

    def rule(writing: Writing, before: Document, state: AssignmentState, by: By) -> Acted:
        evidence = Evidence(
            note=sent.note,
            explanation=sent.explanation,
            has_document=sent.document is not None,
            files=len(sent.files),
            open_required=writing.open_required(before),
        )
        return rules.report(state, by, evidence=evidence)

    def keep(writing: Writing, before: Document, acted: Acted, by: By) -> Document:
        writing.add_report(_report_document(report_id, sent, acted.state, by))
        pieces = len(sent.files) + (sent.document is not None)
        return {"evidence_count": before["evidence_count"] + pieces}

    files = [file.file_id for file in sent.files]
    return Asked(act=Act.REPORT, rule=rule, text=sent.note, beside=keep, files=files)


def take_back() -> Asked:
    """Fetch a report back before a decision."""
    return Asked(
        act=Act.TAKE_BACK,
        rule=lambda _writing, _before, state, by: rules.take_back(state, by),
        beside=_decided("taken_back", None),
    )


def accept(text: str = "") -> Asked:
    """Accept the report (guard G)."""
    return Asked(
        act=Act.ACCEPT,
        rule=lambda _writing, _before, state, by: rules.accept(state, by),
        text=text or None,
        beside=_decided("accepted", text or None),
    )


def return_(reason: str) -> Asked:
    """Send the report back with a reason (guard G)."""
    return Asked(
        act=Act.RETURN,
        rule=lambda _writing, _before, state, by: rules.return_(state, by, reason=reason),
        text=reason,
        beside=_decided("returned", reason),
    )


def reopen(reason: str) -> Asked:
    """Take an acceptance back with a reason (plan manager)."""
    return Asked(
        act=Act.REOPEN,
        rule=lambda _writing, _before, state, by: rules.reopen(state, by, reason=reason),
        text=reason,
        beside=_decided("reopened", reason),
    )


def _decided(act: str, reason: str | None) -> Callable[[Writing, Document, Acted, By], Document]:
    def decide(writing: Writing, before: Document, _acted: Acted, by: By) -> Document:
        decision = {"act": act, "by": by.officer_id, "at": by.at, "reason": reason}
        writing.decide_report(before["_id"], before["report_count"], decision)
        return {}

    return decide


def _report_document(report_id: str, sent: Report, state: AssignmentState, by: By) -> Document:
    return {
        "_id": report_id,
        "assignment_id": state.assignment_id,
        "number": state.report_count,
        "note": sent.note,
        "explanation": sent.explanation,
        "document": to_document(sent.document) if sent.document else None,
        "files": [to_document(file) for file in sent.files],
        "reported_at": by.at,
        "reported_on": by.today.isoformat(),
        "by": by.officer_id,
        "decision": None,
    }
