"""What the address of the board says: filters, order, view; and addresses with one thing changed.

An agency's people see their own parts first, everybody else one card per task: that is what an
address without a word means. ``tat-ca`` asks for everything instead.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from services.tasks.queries.board import Picked
from services.tasks.web.pages.inputs import text_of
from shared.events.tasks import Role

PATH = "/nhiem-vu"
ALL = "tat-ca"
LATE, SOON = "qua-han", "sap-den-han"
KINDS = ("todo", "doing", "returned", "review", "done")
SORTS = ("han", "ma", "moi", "co-quan", "trang-thai")
BOARD, TABLE, AGENCIES, AREAS = "bang", "danh-sach", "theo-co-quan", "theo-linh-vuc"
CALENDAR, YEAR = "lich", "tien-do-nam"
VIEWS = (BOARD, AGENCIES, AREAS, TABLE, CALENDAR, YEAR)
# Order of the words in an address; words that are not here are left out of it.
_NAMES = (
    "xem",
    "tim",
    "co_quan",
    "linh_vuc",
    "vai_tro",
    "trang_thai",
    "han",
    "ngay",
    "sap_xep",
    "cot",
    "thang",
    "mo",
    "them",
    "ke_hoach",
)
# Where in a view one is, not what it shows: another choice begins anew.
_PLACES = ("mo", "them")
FILTERS = ("tim", "co_quan", "linh_vuc", "vai_tro", "trang_thai", "han", "ngay")
_LONGEST = 200
_DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])")
_MORE = re.compile(r"(todo|doing|review|done|bang)\.([0-9]{1,4})")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for; None or "" means all.

    :param given: the words of the address as they came, cleaned.
    :param agency: code of the agency whose cards are wanted.
    :param day: the deadline wanted, as an ISO date.
    :param view: one of ``VIEWS``; ``month`` is the calendar's, ``open`` are the open lanes.
    :param more: column → how many cards it shows beyond the first ones.
    """

    given: Mapping[str, str]
    plan: str | None
    agency: str | None
    role: str | None
    area: str | None
    state: str | None
    due: str | None
    words: str
    day: str
    sort: str
    backwards: bool
    view: str
    month: str
    open: Sequence[str]
    more: Mapping[str, int]

    @property
    def table(self) -> bool:
        """Tell whether the set is shown as rows."""
        return self.view == TABLE

    def address(self, path: str = PATH, /, **changed: str | None) -> str:
        """Return the address with some words changed; None takes a word out.

        Another choice begins with the first cards again.
        """
        words = {**self.given, **dict.fromkeys(_PLACES), **changed}
        pairs = [(name, words[name]) for name in _NAMES if words.get(name)]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def same(self, path: str) -> str:
        """Return the address of another path with every word kept."""
        return self.address(path, **{name: self.given.get(name) for name in _PLACES})

    @property
    def narrowed(self) -> bool:
        """Tell whether something can be cleared."""
        return any(self.given.get(name) for name in FILTERS)

    def fits(self, card: Picked, *, without: str = "") -> bool:
        """Tell whether a card belongs to the set.

        :param without: the filter (``area``, ``state``, ``due``) left out, for its own counts.
        """
        if not (self.area or self.state or self.due or self.day):
            return True
        return (
            (not self.day or card.due_on == self.day)
            and (without == "area" or not self.area or card.area == self.area)
            and (without == "state" or not self.state or _is(card, self.state))
            and (without == "due" or not self.due or (card.late if self.due == LATE else card.near))
        )


def read(given: Mapping[str, str], own_agency: str | None) -> Filters:
    """Return what an address asks for; a word that makes no sense is as if it were not there.

    :param own_agency: the agency of somebody who works for one; None sees the province.
    """
    clean = {name: text_of(given.get(name))[:_LONGEST] for name in _NAMES}
    clean = {name: value for name, value in clean.items() if value}
    agency = clean.get("co_quan", own_agency or ALL)
    agency_or_all = None if agency == ALL else agency
    sort = clean.get("sap_xep", "han")
    return Filters(
        given=clean,
        plan=clean.get("ke_hoach"),
        agency=agency_or_all,
        role=_role(clean.get("vai_tro"), agency_or_all),
        area=clean.get("linh_vuc"),
        state=_one_of(clean.get("trang_thai"), KINDS),
        due=_one_of(clean.get("han"), (LATE, SOON)),
        day=clean.get("ngay", "") if _DAY.fullmatch(clean.get("ngay", "")) else "",
        words=clean.get("tim", ""),
        sort=_one_of(sort.removeprefix("-"), SORTS) or "han",
        backwards=sort.startswith("-"),
        view=_one_of(clean.get("xem"), VIEWS) or BOARD,
        month=clean.get("thang", ""),
        open=[code for code in clean.get("mo", "").split(".") if code],
        more={name: int(count) for name, count in _MORE.findall(clean.get("them", ""))},
    )


def _role(given: str | None, agency: str | None) -> str | None:
    if given == ALL:
        return None
    usual = None if agency else Role.LEAD.value
    return _one_of(given, tuple(role.value for role in Role)) or usual


def _one_of(given: str | None, known: Sequence[str]) -> str | None:
    return given if given in known else None


def _is(card: Picked, state: str) -> bool:
    return card.kind == state or (state == "doing" and card.kind == "returned")
