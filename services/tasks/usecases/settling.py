"""A request that waits for a part which is reported, accepted or withdrawn ends with that act."""

import dataclasses

from pymongo.database import Database

from services.tasks.domain import requests as rules
from services.tasks.domain.assignment import By
from services.tasks.domain.requests import SETTLED
from services.tasks.store.requests import Requests, request_of
from services.tasks.usecases.history import line_beside
from shared.events.tasks import TOPIC, AssignmentState, request_type
from shared.ids import new_id
from shared.mongo import Document
from shared.outbox import Outbox

SYSTEM = "system:requests"


def settle(
    database: "Database[Document]", outbox: Outbox, before: Document, after: AssignmentState, by: By
) -> Document:
    """End the request that waits for a part which an act settles; return fields beside its state.

    Call it inside the transaction of the act.
    """
    waits = before.get("pending_request")
    if not waits or after.state not in SETTLED:
        return {}
    store = Requests(database)
    row = store.get(waits)
    system = dataclasses.replace(by, officer_id=SYSTEM, acting_for=None)
    ended = rules.cancel(request_of(row), system, why="settled")
    store.end(row, ended, None)
    told = line_beside(
        after, ended.change, None, _id=new_id(), note=None, request_id=waits, demonstration=False
    )
    database["history"].insert_one(told)
    outbox.append(TOPIC, request_type("cancelled"), ended)
    return {"pending_request": None}
