"""Agencies on one task together: inviting, handlers, urging, comments; what the manager moves."""

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields

from services.tasks.domain.coordination import Invitation
from services.tasks.queries import api as queries
from services.tasks.usecases import asked, steering
from services.tasks.usecases.acts import Item
from services.tasks.usecases.asked import Asked
from services.tasks.usecases.coordination import LONGEST_COMMENT
from services.tasks.usecases.idempotency import Answer
from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.acting import PARAMETERS, answered
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.fields import Day, Input, Text, Yes
from services.tasks.web.api.problems import handle_problems, seen_version
from services.tasks.web.auth import SECURITY, actor, demonstration, signed_in
from services.tasks.web.deps import deps
from shared.mongo import Document

blueprint = handle_problems(new_blueprint("api_coordination", __name__, "Phối hợp – coordination"))
_ONE = "/assignments/<string:assignment_id>"
_ACT: dict[str, Any] = {"security": SECURITY, "parameters": PARAMETERS}


class InvitationSchema(inputs.VersionSchema):
    """Whom to ask for what; without ``due_on`` the lead's own day."""

    agency_code = Text(inputs.LINE, empty=False, required=True)
    what = Text(inputs.LONG_TEXT, empty=False, required=True)
    due_on = Day(load_default=None, allow_none=True)
    required = Yes(load_default=False)


class RequiredSchema(inputs.VersionSchema):
    required = Yes(required=True)


class HandlerSchema(inputs.VersionSchema):
    officer_id = Text(inputs.LINE, empty=False, required=True, allow_none=True)


class ReassignSchema(inputs.ReasonSchema):
    agency_code = Text(inputs.LINE, empty=False, required=True)


class CommentSchema(inputs.VersionSchema):
    text = Text(LONGEST_COMMENT, empty=False, required=True)


class SendingSchema(Input):
    officers_send = Yes(required=True)


class SentSchema(ma.Schema):
    agency_code = fields.String()
    officers_send = fields.Boolean()


@blueprint.route(f"{_ONE}/coordinators", methods=["POST"])
@signed_in
@blueprint.arguments(InvitationSchema)
@blueprint.alt_response(201, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def invite(given: dict[str, Any], assignment_id: str) -> Response:
    """Ask an agency to coordinate; gives its new part. The id is the lead's part."""
    names = ("agency_code", "what", "due_on", "required")
    invitation = Invitation(**{name: given[name] for name in names})
    return _shown(
        lambda common: deps().coordination.invite(actor(), assignment_id, invitation, **common), 201
    )


@blueprint.route(f"{_ONE}/require", methods=["POST"])
@signed_in
@blueprint.arguments(RequiredSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def require(given: dict[str, Any], assignment_id: str) -> Response:
    """Let the lead's report wait for a coordinating part, or no longer."""
    return _do(assignment_id, steering.mark_required(required=given["required"]))


@blueprint.route(f"{_ONE}/uninvite", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.VersionSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def uninvite(_given: dict[str, Any], assignment_id: str) -> Response:
    """Take back a part that the lead asked for and nobody has begun."""
    return _do(assignment_id, steering.uninvite())


@blueprint.route(f"{_ONE}/handler", methods=["POST"])
@signed_in
@blueprint.arguments(HandlerSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def handler(given: dict[str, Any], assignment_id: str) -> Response:
    """Give a part to one person of its agency, or to nobody (null)."""
    return _do(assignment_id, steering.set_handler(given["officer_id"]))


@blueprint.route(f"{_ONE}/reassign", methods=["POST"])
@signed_in
@blueprint.arguments(ReassignSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def reassign(given: dict[str, Any], assignment_id: str) -> Response:
    """Give a part with its history to another agency; the plan manager alone."""
    return _do(assignment_id, steering.reassign(given["agency_code"], given["reason"]))


@blueprint.route(f"{_ONE}/reopen", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.ReasonSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def reopen(given: dict[str, Any], assignment_id: str) -> Response:
    """Take an acceptance back with a reason; the plan manager alone."""
    return _do(assignment_id, asked.reopen(given["reason"]))


@blueprint.route(f"{_ONE}/nudge", methods=["POST"])
@signed_in
@blueprint.arguments(inputs.VersionSchema)
@blueprint.alt_response(200, schema=schemas.AssignmentSchema)
@blueprint.doc(**_ACT)
def nudge(_given: dict[str, Any], assignment_id: str) -> Response:
    """Urge the agency of a part, once a day."""
    shown = demonstration()
    return _shown(
        lambda _common: deps().coordination.nudge(actor(), assignment_id, demonstration=shown)
    )


@blueprint.route(f"{_ONE}/comments", methods=["POST"])
@signed_in
@blueprint.arguments(CommentSchema)
@blueprint.alt_response(201, schema=schemas.ChangeLineSchema)
@blueprint.doc(**_ACT)
def comment(given: dict[str, Any], assignment_id: str) -> Response:
    """Say something at a part; ``@username`` calls people of the agencies concerned."""
    shown = demonstration()

    def work() -> Answer:
        told = deps().coordination.comment(
            actor(), assignment_id, given["text"], demonstration=shown
        )
        return Answer(status=201, body=schemas.ChangeLineSchema().dump(told))

    return answered(work)


@blueprint.route("/plans/<string:plan>/agencies/<string:code>/sending", methods=["PUT"])
@signed_in
@blueprint.arguments(SendingSchema)
@blueprint.response(200, SentSchema)
@blueprint.doc(security=SECURITY)
def let_officers_send(given: dict[str, Any], plan: str, code: str) -> Any:
    """Let officers of the own agency send reports, or its head alone."""
    found = queries.plan(deps().database, plan)
    officers_send = given["officers_send"]
    deps().coordination.let_officers_send(actor(), found["_id"], code, officers_send=officers_send)
    return {"agency_code": code, "officers_send": officers_send}


def _do(assignment_id: str, what: Asked) -> Response:
    def act(common: dict[str, Any]) -> Document:
        item = Item(assignment_id=assignment_id, asked=what, version=common["version"])
        return deps().acts.do(actor(), item, demonstration=common["demonstration"])

    return _shown(act)


def _shown(act: Callable[[dict[str, Any]], Document], status: int = 200) -> Response:
    common = {"version": seen_version(), "demonstration": demonstration()}

    def work() -> Answer:
        shown = schemas.timed(act(common), deps().clock.today())
        return Answer(status=status, body=schemas.AssignmentSchema().dump(shown))

    return answered(work)
