"""Parts (phần việc): reading one, and every act on it; evidence files."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from services.tasks.queries import api as queries
from services.tasks.usecases.asked import Report, ResultDocument
from services.tasks.usecases.files import FileRef
from services.tasks.usecases.idempotency import Answer
from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.acting import PARAMETERS, answered
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems, seen_version
from services.tasks.web.auth import SECURITY, actor, demonstration, signed_in
from services.tasks.web.deps import deps
from services.tasks.web.files import given_files, sent_file
from shared.mongo import Document

blueprint = handle_problems(new_blueprint("api_assignments", __name__, "Phần việc – assignments"))
# Made once: a schema copies its fields when it is made.
_SHOWN = schemas.AssignmentSchema()
_ONE = "/assignments/<string:assignment_id>"
_ACT: dict[str, Any] = {"security": SECURITY, "parameters": PARAMETERS}


@blueprint.route(_ONE)
@signed_in
@blueprint.response(200, schemas.OneAssignmentSchema)
@blueprint.doc(security=SECURITY)
def get_assignment(assignment_id: str) -> Any:
    """Give a part with its reports; the ETag is its version."""
    dependencies = deps()
    found = queries.assignment(dependencies.database, assignment_id)
    return schemas.timed(found, dependencies.clock.today()), {"ETag": f'"{found["version"]}"'}


@blueprint.route(f"{_ONE}/history")
@signed_in
@blueprint.response(200, schemas.HistorySchema)
@blueprint.doc(security=SECURITY)
def get_history(assignment_id: str) -> Any:
    """Give what happened to a part, the oldest first."""
    queries.assignment(deps().database, assignment_id)
    return {"items": queries.assignment_history(deps().database, assignment_id)}


@blueprint.route(f"{_ONE}/start", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.VersionSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def start(_given: dict[str, Any], assignment_id: str) -> Response:
    """Begin the work."""
    return _act(lambda common: deps().acts.start(actor(), assignment_id, **common))


@blueprint.route(f"{_ONE}/note", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.NoteSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def note(given: dict[str, Any], assignment_id: str) -> Response:
    """Write down progress."""
    text = given["note"]
    return _act(lambda common: deps().acts.note(actor(), assignment_id, text=text, **common))


@blueprint.route(f"{_ONE}/report", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.ReportInputSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def report(given: dict[str, Any], assignment_id: str) -> Response:
    """Report the work: JSON, or multipart with files and ``document_number`` and its kin."""
    uploads = given_files(request.files)
    stored: list[FileRef] = []
    document = given["document"]

    def store() -> None:
        files = deps().files
        stored.extend(files.store(upload.stream, upload.filename or "") for upload in uploads)

    def act(common: dict[str, Any]) -> Document:
        sent = Report(
            note=given["note"],
            explanation=given["explanation"],
            document=ResultDocument(**document) if document else None,
            files=tuple(stored),
        )
        return deps().acts.report(actor(), assignment_id, report=sent, **common)

    return answered(_answer(act), before=store, files=uploads)


@blueprint.route(f"{_ONE}/take-back", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.VersionSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def take_back(_given: dict[str, Any], assignment_id: str) -> Response:
    """Fetch a report back before a decision."""
    return _act(lambda common: deps().acts.take_back(actor(), assignment_id, **common))


@blueprint.route(f"{_ONE}/accept", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.AcceptSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def accept(given: dict[str, Any], assignment_id: str) -> Response:
    """Accept a report; an appraiser of another agency only."""
    text = given["note"]
    return _act(lambda common: deps().acts.accept(actor(), assignment_id, note=text, **common))


@blueprint.route(f"{_ONE}/return", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.ReasonSchema())
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def return_(given: dict[str, Any], assignment_id: str) -> Response:
    """Send a report back with a reason; an appraiser of another agency only."""
    reason = given["reason"]
    return _act(lambda common: deps().acts.return_(actor(), assignment_id, reason=reason, **common))


@blueprint.route("/files/<string:file_id>")
@signed_in
@blueprint.doc(security=SECURITY, responses={200: {"description": "The file"}})
def get_file(file_id: str) -> Response:
    """Give an evidence file, always as a download."""
    return sent_file(deps().files.open(file_id))


def _act(act: Callable[[dict[str, Any]], Document]) -> Response:
    return answered(_answer(act))


def _answer(act: Callable[[dict[str, Any]], Document]) -> Callable[[], Answer]:
    common = {"version": seen_version(), "demonstration": demonstration()}

    def work() -> Answer:
        shown = schemas.timed(act(common), deps().clock.today())
        return Answer(status=200, body=_SHOWN.dump(shown))

    return work
