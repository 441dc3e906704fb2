"""What the database says for one request about the set: read once, whatever the view."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from flask import request

from services.tasks.domain.permissions import Actor, OfficerRole
from services.tasks.queries import board as queries
from services.tasks.queries.board import Mark, Picked, Wanted
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import filters as addresses
from services.tasks.web.pages.board_sets import sets
from services.tasks.web.pages.cards import Card, Cards
from services.tasks.web.pages.filters import Filters
from services.tasks.web.words import agency_names, near_until
from shared.mongo import Document
from shared.web.language import translator

_WORKERS = (OfficerRole.OFFICER, OfficerRole.HEAD)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the database says for one request; the mark was read before all else."""

    filters: Filters
    plan: Document
    mark: Mark
    wanted: Wanted
    picked: Sequence[Picked]
    today: dt.date


def read(plan: Document, mark: Mark) -> Read:
    """Read the set that the address asks for."""
    today = deps().clock.today()
    filters = addresses.read(request.args, own_agency(actor()))
    wanted = Wanted(
        plan_id=plan["_id"], role=filters.role, agency=filters.agency, words=filters.words
    )
    picked = sets().pick(deps().database, wanted, mark, today=today, near_until=near_until(today))
    return Read(filters=filters, plan=plan, mark=mark, wanted=wanted, picked=picked, today=today)


def cards(found: Read, wanted: Sequence[Picked], *, own_view: bool) -> Mapping[str, Card]:
    """Return the cards of some picked ones, by id.

    :param own_view: whether the page names their agency already.
    """
    database = deps().database
    rows = queries.cards(database, [card.id for card in wanted])
    maker = Cards(
        actor(),
        found.plan,
        found.today,
        names=agency_names(),
        chips=queries.chips(database, found.plan["_id"]),
        t=translator(),
        own_view=own_view,
    )
    return {card.id: maker.card(rows[card.id], card) for card in wanted if card.id in rows}


def own_agency(person: Actor) -> str | None:
    """Return the agency whose parts somebody sees first; None for those who see the province."""
    only_works = all(row.role in _WORKERS for row in person.roles)
    return (person.acting_agency or person.agency_code) if person.roles and only_works else None
