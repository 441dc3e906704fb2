"""Cơ quan: who works on the plan, since when and until when, and how each one's work stands."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import Act, Matter, OfficerRole, refusal
from services.tasks.queries import agencies as queries
from services.tasks.queries import board as board_queries
from services.tasks.queries import plans as plan_queries
from services.tasks.queries.agencies import Work
from services.tasks.queries.board import Wanted
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import board_view
from services.tasks.web.pages import filters as addresses
from services.tasks.web.pages.cards import Cards
from services.tasks.web.words import agency_name, agency_names, near_until
from shared.fold import fold
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import t

blueprint = Blueprint("agencies", __name__)
_NO_WORK = Work()
_MOST_PARTS = 100


@blueprint.get("/co-quan")
@signed_in
def index() -> ResponseReturnValue:
    """List the agencies by level: those of today first, then those that ended."""
    database, today = deps().database, deps().clock.today()
    plan = plan_queries.find(database, None)
    if plan is None:
        return render_template("board/no_plan.html")
    day = today.isoformat()
    rows = sorted(
        queries.everything(database, list(plan["groups"])),
        key=lambda row: (_ended(row, day), fold(row["short_name"])),
    )
    work = queries.work(database, plan["_id"], today)
    return render_template(
        "agencies/index.html",
        levels=[
            (name, [row for row in rows if row["level"] == level])
            for level, name in plan["levels"].items()
        ],
        work=lambda code: work.get(code, _NO_WORK),
        people=queries.people(database) if _administers() else None,
        ended=lambda row: _ended(row, day),
        begins=lambda row: row["valid_from"] is not None and row["valid_from"] > day,
        agency_name=agency_name,
        today=today,
    )


@blueprint.get("/co-quan/<code>")
@signed_in
def show(code: str) -> ResponseReturnValue:
    """Show an agency: its succession, its begun parts, for administrators its people's number."""
    database, today = deps().database, deps().clock.today()
    agency = queries.one(database, code)
    plan = plan_queries.find(database, None)
    if plan is None:
        return render_template("board/no_plan.html")
    wanted = Wanted(plan_id=plan["_id"], agency=code)
    picked = board_queries.pick(database, wanted, today=today, near_until=near_until(today))
    filters = addresses.read({"co_quan": code, "xem": addresses.TABLE}, None)
    ordered = board_view.columns(picked, filters, agency_names())[0].shown[:_MOST_PARTS]
    cards = Cards(
        actor(),
        plan,
        today,
        names=agency_names(),
        chips=board_queries.chips(database, plan["_id"]),
        t=t,
        own_view=True,
    )
    rows = board_queries.cards(database, [one.id for one in ordered])
    return render_template(
        "agencies/show.html",
        agency=agency,
        level=plan["levels"].get(agency["level"], ""),
        work=queries.work(database, plan["_id"], today, code).get(code, _NO_WORK),
        cards=[cards.card(rows[one.id], one) for one in ordered if one.id in rows],
        hidden=max(len(picked) - len(ordered), 0),
        people=queries.people(database, code).get(code, 0) if _administers() else None,
        predecessors=queries.predecessors(database, code),
        agency_name=agency_name,
        today=today,
        plan=plan,
        heads_send=code in plan.get("heads_send", ()),
        sets_sending=_leads(code, plan),
    )


def _leads(code: str, plan: Document) -> bool:
    """Tell whether this person says who sends the reports of an agency."""
    about = Matter(plan_id=plan["_id"], agency_code=code, lead_agency=code, appraisers=())
    return refusal(Act.SET_SENDING, actor(), about) is None


def _administers() -> bool:
    return actor().has(OfficerRole.ADMINISTRATOR)


def _ended(row: Document, day: str) -> bool:
    return row["valid_to"] is not None and row["valid_to"] < day
