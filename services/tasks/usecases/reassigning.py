"""What else moves when a part goes to another agency: who leads, who appraises, who owes twice.

Everything here runs inside the transaction of the act that reassigns. Of one task and period an
agency owes one part: whoever gets the lead and coordinates already keeps the lead alone.
"""

import dataclasses
import datetime as dt

from pymongo.database import Database

from services.tasks.domain import assignment as rules
from services.tasks.domain.assignment import By
from services.tasks.domain.errors import InvalidError
from services.tasks.store.assignments import Writing, state_of
from services.tasks.store.plans import agency_of, task_of
from services.tasks.usecases.history import history_line
from services.tasks.usecases.settling import settle
from shared.events.tasks import TASK_DEFINED, TOPIC, AssignmentStatus, Role
from shared.fold import fold
from shared.ids import new_id
from shared.mongo import Document, to_document

_FINISHED = [AssignmentStatus.ACCEPTED.value, AssignmentStatus.WITHDRAWN.value]


def receiver(
    database: "Database[Document]", code: str, today: dt.date, *, field: str = "agency_code"
) -> Document:
    """Return the agency that is to have a part.

    :raises InvalidError: no such agency, or it does not exist on that day.
    """
    found = database["agencies"].find_one({"_id": code})
    group = found is not None and database["plans"].find_one(
        {f"groups.{code}": {"$exists": True}}, {"_id": 1}
    )
    if found is None or group or not agency_of(found).valid_on(today):
        raise InvalidError(field, "error.unknown_agency", agency=code)
    return found


def owing(database: "Database[Document]", part: Document, agency: str) -> Document | None:
    """Return the part that an agency has already of the same task and period."""
    return database["assignments"].find_one(
        {
            "task_id": part["task_id"],
            "period": part["period"],
            "agency_code": agency,
            "state": {"$ne": AssignmentStatus.WITHDRAWN.value},
            "_id": {"$ne": part["_id"]},
        }
    )


def moved(writing: Writing, part: Document, code: str, by: By) -> Document:
    """Let everything follow a part that goes to ``code``; return fields beside its state.

    :raises InvalidError: when the agency cannot have it.
    """
    database = writing.database
    heir = receiver(database, code, by.today)
    twice = owing(database, part, code)
    lead = part["role"] == Role.LEAD.value
    if twice is not None and not (lead and twice["state"] not in _FINISHED):
        raise InvalidError("agency_code", "error.has_part", agency=code)
    names = fold(f"{heir['name']} {heir['short_name']}")
    beside: Document = {"search": f"{part['search']} {names}"}
    if not lead:
        return beside
    if twice is not None:
        beside["coord_count"] = _swallow(writing, part, twice, by)
    same = {"task_id": part["task_id"], "period": part["period"], "_id": {"$ne": part["_id"]}}
    database["assignments"].update_many(same, {"$set": {"lead_agency": code}})
    _lead_task(writing, part, code, by)
    return {**beside, "lead_agency": code}


def _swallow(writing: Writing, part: Document, twice: Document, by: By) -> int:
    """Withdraw the coordinating part of the new lead; return how many others coordinate."""
    state = state_of(twice)
    acted = rules.withdraw(state, by, why="merged")
    beside = settle(writing.database, writing.outbox, twice, acted.state, by)
    writing.save(twice, acted.state, changed_at=by.at, changed_seq=part["changed_seq"], **beside)
    writing.tell(
        history_line(state, acted.state, None, _id=new_id(), note=None, demonstration=False)
    )
    writing.publish(str(acted.event), acted.state)
    writing.flush()
    return counted_out(writing, part)


def counted_out(writing: Writing, part: Document) -> int:
    """Let the parts beside one say that an agency coordinates less; return how many do."""
    count = int(part["coord_count"]) - 1
    same = {"task_id": part["task_id"], "period": part["period"], "_id": {"$ne": part["_id"]}}
    writing.database["assignments"].update_many(same, {"$set": {"coord_count": count}})
    return count


def _lead_task(writing: Writing, part: Document, code: str, by: By) -> None:
    """Let the task follow its lead, unless another period is still led by somebody else."""
    database = writing.database
    others = {
        "task_id": part["task_id"],
        "role": Role.LEAD.value,
        "_id": {"$ne": part["_id"]},
        "state": {"$nin": _FINISHED},
        "agency_code": {"$ne": code},
    }
    task = database["tasks"].find_one({"_id": part["task_id"]})
    if task is None or task["lead_agency"] == code or database["assignments"].find_one(others):
        return
    state = dataclasses.replace(
        task_of(task),
        version=task["version"] + 1,
        change=by.change("reassigned", why="ruling"),
        lead_agency=code,
    )
    database["tasks"].update_one({"_id": task["_id"]}, {"$set": to_document(state)})
    writing.outbox.append(TOPIC, TASK_DEFINED, state)
