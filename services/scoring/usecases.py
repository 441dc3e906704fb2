"""What scoring does: hear a fact, compute what it touches, tell what has changed.

Facts come in the consumer's transaction and only mark indicators; the recompute loop takes the
marks in batches, each in one transaction, so that thousands of facts of a plan load cost a few
computations.
"""

import dataclasses
import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence

from pymongo import MongoClient

from services.scoring import metrics, wording
from services.scoring.domain import periods
from services.scoring.domain.outcome import RULES_VERSION, Outcome
from services.scoring.domain.rollup import TaskOnDay
from services.scoring.domain.said import Said
from services.scoring.domain.status import Scene, dead_tiers, indicator_status
from services.scoring.domain.values import check
from services.scoring.store.facts import Facts, Known
from services.scoring.store.statuses import Mark, Statuses, Stored
from shared.clock import BusinessClock, Clock
from shared.events.scoring import (
    STATUS_CHANGED,
    TOPIC,
    IndicatorStatusChanged,
    Reason,
    TierStatus,
)
from shared.events.tasks import (
    AgencyState,
    AssignmentState,
    EditionApplied,
    IndicatorDefined,
    MeasurementState,
    Nature,
    Role,
    TaskDefined,
)
from shared.logs import correlated, correlation
from shared.mongo import Document, atomically
from shared.outbox import Outbox
from shared.texts import Texts

_log = logging.getLogger(__name__)
# Many marks speak of the same few indicators; a transaction stays far below 500 documents.
MARKS_AT_ONCE = 400
BATCH = 60


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What one round did; ``waited`` are the seconds from each new status's event to now."""

    marks: int = 0
    indicators: int = 0
    changed: int = 0
    waited: tuple[float, ...] = ()


class Scoring:
    """The use cases; hearing is called inside the consumer's transaction.

    :param business: what is due and as-of; :param system: when events were written.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        *,
        facts: Facts,
        statuses: Statuses,
        outbox: Outbox,
        business: BusinessClock,
        system: Clock,
        texts: Texts,
    ) -> None:
        self._client = client
        self._facts = facts
        self._statuses = statuses
        self._outbox = outbox
        self._business = business
        self._system = system
        self._texts = texts

    # --- hearing --------------------------------------------------------------------------------

    def hear_plan(self, state: EditionApplied, at: dt.datetime) -> None:
        """Compute all of a plan when an edition of it is complete."""
        if self._facts.keep_plan(state):
            self._mark(self._facts.of_plan(state.plan_id), at)

    def hear_agency(self, state: AgencyState, at: dt.datetime) -> None:
        """Compute the indicators of tiers: an agency's validity decides which of them live."""
        if self._facts.keep_agency(state):
            self._mark(self._facts.of_tiers(), at)

    def hear_indicator(self, state: IndicatorDefined, at: dt.datetime) -> None:
        for target in state.targets:
            periods.span(target.period)
        if self._facts.keep_indicator(state):
            self._mark({state.indicator_id}, at)

    def hear_task(self, state: TaskDefined, at: dt.datetime) -> None:
        """Compute the indicators that a task was or is now linked to, and the plan's rates."""
        before = self._facts.linked(state.task_id)
        if self._facts.keep_task(state):
            touched = before | set(state.indicator_ids) | self._facts.of_tasks(state.plan_id)
            self._mark(touched, at)

    def hear_assignment(self, state: AssignmentState, at: dt.datetime) -> None:
        """Hear lead parts; the others say nothing. A task not known yet marks when it comes."""
        if state.role is Role.LEAD and self._facts.keep_part(state):
            touched = self._facts.linked(state.task_id) | self._facts.of_tasks(state.plan_id)
            self._mark(touched, at)

    def hear_measurement(self, state: MeasurementState, at: dt.datetime) -> None:
        check(state)
        if self._facts.keep_measurement(state):
            self._mark({state.series.indicator_id}, at)

    def _mark(self, indicator_ids: Iterable[str], at: dt.datetime) -> None:
        self._statuses.mark(indicator_ids, cause=correlation(), at=at)

    # --- computing ------------------------------------------------------------------------------

    def begin_day(self) -> bool:
        """Mark everything once when the business day has changed; tell whether it had."""
        today, at = self._business.today(), self._system.now()
        if self._statuses.computed_day() == today:
            return False

        def work() -> None:
            self._statuses.mark(self._facts.every_indicator(), cause=f"day-{today}", at=at)
            self._statuses.set_computed_day(today)

        atomically(self._client, work)
        return True

    def recompute(self) -> Recomputed:
        """Compute one batch of marked indicators; nothing marked costs one question."""
        if not self._statuses.anything_marked():
            return Recomputed()
        now = self._business.now()
        done, causes = atomically(self._client, lambda: self._recompute(now))
        waited = tuple((self._system.now() - mark.at).total_seconds() for mark in causes)
        return dataclasses.replace(done, changed=len(causes), waited=waited)

    def _recompute(self, now: dt.datetime) -> tuple[Recomputed, Sequence[Mark]]:
        marks = _first_indicators(self._statuses.marked(MARKS_AT_ONCE), BATCH)
        causes = {mark.indicator_id: mark for mark in reversed(marks)}
        known, current = self._facts.known(causes), self._statuses.current(causes)
        computed = self._compute(known, current, now)
        news = [new for new in computed if _is_news(new, current.get(new.indicator_id))]
        self._statuses.save(
            [new for new in computed if new != current.get(new.indicator_id)], news=news
        )
        for new in news:
            with correlated(causes[new.indicator_id].cause):
                self._outbox.append(TOPIC, STATUS_CHANGED, self._event(new))
        self._statuses.unmark(marks)
        done = Recomputed(marks=len(marks), indicators=len(computed))
        return done, [causes[new.indicator_id] for new in news]

    def _compute(
        self, known: Known, current: Mapping[str, Stored], now: dt.datetime
    ) -> Sequence[Stored]:
        """Compute the indicators whose plan is complete; the others wait for its event."""
        # Another replica may have seen the new day a moment earlier.
        as_of = max([self._business.today(), *(old.as_of for old in current.values())])
        tasks = known.rolled_up(as_of)
        computed = []
        for indicator in known.indicators:
            plan = known.plans.get(indicator.plan_id)
            if plan is None:
                continue
            try:
                outcome = indicator_status(_scene(indicator, plan, known, tasks, as_of))
            except Exception:  # noqa: BLE001 - one indicator's bad facts must not stop the others
                _log.exception("indicator not computed", extra={"indicator": indicator.code})
                metrics.FAILURES.inc()
                continue
            old = current.get(indicator.indicator_id)
            computed.append(_stored(indicator, plan, outcome, old, as_of=as_of, now=now))
        return computed

    def _event(self, new: Stored) -> IndicatorStatusChanged:
        outcome, texts = new.outcome, self._texts
        return IndicatorStatusChanged(
            indicator_id=new.indicator_id,
            revision=new.revision,
            plan_id=new.plan_id,
            code=new.code,
            edition=new.edition,
            status=outcome.status,
            as_of=new.as_of,
            known_at=new.known_at,
            reason=Reason(
                code=outcome.reason.key, params=dict(wording.in_words(texts, outcome.reason))
            ),
            rules_version=new.rules_version,
            flags=outcome.flags,
            value=outcome.value,
            value_text=wording.say(texts, outcome.value_said),
            target_text=wording.target(texts, outcome),
            tiers=tuple(
                TierStatus(tier=one.tier, status=one.status, value=one.value)
                for one in outcome.tiers
            ),
        )


