"""What the board is made of before it is drawn: columns in their order, chips with their counts."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.tasks.queries.board import Picked
from services.tasks.web.pages.filters import ALL, FILTERS, LATE, SOON, Filters
from services.tasks.web.pages.orders import COLUMN_OF, COLUMNS, MISSED, NEWEST, order_of, ordered
from shared.events.tasks import Role
from shared.fold import fold
from shared.web.language import t

FIRST_CARDS = 50
FIRST_DONE = 10
FIRST_ROWS = 100
# The table is one column of everything.
_ROWS = "bang"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its cards in order, of which ``shown`` are drawn; ``returned`` stand apart.

    ``more`` is the address that shows more of it, "" when everything is shown.
    """

    name: str
    count: int
    late: int
    shown: Sequence[Picked]
    returned: Sequence[Picked]
    hidden: int
    more: str
    chosen: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a filter; ``count`` is None where it is not known."""

    label: str
    href: str
    chosen: bool
    count: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter as a chip: tinted with a way to clear it when something is chosen."""

    name: str
    label: str
    chosen: str
    clear: str
    options: Sequence[Option]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A filter that is on or off: late, near."""

    name: str
    count: int
    on: bool
    href: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chips:
    """All filters of the page."""

    filters: Sequence[Filter]
    switches: Sequence[Switch]
    states: Sequence[Option]
    sort: Filter
    clear: str


def columns(picked: Iterable[Picked], filters: Filters, names: Mapping[str, str]) -> list[Column]:
    """Return the columns, or the one of the table; a state that is chosen leaves its own."""
    if filters.table:
        return [_column(_ROWS, ordered(picked, filters, names), filters, FIRST_ROWS)]
    key = order_of(filters, names)
    stacks: dict[str, list[Picked]] = {name: [] for name in COLUMNS}
    for card in picked:
        if filters.fits(card):
            stacks[COLUMN_OF[card.kind]].append(card)
    found = []
    for name, cards in stacks.items():
        if name == "done" and filters.sort == "han":
            cards.sort(key=NEWEST, reverse=True)
            cards.sort(key=MISSED)
        else:
            cards.sort(key=key, reverse=filters.backwards)
        found.append(_column(name, cards, filters, FIRST_DONE if name == "done" else FIRST_CARDS))
    return found


def chips(
    picked: Sequence[Picked],
    filters: Filters,
    *,
    plan: Mapping[str, Any],
    names: Mapping[str, str],
    holders: Sequence[str] | None,
) -> Chips:
    """Return the filters with the counts of what each choice would leave.

    :param holders: the agencies to choose from when one is chosen already.
    """
    late = near = 0
    for card in picked:
        if (card.late or card.near) and filters.fits(card, without="due"):
            late += card.late
            near += card.near
    state_counts: Counter[str] = Counter()
    kinds = Counter(card.kind for card in picked if filters.fits(card, without="state"))
    for kind, count in kinds.items():
        state_counts[COLUMN_OF[kind]] += count
    return Chips(
        filters=[
            _agencies(picked, filters, names, holders),
            _areas(picked, filters, plan),
            _roles(filters),
        ],
        switches=[
            _switch(filters, LATE, late),
            _switch(filters, SOON, near),
        ],
        states=[
            Option(
                label=name,
                href=filters.address(trang_thai=None if filters.state == name else name),
                chosen=filters.state == name,
                count=state_counts[name],
            )
            for name in COLUMNS
        ],
        sort=_sort(filters),
        clear=filters.address(**dict.fromkeys(FILTERS)),
    )


def _column(name: str, cards: Sequence[Picked], filters: Filters, first: int) -> Column:
    most = first + filters.more.get(name, 0)
    shown = cards[:most]
    hidden = len(cards) - len(shown)
    more = {**filters.more, name: filters.more.get(name, 0) + FIRST_CARDS}
    return Column(
        name=name,
        count=len(cards),
        late=sum(card.late for card in cards),
        shown=shown,
        returned=[card for card in shown if card.kind == "returned"] if name == "doing" else (),
        hidden=hidden,
        more=filters.address(them="-".join(f"{key}.{count}" for key, count in more.items()))
        if hidden
        else "",
        chosen=name == (filters.state or "doing")
        or (filters.state == "returned" and name == "doing"),
    )


def _agencies(
    picked: Sequence[Picked],
    filters: Filters,
    names: Mapping[str, str],
    holders: Sequence[str] | None,
) -> Filter:
    counts = Counter(card.agency_code for card in picked if filters.fits(card))
    codes = sorted(holders or counts, key=lambda code: fold(names.get(code, code)))
    return Filter(
        name="agency",
        label=t("board.filter.agency"),
        chosen=names.get(filters.agency, filters.agency) if filters.agency else "",
        clear=filters.address(co_quan=ALL),
        options=[
            Option(
                label=names.get(code, code),
                href=filters.address(co_quan=code),
                chosen=code == filters.agency,
                count=counts[code] if holders is None else None,
            )
            for code in codes
        ],
    )


def _areas(picked: Sequence[Picked], filters: Filters, plan: Mapping[str, Any]) -> Filter:
    counts = Counter(card.area for card in picked if filters.fits(card, without="area"))
    titles = {area["code"]: area["title"] for area in plan["areas"]}
    return Filter(
        name="area",
        label=t("board.filter.area"),
        chosen=titles.get(filters.area or "", ""),
        clear=filters.address(linh_vuc=None),
        options=[
            Option(
                label=f"{code}. {title}",
                href=filters.address(linh_vuc=code),
                chosen=code == filters.area,
                count=counts[code],
            )
            for code, title in titles.items()
        ],
    )


def _roles(filters: Filters) -> Filter:
    usual = None if filters.agency else Role.LEAD.value
    choices = [(role.value, t(f"role.{role.value}")) for role in Role]
    return Filter(
        name="role",
        label=t("board.filter.role"),
        chosen=t(f"role.{filters.role}")
        if filters.role
        else ("" if filters.agency else t("board.filter.every_role")),
        clear="" if filters.role == usual else filters.address(vai_tro=None),
        options=[
            Option(
                label=label,
                href=filters.address(vai_tro=None if value == usual else value),
                chosen=value == filters.role,
            )
            for value, label in choices
        ]
        + [
            Option(
                label=t("board.filter.every_role"),
                href=filters.address(vai_tro=ALL if usual else None),
                chosen=filters.role is None,
            )
        ],
    )


def _switch(filters: Filters, name: str, count: int) -> Switch:
    on = filters.due == name
    return Switch(
        name="late" if name == LATE else "soon",
        count=count,
        on=on,
        href=filters.address(han=None if on else name),
    )


def _sort(filters: Filters) -> Filter:
    choices = ("han", "ma", "moi")
    return Filter(
        name="sort",
        label=t("board.filter.sort"),
        chosen=t(f"board.sort.{filters.sort}") if filters.sort in choices else "",
        clear="",
        options=[
            Option(
                label=t(f"board.sort.{name}"),
                href=filters.address(sap_xep=None if name == "han" else name),
                chosen=filters.sort == name,
            )
            for name in choices
        ],
    )
