"""Decides the invented history: a list of acts from the plan, the scenario and its seed.

Pure: no clock, no network; the same input gives the same acts. The player only carries them out.
"""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator, Sequence

from dev.history_acts import Act, Kind, in_order, part_act_key
from dev.history_calendar import Moments
from dev.history_coordination import Coordination
from dev.history_figures import figure_acts
from dev.history_people import People
from dev.history_scenario import Fate, Scenario, Told
from dev.history_words import Words
from services.tasks.domain.planrows import PlanFiles, TaskRow
from services.tasks.domain.schedule import PlannedPart, part_key, parts_of, successions_between
from shared.events.tasks import Role

_DAY = dt.timedelta(days=1)
_BEGUN = 0.75
_NOTED = 0.5


def script(files: PlanFiles, scenario: Scenario, days: Moments) -> list[Act]:
    """Return the acts of the history in the order in which they are played."""
    # The dice of a play, not of a lock: the same seed must give the same history.
    dice = random.Random(scenario.seed)  # noqa: S311
    people = People(files)
    words = Words(files, scenario, dice)
    play = _Play(files, scenario, days, dice, people, words)
    acts = [*play.successions(), *play.lead_acts(), *play.coordinating_acts()]
    acts += figure_acts(files, scenario, days, people, words)
    return in_order(acts)


