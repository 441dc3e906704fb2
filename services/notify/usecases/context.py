"""What every use case works with, made once by bootstrap."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable

from pymongo import MongoClient

from services.notify import metrics
from services.notify.domain.deliveries import SILENT, Delivery, Step
from services.notify.domain.recipients import allowed
from services.notify.domain.rules import RuleTable
from services.notify.store.deliveries import Deliveries
from services.notify.store.facts import Facts
from services.notify.store.reminders import Reminders
from shared.calendar import WorkingCalendar
from shared.clock import BusinessClock, Clock
from shared.events.notify import DELIVERY_CHANGED, TOPIC, Channel, DeliveryChanged, DeliveryStatus
from shared.mongo import Document, atomically
from shared.outbox import Outbox
from shared.texts import Texts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Stores, clocks and rules.

    ``business`` rules what is due; ``system`` rules leases, retries and waits.
    """

    client: "MongoClient[Document]"
    facts: Facts
    reminders: Reminders
    deliveries: Deliveries
    outbox: Outbox
    business: BusinessClock
    system: Clock
    calendar: WorkingCalendar
    table: RuleTable
    texts: Texts
    tasks_url: str
    province: str = ""
    allow_list: frozenset[str] = frozenset()
    unknown_wait: dt.timedelta = dt.timedelta(minutes=15)
    lease: dt.timedelta = dt.timedelta(minutes=3)

    def link(self, assignment_id: str) -> str:
        """Return the address of an assignment's page."""
        return f"{self.tasks_url}/phan-viec/{assignment_id}"


def tell(context: Context, deliveries: Iterable[Delivery]) -> None:
    """Write the events of changed deliveries; call it inside the transaction."""
    at = context.business.now()
    context.outbox.append_many(
        TOPIC, [(DELIVERY_CHANGED, _event(delivery, at)) for delivery in deliveries]
    )


def change(
    context: Context, delivery_id: str, act: Callable[[Delivery], Delivery]
) -> tuple[Delivery, Delivery] | None:
    """Change one delivery in one transaction and return it before and after.

    :param act: a step of the machine; returns the delivery itself when nothing changes.
    :returns: None when there is no such delivery.
    """

    def work() -> tuple[Delivery, Delivery] | None:
        before = context.deliveries.get(delivery_id)
        if before is None:
            return None
        after = act(before)
        if after is not before:
            context.deliveries.replace(after, before.revision)
            if after.state is not before.state and after.cause not in SILENT:
                tell(context, [after])
        return before, after

    changed = atomically(context.client, work)
    if changed is not None:
        _count(*changed)
    return changed


def first_state(to: str | None, allow_list: frozenset[str]) -> tuple[DeliveryStatus, str]:
    """Return how a new copy begins: queued, or why it never goes out."""
    if to is None:
        return DeliveryStatus.SUPPRESSED, "no_address"
    if not allowed(to, allow_list):
        return DeliveryStatus.SUPPRESSED, "sandbox"
    return DeliveryStatus.QUEUED, ""


def _event(delivery: Delivery, at: dt.datetime) -> DeliveryChanged:
    return DeliveryChanged(
        delivery_id=delivery.delivery_id,
        revision=delivery.revision,
        reminder_id=delivery.reminder_id,
        assignment_id=delivery.assignment_id,
        rule_id=delivery.rule_id,
        occurrence=delivery.occurrence,
        officer_id=delivery.officer_id,
        channel=delivery.channel,
        state=delivery.state,
        at=at,
        parts=delivery.message.parts,
        possible_duplicate=delivery.possible_duplicate,
    )


def _count(before: Delivery, after: Delivery) -> None:
    if after.state is before.state:
        return
    channel = after.channel.value
    metrics.DELIVERIES.labels(channel, after.state.value).inc()
    if after.state is DeliveryStatus.EXPIRED:
        metrics.EXPIRED.inc()
    if after.cause == Step.NO_RECEIPT:
        metrics.POSSIBLE_DUPLICATES.labels(channel).inc()
    if after.state is DeliveryStatus.ACCEPTED and after.channel is Channel.SMS:
        metrics.SEGMENTS.labels(after.message.encoding).inc(after.message.parts)
    if after.state is DeliveryStatus.DELIVERED and after.accepted_at is not None:
        age = (after.changed_at - after.accepted_at).total_seconds()
        metrics.ACCEPTED_TO_DELIVERED.labels(channel).observe(age)