def _first_indicators(marks: Sequence[Mark], limit: int) -> Sequence[Mark]:
    """Return the marks of at most so many indicators."""
    wanted = list(dict.fromkeys(mark.indicator_id for mark in marks))[:limit]
    return [mark for mark in marks if mark.indicator_id in wanted]


def _scene(
    indicator: IndicatorDefined,
    plan: EditionApplied,
    known: Known,
    tasks: Sequence[TaskOnDay],
    as_of: dt.date,
) -> Scene:
    identity, whole = indicator.indicator_id, indicator.nature is Nature.FROM_TASKS
    return Scene(
        indicator=indicator,
        as_of=as_of,
        measurements=[m for m in known.measurements if m.series.indicator_id == identity],
        tasks=[
            task
            for task in tasks
            if (
                task.task.plan_id == indicator.plan_id
                if whole
                else identity in task.task.indicator_ids
            )
        ],
        dead_tiers=dead_tiers(plan.tiers, known.agencies, as_of),
    )


def _stored(
    indicator: IndicatorDefined,
    plan: EditionApplied,
    outcome: Outcome,
    old: Stored | None,
    *,
    as_of: dt.date,
    now: dt.datetime,
) -> Stored:
    new = Stored(
        indicator_id=indicator.indicator_id,
        revision=old.revision if old else 0,
        plan_id=indicator.plan_id,
        code=indicator.code,
        edition=plan.edition,
        as_of=as_of,
        known_at=old.known_at if old else now,
        changed_on=old.changed_on if old else as_of,
        rules_version=RULES_VERSION,
        outcome=outcome,
    )
    if not _is_news(new, old):
        return new
    return dataclasses.replace(new, revision=new.revision + 1, known_at=now, changed_on=as_of)


def _is_news(new: Stored, old: Stored | None) -> bool:
    """Tell whether readers must hear of it; that a day went by is not news in itself."""
    return old is None or new.revision > old.revision or _told(new) != _told(old)


def _told(status: Stored) -> tuple[object, ...]:
    outcome = status.outcome
    return (
        status.edition,
        status.rules_version,
        outcome.status,
        outcome.flags,
        outcome.value,
        outcome.value_said,
        outcome.target_said,
        _without_days(outcome.reason),
        tuple((t.tier, t.status, t.value, t.target_said, t.value_said) for t in outcome.tiers),
    )


def _without_days(reason: Said) -> Said:
    """Leave out the count of days overdue: it grows every day; the due date beside it stays."""
    kept = {name: value for name, value in reason.params.items() if name != "days"}
    return dataclasses.replace(reason, params=kept)
