"""The figures of one indicator (``/so-lieu/<id>``): report one, approve, return, withdraw."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain import measurement as rules
from services.tasks.domain.errors import InvalidError, NotFoundError, PlanBusyError, WrongStateError
from services.tasks.domain.measurement import Figure
from services.tasks.domain.permissions import Act, Actor, Matter, refusal
from services.tasks.queries import api as api_queries
from services.tasks.queries import figures as queries
from services.tasks.queries import people as people_queries
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import task_stream
from services.tasks.web.pages.acting import once
from services.tasks.web.pages.figure_words import figure_text
from services.tasks.web.pages.inputs import LINE, Form
from services.tasks.web.pages.periods import begun, period_text
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.words import agency_name
from shared.events.tasks import Comparator, MeasurementStatus, Nature
from shared.mongo import Document, StaleVersionError
from shared.web import signed_in
from shared.web.formats import number
from shared.web.language import t, texts

blueprint = Blueprint("figures", __name__)
_ONE = "/so-lieu/<indicator_id>"
_DECIMALS = ("value", "numerator", "denominator", "score")
_WHOLES = ("rank", "of")
_ACTS: Mapping[str, Act] = {
    "approve": Act.APPROVE_MEASUREMENT,
    "return": Act.RETURN_MEASUREMENT,
    "withdraw": Act.WITHDRAW_MEASUREMENT,
}
# The state of a figure as the three-shape system shows states.
_KINDS = {
    MeasurementStatus.REPORTED.value: "review",
    MeasurementStatus.RETURNED.value: "returned",
    MeasurementStatus.APPROVED.value: "done",
    MeasurementStatus.LOCKED.value: "done",
    MeasurementStatus.REPLACED.value: "withdrawn",
    MeasurementStatus.WITHDRAWN.value: "withdrawn",
}


@blueprint.get(_ONE)
@signed_in
def show(indicator_id: str) -> ResponseReturnValue:
    """Show an indicator's figures and, to its lead agency, the form for a new one."""
    return _page(indicator_id, Form(given={}))


@blueprint.post(_ONE)
@signed_in
def report(indicator_id: str) -> ResponseReturnValue:
    """Report a figure."""
    typed = Form(given=_with_meant(request.form))
    indicator = queries.one_indicator(deps().database, indicator_id)
    figure = _figure(indicator, typed)
    period = typed.text("period", longest=LINE, missing="page.figure.period_missing")
    note = typed.text("note")
    tier = typed.text("tier", longest=LINE) or None
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if not typed.errors:
        try:
            ran = once(
                lambda: deps().measurements.report(
                    actor(), indicator_id, period=period, tier=tier, figure=figure, note=note
                )
            )
        except InvalidError as error:
            typed.wrong(error.field, _field_words(error))
        except (WrongStateError, PlanBusyError) as error:
            typed.wrong("_", _field_words(error))
            status = HTTPStatus.CONFLICT
        else:
            return _onward(indicator_id, "measure", figure=_said(figure, indicator), ran=ran)
    return _page(indicator_id, typed), status


@blueprint.post("/so-lieu/ban-ghi/<measurement_id>/<slug>")
@signed_in
def decide(measurement_id: str, slug: str) -> ResponseReturnValue:
    """Approve, return or withdraw a figure; a reason is wanted for the last two."""
    if slug not in _ACTS:
        raise NotFoundError("error.not_found")
    row = api_queries.measurement(deps().database, measurement_id)
    indicator_id = str(row["series"]["indicator_id"])
    typed = Form(given=request.form)
    version = typed.version()
    reason = typed.text("reason", missing=None if slug == "approve" else "page.act.reason_missing")
    if typed.errors:
        return _page(indicator_id, typed, deciding=measurement_id), HTTPStatus.UNPROCESSABLE_ENTITY
    use = deps().measurements

    def work() -> Document:
        if slug == "approve":
            return use.approve(actor(), measurement_id, version=version)
        act = use.return_ if slug == "return" else use.withdraw
        return act(actor(), measurement_id, reason=reason, version=version)

    try:
        ran = once(work)
    except StaleVersionError:
        typed.wrong("_", t("page.figure.stale"))
    except (WrongStateError, PlanBusyError) as error:
        typed.wrong("_", words(error))
    else:
        return _onward(indicator_id, slug, figure=figure_text(row), ran=ran)
    return _page(indicator_id, typed, deciding=measurement_id), HTTPStatus.CONFLICT


