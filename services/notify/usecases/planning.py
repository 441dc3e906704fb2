"""Planning and dispatch: what the rules want becomes reminders, what is due becomes deliveries."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from services.notify import metrics
from services.notify.domain import messages
from services.notify.domain.deliveries import Delivery
from services.notify.domain.ids import delivery_id
from services.notify.domain.recipients import Recipient, address, masked, recipients
from services.notify.domain.reminders import (
    Cause,
    Reminder,
    ReminderStatus,
    reconcile,
    settle,
)
from services.notify.domain.rules import (
    Wanted,
    open_to_reminders,
    still_wanted,
    wanted_reminders,
)
from services.notify.store.facts import PlanFact
from services.notify.usecases.context import Context, first_state, tell
from shared.clock import LOCAL
from shared.events.notify import Channel
from shared.events.tasks import AgencyState, AssignmentState, OfficerState, TaskDefined
from shared.mongo import atomically

# About six documents for each assignment: a transaction stays below 500 (guide architecture, 9).
PLAN_BATCH = 80
# About twenty for each: its reminders, copies by two channels, their events.
DISPATCH_BATCH = 20


def plan(context: Context) -> int:
    """Plan one batch of assignments that changed; return how many.

    Assignments of a plan that is not known yet wait until it is: "nothing due before the load"
    cannot be judged without it.
    """
    if not context.facts.anything_to_plan():  # no transaction while nothing happens
        return 0
    now = context.business.now()

    def work() -> int:
        plans = context.facts.plans()
        states = context.facts.to_plan(tuple(plans), PLAN_BATCH)
        if not states:
            return 0
        existing = context.reminders.of_assignments(s.assignment_id for s in states)
        new: list[Reminder] = []
        moved: list[Reminder] = []
        for state in states:
            found = _reconciled(
                context, state, plans[state.plan_id], existing.get(state.assignment_id, []), now
            )
            new += found[0]
            moved += found[1]
        context.reminders.add(new)
        context.reminders.save(moved)
        context.facts.planned(states)
        return len(states)

    return atomically(context.client, work)


def _reconciled(
    context: Context,
    state: AssignmentState,
    plan_fact: PlanFact,
    existing: Iterable[Reminder],
    now: dt.datetime,
) -> tuple[list[Reminder], tuple[Reminder, ...]]:
    wanted = wanted_reminders(
        state,
        context.table,
        context.calendar,
        now=now,
        loaded_at=plan_fact.loaded_at,
        plan_closed=plan_fact.closed,
    )
    found = reconcile(
        existing,
        wanted,
        still_open=open_to_reminders(state, plan_closed=plan_fact.closed),
        deadline_version=state.deadline_version,
        now=now,
        since=state.change.at,
    )
    return [_planned(state, want, now) for want in found.new], found.moved


def _planned(state: AssignmentState, want: Wanted, now: dt.datetime) -> Reminder:
    return Reminder(
        reminder_id=want.reminder_id,
        assignment_id=state.assignment_id,
        plan_id=state.plan_id,
        task_id=state.task_id,
        task_code=state.task_code,
        agency_code=state.agency_code,
        rule_id=want.rule_id,
        occurrence=want.occurrence,
        deadline_version=want.deadline_version,
        due_at=want.due_at,
        expires_at=want.expires_at,
        look_at=want.due_at,
        state=ReminderStatus.PLANNED,
        cause=Cause.WANTED,
        changed_at=now,
    )


def dispatch(context: Context) -> int:
    """Settle one batch of due reminders; return how many.

    Recipients are resolved now, because people, leave and mergers change in between; deliveries
    are written in the same transaction. The assignments are marked for planning, so that the next
    occurrence of an overdue rule is planned.
    """
    now, queued_at = context.business.now(), context.system.now()
    if not context.reminders.due(now, 1):  # no transaction while nothing is due
        return 0

    def work() -> tuple[list[Reminder], list[Delivery]]:
        due = context.reminders.due(now, DISPATCH_BATCH)
        if not due:
            return [], []
        scene = _scene(context, due, now)
        settled = [r for rs in due.values() for r in _settled(context, scene, rs, now)]
        copies = [
            copy
            for reminder in settled
            if reminder.state is ReminderStatus.DISPATCHED
            for copy in _copies(context, scene, reminder, now, queued_at)
        ]
        context.reminders.save(settled)
        context.deliveries.add(copies)
        tell(context, copies)
        context.facts.replan(due)
        return settled, copies

    settled, copies = atomically(context.client, work)
    _count(settled, copies)
    return len(settled)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What dispatch knows of the due assignments, read once for the batch."""

    today: dt.date
    states: Mapping[str, AssignmentState]
    plans: Mapping[str, PlanFact]
    people: Sequence[OfficerState]
    agencies: Mapping[str, AgencyState]
    tasks: Mapping[str, TaskDefined]

    def told(self, state: AssignmentState, roles: Sequence[str]) -> tuple[Recipient, ...]:
        return recipients(roles, state.agency_code, self.people, self.today)


