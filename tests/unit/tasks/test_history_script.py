"""The invented history, played by the pure rules of tasks: nothing is refused, and it ends well."""

import dataclasses
import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from dev.history import decided
from dev.history_acts import Act, Kind, requests_of
from dev.history_people import People
from dev.history_scenario import Scenario
from services.tasks.domain import assignment as rules
from services.tasks.domain import measurement
from services.tasks.domain.assignment import By, Evidence
from services.tasks.domain.measurement import Figure
from services.tasks.domain.permissions import Act as Asked
from services.tasks.domain.permissions import Actor, Matter, OfficerRole, RoleRow, require
from services.tasks.domain.rollup import Progress, TaskStatus, by_task, progress, rollup
from services.tasks.planfiles import read_edition, read_plan
from services.tasks.usecases.acts import MOST_TOGETHER
from services.tasks.usecases.load_plan import Edition
from shared.calendar import load_calendar
from shared.clock import LOCAL
from shared.events.tasks import (
    AssignmentState,
    AssignmentStatus,
    IndicatorDefined,
    MeasurementState,
    MeasurementStatus,
    Role,
    Timeliness,
)
from tests.unit.tasks.planfolder import REAL

_ROLES = {
    "canbo": OfficerRole.OFFICER,
    "lanhdao": OfficerRole.HEAD,
    "thamdinh": OfficerRole.APPRAISER,
}
_ASKED = {
    Kind.START: Asked.START,
    Kind.NOTE: Asked.NOTE,
    Kind.REPORT: Asked.REPORT,
    Kind.ACCEPT: Asked.ACCEPT,
    Kind.RETURN: Asked.RETURN,
    Kind.MEASURE: Asked.MEASURE,
    Kind.APPROVE: Asked.APPROVE_MEASUREMENT,
    Kind.RETURN_FIGURE: Asked.RETURN_MEASUREMENT,
}


@dataclasses.dataclass
class Stage:
    """The parts and figures of the plan, and the people who may act on a day."""

    edition: Edition
    people: People
    appraisers: tuple[str, ...]
    parts: dict[str, AssignmentState]
    leads: dict[str, str]
    indicators: dict[str, IndicatorDefined]
    figures: dict[str, MeasurementState]

    def play(self, act: Act) -> None:
        if act.kind is Kind.SUCCESSION:
            return
        if act.kind in {Kind.MEASURE, Kind.APPROVE, Kind.RETURN_FIGURE}:
            self._figure(act)
            return
        before = self.parts[act.target]
        self._ask(act, before.agency_code, self.leads[before.task_id], before.role)
        self.parts[act.target] = _acted(act, before).state

    def _figure(self, act: Act) -> None:
        by = _by(act)
        if act.kind is Kind.MEASURE:
            indicator = self.indicators[act.target]
            self._ask(act, indicator.lead_agency, indicator.lead_agency, Role.LEAD)
            body = dict(act.body)
            series = (body.pop("period"), body.pop("tier"))
            assert body.pop("note")
            measured_on = dt.date.fromisoformat(body.pop("measured_on"))
            source = body.pop("source_ref")
            form: dict[str, Any] = {
                name: value if name == "yes_no" else Decimal(value) for name, value in body.items()
            }
            figure = Figure(measured_on=measured_on, source_ref=source, **form)
            decided = measurement.report(
                indicator, figure, by, measurement_id=act.key, period=series[0], tier=series[1]
            )
            self.figures[act.key] = decided.state
            return
        state = self.figures[act.target]
        lead = self.indicators[state.series.indicator_id].lead_agency
        self._ask(act, lead, lead, Role.LEAD)
        if act.kind is Kind.APPROVE:
            self.figures[act.target] = measurement.approve(state, by, earlier=None).state
        else:
            reason = act.body["reason"]
            self.figures[act.target] = measurement.return_(state, by, reason=reason).state

    def _ask(self, act: Act, held_by: str, lead: str, role: Role) -> None:
        code, _, kind = act.username.rpartition(".")
        agency = self.people.holder(code.upper(), act.day).code
        actor = Actor(
            officer_id=act.username,
            username=act.username,
            name="",
            agency_code=agency,
            agency_name="",
            roles=(RoleRow(role=_ROLES[kind], agency=agency),),
        )
        matter = Matter(
            plan_id="",
            agency_code=self.people.holder(held_by, act.day).code,
            lead_agency=self.people.holder(lead, act.day).code,
            appraisers=tuple(self.people.holder(c, act.day).code for c in self.appraisers),
            role=role,
        )
        require(_ASKED[act.kind], actor, matter)


