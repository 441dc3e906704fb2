"""The board of tasks and its table: one set, the same filters in the address, two views."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import Actor, OfficerRole
from services.tasks.queries import board as queries
from services.tasks.queries import plans as plan_queries
from services.tasks.queries.board import Mark, Picked, Wanted
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import board_view as views
from services.tasks.web.pages import filters as addresses
from services.tasks.web.pages.board_sets import sets
from services.tasks.web.pages.cards import Card, Cards
from services.tasks.web.pages.filters import Filters
from services.tasks.web.words import agency_names, near_until
from shared.clock import LOCAL
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import language, translator

blueprint = Blueprint("board", __name__)

_WORKERS = (OfficerRole.OFFICER, OfficerRole.HEAD)
_HAS_A_DAY = (*_WORKERS, OfficerRole.APPRAISER, OfficerRole.PLAN_MANAGER)
_LIVE = "/nhiem-vu/thay-doi"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the database says for one request; the mark was read before all else."""

    filters: Filters
    plan: Document
    mark: Mark
    wanted: Wanted
    picked: Sequence[Picked]
    today: dt.date


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
    """Show the cards of the set by state, or as a table."""
    plan = plan_queries.find(deps().database, request.args.get("ke_hoach") or None)
    if plan is None:
        return render_template("board/no_plan.html")
    read = _read(plan, queries.mark(deps().database, plan["_id"], deps().clock.today()))
    name = "table" if read.filters.table else "board"
    whole = "HX-Request" not in request.headers or "HX-History-Restore-Request" in request.headers
    page = f"board/{name}.html" if whole else f"board/{name}_part.html"
    response = make_response(render_template(page, **_shown(read)))
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


@blueprint.get(_LIVE)
@signed_in
def changes() -> ResponseReturnValue:
    """Give chips and counters anew when something changed, else 304 after one query.

    ``tu`` is the place in the order of changes at which the page was read, ``ngay`` its day.
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
        response = make_response(_news(_read(plan, mark)))
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _news(read: _Read) -> str:
    """Return what an open page takes over in place."""
    since, day = request.args.get("tu", ""), request.args.get("ngay", "")
    news = (
        queries.changed_since(deps().database, read.wanted, int(since)) if since.isdecimal() else 0
    )
    return render_template(
        "board/live.html",
        news=news,
        other_day=day != read.today.isoformat(),
        live=True,
        **_shown(read),
    )


def _read(plan: Document, mark: Mark) -> _Read:
    """Read the set that the address asks for."""
    database, today = deps().database, deps().clock.today()
    filters = addresses.read(request.args, _own_agency(actor()))
    wanted = Wanted(
        plan_id=plan["_id"], role=filters.role, agency=filters.agency, words=filters.words
    )
    picked = sets().pick(database, wanted, mark, today=today, near_until=near_until(today))
    return _Read(filters=filters, plan=plan, mark=mark, wanted=wanted, picked=picked, today=today)


def _shown(read: _Read) -> dict[str, Any]:
    """Return what the templates need."""
    filters = read.filters
    columns = views.columns(read.picked, filters, agency_names())
    wanted = [card for column in columns for card in column.shown]
    cards = _cards(read, wanted)
    holders = (
        queries.holders(deps().database, read.plan["_id"], filters.role) if filters.agency else None
    )
    return {
        "plan": read.plan,
        "filters": filters,
        "columns": columns,
        "stacks": {column.name: _stack(column, cards) for column in columns},
        "drawn": {},
        "total": sum(column.count for column in columns),
        "rows": [cards[card.id] for card in wanted if card.id in cards],
        "chips": views.chips(
            read.picked, filters, plan=read.plan, names=agency_names(), holders=holders
        ),
        "agency_name": agency_names().get(filters.agency or "", filters.agency),
        "mark": f"{read.mark.text}-{language()}",
        "live_address": _live_address(read),
        "today": read.today,
        "now": deps().clock.now().astimezone(LOCAL),
    }


def _stack(column: views.Column, cards: Mapping[str, Card]) -> _Stack:
    found = [cards[picked.id] for picked in column.shown if picked.id in cards]
    apart = {picked.id for picked in column.returned}
    rest = [card for card in found if card.id not in apart]
    return _Stack(
        late=[card for card in rest if card.bar == "late"],
        returned=[card for card in found if card.id in apart],
        others=[card for card in rest if card.bar != "late"],
    )


def _cards(read: _Read, wanted: Sequence[Picked]) -> Mapping[str, Card]:
    database = deps().database
    rows = queries.cards(database, [card.id for card in wanted])
    maker = Cards(
        actor(),
        read.plan,
        read.today,
        names=agency_names(),
        chips=queries.chips(database, read.plan["_id"]),
        t=translator(),
        own_view=read.filters.agency is not None,
    )
    return {card.id: maker.card(rows[card.id], card) for card in wanted if card.id in rows}


def _live_address(read: _Read) -> str:
    address = read.filters.same(_LIVE)
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}tu={read.mark.seq}&ngay={read.today.isoformat()}"


def _own_agency(person: Actor) -> str | None:
    """Return the agency whose parts somebody sees first; None for those who see the province."""
    only_works = all(row.role in _WORKERS for row in person.roles)
    return (person.acting_agency or person.agency_code) if person.roles and only_works else None
