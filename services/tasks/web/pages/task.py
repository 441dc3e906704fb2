"""The page of one task (``/nhiem-vu/<id>``): its parts, results and story, and what to do next."""

import hashlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.domain.permissions import Act, OfficerRole, require
from services.tasks.queries import people as people_queries
from services.tasks.queries import requests as request_queries
from services.tasks.queries import task_page as queries
from services.tasks.queries.allowed import matter_of
from services.tasks.queries.task_page import OneTask
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import task_parts, task_stream
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.task_next import next_steps
from services.tasks.web.pages.task_requests import (
    may_comment,
    request_buttons,
    request_lines,
    steering_buttons,
)
from services.tasks.web.words import agency_name, due, state_kind
from shared.events.tasks import Role
from shared.mongo import Document
from shared.web import signed_in
from shared.web.language import language, t

blueprint = Blueprint("task", __name__)
_Part = Mapping[str, Any]
_ALL_LINES = "tat-ca"


@blueprint.get("/phan-viec/<part_id>")
@signed_in
def part(part_id: str) -> ResponseReturnValue:
    """Lead to the page of the task, opened at this part."""
    found = queries.part(deps().database, part_id)
    return redirect(place_of(found), HTTPStatus.SEE_OTHER)


@blueprint.get("/nhiem-vu/<task_id>")
@signed_in
def show(task_id: str) -> ResponseReturnValue:
    """Show the task."""
    database, person, today = deps().database, actor(), deps().clock.today()
    one = queries.one_task(database, task_id)
    lead = queries.current_lead(one.parts, today)
    chosen = _chosen(one, lead)
    if chosen is not None:
        require(Act.READ, person, matter_of(chosen))
    leads = [found for found in one.parts if found["role"] == Role.LEAD.value]
    shown = _shown_ids(leads, chosen)
    reports = queries.reports(database, shown)
    whole = request.args.get("dien-bien") == _ALL_LINES
    stream = queries.stream(
        database, task_id, shown, most=queries.MOST_LINES if whole else queries.FIRST_LINES
    )
    named = _people_of(reports, stream) | ({chosen["handler_id"] or ""} if chosen else set())
    people = people_queries.names(database, named - {""})
    by_id = {str(found["_id"]): found for found in one.parts}
    period = chosen["period"] if chosen else ""
    asked = request_queries.of_parts(database, [chosen["_id"]] if chosen else [])
    same = _standing(one, chosen, period)
    recurring = len({found["period"] for found in leads}) > 1
    return render_template(
        "tasks/task.html",
        one=one,
        task=one.task,
        plan=one.plan,
        area=_area(one),
        neighbours=queries.neighbours(database, one.task["plan_id"], one.task["code"]),
        **_line(one.task, leads, one.indicators, lead),
        returned=_returned(chosen, reports, people),
        chosen=chosen,
        steps=next_steps(person, chosen, one.plan, today) if chosen else None,
        others=[
            *steering_buttons(person, chosen, one.plan, today),
            *request_buttons(person, chosen, one.plan, asked),
        ]
        if chosen
        else [],
        handler=task_stream.person_name(chosen["handler_id"], people) if chosen else "",
        requests=request_lines(asked),
        comments=chosen is not None and may_comment(person, chosen, one),
        rows=task_parts.rows_of(
            same,
            today=today,
            chosen=chosen["_id"] if chosen else "",
            own=person.agencies,
            levels=queries.levels(database, (found["agency_code"] for found in same)),
            level_names=one.plan.get("levels") or {},
        ),
        periods=task_parts.period_links(leads, today, period),
        coordinating=sum(found["role"] == Role.COORDINATING.value for found in same),
        reports=[_report(report, people, by_id) for report in reports],
        stream=task_stream.merged(
            task_stream.happened(stream.lines, people, by_id, periods=recurring),
            task_stream.reminded(stream.notices, people, by_id, periods=recurring),
        ),
        more=stream.more,
        period_text=period_text,
        agency_name=agency_name,
    )


@blueprint.get("/nhiem-vu/<task_id>/dong-trang-thai")
@signed_in
def live(task_id: str) -> ResponseReturnValue:
    """Give the line of state, deadline and chips alone; pages ask every two seconds.

    The ETag follows from what the line shows, so that most answers are an empty 304; the browser
    asks with it by itself. ``ban`` names the versions that the page was made from: when they have
    changed the line offers to load the page anew, and never moves what a person is reading.
    """
    database, today = deps().database, deps().clock.today()
    task, leads = queries.live(database, task_id)
    indicators = queries.indicators(database, task["indicator_ids"])
    line = _line(task, leads, indicators, queries.current_lead(leads, today))
    seen = request.args.get("ban", "")
    told = [line["mark"], seen, language(), today.isoformat(), _chips_mark(indicators)]
    etag = hashlib.sha256("|".join(told).encode()).hexdigest()[:24]
    if etag in request.if_none_match:
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        newer = bool(seen) and seen != line["mark"]
        response = make_response(
            render_template("tasks/task_live.html", task=task, newer=newer, **line)
        )
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response