def _scene(context: Context, assignment_ids: Iterable[str], now: dt.datetime) -> _Scene:
    facts = context.facts
    states = facts.assignments(assignment_ids)
    codes = {state.agency_code for state in states.values()}
    return _Scene(
        today=now.astimezone(LOCAL).date(),
        states=states,
        plans=facts.plans(),
        people=facts.people_of(codes),
        agencies=facts.agencies(codes),
        tasks=facts.tasks({state.task_id for state in states.values()}),
    )


def _settled(
    context: Context, scene: _Scene, due: Sequence[Reminder], now: dt.datetime
) -> Iterable[Reminder]:
    """Return one assignment's due reminders after their time came, with the agency of today."""
    state = scene.states.get(due[0].assignment_id)
    closed = state is not None and scene.plans[state.plan_id].closed
    roles = {
        role for r in due if r.rule_id in context.table for role in context.table[r.rule_id].roles
    }
    settled = settle(
        due,
        wants=lambda r: still_wanted(
            state,
            context.table,
            rule_id=r.rule_id,
            deadline_version=r.deadline_version,
            plan_closed=closed,
        ),
        anybody=state is not None and bool(scene.told(state, sorted(roles))),
        now=now,
    )
    return settled if state is None else (r.of_agency(state.agency_code) for r in settled)


def _copies(
    context: Context,
    scene: _Scene,
    reminder: Reminder,
    now: dt.datetime,
    queued_at: dt.datetime,
) -> list[Delivery]:
    """Return the copies of a dispatched reminder: each person once by each channel."""
    state = scene.states[reminder.assignment_id]
    rule = context.table[reminder.rule_id]
    subject = messages.Subject(
        state=state,
        task=scene.tasks.get(state.task_id),
        agency=scene.agencies.get(state.agency_code),
        today=scene.today,
        link=context.link(state.assignment_id),
        home=context.tasks_url,
        province=context.province,
    )
    return [
        _copy(context, reminder, recipient, channel, subject, now=now, queued_at=queued_at)
        for recipient in scene.told(state, rule.roles)
        for channel in rule.channels
    ]


def _copy(
    context: Context,
    reminder: Reminder,
    recipient: Recipient,
    channel: Channel,
    subject: messages.Subject,
    *,
    now: dt.datetime,
    queued_at: dt.datetime,
) -> Delivery:
    officer = recipient.officer
    to = address(officer, channel)
    state, cause = first_state(to, context.allow_list)
    words = messages.email if channel is Channel.EMAIL else messages.text_message
    return Delivery(
        delivery_id=delivery_id(reminder.reminder_id, officer.officer_id, channel.value),
        reminder_id=reminder.reminder_id,
        assignment_id=reminder.assignment_id,
        task_id=reminder.task_id,
        task_code=reminder.task_code,
        agency_code=subject.state.agency_code,
        rule_id=reminder.rule_id,
        occurrence=reminder.occurrence,
        deadline_version=reminder.deadline_version,
        officer_id=officer.officer_id,
        role=recipient.role,
        deputy_for=recipient.deputy_for,
        channel=channel,
        address=masked(to),
        locale=officer.locale,
        message=words(subject, context.texts, context.calendar, officer.locale),
        state=state,
        cause=cause,
        due_at=reminder.due_at,
        expires_at=reminder.expires_at,
        dispatched_at=now,
        changed_at=queued_at,
        next_attempt_at=queued_at,
    )


def _count(settled: Iterable[Reminder], copies: Iterable[Delivery]) -> None:
    for reminder in settled:
        if reminder.state is ReminderStatus.PLANNED:  # postponed, still to come
            continue
        metrics.REMINDERS.labels(reminder.state.value).inc()
        if reminder.state is ReminderStatus.EXPIRED:
            metrics.EXPIRED.inc()
    for copy in copies:
        metrics.DELIVERIES.labels(copy.channel.value, copy.state.value).inc()


def measure(context: Context) -> None:
    """Say how much is due and how far the calendar reaches."""
    now = context.business.now()
    waiting, oldest = context.reminders.waiting(now)
    metrics.REMINDERS_DUE.set(waiting)
    metrics.DUE_OLDEST.set((now - oldest).total_seconds() if oldest else 0)
    horizon = context.calendar.horizon()
    today = context.business.today()
    metrics.CALENDAR_HORIZON.set((horizon - today).days if horizon else 0)
    metrics.SCAN_LAST_SUCCESS.set(context.system.now().timestamp())
