"""The status of an indicator: what figures, tasks, tiers and the day say together.

Precedence (docs/events.md, F): not applicable → override → achieved or missed for good → at risk
because a linked task is overdue → the worst that the live tiers say. "Worst" is missed, at risk,
no data, not due, on track, achieved; so an indicator of tiers is achieved when all live tiers are.
Only approved or locked figures count.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from services.scoring.domain import periods
from services.scoring.domain.comparators import met
from services.scoring.domain.judge import Series, judge, not_due, target_of, unmeasured
from services.scoring.domain.outcome import (
    Inputs,
    Judgement,
    Outcome,
    TaskInput,
    TierOutcome,
)
from services.scoring.domain.rollup import TaskOnDay, TaskState, completion
from services.scoring.domain.said import NO_VALUE, Said, number
from services.scoring.domain.values import Reading
from shared.events.scoring import Flag, IndicatorStatus
from shared.events.tasks import AgencyState, IndicatorDefined, MeasurementState, Nature, Target

_WORST = (
    IndicatorStatus.MISSED,
    IndicatorStatus.AT_RISK,
    IndicatorStatus.NO_DATA,
    IndicatorStatus.NOT_DUE,
    IndicatorStatus.ON_TRACK,
    IndicatorStatus.ACHIEVED,
    IndicatorStatus.NOT_APPLICABLE,
)
_ENDS = frozenset({IndicatorStatus.ACHIEVED, IndicatorStatus.MISSED})
_PLACES = Decimal("0.0001")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The facts about one indicator on a day.

    :param tasks: the linked tasks; for a ``from_tasks`` indicator all tasks of its plan.
    :param dead_tiers: tiers whose agencies have all ended.
    :param override: a status that somebody with the right has set by hand.
    """

    indicator: IndicatorDefined
    as_of: dt.date
    measurements: Sequence[MeasurementState] = ()
    tasks: Sequence[TaskOnDay] = ()
    dead_tiers: frozenset[str] = frozenset()
    override: IndicatorStatus | None = None


def dead_tiers(
    tiers: Mapping[str, Sequence[str]], agencies: Iterable[AgencyState], day: dt.date
) -> frozenset[str]:
    """Return the tiers whose agencies are known and none of which exists on a day.

    A tier of which no agency is known yet is not dead: its agencies may still arrive.
    """
    known: dict[str, bool] = {}
    for agency in agencies:
        known[agency.level] = known.get(agency.level, False) or agency.valid_on(day)
    return frozenset(
        tier
        for tier, levels in tiers.items()
        if any(level in known for level in levels) and not any(known.get(lv) for lv in levels)
    )


def indicator_status(scene: Scene) -> Outcome:
    """Return the status on the scene's day."""
    tasks = _counted(scene)
    judgements = _judgements(scene, tasks)
    live = [j for j in judgements if j.status is not IndicatorStatus.NOT_APPLICABLE]
    worst = min(judgements, key=lambda j: _WORST.index(j.status), default=None)
    inputs = _inputs(judgements, tasks)
    if scene.indicator.withdrawn_in is not None:
        reason = Said(
            key="not_applicable.withdrawn", params={"n": str(scene.indicator.withdrawn_in)}
        )
        return Outcome(status=IndicatorStatus.NOT_APPLICABLE, reason=reason, inputs=inputs)
    if worst is None:
        reason = Said(key="no_data.no_target")
        return Outcome(status=IndicatorStatus.NO_DATA, reason=reason, inputs=inputs)
    status, reason, by_hand = _decided(scene, live, worst, tasks)
    return Outcome(
        status=status,
        reason=reason,
        flags=_flags(live, by_hand=by_hand),
        inputs=inputs,
        **_shown(judgements, live),  # type: ignore[arg-type]  # field names as in Outcome
    )


def _decided(
    scene: Scene, live: Sequence[Judgement], worst: Judgement, tasks: Sequence[TaskOnDay]
) -> tuple[IndicatorStatus, Said, bool]:
    if not live:
        reason = worst.reason if worst.tier is None else Said(key="not_applicable.no_tier")
        return worst.status, reason, False
    if scene.override is not None:
        return scene.override, Said(key="overridden"), True
    if worst.status in _ENDS and _for_good(worst, live):
        return worst.status, _reason(worst, live), False
    overdue = [task for task in tasks if task.overdue]
    if overdue:
        return IndicatorStatus.AT_RISK, _overdue(overdue), False
    return worst.status, _reason(worst, live), False


def _for_good(worst: Judgement, live: Sequence[Judgement]) -> bool:
    return worst.final if worst.status is IndicatorStatus.MISSED else all(j.final for j in live)


def _reason(worst: Judgement, live: Sequence[Judgement]) -> Said:
    if worst.tier is not None and worst.status is IndicatorStatus.ACHIEVED:
        return Said(key="achieved.tiers", params={"n": str(len(live))})
    return worst.reason


def _overdue(tasks: Sequence[TaskOnDay]) -> Said:
    longest = max(tasks, key=lambda task: (task.overdue_days, task.task.code))
    params = {
        "code": longest.task.code,
        "days": str(longest.overdue_days),
        "due": f"{longest.due_on:%d/%m/%Y}" if longest.due_on else "",
    }
    if len(tasks) == 1:
        return Said(key="at_risk.task_overdue", params=params)
    return Said(key="at_risk.tasks_overdue", params={**params, "n": str(len(tasks))})


def _flags(live: Sequence[Judgement], *, by_hand: bool) -> tuple[Flag, ...]:
    said = {
        Flag.PROVISIONAL: any(j.provisional for j in live),
        Flag.STALE: any(j.stale for j in live),
        Flag.OVERRIDDEN: by_hand,
    }
    return tuple(flag for flag, holds in said.items() if holds)