@dataclasses.dataclass(frozen=True, slots=True)
class _Play:
    files: PlanFiles
    scenario: Scenario
    days: Moments
    dice: random.Random
    people: People
    words: Words

    def successions(self) -> Iterator[Act]:
        plan = self.files.plan
        until = self.scenario.until.date()
        changes = successions_between(self.files.agencies, plan.effective_on, until)
        for day in sorted({change.day for change in changes}):
            yield Act(
                day=day,
                kind=Kind.SUCCESSION,
                key=f"succession-{day}",
                username="",
                target=plan.slug,
            )

    def lead_acts(self) -> Iterator[Act]:
        for task, part in self._parts(Role.LEAD):
            if part.opens_on > self.days.last:
                continue
            told = self.scenario.parts.get(f"{task.code}/{part.period}")
            told = told or self.scenario.parts.get(task.code) or self._usual(part)
            yield from self._lead(task, part, told)

    def coordinating_acts(self) -> Iterator[Act]:
        """Let coordinating agencies do their share: some in detail, the others in passing."""
        parts = list(self._parts(Role.COORDINATING))
        chosen = self.dice.sample(
            [(task, part) for task, part in parts if self._may_be_shown(task, part)],
            self.scenario.coordinating_parts,
        )
        fates = self.scenario.coordinating_fates
        for number, (task, part) in enumerate(chosen):
            told = Told(fate=fates[number % len(fates)], reason=self.scenario.coordinating_reason)
            yield from self._coordinate(task, part, told)
        shown = {self._id(task, part) for task, part in chosen}
        until = self.scenario.until.date()
        crowd = Coordination(self.days, until, self.dice, self.people, self.words)
        for task, part in parts:
            if self._id(task, part) not in shown:
                crowd.owe(task, part, self._id(task, part))
        yield from crowd.acts()

    def _may_be_shown(self, task: TaskRow, part: PlannedPart) -> bool:
        usual = Told(fate=Fate.DONE)
        return (
            self.people.lasts(part.agency_code, self.scenario.until.date())
            and part.opens_on + _DAY * 20 < self.days.last
            and not part.no_deadline
            and self.scenario.parts.get(task.code, usual).fate is not Fate.NEVER
        )

    def _parts(self, role: Role) -> Iterator[tuple[TaskRow, PlannedPart]]:
        plan = self.files.plan
        agencies = {row.code: row for row in self.files.agencies}
        for task in self.files.tasks:
            for part in parts_of(task, agencies, plan.groups, plan.effective_on, plan.year):
                if part.role is role:
                    yield task, part

    def _usual(self, part: PlannedPart) -> Told:
        """Return what happens to a part that the scenario does not speak of."""
        if not part.no_deadline and part.due_on < self.days.last:
            return Told(fate=Fate.DONE)
        begun = self.dice.random() < _BEGUN
        return Told(fate=Fate.STARTED if begun else Fate.NEVER)

    def _lead(self, task: TaskRow, part: PlannedPart, told: Told) -> Iterator[Act]:
        if told.fate is Fate.NEVER:
            return
        opens = max(part.opens_on, self.files.plan.effective_on)
        start = self.days.on_or_after(opens + _DAY * self.dice.randint(0, 9))
        report = self._report_day(part, told)
        yield from self._begun(task, part, told, min(start, report or start), report)
        if report is not None:
            yield from self._reported(task, part, told, report)

    def _report_day(self, part: PlannedPart, told: Told) -> dt.date | None:
        if told.fate is Fate.STARTED:
            return None
        if told.on is not None:
            return self.days.on_or_before(told.on)
        if told.fate is Fate.LATE:
            return self.days.on_or_after(part.due_on + _DAY * told.days)
        early = self.dice.randint(0, 6) + (20 if told.fate is Fate.AGAIN else 0)
        return max(
            self.days.on_or_before(part.due_on - _DAY * early), self.days.on_or_after(part.opens_on)
        )

    def _begun(
        self, task: TaskRow, part: PlannedPart, told: Told, start: dt.date, report: dt.date | None
    ) -> Iterator[Act]:
        yield self._act(task, part, Kind.START, start)
        free = self.days.between(start, report or self.days.last)
        notes: Sequence[str] = told.notes
        if not notes and free and self.dice.random() < _NOTED:
            notes = [self.words.progress()]
        for number, (note, day) in enumerate(zip(notes, _spread(free, len(notes)), strict=True)):
            yield self._act(task, part, Kind.NOTE, day, number=number, body={"note": note})

    def _reported(
        self, task: TaskRow, part: PlannedPart, told: Told, report: dt.date
    ) -> Iterator[Act]:
        yield self._report(task, part, report)
        decided = self.days.after(report)
        if told.fate is Fate.WAITING or decided is None:
            return
        if told.fate not in {Fate.RETURNED, Fate.AGAIN}:
            yield self._decide(task, part, Kind.ACCEPT, decided, body={"note": self.words.accept()})
            return
        yield self._decide(task, part, Kind.RETURN, decided, body={"reason": told.reason})
        again, end = self.days.after(decided), self.days.after(decided, 2)
        if told.fate is Fate.AGAIN and again is not None and end is not None:
            yield self._report(task, part, again, number=1)
            yield self._decide(
                task, part, Kind.ACCEPT, end, body={"note": self.words.accept()}, number=1
            )

    def _report(self, task: TaskRow, part: PlannedPart, day: dt.date, number: int = 0) -> Act:
        agency = self.people.holder(part.agency_code, day)
        body = self.words.report(task, agency, part.period, day, again=number > 0)
        act = self._act(task, part, Kind.REPORT, day, number=number, body=body)
        return dataclasses.replace(act, evidence=self.words.evidence(task, agency))

    def _coordinate(self, task: TaskRow, part: PlannedPart, told: Told) -> Iterator[Act]:
        opens = max(part.opens_on, self.files.plan.effective_on)
        start = self.days.on_or_after(opens + _DAY * self.dice.randint(3, 12))
        yield self._act(task, part, Kind.START, start)
        report = self.days.after(start, self.dice.randint(1, 3))
        if told.fate is Fate.STARTED or report is None:
            return
        agency = self.people.holder(part.agency_code, report)
        body = self.words.coordinate(task, agency, part.period, report)
        yield self._act(task, part, Kind.REPORT, report, body=body)
        decided = self.days.after(report)
        if told.fate is Fate.WAITING or decided is None:
            return
        if told.fate is Fate.RETURNED:
            yield self._decide(task, part, Kind.RETURN, decided, body={"reason": told.reason})
        else:
            yield self._decide(task, part, Kind.ACCEPT, decided, body={"note": self.words.accept()})

    def _act(
        self,
        task: TaskRow,
        part: PlannedPart,
        kind: Kind,
        day: dt.date,
        *,
        number: int = 0,
        body: dict[str, object] | None = None,
    ) -> Act:
        head = kind is Kind.REPORT
        return Act(
            day=day,
            kind=kind,
            key=part_act_key(task, part, kind, number),
            username=self.people.worker(part.agency_code, day, head=head),
            target=self._id(task, part),
            body=body or {},
        )

    def _decide(
        self,
        task: TaskRow,
        part: PlannedPart,
        kind: Kind,
        day: dt.date,
        *,
        body: dict[str, object],
        number: int = 0,
    ) -> Act:
        if part.role is Role.LEAD:
            username = self.people.appraiser(part.agency_code, day)
        else:
            username = self.people.worker(task.lead, day, head=True)
        return Act(
            day=day,
            kind=kind,
            key=part_act_key(task, part, kind, number),
            username=username,
            target=self._id(task, part),
            body=body,
        )

    def _id(self, task: TaskRow, part: PlannedPart) -> str:
        return part_key(self.files.plan.slug, task.code, part.agency_code, part.period)


def _spread(days: Sequence[dt.date], count: int) -> list[dt.date]:
    """Return ``count`` of the days, evenly; the same day again when there are too few."""
    if not count:
        return []
    step = len(days) / (count + 1)
    return [days[min(int(step * number), len(days) - 1)] for number in range(1, count + 1)]
