"""Requests (kiến nghị): asking for a later deadline, giving a part back, deciding on it."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from services.tasks.domain.requests import Wish
from services.tasks.queries import api as queries
from services.tasks.queries import requests as request_queries
from services.tasks.queries.cursors import Window
from services.tasks.usecases.files import FileRef
from services.tasks.usecases.idempotency import Answer
from services.tasks.usecases.ruling import Ruling
from services.tasks.web.api import request_shapes as shapes
from services.tasks.web.api import schemas
from services.tasks.web.api.acting import PARAMETERS, answered
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems, seen_version
from services.tasks.web.auth import SECURITY, actor, demonstration, signed_in
from services.tasks.web.deps import deps
from services.tasks.web.files import given_files
from shared.events.tasks import RequestKind
from shared.mongo import Document

blueprint = handle_problems(new_blueprint("api_requests", __name__, "Kiến nghị – requests"))
_ONE = "/requests/<string:request_id>"
_ACT: dict[str, Any] = {"security": SECURITY, "parameters": PARAMETERS}


@blueprint.route("/plans/<string:plan>/requests")
@signed_in
@blueprint.arguments(shapes.RequestFilterSchema, location="query")
@blueprint.response(200, schemas.page_of(shapes.RequestSchema))
@blueprint.doc(security=SECURITY)
def list_requests(given: dict[str, Any], plan: str) -> Any:
    """List the requests of a plan by task code; ``code`` is the task's."""
    found = queries.plan(deps().database, plan)
    window = Window(limit=given["limit"], cursor=given["cursor"])
    return request_queries.of_plan(deps().database, found["_id"], window, filters=given)


@blueprint.route(_ONE)
@signed_in
@blueprint.response(200, shapes.RequestSchema)
@blueprint.doc(security=SECURITY)
def get_request(request_id: str) -> Any:
    """Give a request; the ETag is its version."""
    found = request_queries.one(deps().database, request_id)
    return found, {"ETag": f'"{found["version"]}"'}


@blueprint.route("/assignments/<string:assignment_id>/requests", methods=["POST"])
@signed_in
@blueprint.arguments(shapes.RequestInputSchema)
@blueprint.alt_response(201, schema=shapes.RequestSchema)
@blueprint.doc(**_ACT)
def make(given: dict[str, Any], assignment_id: str) -> Response:
    """Ask for an extension or decline a part: JSON, or multipart with files."""
    uploads = given_files(request.files)
    stored: list[FileRef] = []
    wish = Wish(
        kind=RequestKind(given["kind"]), reason=given["reason"], due_on=given["proposed_due_on"]
    )

    def store() -> None:
        files = deps().files
        stored.extend(files.store(upload.stream, upload.filename or "") for upload in uploads)

    def act(common: dict[str, Any]) -> Document:
        return deps().requests.make(actor(), assignment_id, wish, files=tuple(stored), **common)

    return answered(_answer(act, 201), before=store, files=uploads)


@blueprint.route(f"{_ONE}/grant", methods=["POST"])
@signed_in
@blueprint.arguments(shapes.GrantSchema)
@blueprint.alt_response(200, schema=shapes.RequestSchema)
@blueprint.doc(**_ACT)
def grant(given: dict[str, Any], request_id: str) -> Response:
    """Give what was asked for; a decline needs ``agency_code`` or ``withdraw``."""
    code, withdraw = given["agency_code"], given["withdraw"]
    ruling = Ruling(agency_code=code, withdraw=withdraw) if code or withdraw else None
    note = given["note"]
    return answered(
        _answer(
            lambda common: deps().requests.grant(
                actor(), request_id, note=note, ruling=ruling, **common
            )
        )
    )


@blueprint.route(f"{_ONE}/refuse", methods=["POST"])
@signed_in
@blueprint.arguments(shapes.RefuseSchema)
@blueprint.alt_response(200, schema=shapes.RequestSchema)
@blueprint.doc(**_ACT)
def refuse(given: dict[str, Any], request_id: str) -> Response:
    """Say no with a reason."""
    reason = given["reason"]
    return answered(
        _answer(lambda common: deps().requests.refuse(actor(), request_id, reason=reason, **common))
    )


@blueprint.route(f"{_ONE}/cancel", methods=["POST"])
@signed_in
@blueprint.arguments(shapes.CancelSchema)
@blueprint.alt_response(200, schema=shapes.RequestSchema)
@blueprint.doc(**_ACT)
def cancel(_given: dict[str, Any], request_id: str) -> Response:
    """Take a request back before a decision; the agency that asked alone."""
    return answered(_answer(lambda common: deps().requests.cancel(actor(), request_id, **common)))


def _answer(act: Callable[[dict[str, Any]], Document], status: int = 200) -> Callable[[], Answer]:
    common = {"version": seen_version(), "demonstration": demonstration()}

    def work() -> Answer:
        return Answer(status=status, body=shapes.RequestSchema().dump(act(common)))

    return work
