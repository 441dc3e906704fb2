"""Evidence files for signed-in people: always a download, never shown inside our pages."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import Act, require
from services.tasks.queries import task_page as queries
from services.tasks.queries.allowed import matter_of
from services.tasks.web.deps import deps
from services.tasks.web.files import sent_file
from services.tasks.web.identity import actor
from shared.web import signed_in

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/tep/<file_id>")
@signed_in
def download(file_id: str) -> ResponseReturnValue:
    """Give a file to whoever may read the part that it proves."""
    found = deps().files.open(file_id)
    part = queries.part(deps().database, found.linked_to)
    require(Act.READ, actor(), matter_of(part))
    return sent_file(found)
