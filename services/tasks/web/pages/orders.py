"""The orders of the set: of its columns and of its rows."""

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.tasks.queries.board import Picked
from services.tasks.queries.search import marked
from services.tasks.web.pages.filters import Filters
from shared.fold import fold

COLUMNS = ("todo", "doing", "review", "done")
COLUMN_OF = {"returned": "doing", **{name: name for name in COLUMNS}}
by_deadline = operator.attrgetter("due_on", "code")
MISSED = operator.attrgetter("missed")
NEWEST = operator.attrgetter("finished_on", "code")
_ORDER = {
    name: number for number, name in enumerate(("returned", "doing", "todo", "review", "done"))
}


def ordered(picked: Iterable[Picked], filters: Filters, names: Mapping[str, str]) -> list[Picked]:
    """Return the whole set as rows in the order asked for."""
    rows = [card for card in picked if filters.fits(card)]
    rows.sort(key=order_of(filters, names, of_rows=True))
    if filters.backwards:
        rows.reverse()
    return rows


def order_of(
    filters: Filters, names: Mapping[str, str], *, of_rows: bool = False
) -> Callable[[Picked], Any]:
    """Return what cards are sorted by.

    :param of_rows: whether finished ones stand among the others and come last.
    """
    folded = functools.cache(lambda code: fold(names.get(code, "")))
    orders: dict[str, Callable[[Picked], Any]] = {
        # Within a column all are done or none is.
        "han": (lambda card: (card.kind == "done", card.due_on, card.code))
        if of_rows
        else by_deadline,
        "ma": operator.attrgetter("code"),
        "moi": lambda card: (-card.changed, card.code),
        "co-quan": lambda card: (folded(card.agency_code), card.due_on, card.code),
        "trang-thai": lambda card: (_ORDER[card.kind], card.due_on, card.code),
    }
    key = orders[filters.sort]
    if filters.sort == "han" and marked(filters.words):
        return lambda card: (card.missed, key(card))
    return key