def _counted(scene: Scene) -> Sequence[TaskOnDay]:
    """Return the tasks that have a say: not withdrawn, and for a rate only those it counts."""
    tasks = [task for task in scene.tasks if task.state is not TaskState.WITHDRAWN]
    if scene.indicator.nature is Nature.FROM_TASKS:
        return [task for task in tasks if task.task.counts_in_completion]
    return tasks


def _judgements(scene: Scene, tasks: Sequence[TaskOnDay]) -> Sequence[Judgement]:
    tiers: dict[str | None, list[Target]] = {}
    for target in scene.indicator.targets:
        tiers.setdefault(target.tier, []).append(target)
    return [_judged(scene, _series(scene, tier, targets), tasks) for tier, targets in tiers.items()]


def _series(scene: Scene, tier: str | None, targets: Sequence[Target]) -> Series:
    of_tier = [m for m in scene.measurements if m.series.tier == tier]
    return Series(scene.indicator, target_of(targets, scene.as_of), of_tier, scene.as_of)


def _judged(scene: Scene, series: Series, tasks: Sequence[TaskOnDay]) -> Judgement:
    if series.target.tier in scene.dead_tiers:
        # The tier keeps its last value and has no say any more.
        reason = series.say("not_applicable.tier_ended")
        return series.judgement(IndicatorStatus.NOT_APPLICABLE, reason)
    if scene.indicator.nature is Nature.FROM_TASKS:
        return _judge_tasks(series, tasks)
    if scene.indicator.nature is Nature.YES_NO:
        return _judge_yes_no(series, tasks)
    return judge(series)


def _judge_tasks(series: Series, tasks: Sequence[TaskOnDay]) -> Judgement:
    """Judge the rate of finished tasks; before the end it is on track unless one is overdue."""
    counted = completion(tasks)
    if counted.rate is None:
        return series.judgement(IndicatorStatus.NO_DATA, series.say("no_data.no_tasks"))
    verdict = met(series.indicator, series.target, Reading(amount=counted.rate))
    final = periods.over(series.target.period, series.day)
    status = IndicatorStatus.MISSED if final else IndicatorStatus.ON_TRACK
    if verdict:
        status = IndicatorStatus.ACHIEVED
    said = {"done": str(counted.done), "total": str(counted.total)}
    rate = Said(key="value.amount", params={"n": number(counted.rate), "unit": "%"})
    reason = dataclasses.replace(series.say(f"{status.value}.tasks", **said), parts={"value": rate})
    return series.judgement(
        status,
        reason,
        final=final or bool(verdict),
        value=counted.rate.quantize(_PLACES),
        value_said=rate,
    )


def _judge_yes_no(series: Series, tasks: Sequence[TaskOnDay]) -> Judgement:
    """Judge a yes: achieved when it is approved and every linked task is done."""
    done, total = sum(task.done for task in tasks), len(tasks)
    said = {"done": str(done), "total": str(total)}
    if series.newest is None:
        return _unconfirmed(series, said, has_tasks=total > 0)
    yes = series.newest.yes_no
    if yes is None:
        return series.judgement(IndicatorStatus.NO_DATA, series.say("no_data.unusable"))
    said["period"] = series.newest.series.period
    if not yes:
        status = IndicatorStatus.MISSED if series.final else IndicatorStatus.AT_RISK
        return series.judgement(
            status, series.say(f"{status.value}.said_no", **said), final=series.final
        )
    status = IndicatorStatus.ACHIEVED if done == total else IndicatorStatus.ON_TRACK
    final = series.final and done == total
    return series.judgement(status, series.say(f"{status.value}.confirmed", **said), final=final)


def _unconfirmed(series: Series, said: dict[str, str], *, has_tasks: bool) -> Judgement:
    """Judge a yes/no that nobody has confirmed: until it is due, its tasks speak for it."""
    shown = Said(key="value.tasks", params=said) if has_tasks else NO_VALUE
    if series.pending is not None:
        shown = Said(key="value.yes" if series.pending.yes_no else "value.no")
    if series.due is not None:
        return dataclasses.replace(unmeasured(series), value_said=shown)
    if has_tasks:
        reason = series.say("on_track.by_tasks", **said)
        return series.judgement(IndicatorStatus.ON_TRACK, reason, value_said=shown)
    return series.judgement(IndicatorStatus.NOT_DUE, not_due(series), value_said=shown)


def _shown(judgements: Sequence[Judgement], live: Sequence[Judgement]) -> dict[str, object]:
    if len(judgements) == 1 and judgements[0].tier is None:
        only = judgements[0]
        names = ("value", "wanted", "value_said", "target_said", "expected")
        return {name: getattr(only, name) for name in names}
    achieved = sum(j.status is IndicatorStatus.ACHIEVED for j in live)
    return {
        "value_said": Said(
            key="value.tiers", params={"done": str(achieved), "total": str(len(live))}
        ),
        "target_said": Said(key="target.tiers"),
        "tiers": tuple(
            TierOutcome(
                tier=j.tier or "",
                status=j.status,
                reason=j.reason,
                value=j.value,
                wanted=j.wanted,
                value_said=j.value_said,
                target_said=j.target_said,
            )
            for j in judgements
        ),
    }


def _inputs(judgements: Sequence[Judgement], tasks: Sequence[TaskOnDay]) -> Inputs:
    return Inputs(
        measurements=tuple(m for j in judgements for m in j.measurements),
        tasks=tuple(
            TaskInput(
                task_id=task.task.task_id,
                version=task.task.version,
                code=task.task.code,
                state=task.state.value,
                overdue_days=task.overdue_days,
            )
            for task in tasks
        ),
        baselines=judgements[0].baselines if judgements else (),
    )
