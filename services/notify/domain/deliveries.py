"""The delivery machine (guide events-and-states, H): one copy to one person by one channel.

One table says every step. Receipts may come in any order, repeated, before our own mark and long
after; a rank per state keeps a lower one from overwriting a higher one.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping

from services.notify.domain.messages import Message
from shared.events.notify import Channel, DeliveryStatus

S = DeliveryStatus


class Step(enum.StrEnum):
    """What can happen to a delivery."""

    CLAIM = "claim"  # a sender took it, the last look said wanted
    NOT_WANTED = "not_wanted"
    PAST_EXPIRY = "past_expiry"
    ACCEPTED = "accepted"  # the far end took it
    TEMPORARY = "temporary"  # refused for now, or failed before the message left
    PERMANENT = "permanent"  # refused for good
    ATTEMPTS_USED_UP = "attempts_used_up"
    ANSWER_LOST = "answer_lost"  # the lease ran out, or the far end fell silent after our message
    NO_RECEIPT = "no_receipt"  # waited in vain, for the first time
    NO_RECEIPT_AGAIN = "no_receipt_again"
    RECEIPT_ON_WAY = "receipt_on_way"  # the network took it
    RECEIPT_GOOD = "receipt_good"
    RECEIPT_BAD = "receipt_bad"
    UNCONFIRMED = "unconfirmed"  # three days without a receipt
    RESEND = "resend"  # a person asked for it


# (from, step) → to. What is not here does not happen.
TRANSITIONS: Mapping[tuple[DeliveryStatus, Step], DeliveryStatus] = {
    (S.QUEUED, Step.CLAIM): S.SENDING,
    (S.QUEUED, Step.NOT_WANTED): S.CANCELLED,
    (S.QUEUED, Step.PAST_EXPIRY): S.EXPIRED,
    (S.SENDING, Step.ACCEPTED): S.ACCEPTED,
    (S.SENDING, Step.TEMPORARY): S.QUEUED,
    (S.SENDING, Step.PERMANENT): S.FAILED,
    (S.SENDING, Step.ATTEMPTS_USED_UP): S.FAILED,
    (S.SENDING, Step.ANSWER_LOST): S.UNKNOWN,
    (S.UNKNOWN, Step.NO_RECEIPT): S.QUEUED,
    (S.UNKNOWN, Step.NO_RECEIPT_AGAIN): S.FAILED,
    (S.UNKNOWN, Step.RECEIPT_ON_WAY): S.ACCEPTED,  # proof that it arrived there: no second copy
    (S.UNKNOWN, Step.RECEIPT_GOOD): S.DELIVERED,
    (S.UNKNOWN, Step.RECEIPT_BAD): S.FAILED,
    (S.ACCEPTED, Step.RECEIPT_GOOD): S.DELIVERED,
    (S.ACCEPTED, Step.RECEIPT_BAD): S.FAILED,
    (S.ACCEPTED, Step.UNCONFIRMED): S.UNCONFIRMED,
    (S.UNCONFIRMED, Step.RECEIPT_GOOD): S.DELIVERED,
    # A receipt may be faster than our own mark, or end the wait for a second copy.
    (S.SENDING, Step.RECEIPT_GOOD): S.DELIVERED,
    (S.SENDING, Step.RECEIPT_BAD): S.FAILED,
    (S.QUEUED, Step.RECEIPT_GOOD): S.DELIVERED,
    (S.FAILED, Step.RESEND): S.QUEUED,
}

FINAL = frozenset({S.DELIVERED, S.FAILED, S.CANCELLED, S.EXPIRED, S.SUPPRESSED, S.UNCONFIRMED})

# Steps that the event of the new state does not tell the others.
SILENT = frozenset({Step.CLAIM, Step.TEMPORARY})

# Kannel's dlr-mask bits: 1 delivered, 2 not delivered, 4 queued at the network, 8 taken by the
# network, 16 rejected by the network.
RECEIPT_STEPS: Mapping[int, Step] = {
    1: Step.RECEIPT_GOOD,
    2: Step.RECEIPT_BAD,
    4: Step.RECEIPT_ON_WAY,
    8: Step.RECEIPT_ON_WAY,
    16: Step.RECEIPT_BAD,
}

MOST_ATTEMPTS = 6
RECEIPT_TIME = dt.timedelta(hours=72)
_FIRST_PAUSE = dt.timedelta(seconds=30)
_LONGEST_PAUSE = dt.timedelta(hours=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The far end's answer: the step it means, its code, and its reference if it took it."""

    step: Step
    code: str = ""
    ref: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: when (system clock), with what outcome, and the far end's code."""

    number: int
    at: dt.datetime
    outcome: str
    code: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One receipt; a repeat of the same kind changes nothing."""

    kind: int
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One copy of a reminder.

    ``due_at``, ``expires_at``, ``dispatched_at`` are of the business clock; ``next_attempt_at``,
    ``lease_until``, ``accepted_at``, ``changed_at`` of the system clock. ``address`` is masked:
    the real one is looked up in the directory when it is sent.
    """

    delivery_id: str
    reminder_id: str
    assignment_id: str
    task_id: str
    task_code: str
    agency_code: str
    rule_id: str
    occurrence: int
    deadline_version: int
    officer_id: str
    role: str
    channel: Channel
    address: str
    locale: str
    message: Message
    state: DeliveryStatus
    due_at: dt.datetime
    expires_at: dt.datetime
    dispatched_at: dt.datetime
    changed_at: dt.datetime
    next_attempt_at: dt.datetime
    deputy_for: str | None = None
    cause: str = ""
    revision: int = 1
    attempt: int = 0
    attempts: tuple[Attempt, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    lease_until: dt.datetime | None = None
    lease_owner: str | None = None
    accepted_at: dt.datetime | None = None
    provider_ref: str = ""
    possible_duplicate: bool = False
    resent_by: str | None = None

    def can(self, step: Step) -> bool:
        return (self.state, step) in TRANSITIONS

    def moved(self, step: Step, at: dt.datetime, **changes: object) -> "Delivery":
        """Return the delivery after a step; the revision grows.

        :raises KeyError: when the table has no such step.
        """
        state = TRANSITIONS[self.state, step]
        facts: dict[str, object] = {
            "state": state,
            "cause": step.value,
            "changed_at": at,
            "revision": self.revision + 1,
            "lease_until": None,
            "lease_owner": None,
            **changes,
        }
        return dataclasses.replace(self, **facts)  # type: ignore[arg-type]  # fields by name

    def claimed(self, owner: str, at: dt.datetime, lease: dt.timedelta) -> "Delivery":
        """Return the delivery as one sender's, until the lease runs out."""
        return self.moved(
            Step.CLAIM,
            at,
            attempt=self.attempt + 1,
            lease_until=at + lease,
            lease_owner=owner,
        )

    def tried(self, outcome: Outcome, at: dt.datetime) -> "Delivery":
        """Return the delivery after the far end's answer, with the attempt kept.

        A temporary refusal waits longer each time and fails when the attempts are used up.
        """
        step = outcome.step
        attempt = Attempt(number=self.attempt, at=at, outcome=step.value, code=outcome.code)
        kept = (*self.attempts, attempt)
        if step is Step.TEMPORARY:
            if self.attempt >= MOST_ATTEMPTS:
                return self.moved(Step.ATTEMPTS_USED_UP, at, attempts=kept)
            return self.moved(step, at, attempts=kept, next_attempt_at=at + self.pause())
        if step is Step.ACCEPTED:
            return self.moved(step, at, attempts=kept, accepted_at=at, provider_ref=outcome.ref)
        return self.moved(step, at, attempts=kept)

    def pause(self) -> dt.timedelta:
        """Return the wait before the next try: doubling, to an hour, spread by the id."""
        spread = 0.8 + int(self.delivery_id[:2], 16) / 640
        doubled = _FIRST_PAUSE * (1 << max(self.attempt - 1, 0))
        return min(doubled, _LONGEST_PAUSE) * spread

    def waited(self, at: dt.datetime) -> "Delivery":
        """Return an unknown delivery after its wait: once more, the second time failed."""
        if self.possible_duplicate:
            return self.moved(Step.NO_RECEIPT_AGAIN, at)
        return self.moved(Step.NO_RECEIPT, at, possible_duplicate=True, next_attempt_at=at)

    def receipted(self, kind: int, at: dt.datetime) -> "Delivery":
        """Return the delivery after a receipt; itself when the receipt says nothing new.

        :raises ValueError: when the kind is none of Kannel's.
        """
        step = RECEIPT_STEPS.get(kind)
        if step is None:
            raise ValueError(f"no such kind of receipt: {kind}")
        if any(receipt.kind == kind for receipt in self.receipts):
            return self
        kept = (*self.receipts, Receipt(kind=kind, at=at))
        if self.can(step):
            accepted_at = self.accepted_at or at
            return self.moved(step, at, receipts=kept, accepted_at=accepted_at)
        return dataclasses.replace(self, receipts=kept, revision=self.revision + 1)

    def resent(self, by: str, at: dt.datetime) -> "Delivery":
        """Return a failed delivery queued again because a person asked for it."""
        return self.moved(Step.RESEND, at, attempt=0, next_attempt_at=at, resent_by=by)
