"""Reads of requests: of a plan, of some parts, and those that wait for one person."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.database import Database

from services.tasks.domain import requests as rules
from services.tasks.domain.errors import DomainError, NotAllowedError, NotFoundError
from services.tasks.domain.permissions import Act, Actor, OfficerRole, refusal
from services.tasks.domain.requests import Standing
from services.tasks.queries.cursors import Page, Window, page
from services.tasks.store.assignments import state_of
from services.tasks.store.requests import authority, request_matter, standing_of
from shared.events.tasks import RequestKind, RequestStatus
from shared.mongo import Document

_AT_ONCE = 500
_DECIDERS = (OfficerRole.HEAD, OfficerRole.LEADER)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PendingRequest:
    """A request that waits; ``against`` says why this person may not decide on it."""

    row: Document
    against: NotAllowedError | None


def standing(rows: Sequence[Document], plan: Document) -> Standing:
    """Return how requests stand for a part, from its rows."""
    return standing_of(list(rows), plan)


def against(
    kind: RequestKind, part: Document, found: Standing, today: dt.date
) -> DomainError | None:
    """Return why nobody may ask that for a part today, or None."""
    return rules.possible(kind, state_of(part), found, today)


def decider(plan: Document) -> str:
    """Return the agency that decides the requests of a plan."""
    return authority(plan)


def may(act: Act, actor: Actor, row: Document, plan: Document) -> NotAllowedError | None:
    """Return why a person may not decide on a request or cancel it, or None."""
    return refusal(act, actor, request_matter(row, plan))


def one(database: "Database[Document]", request_id: str) -> Document:
    """Return a request.

    :raises NotFoundError: when there is none.
    """
    found = database["requests"].find_one({"_id": request_id})
    if found is None:
        raise NotFoundError("error.not_found")
    return found


def of_plan(
    database: "Database[Document]", plan_id: str, window: Window, *, filters: Mapping[str, Any]
) -> Page:
    """Return a plan's requests by task code.

    :param filters: ``code`` (of the task), ``state``, ``kind``, ``agency`` (that asked).
    """
    names = {"code": "task_code", "state": "state", "kind": "kind", "agency": "agency_code"}
    query: Document = {"plan_id": plan_id}
    query |= {field: filters[name] for name, field in names.items() if filters.get(name)}
    return page(database["requests"], query, window, by="task_code")


def of_parts(database: "Database[Document]", part_ids: Sequence[str]) -> list[Document]:
    """Return the requests of some parts, the newest first."""
    rows = database["requests"].find({"assignment_id": {"$in": list(part_ids)}})
    return list(rows.sort([("asked_at", -1), ("_id", -1)]))


def pending(
    database: "Database[Document]", plan: Document, actor: Actor
) -> Sequence[PendingRequest]:
    """Return the requests that wait for this person's decision, the oldest first.

    With them those that only the own agency keeps from it; nobody else is asked the database.
    """
    if not actor.has(*_DECIDERS):
        return ()
    query = {"plan_id": plan["_id"], "state": RequestStatus.PENDING.value}
    rows = database["requests"].find(query).sort([("asked_at", 1), ("_id", 1)]).limit(_AT_ONCE)
    found = [
        PendingRequest(row=row, against=may(Act.DECIDE_REQUEST, actor, row, plan))
        for row in rows.batch_size(_AT_ONCE)
    ]
    return [
        request
        for request in found
        if request.against is None or request.against.key == "error.own_agency"
    ]
