"""The pages: all indicators of a plan on one, and one indicator with why it is so."""

from http import HTTPStatus

from flask import Blueprint, render_template, request

from services.scoring.queries import One
from services.scoring.web import views
from services.scoring.web.deps import deps
from shared.events.scoring import Flag, IndicatorStatus
from shared.events.tasks import EditionApplied
from shared.web import signed_in
from shared.web.identity import current
from shared.web.language import language
from shared.web.problems import Problem

blueprint = Blueprint(
    "scoring",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/chi-tieu/static",
)


@blueprint.get("/chi-tieu")
@signed_in
def index() -> str:
    """Show all indicators of a plan as tiles or as a list, narrowed by the address."""
    plan = _plan(request.args.get("ke_hoach"))
    if plan is None:
        return render_template("scoring/empty.html")
    words = views.Words(deps().texts, language())
    status = request.args.get("trang_thai", "")
    status = status if status in set(IndicatorStatus) else ""
    tiles = [words.tile(row) for row in deps().queries.all_of(plan)]
    as_list = request.args.get("xem") == "danh-sach"
    return render_template(
        "scoring/list.html" if as_list else "scoring/tiles.html",
        plan=plan,
        plan_slug=request.args.get("ke_hoach"),
        areas=views.areas(plan, tiles, lambda tile: not status or tile.status == status),
        counts=views.count(tiles),
        status=status,
        view="danh-sach" if as_list else None,
        total=len(tiles),
        flags={flag.value: sum(flag in tile.flags for tile in tiles) for flag in Flag},
        today=deps().clock.today(),
    )


@blueprint.get("/chi-tieu/<indicator_id>")
@signed_in
def indicator(indicator_id: str) -> str:
    """Show one indicator: value, why, history, linked tasks, figures.

    The address may also say its code; then the plan is the newest, or the one it names.
    """
    found = deps().queries.one(indicator_id) or _by_code(indicator_id)
    if found is None or found.row.status is None:
        raise _not_found("not_found")
    words = views.Words(deps().texts, language())
    status = found.row.status
    return render_template(
        "scoring/one.html",
        one=found,
        indicator=found.row.indicator,
        status=status,
        outcome=status.outcome,
        tile=words.tile(found.row),
        words=words,
        **views.explained(found.row.indicator, status, found.measurements, words),
        may_report=_may_report(found),
        tasks_url=deps().tasks_url,
    )


def _by_code(code: str) -> One | None:
    plan = _plan(request.args.get("ke_hoach"))
    row = deps().queries.by_code(plan, code) if plan else None
    return deps().queries.one(row.indicator.indicator_id) if row else None


def _may_report(found: One) -> bool:
    """Tell whether this person's agency reports the figures of the indicator."""
    computed = found.row.indicator.nature.value == "from_tasks"
    return not computed and current().agency_code == found.row.indicator.lead_agency


def _plan(slug: str | None) -> EditionApplied | None:
    """Return the plan of the address, or the newest one.

    :raises Problem: 404 when the address names a plan that is not there.
    """
    if slug is None:
        return next(iter(deps().queries.plans()), None)
    plan = deps().queries.plan(slug)
    if plan is None:
        raise _not_found("no_plan")
    return plan


def _not_found(code: str) -> Problem:
    detail = deps().texts.get(f"scoring.page.{code}", language())
    return Problem(HTTPStatus.NOT_FOUND, code=code, detail=detail)
