"""The simulated clock of development: forward by an hour, a day, a week, or to an instant."""

import datetime as dt
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.tasks.web.deps import deps
from services.tasks.web.pages.places import safe_place
from shared.calendar import load_calendar
from shared.clock import LOCAL, ClockMoveError, move
from shared.web import signed_in
from shared.web.formats import moment
from shared.web.language import t

blueprint = Blueprint("clock", __name__)
_PAGE = "/dong-ho"
_MORNING = dt.time(7, 30)
_DAY = dt.timedelta(days=1)
# So far a typing slip may lead at most; the plan is one year.
_FARTHEST = dt.timedelta(days=3 * 366)


@blueprint.get(_PAGE)
@signed_in
def show() -> ResponseReturnValue:
    """Show the clock and its buttons."""
    return _page()


@blueprint.post(_PAGE)
@signed_in
def move_forward() -> ResponseReturnValue:
    """Move the clock forward, for all processes; every signed-in person of a demonstration may."""
    now = deps().clock.now()
    to = _target(now.astimezone(LOCAL))
    clock_file = deps().clock_file
    if to is None or to - now > _FARTHEST or clock_file is None:
        return _page(t("page.clock.form")), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        move(clock_file, to, system=deps().system)
    except ClockMoveError:
        sentence = t("page.clock.backwards", now=moment(now), to=moment(to))
        return _page(sentence), HTTPStatus.UNPROCESSABLE_ENTITY
    deps().clock.reread()
    flash(t("page.clock.moved", to=moment(to)))
    return redirect(safe_place(request.form.get("tiep"), _PAGE), HTTPStatus.SEE_OTHER)


def _target(now: dt.datetime) -> dt.datetime | None:
    """Return where the form leads to, None when its field cannot be read.

    :param now: the local instant.
    """
    step = request.form.get("buoc", "")
    if step == "gio":
        return now + dt.timedelta(hours=1)
    if step == "mai":
        return _morning(now.date() + _DAY)
    if step == "thu-hai":
        return _morning(_working_monday(now.date()))
    try:
        given = dt.datetime.fromisoformat(request.form.get("den", "").strip())
    except ValueError:
        return None
    return given.replace(tzinfo=LOCAL) if given.tzinfo is None else given


def _working_monday(today: dt.date) -> dt.date:
    """Return the first working Monday after today."""
    calendar = load_calendar()
    day = today + dt.timedelta(days=7 - today.weekday())
    while not calendar.is_working_day(day):
        day += dt.timedelta(days=7)
    return day


def _morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, _MORNING, LOCAL)


def _page(wrong: str = "") -> str:
    now = deps().clock.now().astimezone(LOCAL)
    return render_template(
        "tasks/clock.html",
        now=now,
        tomorrow=_morning(now.date() + _DAY),
        monday=_morning(_working_monday(now.date())),
        typed=request.form.get("den") or f"{now:%Y-%m-%dT%H:%M}",
        wrong=wrong,
        tiep=safe_place(request.values.get("tiep"), _PAGE),
    )
