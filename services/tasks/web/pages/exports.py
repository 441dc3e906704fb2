"""Any list of the set as an Excel file, and the numbers of the overview."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, request

from services.tasks.domain.rollup import Progress
from services.tasks.queries import board as queries
from services.tasks.queries import overview as overview_queries
from services.tasks.queries import plans as plan_queries
from services.tasks.queries.board import Picked
from services.tasks.web.deps import deps
from services.tasks.web.pages import orders
from services.tasks.web.pages.board_read import Read, read
from services.tasks.web.pages.overview import percent
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.sheets import Book, Value
from services.tasks.web.words import agency_names, due, state_kind
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import t, translator
from shared.web.problems import Problem

blueprint = Blueprint("exports", __name__)

# Some thousand rows of fields at a time.
_AT_ONCE = 2000
_COLUMNS = (
    ("code", 10),
    ("title", 60),
    ("area", 26),
    ("agency", 24),
    ("role", 12),
    ("lead", 24),
    ("period", 14),
    ("state", 18),
    ("due", 13),
    ("original_due", 13),
    ("standing", 24),
    ("reported", 13),
    ("accepted", 13),
    ("indicators", 18),
    ("files", 11),
)
_NUMBERS = ("group", "total", "done_on_time", "done_late", "open_in_time", "open_late", "rate")


@blueprint.get("/nhiem-vu/bang-tinh")
@signed_in
def tasks() -> Response:
    """Give the set of the address as an Excel file, every row of it."""
    plan = _plan()
    found = read(plan, queries.mark(deps().database, plan["_id"], deps().clock.today()))
    book = Book()
    book.sheet(
        t("export.tasks"),
        _heading(t("export.tasks.title"), plan, found.today, _filter_line(found)),
        [(t(f"export.col.{name}"), width) for name, width in _COLUMNS],
        _rows(found),
    )
    return book.answer(f"nhiem-vu-{found.today.isoformat()}.xlsx")


@blueprint.get("/tong-quan/bang-tinh")
@signed_in
def overview() -> Response:
    """Give the 2×2 of the plan as an Excel file: all, by agency, by area."""
    plan, today = _plan(), deps().clock.today()
    found = overview_queries.overview(deps().database, plan, today)
    areas = {area["code"]: f"{area['code']}. {area['title']}" for area in plan["areas"]}
    groups: Mapping[str, Mapping[str, Progress]] = {
        "all": {t("export.everything"): found.progress},
        "agency": {
            agency_names().get(code, code): one
            for code, one in sorted(found.by_agency.items(), key=lambda one: -one[1].total)
        },
        "area": {areas[code]: found.by_area[code] for code in areas if code in found.by_area},
    }
    book = Book()
    for name, rows in groups.items():
        book.sheet(
            t(f"export.overview.{name}"),
            _heading(t("overview.heading", year=plan["year"]), plan, today, ""),
            [(t(f"export.col.{column}"), 34 if column == "group" else 14) for column in _NUMBERS],
            [_numbers(title, one) for title, one in rows.items()],
        )
    return book.answer(f"tong-quan-{today.isoformat()}.xlsx")


def _plan() -> Document:
    found = plan_queries.find(deps().database, request.args.get("ke_hoach") or None)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, code="not_found", detail=t("board.no_plan"))
    return found


def _heading(title: str, plan: Document, today: dt.date, more: str) -> list[str]:
    edition = f"{plan['title']}, {t('board.edition', n=plan['edition'])}"
    return [
        title,
        f"{edition} ({plan['decision']['number']})",
        t("board.as_of", date=f"{today:%d/%m/%Y}"),
        *([more] if more else []),
    ]


def _filter_line(found: Read) -> str:
    """Return the filter in words."""
    filters, names = found.filters, agency_names()
    titles = {area["code"]: area["title"] for area in found.plan["areas"]}
    told = [
        (t("board.filter.agency"), names.get(filters.agency or "", filters.agency or "")),
        (t("board.filter.area"), titles.get(filters.area or "", "")),
        (t("board.filter.role"), t(f"role.{filters.role}") if filters.role else ""),
        (t("board.states"), t(f"state.{filters.state}") if filters.state else ""),
        (t("board.col.due"), _due_words(found)),
        (t("export.search"), filters.words),
    ]
    return "; ".join(f"{name}: {words}" for name, words in told if words)


def _due_words(found: Read) -> str:
    if found.filters.day:
        return f"{dt.date.fromisoformat(found.filters.day):%d/%m/%Y}"
    return {"qua-han": t("board.switch.late"), "sap-den-han": t("board.switch.soon")}.get(
        found.filters.due or "", ""
    )


def _rows(found: Read) -> Iterator[Sequence[Value]]:
    """Yield the rows in the order of the table."""
    ordered = orders.ordered(found.picked, found.filters, agency_names())
    areas = {area["code"]: area["title"] for area in found.plan["areas"]}
    say = translator()
    for begin in range(0, len(ordered), _AT_ONCE):
        batch = ordered[begin : begin + _AT_ONCE]
        rows = queries.cards(deps().database, [card.id for card in batch])
        for card in batch:
            if card.id in rows:
                yield _row(rows[card.id], card, found.today, areas, say)


def _row(
    row: Document,
    card: Picked,
    today: dt.date,
    areas: Mapping[str, str],
    say: Callable[..., str],
) -> Sequence[Value]:
    names = agency_names()
    return (
        row["task_code"],
        row["title"],
        areas.get(row["area"], row["area"]),
        names.get(row["agency_code"], row["agency_code"]),
        say(f"role.{row['role']}"),
        names.get(row["lead_agency"], row["lead_agency"]),
        period_text(row["period"]) if card.periods > 1 else "",
        say(f"state.{state_kind(row)}"),
        dt.date.fromisoformat(row["due_on"]),
        dt.date.fromisoformat(row["original_due_on"]),
        due(row, today, say).text,
        _day(row["reported_on"]),
        _day(row["accepted_on"]),
        ", ".join(row["indicator_codes"]),
        row["evidence_count"],
    )


def _numbers(title: str, one: Progress) -> Sequence[Value]:
    four = (one.done_on_time, one.done_late, one.open_in_time, one.open_late)
    return (title, one.total, *four, percent(one.rate))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
