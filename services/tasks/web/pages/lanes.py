"""Lanes: one row for each agency or area with its counts, closed until somebody opens it.

Counting needs only what was read for the whole set; the cards of a lane are read when it is open,
so that 75 communes cost no more than their 75 rows.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from services.tasks.queries.board import Picked
from services.tasks.web.pages.filters import AREAS, Filters
from services.tasks.web.pages.orders import COLUMN_OF, COLUMNS, NEWEST, by_deadline
from shared.fold import fold

# Cards of one column of an open lane, and lanes open at once.
FIRST_OF_LANE = 10
MOST_OPEN = 10


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One state of a lane: ``shown`` are drawn when it is open, ``hidden`` are left out."""

    name: str
    count: int
    late: int
    returned: int
    shown: Sequence[Picked]
    hidden: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row; ``href`` opens or closes it, ``alone`` shows its cards as a board of their own."""

    code: str
    name: str
    count: int
    late: int
    cells: Sequence[Cell]
    open: bool
    href: str
    alone: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The head of a column."""

    name: str
    count: int
    late: int


def lanes(
    picked: Sequence[Picked],
    filters: Filters,
    *,
    plan: Mapping[str, Any],
    names: Mapping[str, str],
) -> list[Lane]:
    """Return the lanes: the areas in their order, the agencies with most late ones first."""
    by_area = filters.view == AREAS
    groups: dict[str, list[Picked]] = {}
    for card in picked:
        if filters.fits(card):
            groups.setdefault(card.area if by_area else card.agency_code, []).append(card)
    if by_area:
        titles = {area["code"]: f"{area['code']}. {area['title']}" for area in plan["areas"]}
        order = [code for code in titles if code in groups]
        return [_lane(code, titles[code], groups[code], filters) for code in order]
    found = [_lane(code, names.get(code, code), cards, filters) for code, cards in groups.items()]
    return sorted(found, key=lambda lane: (-lane.late, -lane.count, fold(lane.name)))


def totals(found: Sequence[Lane]) -> list[Total]:
    """Return what the columns hold together."""
    return [
        Total(
            name=name,
            count=sum(lane.cells[number].count for lane in found),
            late=sum(lane.cells[number].late for lane in found),
        )
        for number, name in enumerate(COLUMNS)
    ]


def shown(found: Sequence[Lane]) -> list[Picked]:
    """Return the cards whose fields are needed: those of open lanes."""
    return [card for lane in found for cell in lane.cells for card in cell.shown]


def _lane(code: str, name: str, cards: Sequence[Picked], filters: Filters) -> Lane:
    is_open = code in filters.open
    stacks: dict[str, list[Picked]] = {column: [] for column in COLUMNS}
    for card in cards:
        stacks[COLUMN_OF[card.kind]].append(card)
    left = [one for one in filters.open if one != code]
    now_open = left if is_open else [*left, code][-MOST_OPEN:]
    alone: dict[str, str | None] = {"linh_vuc": code}
    if filters.view != AREAS:
        alone = {"co_quan": code, "vai_tro": filters.role}
    return Lane(
        code=code,
        name=name,
        count=len(cards),
        late=sum(card.late for card in cards),
        cells=[_cell(column, stack, is_open=is_open) for column, stack in stacks.items()],
        open=is_open,
        href=filters.address(mo=".".join(now_open) or None),
        alone=filters.address(xem=None, **alone),
    )


def _cell(name: str, cards: list[Picked], *, is_open: bool) -> Cell:
    first: list[Picked] = []
    if is_open:
        if name == "done":
            cards.sort(key=NEWEST, reverse=True)
        else:
            cards.sort(key=by_deadline)
        first = cards[:FIRST_OF_LANE]
    return Cell(
        name=name,
        count=len(cards),
        late=sum(card.late for card in cards),
        returned=sum(card.kind == "returned" for card in cards),
        shown=first,
        hidden=len(cards) - len(first) if is_open else 0,
    )