def place_of(part: _Part) -> str:
    """Return the address of a part: its task's page, opened at it."""
    return f"/nhiem-vu/{part['task_id']}?phan={part['_id']}"


def _chosen(one: OneTask, lead: Document | None) -> Document | None:
    """Return the part that the page is opened at.

    The one asked for; else what this person would work on: the own part for those who report,
    the oldest that waits for those who appraise; else the lead's.
    """
    person, today = actor(), deps().clock.today()
    asked = one.part(request.args.get("phan", ""))
    if asked is not None:
        return asked
    if person.has(OfficerRole.OFFICER, OfficerRole.HEAD):
        return queries.own_part(one.parts, person.agencies, today) or lead
    if person.has(OfficerRole.APPRAISER):
        return queries.waiting_lead(one.parts) or lead
    return lead


def _standing(one: OneTask, chosen: Document | None, period: str) -> list[Document]:
    """Return the parts of a period without those that were taken away, e.g. by a merger."""
    same = [found for found in one.parts if found["period"] == period]
    kept = [found for found in same if found["state"] != "withdrawn" or found == chosen]
    return same if one.task.get("withdrawn_in") is not None else kept


def _shown_ids(leads: Sequence[Document], chosen: Document | None) -> list[str]:
    ids = [str(found["_id"]) for found in leads]
    return ids if chosen is None or chosen["_id"] in ids else [*ids, str(chosen["_id"])]


def _line(
    task: _Part, leads: Sequence[_Part], indicators: Sequence[_Part], lead: _Part | None
) -> dict[str, Any]:
    """Return what the line under the title shows, the same on the page and in the fragment."""
    today = deps().clock.today()
    kept = [found for found in leads if found["state"] != "withdrawn"]
    done = sum(found["state"] == "accepted" for found in kept)
    withdrawn = task.get("withdrawn_in") is not None
    return {
        "state": "withdrawn" if withdrawn or lead is None else state_kind(lead),
        "due": due(lead, today, t) if lead is not None and not withdrawn else None,
        "lead": lead,
        "period_words": period_text(lead["period"]) if lead is not None and len(kept) > 1 else "",
        "done_periods": done,
        "periods_all": len(kept),
        "indicators": indicators,
        "scoring": _scoring_home(),
        "mark": "-".join(str(found["version"]) for found in leads),
    }


def _chips_mark(indicators: Sequence[_Part]) -> str:
    chips = (found.get("chip") or {} for found in indicators)
    return "-".join(str(chip.get("revision", 0)) for chip in chips)


def _scoring_home() -> str:
    addresses = deps().addresses
    return addresses.scoring_url.rstrip("/") if addresses else ""


def _area(one: OneTask) -> str:
    code = one.task["area"]
    return next((area["title"] for area in one.plan["areas"] if area["code"] == code), "")


def _people_of(reports: Sequence[_Part], stream: queries.Stream) -> set[str]:
    ids = {str(line["by"]) for line in stream.lines}
    sides = (line.get(side) or {} for line in stream.lines for side in ("before", "after"))
    ids |= {str(side["handler_id"]) for side in sides if side.get("handler_id")}
    ids |= {str(notice["officer_id"]) for notice in stream.notices}
    ids |= {str(report["by"]) for report in reports}
    ids |= {str(line["acting_for"]) for line in stream.lines if line["acting_for"]}
    decided = (report.get("decision") or {} for report in reports)
    return ids | {str(decision["by"]) for decision in decided if decision}


def _returned(
    chosen: _Part | None, reports: Sequence[_Part], people: Mapping[str, _Part]
) -> dict[str, Any] | None:
    """Return why the chosen part was sent back, while it still waits for completion."""
    if chosen is None or state_kind(chosen) != "returned":
        return None
    for report in reports:
        decision = report.get("decision") or {}
        if report["assignment_id"] == chosen["_id"] and decision.get("act") == "returned":
            return _decision(decision, people)
    return None


def _report(
    report: _Part, people: Mapping[str, _Part], parts: Mapping[str, _Part]
) -> dict[str, Any]:
    part = parts.get(report["assignment_id"])
    decision = report.get("decision")
    return {
        **report,
        "who": task_stream.person_name(report["by"], people),
        "agency": agency_name(part["agency_code"]) if part else "",
        "period": period_text(part["period"]) if part else "",
        "decided": _decision(decision, people) if decision else None,
    }


def _decision(decision: _Part, people: Mapping[str, _Part]) -> dict[str, Any]:
    found = people.get(decision["by"]) or {}
    return {
        "act": decision["act"],
        "at": decision["at"],
        "reason": decision.get("reason") or "",
        "who": task_stream.person_name(decision["by"], people),
        "agency": found.get("agency_name", ""),
    }
