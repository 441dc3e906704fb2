"""The set of tasks in each of its views: one set, the same filters in the address."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import OfficerRole
from services.tasks.queries import board as queries
from services.tasks.queries import plans as plan_queries
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import board_view as views
from services.tasks.web.pages import filters as addresses
from services.tasks.web.pages import lanes, months
from services.tasks.web.pages.board_read import Read, cards, read
from services.tasks.web.pages.cards import Card
from services.tasks.web.words import agency_names
from shared.clock import LOCAL
from shared.web import signed_in
from shared.web.language import language

blueprint = Blueprint("board", __name__)

_HAS_A_DAY = (
    OfficerRole.OFFICER,
    OfficerRole.HEAD,
    OfficerRole.APPRAISER,
    OfficerRole.PLAN_MANAGER,
)
_LIVE = "/nhiem-vu/thay-doi"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """The cards of a column as they lie: what is late on top, then what came back."""

    late: Sequence[Card]
    returned: Sequence[Card]
    others: Sequence[Card]


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """Lead to what this person does first: own work, or the board."""
    mine = actor().has(*_HAS_A_DAY)
    return redirect("/viec-cua-toi" if mine else addresses.PATH, HTTPStatus.SEE_OTHER)


@blueprint.get(addresses.PATH)
@signed_in
def index() -> ResponseReturnValue:
    """Show the set in the view that the address names; by state if it names none."""
    plan = plan_queries.find(deps().database, request.args.get("ke_hoach") or None)
    if plan is None:
        return render_template("board/no_plan.html")
    found = read(plan, queries.mark(deps().database, plan["_id"], deps().clock.today()))
    name, more = _VIEWS[found.filters.view]
    whole = "HX-Request" not in request.headers or "HX-History-Restore-Request" in request.headers
    page = "board/page.html" if whole else "board/part.html"
    body = f"board/{name}_body.html"
    response = make_response(render_template(page, body=body, **_shown(found), **more(found)))
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@blueprint.get(_LIVE)
@signed_in
def changes() -> ResponseReturnValue:
    """Give chips and counters anew when something changed, else 304 after one query.

    ``tu`` is the place in the order of changes at which the page was read, ``luc`` its day.
    """
    today = deps().clock.today()
    plan = plan_queries.find(deps().database, request.args.get("ke_hoach") or None)
    if plan is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    mark = queries.mark(deps().database, plan["_id"], today)
    tag = f"{mark.text}-{language()}"
    if tag in request.if_none_match:
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = make_response(_news(read(plan, mark)))
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _news(found: Read) -> str:
    """Return what an open page takes over in place; views of time and lanes only hear of it."""
    since, day = request.args.get("tu", ""), request.args.get("luc", "")
    news = (
        queries.changed_since(deps().database, found.wanted, int(since)) if since.isdecimal() else 0
    )
    in_place = found.filters.view in (addresses.BOARD, addresses.TABLE)
    return render_template(
        "board/live.html",
        news=news,
        other_day=day != found.today.isoformat(),
        live=True,
        **_shown(found),
        **(_columns(found) if in_place else {"columns": (), "rows": ()}),
    )


def _shown(found: Read) -> dict[str, Any]:
    """Return what every view needs."""
    filters, names = found.filters, agency_names()
    holders = (
        queries.holders(deps().database, found.plan["_id"], filters.role)
        if filters.agency
        else None
    )
    return {
        "plan": found.plan,
        "filters": filters,
        "drawn": {},
        "total": sum(filters.fits(card) for card in found.picked),
        "chips": views.chips(found.picked, filters, plan=found.plan, names=names, holders=holders),
        "agency_name": names.get(filters.agency or "", filters.agency),
        "mark": f"{found.mark.text}-{language()}",
        "live_address": _live_address(found),
        "today": found.today,
        "now": deps().clock.now().astimezone(LOCAL),
    }


def _columns(found: Read) -> dict[str, Any]:
    columns = views.columns(found.picked, found.filters, agency_names())
    wanted = [card for column in columns for card in column.shown]
    made = cards(found, wanted, own_view=found.filters.agency is not None)
    return {
        "columns": columns,
        "stacks": {column.name: _stack(column, made) for column in columns},
        "rows": [made[card.id] for card in wanted if card.id in made],
    }


def _stack(column: views.Column, made: Mapping[str, Card]) -> _Stack:
    found = [made[picked.id] for picked in column.shown if picked.id in made]
    apart = {picked.id for picked in column.returned}
    rest = [card for card in found if card.id not in apart]
    return _Stack(
        late=[card for card in rest if card.bar == "late"],
        returned=[card for card in found if card.id in apart],
        others=[card for card in rest if card.bar != "late"],
    )


def _lanes(found: Read) -> dict[str, Any]:
    rows = lanes.lanes(found.picked, found.filters, plan=found.plan, names=agency_names())
    by_agency = found.filters.view == addresses.AGENCIES
    made = cards(found, lanes.shown(rows), own_view=by_agency)
    return {
        "lanes": rows,
        "totals": lanes.totals(rows),
        "cards_in": lambda some: [made[card.id] for card in some if card.id in made],
        "by_agency": by_agency,
    }


def _calendar(found: Read) -> dict[str, Any]:
    month = months.month(found.picked, found.filters, found.today)
    return {"month": month, "made": cards(found, month.shown, own_view=False)}


def _year(found: Read) -> dict[str, Any]:
    ordered = months.in_order(found.picked, found.filters)
    first = ordered[: months.FIRST_OF_YEAR + found.filters.more.get("bang", 0)]
    year = int(found.plan["year"])
    rows = queries.cards(deps().database, [card.id for card in first])
    made = cards(found, first, own_view=found.filters.agency is not None)
    return {
        "lines": [
            (made[card.id], months.line(rows[card.id], year)) for card in first if card.id in made
        ],
        "ticks": months.ticks(year),
        "today_at": months.place(found.today, year),
        "hidden": len(ordered) - len(first),
        "more": found.filters.address(
            them=f"bang.{found.filters.more.get('bang', 0) + views.FIRST_CARDS}"
        ),
    }


def _live_address(found: Read) -> str:
    address = found.filters.same(_LIVE)
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}tu={found.mark.seq}&luc={found.today.isoformat()}"


# The template of each view and what it needs beside the common things.
_VIEWS: Mapping[str, tuple[str, Callable[[Read], dict[str, Any]]]] = {
    addresses.BOARD: ("board", _columns),
    addresses.TABLE: ("table", _columns),
    addresses.AGENCIES: ("lanes", _lanes),
    addresses.AREAS: ("lanes", _lanes),
    addresses.CALENDAR: ("calendar", _calendar),
    addresses.YEAR: ("year", _year),
}