def _with_meant(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fields, with the one that was asked back about as the person meant it."""
    given = dict(form.items())
    name, _, meant = given.pop("dung", "").partition("=")
    return given | ({name: meant} if name in _DECIMALS else {})


def _figure(indicator: Document, typed: Form) -> Figure:
    """Return what was typed, in the fields that this indicator is told by."""
    today = deps().clock.today()
    names = {name for form in _forms(indicator) for name in form}
    decimals = {name: typed.decimal(name) for name in _DECIMALS if name in names}
    wholes = {name: typed.whole(name) for name in _WHOLES if name in names}
    answers = {"co": True, "khong": False}
    yes_no = answers.get(typed.given.get("yes_no", "")) if "yes_no" in names else None
    measured_on = typed.day("measured_on", missing="page.figure.day_missing")
    source = typed.text("source_ref", longest=LINE)
    _check_complete(_forms(indicator), {**decimals, **wholes, "yes_no": yes_no}, typed)
    return Figure(
        measured_on=measured_on or today,
        source_ref=source or None,
        yes_no=yes_no,
        value=decimals.get("value"),
        numerator=decimals.get("numerator"),
        denominator=decimals.get("denominator"),
        score=decimals.get("score"),
        rank=wholes.get("rank"),
        of=wholes.get("of"),
    )


def _check_complete(forms: list[set[str]], found: Mapping[str, Any], typed: Form) -> None:
    """Say at its field what is missing of the form that was begun, the usual one if none was."""
    given = {name for name, value in found.items() if value is not None} | set(typed.errors)
    begun_form = max(forms, key=lambda form: (len(form & given), -forms.index(form)))
    for name in sorted(begun_form - given):
        typed.wrong(name, t("page.figure.missing", field=t(f"page.figure.{name}")))


def _forms(indicator: Document) -> list[set[str]]:
    # The forms of a figure follow from nature and comparator alone.
    return rules.forms_of(Nature(indicator["nature"]), Comparator(indicator["comparator"]))


def _said(figure: Figure, indicator: Document) -> str:
    return figure_text({**dataclasses.asdict(figure), "unit": indicator["unit"]})


def _field_words(error: InvalidError | WrongStateError | PlanBusyError) -> str:
    params = {
        name: period_text(str(value)) if name == "period" else value
        for name, value in error.params.items()
    }
    if error.key == "error.limits":
        params = {name: number(value) for name, value in params.items()}  # type: ignore[arg-type]
        return t("page.figure.limits", **params)
    return t(error.key, **params)


def _onward(indicator_id: str, act: str, *, figure: str, ran: bool) -> ResponseReturnValue:
    if ran:
        flash(t(f"page.done.figure.{act}", figure=figure))
    place = safe_path(request.form.get("tiep"), f"/so-lieu/{indicator_id}")
    return redirect(place, HTTPStatus.SEE_OTHER)


def _page(indicator_id: str, typed: Form, *, deciding: str = "") -> str:
    database, person, today = deps().database, actor(), deps().clock.today()
    found = queries.figures(database, indicator_id)
    lines = queries.history(database, indicator_id)
    ids = {str(line[who]) for line in lines for who in ("by", "acting_for") if line[who]}
    ids |= {str(row["reported_by"]) for row in found.rows}
    people = people_queries.names(database, ids)
    indicator = found.indicator
    matter = _matter(found)
    against = refusal(Act.MEASURE, person, matter)
    computed = indicator["nature"] == Nature.FROM_TASKS.value
    return render_template(
        "tasks/figures.html",
        indicator=indicator,
        chip=found.chip,
        plan=found.plan,
        computed=computed,
        may_report=against is None and not computed,
        why=words(against) if against else "",
        forms=[] if computed else _forms(indicator),
        periods=[(p, period_text(p)) for p in _periods(indicator, found.plan, today)],
        tiers=_tiers(indicator),
        given=typed.given,
        errors=typed.errors if not deciding else {},
        suggestions=typed.suggestions,
        deciding=deciding,
        decision_errors=typed.errors if deciding else {},
        rows=[_row(row, person, matter, people) for row in found.rows],
        stream=[
            dataclasses.replace(said, words=_with_figure(said.words, line, indicator))
            for said, line in zip(task_stream.happened(lines, people, {}), lines, strict=True)
        ],
        today=today.isoformat(),
        key=secrets.token_urlsafe(16),
        agency_name=agency_name,
        scoring=_scoring_home(),
    )


def _row(
    row: Document, person: Actor, matter: Matter, people: Mapping[str, Document]
) -> dict[str, Any]:
    state = MeasurementStatus(row["state"])
    acts = [
        slug
        for slug, act in _ACTS.items()
        if state in rules.FROM[act] and refusal(act, person, matter) is None
    ]
    refused = refusal(Act.APPROVE_MEASUREMENT, person, matter)
    waits = state is MeasurementStatus.REPORTED
    appraises = "appraiser" in person.role_names
    return {
        **row,
        "kind": _KINDS[row["state"]],
        "text": figure_text(row),
        "period": period_text(row["series"]["period"]),
        "tier": tier_name(row["series"]["tier"]),
        "who": task_stream.person_name(row["reported_by"], people),
        "acts": acts,
        "why": words(refused) if refused and waits and appraises else "",
    }


def _matter(found: queries.Figures) -> Matter:
    lead = found.indicator["lead_agency"]
    return Matter(
        plan_id=found.indicator["plan_id"],
        agency_code=lead,
        lead_agency=lead,
        appraisers=tuple(found.plan["appraisers_now"]),
    )


def _periods(indicator: Document, plan: Document, today: dt.date) -> list[str]:
    return begun(indicator["periodicity"], plan["year"], today)


def _tiers(indicator: Document) -> list[tuple[str, str]]:
    codes = dict.fromkeys(target["tier"] for target in indicator["targets"] if target["tier"])
    return [(code, tier_name(code)) for code in codes]


def _with_figure(said: str, line: Document, indicator: Document) -> str:
    """Return the words of an act with the figure that it brought, if it brought one."""
    after = line.get("after") or {}
    if not any(name in after for name in (*_DECIMALS, *_WHOLES, "yes_no")):
        return said
    return f"{said}: {figure_text({**after, 'unit': indicator['unit']})}"


def tier_name(code: str | None) -> str:
    """Return the name of a tier; one that the catalogue does not know keeps its code."""
    key = f"page.tier.{code}"
    return t(key) if key in texts() else (code or "")


def _scoring_home() -> str:
    addresses = deps().addresses
    return addresses.scoring_url.rstrip("/") if addresses else ""