def _by(act: Act) -> By:
    return By(
        officer_id=act.username,
        at=dt.datetime.combine(act.day, dt.time(9), LOCAL),
        today=act.day,
    )


def _acted(act: Act, before: AssignmentState) -> rules.Acted:
    by, body = _by(act), act.body
    if act.kind is Kind.START:
        return rules.start(before, by)
    if act.kind is Kind.NOTE:
        return rules.note(before, by, text=body["note"])
    if act.kind is Kind.ACCEPT:
        return rules.accept(before, by)
    if act.kind is Kind.RETURN:
        return rules.return_(before, by, reason=body["reason"])
    evidence = Evidence(
        note=body["note"],
        explanation=body.get("explanation", ""),
        has_document=body.get("document") is not None,
        files=int(act.evidence is not None),
    )
    return rules.report(before, by, evidence=evidence)


@pytest.fixture(scope="module")
def history() -> tuple[list[Act], Scenario]:
    return decided(REAL)


@pytest.fixture(scope="module")
def played(history: tuple[list[Act], Scenario]) -> Stage:
    return all_played(history[0])


def all_played(acts: list[Act]) -> Stage:
    files = read_plan(REAL)
    day = files.plan.effective_on
    edition = read_edition(REAL, as_of=day, at=dt.datetime.combine(day, dt.time(8), LOCAL))
    stage = Stage(
        edition=edition,
        people=People(files),
        appraisers=files.plan.policies.appraisers,
        parts={row.state.assignment_id: row.state for row in edition.parts},
        leads={row.state.task_id: row.state.lead_agency for row in edition.tasks},
        indicators={row.state.indicator_id: row.state for row in edition.indicators},
        figures={},
    )
    for act in acts:
        stage.play(act)
    return stage


@pytest.fixture(scope="module")
def today(history: tuple[list[Act], Scenario]) -> dt.date:
    return history[1].until.date()


def leads(played: Stage) -> list[AssignmentState]:
    return [part for part in played.parts.values() if part.role is Role.LEAD]


def part(played: Stage, code: str) -> AssignmentState:
    return next(part for part in leads(played) if part.task_code == code)


def rollups(played: Stage, today: dt.date) -> dict[str, Any]:
    return {task: rollup(parts, today) for task, parts in by_task(played.parts.values()).items()}


def test_the_same_seed_gives_the_same_history(history: tuple[list[Act], Scenario]) -> None:
    again, _scenario = decided(REAL)

    assert again == history[0]


def test_each_act_has_its_own_key_and_comes_after_those_of_earlier_days(
    history: tuple[list[Act], Scenario],
) -> None:
    acts = history[0]

    assert len({act.key for act in acts}) == len(acts)
    assert acts == sorted(acts, key=lambda act: act.day)


def test_a_few_hundred_requests_carry_it_and_no_day_has_too_many(
    history: tuple[list[Act], Scenario],
) -> None:
    requests = list(requests_of(history[0]))
    of_a_day = Counter(acts[0].day for acts in requests)

    assert [act for acts in requests for act in acts] == history[0]
    assert 300 <= len(requests) <= 900
    assert 300 <= sum(not act.loose for act in history[0]) <= 900
    assert max(of_a_day.values()) <= 60
    assert max(Counter(act.day for act in history[0]).values()) <= 750


def test_a_request_is_one_person_s_session_of_a_day(
    history: tuple[list[Act], Scenario],
) -> None:
    for acts in requests_of(history[0]):
        assert len(acts) <= MOST_TOGETHER
        assert len({(act.username, act.day, act.kind) for act in acts}) == 1
        assert len({act.target for act in acts}) == len(acts)
        assert len(acts) == 1 or all(act.session and act.evidence is None for act in acts)


def test_an_agency_reports_its_share_in_a_few_sessions(
    history: tuple[list[Act], Scenario],
) -> None:
    sessions = Counter(
        acts[0].username
        for acts in requests_of(history[0])
        if acts[0].loose and acts[0].kind is Kind.REPORT
    )

    assert len(sessions) > 30
    assert max(sessions.values()) <= 24


def test_most_of_what_falls_due_soon_after_the_end_was_reported_ahead(
    played: Stage, today: dt.date
) -> None:
    soon = [
        p
        for p in played.parts.values()
        if p.role is Role.COORDINATING
        and today <= p.due_on <= today + dt.timedelta(days=14)
        and p.opens_on <= today
    ]
    open_still = [p for p in soon if p.state is not AssignmentStatus.ACCEPTED]

    assert len(soon) > 200
    assert 10 <= len(open_still) <= len(soon) / 4


