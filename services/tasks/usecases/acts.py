"""Acts on parts: each is one transaction of state, history line and outbox row, or a hundred are.

The caller gives the version that the person saw; a newer one in the database raises
``StaleVersionError`` with the current document. Without a version the act goes for the newest.
"""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks import metrics
from services.tasks.domain.assignment import By
from services.tasks.domain.errors import DomainError
from services.tasks.domain.permissions import Actor, require
from services.tasks.store.assignments import Writing, matter, state_of
from services.tasks.usecases import asked
from services.tasks.usecases.asked import Asked, Report
from services.tasks.usecases.files import Files
from services.tasks.usecases.history import history_line
from services.tasks.usecases.settling import settle
from shared.clock import LOCAL, BusinessClock, Clock
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically
from shared.outbox import Outbox

# Each act writes four documents at most; a transaction stays below five hundred.
MOST_TOGETHER = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One act of several, with the version that the person saw."""

    assignment_id: str
    asked: Asked
    version: int | None = None


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
        self._database = database
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
        item = Item(assignment_id=assignment_id, asked=asked.start(), version=version)
        return self.do(actor, item, demonstration=demonstration)

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
        item = Item(assignment_id=assignment_id, asked=asked.note(text), version=version)
        return self.do(actor, item, demonstration=demonstration)

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
        item = Item(assignment_id=assignment_id, asked=asked.report(report), version=version)
        return self.do(actor, item, demonstration=demonstration)

    def take_back(
        self,
        actor: Actor,
        assignment_id: str,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Fetch a report back before a decision; errors as :meth:`start`."""
        item = Item(assignment_id=assignment_id, asked=asked.take_back(), version=version)
        return self.do(actor, item, demonstration=demonstration)

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
        item = Item(assignment_id=assignment_id, asked=asked.accept(note), version=version)
        return self.do(actor, item, demonstration=demonstration)

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
        item = Item(assignment_id=assignment_id, asked=asked.return_(reason), version=version)
        return self.do(actor, item, demonstration=demonstration)

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
        item = Item(assignment_id=assignment_id, asked=asked.reopen(reason), version=version)
        return self.do(actor, item, demonstration=demonstration)

    def together(
        self, actor: Actor, items: Sequence[Item], *, demonstration: bool = False
    ) -> Sequence[Document]:
        """Do several acts in their order, or none of them; return each one's new document.

        :raises DomainError, StaleVersionError: as :meth:`start`; ``item`` tells at which act.
        """
        return self._do(actor, items, demonstration=demonstration)

    def do(self, actor: Actor, item: Item, *, demonstration: bool = False) -> Document:
        """Do one act; return the new document; errors as :meth:`start`."""
        try:
            return self._do(actor, [item], demonstration=demonstration)[0]
        except (DomainError, StaleVersionError) as error:
            error.item = None
            raise

    def _do(
        self, actor: Actor, items: Sequence[Item], *, demonstration: bool
    ) -> Sequence[Document]:
        by = by_actor(actor, self._clock)
        # In ascending order: lines of one instant are shown by their ids.
        line_ids = sorted(new_id() for _ in items)
        seq = int(self._system.now().timestamp() * 1000)

        def work() -> Sequence[Document]:
            ids = [item.assignment_id for item in items]
            writing = Writing(self._database, self._outbox, ids)
            done = []
            for number, (item, line_id) in enumerate(zip(items, line_ids, strict=True)):
                line = {"_id": line_id, "demonstration": demonstration}
                with _numbered(number):
                    done.append(self._one(writing, item, actor, by, seq=seq, line=line))
            writing.flush()
            return done

        with contextlib.ExitStack() as counting:
            for item in items:
                counting.enter_context(metrics.counted(item.asked.act))
            return atomically(self._client, work)

    def _one(
        self,
        writing: Writing,
        item: Item,
        actor: Actor,
        by: By,
        *,
        seq: int,
        line: Document,
    ) -> Document:
        """Do one act; it is written when all are."""
        before, todo = writing.get(item.assignment_id), item.asked
        require(todo.act, actor, matter(before, writing.open_plan(before)))
        if item.version is not None and before["version"] != item.version:
            raise StaleVersionError(before)
        state = state_of(before)
        acted = todo.rule(writing, before, state, by)
        beside = todo.beside(writing, before, acted, by)
        beside |= settle(self._database, self._outbox, before, acted.state, by)
        if todo.files:
            self._files.link(todo.files, item.assignment_id)
        after = writing.save(before, acted.state, changed_at=by.at, changed_seq=seq, **beside)
        writing.tell(history_line(state, acted.state, actor, note=todo.text, **line))
        if acted.event is not None:
            writing.publish(acted.event, acted.state)
        return after


@contextlib.contextmanager
def _numbered(number: int) -> Iterator[None]:
    """Let a refusal tell at which of several acts it came."""
    try:
        yield
    except (DomainError, StaleVersionError) as error:
        error.item = number
        raise


def by_actor(actor: Actor, clock: BusinessClock) -> By:
    """Return who acts and when, read from the clock once."""
    at = clock.now()
    return By(
        officer_id=actor.officer_id,
        acting_for=actor.acting_for,
        at=at,
        today=at.astimezone(LOCAL).date(),
    )
