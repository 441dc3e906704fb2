"""The figures of the invented history: reported by the indicators' lead agencies, then decided."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from dev.history_acts import Act, Kind
from dev.history_calendar import Moments
from dev.history_people import People
from dev.history_scenario import Figures, Scenario
from dev.history_words import Words
from services.tasks.domain.planrows import IndicatorRow, PlanFiles
from services.tasks.domain.schedule import indicator_key

_AFTER_PERIOD = dt.timedelta(days=3)
_FRACTION = re.compile(r"(?P<numerator>[0-9.]+)/(?P<denominator>[0-9.]+)")
_PERIOD = re.compile(r"(?P<year>\d{4})(-(?P<letter>[QH]?)(?P<number>\d{1,2}))?")
_MONTHS = {"": 1, "Q": 3, "H": 6}
# A period that ends after the history does is reported this many days of acts before its end.
_STEPS_BEFORE_END = 4


def figure_acts(
    files: PlanFiles, scenario: Scenario, days: Moments, people: People, words: Words
) -> Iterator[Act]:
    """Give the acts on figures."""
    indicators = {row.code: row for row in files.indicators}
    for figure in scenario.figures:
        yield from _acts(indicators[figure.code], figure, (files, scenario, days, people, words))


def _acts(
    indicator: IndicatorRow,
    figure: Figures,
    tools: tuple[PlanFiles, Scenario, Moments, People, Words],
) -> Iterator[Act]:
    files, scenario, days, people, words = tools
    end = period_end(figure.period)
    due = end + _AFTER_PERIOD
    day = days.on_or_after(due) if due <= days.last else days.days[-_STEPS_BEFORE_END]
    indicator_id = indicator_key(files.plan.slug, indicator.code)
    name = "-".join(part for part in (figure.code, figure.period, figure.tier) if part)

    def reported(day: dt.date, number: int) -> Act:
        agency = people.holder(indicator.lead, day)
        body: dict[str, Any] = {
            "period": figure.period,
            "tier": figure.tier,
            "measured_on": min(end, day).isoformat(),
            **_form(figure.text),
            **words.measure(agency, figure.period),
        }
        return Act(
            day=day,
            kind=Kind.MEASURE,
            key=f"{name}-measure-{number}",
            username=people.worker(indicator.lead, day, head=False),
            target=indicator_id,
            body=body,
        )

    def decided(day: dt.date, kind: Kind, number: int, body: dict[str, Any]) -> Act:
        return Act(
            day=day,
            kind=kind,
            key=f"{name}-{kind.name.lower()}-{number}",
            username=people.appraiser(indicator.lead, day),
            target=f"{name}-measure-{number}",
            body=body,
        )

    yield reported(day, 0)
    reason = scenario.returned.get(figure.name)
    rounds = 1 if reason is None else 2
    if figure.name in scenario.pending:
        return
    for number in range(rounds):
        decision_day = days.after(day)
        if decision_day is None:
            return
        if number < rounds - 1:
            yield decided(decision_day, Kind.RETURN_FIGURE, number, {"reason": reason})
            day = days.after(decision_day) or decision_day
            yield reported(day, number + 1)
        else:
            yield decided(decision_day, Kind.APPROVE, number, {})


def period_end(period: str) -> dt.date:
    """Return the last day of a month, quarter, half or year: ``2025-Q1`` → 31 March."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise ValueError(period)
    year = int(found["year"])
    month = int(found["number"]) * _MONTHS[found["letter"]] if found["number"] else 12
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _form(text: str) -> dict[str, Any]:
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        return fraction.groupdict()
    if text in {"yes", "no"}:
        return {"yes_no": text == "yes"}
    return {"value": text}