def test_loose_acts_may_as_well_bear_the_day_of_the_acts_before(
    history: tuple[list[Act], Scenario],
) -> None:
    days = sorted({act.day for act in history[0] if act.kind is not Kind.SUCCESSION})
    earlier = dict(zip(days[1:], days, strict=False))

    seen = [
        dataclasses.replace(act, day=earlier[act.day]) if act.loose else act for act in history[0]
    ]

    # The account is of the day on which the act is sent; what the clock says is the day before.
    stage = all_played([act for act in seen if not act.loose])
    for act in (act for act in seen if act.loose):
        before = stage.parts[act.target]
        assert before.role is Role.COORDINATING
        stage.parts[act.target] = _acted(act, before).state


def test_few_coordinating_parts_are_overdue(played: Stage, today: dt.date) -> None:
    overdue = [
        p
        for p in played.parts.values()
        if p.role is Role.COORDINATING and p.timing(today).timeliness is Timeliness.OVERDUE
    ]

    assert 5 <= len(overdue) <= 80


def test_nothing_open_is_acted_on_after_its_agency_has_ended(
    history: tuple[list[Act], Scenario], played: Stage
) -> None:
    """A merger may make one part of two, so no act may rely on a coordinating part it moved."""
    files = read_plan(REAL)
    ends = {row.code: row.valid_to for row in files.agencies if row.successor}
    parts = {row.state.assignment_id: row.state for row in played.edition.parts}

    for act in history[0]:
        part = parts.get(act.target)
        if part is not None and part.role is Role.COORDINATING:
            end = ends.get(part.agency_code)
            assert end is None or act.day <= end


def test_its_days_are_working_days_and_few_enough_for_a_minute(
    history: tuple[list[Act], Scenario],
) -> None:
    calendar = load_calendar()
    days = {act.day for act in history[0] if act.kind is not Kind.SUCCESSION}

    assert all(calendar.is_working_day(day) for day in days)
    assert len(days) <= 42


def test_every_succession_of_the_plan_is_applied_on_its_day(
    history: tuple[list[Act], Scenario],
) -> None:
    days = [act.day for act in history[0] if act.kind is Kind.SUCCESSION]

    assert days == [dt.date(2025, 2, 1), dt.date(2025, 3, 1)]


def test_no_act_is_refused_by_the_rules_and_the_result_is_that_of_the_demonstration(
    played: Stage, today: dt.date
) -> None:
    counted = progress(rollups(played, today).values())

    assert counted == Progress(done_on_time=20, done_late=4, open_in_time=49, open_late=3)


def test_six_results_wait_for_appraisal_and_two_were_sent_back(
    played: Stage,
) -> None:
    waiting = [p for p in leads(played) if p.state is AssignmentStatus.REPORTED]
    returned = [
        p for p in leads(played) if p.return_count and p.state is AssignmentStatus.IN_PROGRESS
    ]

    assert len(waiting) == 6
    assert sorted(p.task_code for p in returned) == ["NV-61", "NV-68"]


def test_the_task_of_the_demonstration_walk_was_never_touched(
    played: Stage, today: dt.date
) -> None:
    untouched = part(played, "NV-58")

    assert untouched.state is AssignmentStatus.ASSIGNED
    assert untouched.timing(today).timeliness is Timeliness.OVERDUE


def test_tasks_are_in_every_state(played: Stage, today: dt.date) -> None:
    states = Counter(task.state for task in rollups(played, today).values())

    assert min(states[state] for state in TaskStatus if state is not TaskStatus.WITHDRAWN) >= 3


def test_coordinating_agencies_are_in_every_state_too(played: Stage) -> None:
    states = Counter(
        p.state for p in played.parts.values() if p.role is Role.COORDINATING and p.version > 1
    )

    assert states[AssignmentStatus.ACCEPTED] > 1000
    assert states.keys() >= {AssignmentStatus.REPORTED, AssignmentStatus.IN_PROGRESS}


def test_most_figures_are_approved_and_some_are_provisional(played: Stage) -> None:
    states = Counter(figure.state for figure in played.figures.values())

    assert states[MeasurementStatus.APPROVED] > 60
    assert 3 <= states[MeasurementStatus.REPORTED] <= 5


def test_everybody_writes_sentences_with_nothing_left_open(
    history: tuple[list[Act], Scenario],
) -> None:
    written = [
        str(act.body[name])
        for act in history[0]
        for name in ("note", "reason", "explanation")
        if act.body.get(name)
    ]

    assert len(set(written)) > 100
    assert not [text for text in written if "{" in text or "  " in text or not text.endswith(".")]
