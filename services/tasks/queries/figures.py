"""Reads of the page of one indicator's figures (số liệu)."""

import dataclasses
from collections.abc import Sequence

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from services.tasks.queries.task_page import plan_of
from shared.mongo import Document

_MOST = 200
_MOST_LINES = 60
_NO_SEARCH = {"search": 0, "rule_sources": 0}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An indicator with its plan, its figures (newest period first) and its chip."""

    indicator: Document
    plan: Document
    rows: Sequence[Document]
    chip: Document | None


def figures(database: "Database[Document]", indicator_id: str) -> Figures:
    """Return an indicator with its figures.

    :raises NotFoundError: when there is none.
    """
    indicator = one_indicator(database, indicator_id)
    rows = database["measurements"].find({"series.indicator_id": indicator_id})
    order = [("series.period", -1), ("series.tier", 1), ("_id", -1)]
    return Figures(
        indicator=indicator,
        plan=plan_of(database, indicator["plan_id"]),
        rows=list(rows.sort(order).limit(_MOST)),
        chip=database["indicator_chips"].find_one({"_id": indicator_id}),
    )


def one_indicator(database: "Database[Document]", indicator_id: str) -> Document:
    """Return an indicator.

    :raises NotFoundError: when there is none.
    """
    found = database["indicators"].find_one({"_id": indicator_id}, _NO_SEARCH)
    if found is None:
        raise NotFoundError("error.not_found")
    return found


def history(database: "Database[Document]", indicator_id: str) -> list[Document]:
    """Return what happened to an indicator's figures, the newest first."""
    found = database["history"].find({"indicator_id": indicator_id})
    return list(found.sort([("at", -1), ("_id", -1)]).limit(_MOST_LINES))
