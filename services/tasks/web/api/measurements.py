"""Figures of an indicator (số liệu): reported by its lead agency, decided by an appraiser."""

from collections.abc import Callable
from typing import Any

from flask import Response

from services.tasks.domain.measurement import Figure
from services.tasks.domain.scopes import Scope
from services.tasks.queries import api as queries
from services.tasks.queries.cursors import Window
from services.tasks.usecases.idempotency import Answer
from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.acting import PARAMETERS, answered
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems, seen_version
from services.tasks.web.auth import SECURITY, actor, demonstration, scoped, signed_in
from services.tasks.web.deps import deps
from shared.mongo import Document

blueprint = handle_problems(new_blueprint("api_measurements", __name__, "Số liệu – measurements"))
_OF_INDICATOR = "/indicators/<string:indicator_id>/measurements"
_ONE = "/measurements/<string:measurement_id>"
_ACT: dict[str, Any] = {"security": SECURITY, "parameters": PARAMETERS}
_NOT_FIGURE = frozenset({"period", "tier", "note"})


@blueprint.route(_OF_INDICATOR)
@signed_in
@blueprint.arguments(inputs.WindowSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.MeasurementSchema))
@blueprint.doc(security=SECURITY)
def list_measurements(given: dict[str, Any], indicator_id: str) -> Any:
    """List an indicator's figures, the oldest first."""
    window = Window(limit=given["limit"], cursor=given["cursor"])
    return queries.measurements(deps().database, indicator_id, window)


@blueprint.route(_OF_INDICATOR, methods=["POST"])
@signed_in
@scoped(Scope.FIGURES)
@blueprint.arguments(inputs.MeasurementInputSchema)
@blueprint.alt_response(201, schema=schemas.MeasurementSchema)
@blueprint.doc(**_ACT)
def report_measurement(given: dict[str, Any], indicator_id: str) -> Response:
    """Report a figure; a returned one of the same period and tier is reported again."""
    figure = Figure(**{name: value for name, value in given.items() if name not in _NOT_FIGURE})
    shown_as_demonstration = demonstration()

    def work() -> Answer:
        saved = deps().measurements.report(
            actor(),
            indicator_id,
            period=given["period"],
            tier=given["tier"],
            figure=figure,
            note=given["note"],
            demonstration=shown_as_demonstration,
        )
        return Answer(status=201, body=schemas.MeasurementSchema().dump(saved))

    return answered(work)


@blueprint.route(_ONE)
@signed_in
@blueprint.response(200, schemas.MeasurementSchema)
@blueprint.doc(security=SECURITY)
def get_measurement(measurement_id: str) -> Any:
    """Give a figure; the ETag is its version."""
    found = queries.measurement(deps().database, measurement_id)
    return found, {"ETag": f'"{found["version"]}"'}


@blueprint.route(f"{_ONE}/approve", methods=["POST"])
@signed_in
@scoped(Scope.FIGURES)
@blueprint.arguments(inputs.VersionSchema)
@blueprint.alt_response(200, schema=schemas.MeasurementSchema)
@blueprint.doc(**_ACT)
def approve(_given: dict[str, Any], measurement_id: str) -> Response:
    """Let a figure count; the earlier one of its period is replaced."""
    return _act(lambda common: deps().measurements.approve(actor(), measurement_id, **common))


@blueprint.route(f"{_ONE}/return", methods=["POST"])
@signed_in
@scoped(Scope.FIGURES)
@blueprint.arguments(inputs.ReasonSchema)
@blueprint.alt_response(200, schema=schemas.MeasurementSchema)
@blueprint.doc(**_ACT)
def return_(given: dict[str, Any], measurement_id: str) -> Response:
    """Send a figure back with a reason."""
    reason = given["reason"]
    return _act(
        lambda common: deps().measurements.return_(actor(), measurement_id, reason=reason, **common)
    )


def _act(act: Callable[[dict[str, Any]], Document]) -> Response:
    common = {"version": seen_version(), "demonstration": demonstration()}

    def work() -> Answer:
        return Answer(status=200, body=schemas.MeasurementSchema().dump(act(common)))

    return answered(work)
