"""What waits for one person: own parts to be done now, reports and figures to be decided on."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from pymongo.database import Database

from services.tasks.domain.errors import NotAllowedError
from services.tasks.domain.permissions import Act, Actor, Matter, refusal
from services.tasks.queries.allowed import matter_of
from services.tasks.queries.board import CARD
from shared.events.tasks import AssignmentStatus, MeasurementStatus, Role
from shared.mongo import Document

_OPEN = [AssignmentStatus.ASSIGNED.value, AssignmentStatus.IN_PROGRESS.value]
_FIELDS = dict.fromkeys((*CARD, "report_count", "changed_at", "handler_id"), 1)
_AT_ONCE = 1000
_OWN_AGENCY = "error.own_agency"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A report or a figure that waits; ``against`` says why this person may not decide on it.

    ``indicator`` is set for a figure, whose ``row`` is then the measurement's document.
    """

    row: Document
    against: NotAllowedError | None
    indicator: Document | None = None


def to_do(
    database: "Database[Document]",
    agencies: Iterable[str],
    *,
    today: dt.date,
    near_until: dt.date,
) -> list[Document]:
    """Return the agencies' begun parts that are late, returned or near, the most pressing first."""
    query = {
        "agency_code": {"$in": sorted(agencies)},
        "state": {"$in": _OPEN},
        "role": {"$ne": Role.FOLLOWING.value},
        "opens_on": {"$lte": today.isoformat()},
        "$or": [{"due_on": {"$lte": near_until.isoformat()}}, {"return_count": {"$gt": 0}}],
    }
    rows = database["assignments"].find(query, _FIELDS).batch_size(_AT_ONCE)
    return sorted(rows, key=lambda row: (not row["return_count"], row["due_on"], row["task_code"]))


def return_reasons(
    database: "Database[Document]", assignment_ids: Sequence[str]
) -> dict[str, Document]:
    """Return the newest decision that sent each part back."""
    if not assignment_ids:
        return {}
    query = {"assignment_id": {"$in": list(assignment_ids)}, "decision.act": "returned"}
    rows = database["reports"].find(query, {"assignment_id": 1, "decision": 1}).sort("number", 1)
    return {row["assignment_id"]: row["decision"] for row in rows}


def lately_accepted(
    database: "Database[Document]", agencies: Iterable[str], *, most: int
) -> list[Document]:
    """Return the agencies' parts that were accepted last."""
    query = {
        "agency_code": {"$in": sorted(agencies)},
        "state": AssignmentStatus.ACCEPTED.value,
    }
    rows = database["assignments"].find(query, _FIELDS)
    return list(rows.sort([("changed_at", -1), ("_id", 1)]).limit(most))


def reports(
    database: "Database[Document]", plan: Mapping[str, object], actor: Actor
) -> list[Waiting]:
    """Return the reported parts that concern a person's appraisal, the longest waiting first.

    What the person may decide on, and what only the own agency keeps from it; the rest is left out.
    """
    query = {"plan_id": plan["_id"], "state": AssignmentStatus.REPORTED.value}
    rows = database["assignments"].find(query, _FIELDS).batch_size(_AT_ONCE)
    found = [_waiting(row, plan, actor) for row in rows]
    concerned = [one for one in found if one.against is None or one.against.key == _OWN_AGENCY]
    return sorted(concerned, key=lambda one: (one.row["reported_on"] or "", one.row["task_code"]))


def figures(
    database: "Database[Document]", plan: Mapping[str, object], actor: Actor
) -> list[Waiting]:
    """Return the reported figures that concern a person's approval, the longest waiting first."""
    query = {"waits_for": {"$gt": ""}, "state": MeasurementStatus.REPORTED.value}
    rows = list(database["measurements"].find(query).sort("change.at", 1))
    ids = sorted({row["series"]["indicator_id"] for row in rows})
    indicators = (
        {row["_id"]: row for row in database["indicators"].find({"_id": {"$in": ids}})}
        if ids
        else {}
    )
    found = []
    for row in rows:
        indicator = indicators.get(row["series"]["indicator_id"])
        if indicator is None or indicator["plan_id"] != plan["_id"]:
            continue
        against = refusal(Act.APPROVE_MEASUREMENT, actor, _figure_matter(indicator, plan))
        if against is None or against.key == _OWN_AGENCY:
            found.append(Waiting(row=row, against=against, indicator=indicator))
    return found


def _waiting(row: Document, plan: Mapping[str, object], actor: Actor) -> Waiting:
    matter = matter_of(row, _appraisers(plan))
    return Waiting(row=row, against=refusal(Act.ACCEPT, actor, matter))


def _figure_matter(indicator: Document, plan: Mapping[str, object]) -> Matter:
    return Matter(
        plan_id=indicator["plan_id"],
        agency_code=indicator["lead_agency"],
        lead_agency=indicator["lead_agency"],
        appraisers=_appraisers(plan),
    )


def _appraisers(plan: Mapping[str, object]) -> tuple[str, ...]:
    found = plan["appraisers_now"]
    return tuple(found) if isinstance(found, list) else ()
