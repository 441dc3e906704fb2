"""Kế hoạch: what was decided, by areas, with its solutions, the rules chosen, and the sources."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.queries import plans as queries
from services.tasks.web.deps import deps
from services.tasks.web.words import agency_name
from shared.events.tasks import Provenance
from shared.web import signed_in

blueprint = Blueprint("plan", __name__)


@blueprint.get("/ke-hoach")
@signed_in
def show() -> ResponseReturnValue:
    """Show the plan and its edition."""
    plan = queries.find(deps().database, request.args.get("ke_hoach") or None)
    if plan is None:
        return render_template("board/no_plan.html")
    contents = queries.contents(deps().database, plan["_id"])
    solutions = [row["provenance"] for row in plan["solutions"]]
    return render_template(
        "overview/plan.html",
        plan=plan,
        contents=contents,
        appraisers=", ".join(agency_name(code) for code in plan["appraisers_now"]),
        agency_name=agency_name,
        sources=[
            (
                provenance.value,
                contents.provenance["tasks"].get(provenance.value, 0),
                contents.provenance["indicators"].get(provenance.value, 0),
                solutions.count(provenance.value),
            )
            for provenance in Provenance
        ],
    )
