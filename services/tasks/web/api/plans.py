"""Reading a plan: its tasks, parts, indicators and agencies. ``{plan}`` is a slug or an id."""

from typing import Any

from services.tasks.queries import api as queries
from services.tasks.queries.cursors import Window
from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.blueprints import blueprint as new_blueprint
from services.tasks.web.api.problems import handle_problems
from services.tasks.web.auth import SECURITY, signed_in
from services.tasks.web.deps import deps

blueprint = handle_problems(new_blueprint("api_plans", __name__, "Kế hoạch – plans"))
_PLAN = "/plans/<string:plan>"


@blueprint.route("/plans")
@signed_in
@blueprint.arguments(inputs.WindowSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.PlanSchema))
@blueprint.doc(security=SECURITY)
def list_plans(given: dict[str, Any]) -> Any:
    """List the plans."""
    return queries.plans(deps().database, _window(given))


@blueprint.route(_PLAN)
@signed_in
@blueprint.response(200, schemas.PlanSchema)
@blueprint.doc(security=SECURITY)
def get_plan(plan: str) -> Any:
    """Give a plan."""
    return queries.plan(deps().database, plan)


@blueprint.route(f"{_PLAN}/tasks")
@signed_in
@blueprint.arguments(inputs.TaskFilterSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.TaskSchema))
@blueprint.doc(security=SECURITY)
def list_tasks(given: dict[str, Any], plan: str) -> Any:
    """List the tasks of a plan with their state today."""
    dependencies = deps()
    found = queries.plan(dependencies.database, plan)
    return queries.tasks(
        dependencies.database,
        found["_id"],
        _window(given),
        today=dependencies.clock.today(),
        filters=given,
    )


@blueprint.route(f"{_PLAN}/assignments")
@signed_in
@blueprint.arguments(inputs.AssignmentFilterSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.AssignmentSchema))
@blueprint.doc(security=SECURITY)
def list_assignments(given: dict[str, Any], plan: str) -> Any:
    """List the parts of a plan; ``code`` is the task's."""
    dependencies = deps()
    today = dependencies.clock.today()
    found = queries.plan(dependencies.database, plan)
    page = queries.assignments(
        dependencies.database, found["_id"], _window(given), today=today, filters=given
    )
    return {
        "items": [schemas.timed(row, today) for row in page.items],
        "next_cursor": page.next_cursor,
    }


@blueprint.route(f"{_PLAN}/indicators")
@signed_in
@blueprint.arguments(inputs.TaskFilterSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.IndicatorSchema))
@blueprint.doc(security=SECURITY)
def list_indicators(given: dict[str, Any], plan: str) -> Any:
    """List the indicators of a plan with the status that scoring gave them."""
    found = queries.plan(deps().database, plan)
    return queries.indicators(deps().database, found["_id"], _window(given), filters=given)


@blueprint.route(f"{_PLAN}/agencies")
@signed_in
@blueprint.arguments(inputs.WindowSchema, location="query")
@blueprint.response(200, schemas.page_of(schemas.AgencySchema))
@blueprint.doc(security=SECURITY)
def list_agencies(given: dict[str, Any], plan: str) -> Any:
    """List the agencies, past and future ones too, with their days of validity."""
    found = queries.plan(deps().database, plan)
    return queries.agencies(
        deps().database, list(found["groups"]), _window(given), code=given["code"]
    )


@blueprint.route("/tasks/<string:task_id>")
@signed_in
@blueprint.response(200, schemas.OneTaskSchema)
@blueprint.doc(security=SECURITY)
def get_task(task_id: str) -> Any:
    """Give a task with its parts and the chips of its indicators."""
    dependencies = deps()
    today = dependencies.clock.today()
    found = queries.task(dependencies.database, task_id, today=today)
    found["assignments"] = [schemas.timed(row, today) for row in found["assignments"]]
    return found, {"ETag": f'"{found["version"]}"'}


def _window(given: dict[str, Any]) -> Window:
    return Window(limit=given["limit"], cursor=given["cursor"])
