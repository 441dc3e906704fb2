"""Succession (sắp xếp, hợp nhất): an agency ended, and its one successor takes over what is open.

Runs in small transactions, each of which finds what is left to do, so that a stop anywhere is
made good by running again. An agency with several successors or none is left alone: its open
parts need a person's decision (docs/events.md, I).
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pymongo import MongoClient, UpdateOne
from pymongo.database import Database

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import Acted, By
from services.tasks.store.assignments import state_of
from services.tasks.store.measurements import indicator_of
from services.tasks.store.plans import agency_of, task_of
from services.tasks.store.successions import UNFINISHED, owed_twice
from services.tasks.usecases.history import history_line
from services.tasks.usecases.policies import follow_policies
from services.tasks.usecases.settling import settle
from shared.clock import BusinessClock, Clock
from shared.events.tasks import (
    AGENCY_CHANGED,
    DIRECTORY_TOPIC,
    INDICATOR_DEFINED,
    OFFICER_CHANGED,
    TASK_DEFINED,
    TOPIC,
    AssignmentState,
    AssignmentStatus,
    PlanState,
    Role,
    assignment_type,
)
from shared.fold import fold
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically, to_document
from shared.outbox import Outbox

BY = "system:succession"
_BATCH = 100
_ADVANCE = {
    AssignmentStatus.REPORTED: 2,
    AssignmentStatus.IN_PROGRESS: 1,
    AssignmentStatus.ASSIGNED: 0,
}
_DONE = "done"
_Step = Callable[[], int]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """What one succession moved."""

    agency: str
    successor: str
    reassigned: int
    merged: int
    officers: int


class Successions:
    """Applies the successions whose day has come.

    :param clock: the business clock: which day it is, and the time in the history.
    :param system: the system clock: the order of changes that pages ask for.
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

    def run(self) -> list[Succession]:
        """Apply every succession that is due and not done; return what was moved, in order."""
        at, today = self._clock.now(), self._clock.today()
        by = By(officer_id=BY, at=at, today=today)
        return [self._apply(row, by) for row in self._due(today)]

    def _due(self, today: dt.date) -> list[Document]:
        rows = self._database["agencies"].find(
            {
                "valid_to": {"$lt": today.isoformat()},
                "successors": {"$size": 1},
                "succession": {"$ne": _DONE},
            }
        )
        return [
            row
            for row in rows.sort([("valid_to", 1), ("_id", 1)])
            if row["successors"][0]["since"] <= today.isoformat()
        ]

    def _apply(self, ended: Document, by: By) -> Succession:
        old, new = ended["_id"], ended["successors"][0]["code"]
        plans = self._open_plans()
        heir = self._database["agencies"].find_one({"_id": new}) or {}
        if "succession" not in ended:
            atomically(self._client, lambda: self._begin(old, new, by))
        reassigned = self._repeat(lambda: self._reassign(old, heir, plans, by))
        self._repeat(lambda: self._lead_tasks(old, heir, plans, by))
        self._repeat(lambda: self._lead_indicators(old, new, plans, by))
        merged = self._repeat(lambda: self._merge(new, plans, by))
        officers = self._repeat(lambda: self._officers(old, heir))
        atomically(self._client, lambda: self._finish(old, new, plans))
        return Succession(
            agency=old, successor=new, reassigned=reassigned, merged=merged, officers=officers
        )

    def _repeat(self, step: _Step) -> int:
        """Run a step, a transaction each time, until it finds nothing more to do."""
        total = 0
        while done := atomically(self._client, step):
            total += done
        return total

    def _open_plans(self) -> list[str]:
        rows = self._database["plans"].find({"state": {"$ne": PlanState.CLOSED.value}}, {"_id": 1})
        return [row["_id"] for row in rows]

    def _begin(self, old: str, new: str, by: By) -> None:
        events = []
        for code, act, mark in ((old, "succeeded", {"succession": "running"}), (new, "began", {})):
            row = self._database["agencies"].find_one({"_id": code}) or {}
            state = dataclasses.replace(
                agency_of(row), version=row["version"] + 1, change=by.change(act, why="succession")
            )
            self._database["agencies"].update_one(
                {"_id": code}, {"$set": {**to_document(state), **mark}}
            )
            events.append((AGENCY_CHANGED, state))
        self._outbox.append_many(TOPIC, events)

    def _reassign(self, old: str, heir: Document, plans: Sequence[str], by: By) -> int:
        rows = self._parts({"agency_code": old, "plan_id": {"$in": plans}})
        names = fold(f"{heir['name']} {heir['short_name']}")

        def beside(row: Document) -> Document:
            return {"search": f"{row['search']} {names}"}

        return self._save(
            rows,
            lambda state: rules.reassign(state, by, agency_code=heir["_id"], why="succession"),
            beside,
            by,
        )

    def _merge(self, new: str, plans: Sequence[str], by: By) -> int:
        """Withdraw what the heir now owes twice, or would coordinate with itself.

        Of each task and period one part stays; a task that the heir leads needs nothing else of it,
        even where the leading part is finished.
        """
        alone = self._parts(
            {
                "agency_code": new,
                "lead_agency": new,
                "role": Role.COORDINATING.value,
                "plan_id": {"$in": plans},
            }
        )
        gone = {row["_id"]: row for row in alone}
        for ids in owed_twice(self._database, new, plans, limit=_BATCH):
            parts = sorted(self._parts({"_id": {"$in": ids}}), key=_worth, reverse=True)
            gone |= {row["_id"]: row for row in parts[1:]}
        for row in gone.values():
            self._database["assignments"].update_many(
                {"task_id": row["task_id"], "period": row["period"]}, {"$inc": {"coord_count": -1}}
            )
        return self._save(
            list(gone.values()),
            lambda state: rules.withdraw(state, by, why="merged"),
            lambda _: {},
            by,
        )

    def _parts(self, query: Mapping[str, Any]) -> list[Document]:
        unfinished = {**query, "state": {"$in": UNFINISHED}}
        return list(self._database["assignments"].find(unfinished).sort("_id").limit(_BATCH))

    def _save(
        self,
        rows: Sequence[Document],
        rule: Callable[[AssignmentState], Acted],
        beside: Callable[[Document], Document],
        by: By,
    ) -> int:
        """Save the same act on many parts: guarded writes in bulk, history, outbox."""
        writes, lines, events = [], [], []
        for row in rows:
            before = state_of(row)
            acted = rule(before)
            after = acted.state
            fields = {
                **to_document(after),
                **beside(row),
                **settle(self._database, self._outbox, row, after, by),
                "changed_at": after.change.at,
                "changed_seq": int(self._system.now().timestamp() * 1000),
            }
            guard = {"_id": row["_id"], "version": row["version"]}
            writes.append(UpdateOne(guard, {"$set": fields}))
            lines.append(
                history_line(before, after, None, _id=new_id(), note=None, demonstration=False)
            )
            events.append((assignment_type(str(acted.event)), after))
        if writes:
            done = self._database["assignments"].bulk_write(writes)
            if done.matched_count != len(writes):
                raise StaleVersionError(rows[0])
            self._database["history"].insert_many(lines)
            self._outbox.append_many(TOPIC, events)
        return len(writes)

    def _lead_tasks(self, old: str, heir: Document, plans: Sequence[str], by: By) -> int:
        tasks = self._database["tasks"]
        query = {"lead_agency": old, "plan_id": {"$in": plans}}
        rows = list(tasks.find(query).sort("_id").limit(_BATCH))
        events = []
        for row in rows:
            state = dataclasses.replace(
                task_of(row),
                version=row["version"] + 1,
                change=by.change("reassigned", why="succession"),
                lead_agency=heir["_id"],
            )
            tasks.update_one({"_id": row["_id"]}, {"$set": to_document(state)})
            events.append((TASK_DEFINED, state))
        if rows:
            # Guard G asks the leading agency of every part, also of one that stays where it is.
            self._database["assignments"].update_many(
                {"task_id": {"$in": [row["_id"] for row in rows]}},
                {"$set": {"lead_agency": heir["_id"]}},
            )
        self._outbox.append_many(TOPIC, events)
        return len(rows)

    def _lead_indicators(self, old: str, new: str, plans: Sequence[str], by: By) -> int:
        indicators = self._database["indicators"]
        query = {"lead_agency": old, "plan_id": {"$in": plans}}
        rows = list(indicators.find(query).sort("_id").limit(_BATCH))
        events = []
        for row in rows:
            state = dataclasses.replace(
                indicator_of(row),
                version=row["version"] + 1,
                change=by.change("reassigned", why="succession"),
                lead_agency=new,
            )
            indicators.update_one({"_id": row["_id"]}, {"$set": to_document(state)})
            events.append((INDICATOR_DEFINED, state))
        self._outbox.append_many(TOPIC, events)
        return len(rows)

    def _officers(self, old: str, heir: Document) -> int:
        """Move the people with their usernames, and the roles they hold in the old agency."""
        officers = self._database["officers"]
        query = {"$or": [{"agency_code": old}, {"roles.agency": old}]}
        rows = list(officers.find(query).sort("_id").limit(_BATCH))
        for row in rows:
            moved = {"roles": list(_moved(row["roles"], old, heir["_id"]))}
            if row["agency_code"] == old:
                moved |= {"agency_code": heir["_id"], "agency_name": heir["short_name"]}
            officers.update_one({"_id": row["_id"]}, {"$set": moved, "$inc": {"version": 1}})
            self._outbox.append_reference(DIRECTORY_TOPIC, OFFICER_CHANGED, row["_id"])
        return len(rows)

    def _finish(self, old: str, new: str, plans: Sequence[str]) -> None:
        """Follow the policy's appraisers and authority, and call the succession done."""
        follow_policies(self._database, plans, old, new)
        self._database["agencies"].update_one({"_id": old}, {"$set": {"succession": _DONE}})


def _worth(row: Document) -> tuple[bool, int, str]:
    """Order parts of one task and period: the lead one stays, else the furthest."""
    return row["role"] == Role.LEAD.value, _ADVANCE[AssignmentStatus(row["state"])], row["_id"]


def _moved(roles: Iterable[Document], old: str, new: str) -> Iterable[Document]:
    return ({**row, "agency": new} if row["agency"] == old else row for row in roles)
