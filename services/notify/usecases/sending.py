"""Sending: claim, last look, provider, mark; and closing what was left open.

The provider is called outside any transaction. Between its yes and our mark we may die: such a
copy becomes unknown, waits for a receipt, and goes out once more marked as a possible duplicate.
"""

import contextlib
import dataclasses
import logging
from collections.abc import Callable
from typing import Protocol

from services.notify import metrics
from services.notify.domain.deliveries import RECEIPT_TIME, Delivery, Outcome, Step
from services.notify.domain.notices import KINDS, Notice
from services.notify.domain.recipients import address
from services.notify.domain.rules import open_to_reminders, still_wanted
from services.notify.senders import Outgoing, ProviderUnavailableError, Send
from services.notify.usecases.context import Context, change
from shared.events.notify import Channel, DeliveryStatus
from shared.events.tasks import AssignmentState
from shared.lifecycle import Stop

_log = logging.getLogger(__name__)
_BATCH = {Channel.EMAIL: 25, Channel.SMS: 1}
_SWEEP_BATCH = 100


class Sender(Protocol):
    """A way to a provider: one connection, several messages."""

    def open(self) -> contextlib.AbstractContextManager[Send]:
        """Connect.

        :raises ProviderUnavailableError: when nothing could be sent, so nothing is lost.
        """
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Claimed:
    """A copy that this process alone may send now, and where to."""

    delivery: Delivery
    to: str


def send_batch(context: Context, channel: Channel, sender: Sender, owner: str, stop: Stop) -> int:
    """Send what is queued for a channel over one connection; return how many tries were made.

    :raises ProviderUnavailableError: when the provider cannot be reached; nothing was claimed.
    """
    if context.deliveries.next_queued(channel, context.system.now()) is None:
        return 0
    tries = 0
    try:
        with sender.open() as send:
            while tries < _BATCH[channel] and not stop.is_set():
                claimed = claim(context, channel, owner)
                if claimed is None:
                    break
                tries += 1
                if _send_one(context, claimed, send).step not in {Step.ACCEPTED, Step.PERMANENT}:
                    break  # the connection may be spoilt
    except ProviderUnavailableError:
        metrics.UNAVAILABLE.labels(channel.value).inc()
        raise
    return tries


def claim(context: Context, channel: Channel, owner: str) -> Claimed | None:
    """Take the copy that has waited longest, after a last look whether it is still wanted."""
    while (found := context.deliveries.next_queued(channel, context.system.now())) is not None:
        to, step = _last_look(context, found)
        now = context.system.now()
        if step is not None or to is None:
            _drop(context, found, step or Step.NOT_WANTED)
            continue
        claimed = found.claimed(owner, now, context.lease)
        if context.deliveries.replace(claimed, found.revision):
            return Claimed(claimed, to)
    return None


def _last_look(context: Context, delivery: Delivery) -> tuple[str | None, Step | None]:
    """Return the address, or why the copy must not go out any more."""
    if context.business.now() > delivery.expires_at:
        return None, Step.PAST_EXPIRY
    state = context.facts.assignments([delivery.assignment_id]).get(delivery.assignment_id)
    plan = context.facts.plan(state.plan_id) if state else None
    closed = plan is None or plan.closed
    if delivery.rule_id in KINDS:
        wanted = delivery.rule_id != Notice.NUDGE or _may_be_urged(state, closed=closed)
    else:
        wanted = still_wanted(
            state,
            context.table,
            rule_id=delivery.rule_id,
            deadline_version=delivery.deadline_version,
            plan_closed=closed,
        ) and _holds(state, delivery)
    if not wanted:
        return None, Step.NOT_WANTED
    officer = context.facts.officer(delivery.officer_id)
    if officer is None or not officer.active:
        return None, Step.NOT_WANTED
    return address(officer, delivery.channel), None


def _may_be_urged(state: AssignmentState | None, *, closed: bool) -> bool:
    return state is not None and open_to_reminders(state, plan_closed=closed)


def _holds(state: AssignmentState | None, delivery: Delivery) -> bool:
    return state is not None and state.agency_code == delivery.agency_code


def _drop(context: Context, delivery: Delivery, step: Step) -> None:
    def act(current: Delivery) -> Delivery:
        if current.revision != delivery.revision:
            return current  # somebody was faster
        return current.moved(step, context.system.now())

    change(context, delivery.delivery_id, act)


def _send_one(context: Context, claimed: Claimed, send: Send) -> Outcome:
    delivery = claimed.delivery
    outgoing = Outgoing(
        delivery_id=delivery.delivery_id,
        to=claimed.to,
        message=delivery.message,
        locale=delivery.locale,
    )
    channel = delivery.channel.value
    with metrics.REQUESTS.labels(channel).time():
        outcome = send(outgoing)
    metrics.ATTEMPTS.labels(channel, outcome.step.value).inc()
    mark(context, delivery, outcome)
    return outcome


def mark(context: Context, delivery: Delivery, outcome: Outcome) -> None:
    """Write the provider's answer, unless a receipt or the end of the lease was faster."""

    def act(current: Delivery) -> Delivery:
        ours = current.attempt == delivery.attempt and current.can(outcome.step)
        return current.tried(outcome, context.system.now()) if ours else current

    changed = change(context, delivery.delivery_id, act)
    if changed is None or changed[1].state is changed[0].state:
        _log.warning("answer came after the fact", extra={"outcome": outcome.step.value})
    elif outcome.step is Step.ACCEPTED:
        age = (context.business.now() - delivery.due_at).total_seconds()
        metrics.DUE_TO_ACCEPTED.labels(delivery.channel.value).observe(age)


def sweep(context: Context) -> int:
    """Close what was left open: lost leases, lost answers, receipts that never came."""
    now = context.system.now()
    deliveries = context.deliveries
    unknown = deliveries.in_state_since(
        DeliveryStatus.UNKNOWN, now - context.unknown_wait, _SWEEP_BATCH
    )
    unconfirmed = deliveries.in_state_since(
        DeliveryStatus.ACCEPTED, now - RECEIPT_TIME, _SWEEP_BATCH, Channel.SMS
    )
    lost = deliveries.lost_leases(now, _SWEEP_BATCH)
    acts: list[tuple[list[Delivery], Callable[[Delivery], Delivery]]] = [
        (lost, lambda d: d.moved(Step.ANSWER_LOST, now)),
        (unknown, lambda d: d.waited(now)),
        (unconfirmed, lambda d: d.moved(Step.UNCONFIRMED, now)),
    ]
    for found, act in acts:
        for delivery in found:
            _step_if_unchanged(context, delivery, act)
    return len(lost) + len(unknown) + len(unconfirmed)


def _step_if_unchanged(
    context: Context, seen: Delivery, act: Callable[[Delivery], Delivery]
) -> None:
    change(
        context,
        seen.delivery_id,
        lambda current: act(current) if current.revision == seen.revision else current,
    )
