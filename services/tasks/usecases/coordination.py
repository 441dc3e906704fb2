"""Between agencies on one task: inviting, commenting with mentions, urging; who sends reports."""

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.tasks import metrics
from services.tasks.domain import coordination as rules
from services.tasks.domain.assignment import possible
from services.tasks.domain.coordination import Invitation
from services.tasks.domain.errors import InvalidError, NotFoundError, WrongStateError
from services.tasks.domain.mentions import mentioned
from services.tasks.domain.permissions import Act, Actor, Matter, require
from services.tasks.store.assignments import Writing, document_of, matter, open_plan, state_of
from services.tasks.usecases import reassigning
from services.tasks.usecases.acts import by_actor
from services.tasks.usecases.history import line_beside
from shared.clock import BusinessClock, Clock
from shared.events.tasks import (
    MENTION_MADE,
    NUDGE_MADE,
    TOPIC,
    AssignmentStatus,
    MentionMade,
    NudgeMade,
)
from shared.fold import fold
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically
from shared.outbox import Outbox

LONGEST_COMMENT = 5000


class Coordination:
    """The use cases of agencies that work on one task together.

    :param clock: the business clock; :param system: the order of changes that pages ask for.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        clock: BusinessClock,
        system: Clock,
    ) -> None:
        self._client = client
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._system = system

    def invite(
        self,
        actor: Actor,
        lead_part_id: str,
        invitation: Invitation,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Ask an agency to coordinate; return the new part's document.

        :param version: of the lead's part, as the person saw it.
        :raises DomainError: not this person, not now, not that agency or day.
        :raises StaleVersionError: the lead's part is no longer as it was seen.
        """
        by, part_id, line_id = by_actor(actor, self._clock), new_id(), new_id()
        seq = int(self._system.now().timestamp() * 1000)

        def work() -> Document:
            writing = Writing(self._database, self._outbox, [lead_part_id])
            lead = writing.get(lead_part_id)
            require(Act.INVITE, actor, matter(lead, writing.open_plan(lead)))
            if version is not None and lead["version"] != version:
                raise StaleVersionError(lead)
            state = rules.invite(state_of(lead), by, invitation, assignment_id=part_id)
            guest = reassigning.receiver(self._database, invitation.agency_code, by.today)
            if reassigning.owing(self._database, lead, invitation.agency_code) is not None:
                raise InvalidError("agency_code", "error.has_part", agency=invitation.agency_code)
            count = lead["coord_count"] + 1
            # All parts of the period are written, so that two who invite at once meet here.
            self._database["assignments"].update_many(
                {"task_id": lead["task_id"], "period": lead["period"]},
                {"$set": {"coord_count": count, "changed_at": by.at, "changed_seq": seq}},
            )
            self._database["tasks"].update_one(
                {"_id": lead["task_id"]}, {"$addToSet": {"coord_codes": guest["_id"]}}
            )
            told = (lead["task_code"], lead["title"], guest["name"], guest["short_name"])
            made = document_of(
                state,
                area=lead["area"],
                title=lead["title"],
                lead_agency=lead["lead_agency"],
                coord_count=count,
                indicator_codes=lead["indicator_codes"],
                evidence_count=0,
                search=fold(" ".join(told)),
                changed_at=by.at,
                changed_seq=seq,
                invited_by=by.officer_id,
                wanted=invitation.what,
            )
            self._database["assignments"].insert_one(made)
            writing.tell(
                line_beside(
                    state,
                    state.change,
                    actor,
                    _id=line_id,
                    note=invitation.what,
                    after={"state": state.state.value, "due_on": state.due_on.isoformat()},
                    demonstration=demonstration,
                )
            )
            writing.publish("assigned", state)
            writing.flush()
            return made

        with metrics.counted(Act.INVITE):
            return atomically(self._client, work)

    def comment(
        self, actor: Actor, part_id: str, text: str, *, demonstration: bool = False
    ) -> Document:
        """Say something about a task at one of its parts; ``@username`` calls people.

        Only people of agencies that are concerned can be called: those with a part of the task,
        its appraisers, and who decides requests. Return the line of the history.

        :raises InvalidError: nothing said, too long, or a name that nobody there has.
        """
        by, line_id = by_actor(actor, self._clock), new_id()
        if not text.strip():
            raise InvalidError("text", "error.comment_missing")
        if len(text) > LONGEST_COMMENT:
            raise InvalidError("text", "error.comment_long", n=LONGEST_COMMENT)

        def work() -> Document:
            part, plan, about = self._about(part_id)
            require(Act.COMMENT, actor, about)
            people = self._called(text, about.concerned | set(plan["appraisers_now"]))
            state = state_of(part)
            change = by.change("commented", has_note=True)
            told = line_beside(
                state, change, actor, _id=line_id, note=text, demonstration=demonstration
            )
            self._database["history"].insert_one(told)
            if people:
                made = MentionMade(
                    comment_id=line_id,
                    version=1,
                    change=change,
                    task_id=state.task_id,
                    assignment_id=part_id,
                    officer_ids=tuple(people),
                )
                self._outbox.append(TOPIC, MENTION_MADE, made)
            return told

        with metrics.counted(Act.COMMENT):
            return atomically(self._client, work)

    def nudge(self, actor: Actor, part_id: str, *, demonstration: bool = False) -> Document:
        """Urge the agency of a part (đôn đốc), once a day; return the part's document.

        :raises WrongStateError: it was urged today, or owes nothing now.
        """
        by, nudge_id = by_actor(actor, self._clock), new_id()

        def work() -> Document:
            writing = Writing(self._database, self._outbox, [part_id])
            part = writing.get(part_id)
            require(Act.NUDGE, actor, matter(part, writing.open_plan(part)))
            state = state_of(part)
            found = possible(Act.NUDGE, state, by.today)
            if found is not None:
                raise found
            today = by.today.isoformat()
            done = self._database["assignments"].update_one(
                {"_id": part_id, "nudged_on": {"$ne": today}}, {"$set": {"nudged_on": today}}
            )
            if not done.matched_count:
                raise WrongStateError("error.nudged_today")
            change = by.change("nudged")
            told = line_beside(
                state, change, actor, _id=nudge_id, note=None, demonstration=demonstration
            )
            self._database["history"].insert_one(told)
            made = NudgeMade(
                nudge_id=nudge_id,
                version=1,
                change=change,
                task_id=state.task_id,
                assignment_id=part_id,
            )
            self._outbox.append(TOPIC, NUDGE_MADE, made)
            return {**part, "nudged_on": today}

        with metrics.counted(Act.NUDGE):
            return atomically(self._client, work)

    def let_officers_send(
        self, actor: Actor, plan_id: str, agency_code: str, *, officers_send: bool
    ) -> None:
        """Let officers of the own agency send reports, or its head alone."""

        def work() -> None:
            plan = open_plan(self._database["plans"], plan_id)
            about = Matter(
                plan_id=plan_id,
                agency_code=agency_code,
                lead_agency=agency_code,
                appraisers=tuple(plan["appraisers_now"]),
            )
            require(Act.SET_SENDING, actor, about)
            how = "$pull" if officers_send else "$addToSet"
            self._database["plans"].update_one({"_id": plan_id}, {how: {"heads_send": agency_code}})

        with metrics.counted(Act.SET_SENDING):
            atomically(self._client, work)

    def _about(self, part_id: str) -> tuple[Document, Document, Matter]:
        part = self._database["assignments"].find_one({"_id": part_id})
        if part is None:
            raise NotFoundError("error.not_found")
        plan = open_plan(self._database["plans"], part["plan_id"])
        rows = self._database["assignments"].find(
            {"task_id": part["task_id"], "state": {"$ne": AssignmentStatus.WITHDRAWN.value}},
            {"agency_code": 1},
        )
        about = Matter(
            plan_id=part["plan_id"],
            agency_code=part["agency_code"],
            lead_agency=part["lead_agency"],
            appraisers=tuple(plan["appraisers_now"]),
            concerned=frozenset(row["agency_code"] for row in rows),
        )
        return part, plan, about

    def _called(self, text: str, agencies: Any) -> list[str]:
        names = mentioned(text)
        if not names:
            return []
        wanted = {"username": {"$in": names}, "active": True, "agency_code": {"$in": [*agencies]}}
        rows = self._database["officers"].find(wanted, {"username": 1})
        known = {row["username"]: str(row["_id"]) for row in rows}
        for name in names:
            if name not in known:
                raise InvalidError("text", "error.nobody_called", name=name)
        return [known[name] for name in names]
