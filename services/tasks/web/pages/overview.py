"""Tổng quan: the plan on one page, for leaders, on the screen and on A4."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from babel.numbers import format_decimal
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.rollup import Progress
from services.tasks.queries import board as chip_queries
from services.tasks.queries import overview as queries
from services.tasks.queries import plans as plan_queries
from services.tasks.web.deps import deps
from services.tasks.web.words import agency_name
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import language

blueprint = Blueprint("overview", __name__)

# Widest bar, in units of the drawing.
BAR = 200
_CHART_WIDTH, _CHART_HEIGHT = 340, 110
_STATUSES = ("achieved", "on_track", "at_risk", "missed", "no_data", "not_due", "not_applicable")
_MOST_WRONG = 3
_MONTHS = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a bar: where it begins, how wide it is, which of the four numbers it is."""

    name: str
    x: float
    width: float
    count: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One area or agency with its four numbers."""

    name: str
    href: str
    progress: Progress
    rate: str
    bar: Sequence[Segment]


@blueprint.get("/tong-quan")
@signed_in
def show() -> ResponseReturnValue:
    """Show the 2×2, the rate with its line, what is wrong, by agency, by area, the indicators."""
    today = deps().clock.today()
    plan = plan_queries.find(deps().database, request.args.get("ke_hoach") or None)
    if plan is None:
        return render_template("board/no_plan.html")
    found = queries.overview(deps().database, plan, today)
    chips = chip_queries.chips(deps().database, plan["_id"])
    areas = {area["code"]: area["title"] for area in plan["areas"]}
    statuses = Counter(chip["status"] for chip in chips.values())
    statuses["no_data"] += plan["counts"]["indicators"] - len(chips)
    return render_template(
        "overview/show.html",
        plan=plan,
        today=today,
        progress=found.progress,
        rate=percent(found.progress.rate),
        by_agency=_rows(
            {code: (agency_name(code), one) for code, one in found.by_agency.items()}, "co_quan"
        ),
        by_area=_rows(
            {
                code: (f"{code}. {areas[code]}", found.by_area[code])
                for code in areas
                if code in found.by_area
            },
            "linh_vuc",
            in_order=True,
        ),
        late=found.late,
        statuses=[(name, statuses[name]) for name in _STATUSES if statuses[name]],
        status_bar=_segments(
            [(name, statuses[name]) for name in _STATUSES], sum(statuses.values())
        ),
        wrong=_wrong(chips),
        agency_name=agency_name,
        **_chart(found, int(plan["year"]), today),
    )


def percent(rate: Decimal | None) -> str:
    """Return a rate with its two places: 41,33%."""
    return f"{format_decimal(rate, '0.00', locale=language())}%" if rate is not None else "–"


def bar_of(progress: Progress, most: int) -> list[Segment]:
    """Return the four numbers as a bar whose length is the number of tasks."""
    return _segments(
        [
            ("done_on_time", progress.done_on_time),
            ("done_late", progress.done_late),
            ("open_in_time", progress.open_in_time),
            ("open_late", progress.open_late),
        ],
        most,
    )


def _rows(
    groups: Mapping[str, tuple[str, Progress]], word: str, *, in_order: bool = False
) -> list[Row]:
    most = max((progress.total for _, progress in groups.values()), default=0)
    rows = [
        Row(
            name=name,
            href=f"/nhiem-vu?{word}={code}" + ("&vai_tro=lead" if word == "co_quan" else ""),
            progress=progress,
            rate=percent(progress.rate),
            bar=bar_of(progress, most),
        )
        for code, (name, progress) in groups.items()
    ]
    return rows if in_order else sorted(rows, key=lambda row: (-row.progress.total, row.name))


def _segments(counts: Sequence[tuple[str, int]], most: int) -> list[Segment]:
    found, x = [], 0.0
    for name, count in counts:
        width = BAR * count / most if most else 0.0
        if count:
            # A hair of surface between the pieces tells them apart without colour.
            found.append(
                Segment(name=name, x=round(x, 2), width=round(max(width - 1, 1), 2), count=count)
            )
        x += width
    return found


def _wrong(chips: Mapping[str, Document]) -> list[Document]:
    rank = {"missed": 0, "at_risk": 1}
    found = [chip for chip in chips.values() if chip["status"] in rank]
    return sorted(found, key=lambda chip: (rank[chip["status"]], chip["code"]))[:_MOST_WRONG]


def _chart(found: queries.Overview, year: int, today: dt.date) -> dict[str, object]:
    """Return the line of the rate over the year, as points of the drawing."""
    begin, total = dt.date(year, 1, 1), found.progress.total
    days = (dt.date(year + 1, 1, 1) - begin).days
    points = [(0.0, float(_CHART_HEIGHT))]
    for day, done in found.months:
        x = _CHART_WIDTH * min(max((day - begin).days, 0), days) / days
        points.append((x, _CHART_HEIGHT - _CHART_HEIGHT * done / total if total else 0.0))
    return {
        "line": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "line_end": points[-1],
        "chart": (_CHART_WIDTH, _CHART_HEIGHT),
        "ticks": [(number, _CHART_WIDTH * (number - 1) / _MONTHS) for number in (1, 4, 7, 10)],
        "months": [(day, done, percent(_rate(done, total))) for day, done in found.months],
        "ended": today.year > year,
    }


def _rate(done: int, total: int) -> Decimal | None:
    return Decimal(100) * done / total if total else None
