"""Several acts on parts in one request, all or none: for agencies with systems of their own.

The rules are those of the single acts. A refusal names the act at fault, counted from 0.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from services.tasks.usecases import asked
from services.tasks.usecases.acts import Item
from services.tasks.usecases.asked import Asked, Report, ResultDocument
from services.tasks.usecases.idempotency import Answer
from services.tasks.web.api import schemas
from services.tasks.web.api.acting import KEY_PARAMETER, answered
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems
from services.tasks.web.api.together_shapes import TogetherDoneSchema, TogetherSchema
from services.tasks.web.auth import SECURITY, actor, demonstration, signed_in
from services.tasks.web.deps import deps

blueprint = handle_problems(
    new_blueprint("api_together", __name__, "Nhiều phần việc một lần – several acts together")
)
_SHOWN = schemas.AssignmentSchema(many=True)


@blueprint.route("/assignments/acts", methods=["POST"])
@signed_in
@blueprint.arguments(TogetherSchema())
@blueprint.alt_response(200, schema=TogetherDoneSchema)
@blueprint.doc(security=SECURITY, parameters=[KEY_PARAMETER])
def act_together(given: dict[str, Any]) -> Response:
    """Do up to a hundred acts in their order, all or none; reports here come without files."""
    items = [_item(one) for one in given["acts"]]
    played = demonstration()

    def work() -> Answer:
        done = deps().acts.together(actor(), items, demonstration=played)
        today = deps().clock.today()
        shown = _SHOWN.dump([schemas.timed(one, today) for one in done])
        return Answer(status=200, body={"items": shown})

    return answered(work)


def _item(given: Mapping[str, Any]) -> Item:
    return Item(
        assignment_id=given["assignment_id"],
        asked=_ASKED[given["act"]](given),
        version=given["version"],
    )


def _report(given: Mapping[str, Any]) -> Asked:
    document = given["document"]
    return asked.report(
        Report(
            note=given["note"],
            explanation=given["explanation"],
            document=ResultDocument(**document) if document else None,
        )
    )


_ASKED: Mapping[str, Callable[[Mapping[str, Any]], Asked]] = {
    "start": lambda _: asked.start(),
    "note": lambda given: asked.note(given["note"]),
    "report": _report,
    "take-back": lambda _: asked.take_back(),
    "accept": lambda given: asked.accept(given["note"]),
    "return": lambda given: asked.return_(given["reason"]),
}
