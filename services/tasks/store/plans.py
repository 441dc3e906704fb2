"""Plans, agencies and tasks: documents ↔ the state that their events carry."""

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from shared.events.tasks import AgencyState, TaskDefined
from shared.mongo import Document, from_document


def agency_of(document: Document) -> AgencyState:
    """Return the agency of a document."""
    return from_document(AgencyState, document)


def task_of(document: Document) -> TaskDefined:
    """Return the task of a document."""
    return from_document(TaskDefined, document)


def plan_by_slug(database: "Database[Document]", slug: str) -> Document:
    """Return the plan of an address.

    :raises NotFoundError: when there is none.
    """
    found = database["plans"].find_one({"slug": slug})
    if found is None:
        raise NotFoundError("error.not_found")
    return found
