"""``GET /api/v1/plans/{plan}/indicators[/{code}]``: statuses with their reasons.

Scoring knows no API tokens: the identity cookie guards these as it guards the pages.
"""

import dataclasses
import datetime as dt
from decimal import Decimal
from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, request

from services.scoring.queries import MOST, USUAL, BadCursorError, Row
from services.scoring.web import views
from services.scoring.web.deps import deps
from shared.events.tasks import EditionApplied
from shared.web import signed_in
from shared.web.language import language
from shared.web.problems import Problem

blueprint = Blueprint("scoring_api", __name__, url_prefix="/api/v1")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReasonView:
    code: str
    params: dict[str, str]
    text: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TierView:
    tier: str
    status: str
    value: Decimal | None
    value_text: str
    target_text: str
    reason: ReasonView


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorView:
    """An indicator as the API tells it; decimals are strings, ``status`` null until computed."""

    indicator_id: str
    plan_id: str
    edition: int
    code: str
    area: str
    title: str
    unit: str
    lead_agency: str
    provenance: str
    status: str | None = None
    flags: tuple[str, ...] = ()
    value: Decimal | None = None
    value_text: str = ""
    target_text: str = ""
    reason: ReasonView | None = None
    tiers: tuple[TierView, ...] = ()
    as_of: dt.date | None = None
    known_at: dt.datetime | None = None
    revision: int = 0
    rules_version: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    items: list[IndicatorView]
    next_cursor: str | None


@blueprint.get("/plans/<plan>/indicators")
@signed_in
def indicators(plan: str) -> Response:
    """List a plan's indicators by code; ``code``, ``limit`` and ``cursor`` narrow it."""
    try:
        page = deps().queries.page(
            _plan(plan),
            cursor=request.args.get("cursor"),
            limit=_limit(),
            code=request.args.get("code"),
        )
    except BadCursorError:
        raise _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_cursor") from None
    items = [_view(row) for row in page.items]
    return _answer(ListView(items=items, next_cursor=page.next_cursor))


@blueprint.get("/plans/<plan>/indicators/<code>")
@signed_in
def one(plan: str, code: str) -> Response:
    """Tell one indicator's status by its code."""
    row = deps().queries.by_code(_plan(plan), code)
    if row is None:
        raise _problem(HTTPStatus.NOT_FOUND, "not_found")
    return _answer(_view(row))


def _plan(slug: str) -> EditionApplied:
    plan = deps().queries.plan(slug)
    if plan is None:
        raise _problem(HTTPStatus.NOT_FOUND, "no_plan")
    return plan


def _limit() -> int:
    text = request.args.get("limit", str(USUAL))
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_limit", n=MOST)
    return int(text)


def _view(row: Row) -> IndicatorView:
    indicator, status = row.indicator, row.status
    view = IndicatorView(
        indicator_id=indicator.indicator_id,
        plan_id=indicator.plan_id,
        edition=indicator.edition,
        code=indicator.code,
        area=indicator.area,
        title=indicator.title,
        unit=indicator.unit,
        lead_agency=indicator.lead_agency,
        provenance=indicator.provenance.value,
    )
    if status is None:
        return view
    words = views.Words(deps().texts, language())
    outcome, tile = status.outcome, words.tile(row)
    return dataclasses.replace(
        view,
        edition=status.edition,
        status=outcome.status.value,
        flags=tuple(flag.value for flag in outcome.flags),
        value=outcome.value,
        value_text=tile.value,
        target_text=tile.target,
        reason=ReasonView(code=outcome.reason.key, params=outcome.reason.params, text=tile.reason),
        tiers=tuple(
            TierView(
                tier=tier.tier,
                status=tier.status.value,
                value=tier.value,
                value_text=words.say(tier.value_said),
                target_text=words.say(tier.target_said),
                reason=ReasonView(
                    code=tier.reason.key,
                    params=tier.reason.params,
                    text=words.reason(tier.reason),
                ),
            )
            for tier in outcome.tiers
        ),
        as_of=status.as_of,
        known_at=status.known_at,
        revision=status.revision,
        rules_version=status.rules_version,
    )


def _answer(view: object) -> Response:
    """Return the view, or 304 to who has it already."""
    response = Response(msgspec.json.encode(view), content_type="application/json")
    response.add_etag()
    response.make_conditional(request)
    return response


def _problem(status: HTTPStatus, code: str, **params: object) -> Problem:
    detail = deps().texts.get(f"scoring.page.{code}", language(), **params)
    return Problem(status, code=code, detail=detail)
