"""The delivery machine and the ranks of receipts."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.deliveries import (
    FINAL,
    MOST_ATTEMPTS,
    RECEIPT_STEPS,
    TRANSITIONS,
    Delivery,
    Outcome,
    Step,
)
from services.notify.domain.ids import delivery_id, reminder_id
from services.notify.domain.messages import Message
from shared.events.notify import Channel, DeliveryStatus

S = DeliveryStatus
NOW = dt.datetime(2025, 6, 16, 0, 30, tzinfo=dt.UTC)
LEASE = dt.timedelta(minutes=3)
RANK = {
    S.QUEUED: 0,
    S.SENDING: 1,
    S.UNKNOWN: 2,
    S.ACCEPTED: 3,
    S.UNCONFIRMED: 4,
    S.DELIVERED: 5,
    S.FAILED: 5,
    S.CANCELLED: 5,
    S.EXPIRED: 5,
    S.SUPPRESSED: 5,
}


def make_delivery(state: DeliveryStatus = S.QUEUED) -> Delivery:
    return Delivery(
        delivery_id=delivery_id("r", "o", "sms"),
        reminder_id="r",
        assignment_id="a",
        task_id="t",
        task_code="NV-61",
        agency_code="SNV25",
        rule_id="before_3",
        occurrence=0,
        deadline_version=1,
        officer_id="o",
        role="officer",
        channel=Channel.SMS,
        address="***678",
        locale="vi",
        message=Message(subject="", lines=("x",), link=""),
        state=state,
        due_at=NOW,
        expires_at=NOW + dt.timedelta(days=1),
        dispatched_at=NOW,
        changed_at=NOW,
        next_attempt_at=NOW,
    )


def sending() -> Delivery:
    return make_delivery().claimed("me", NOW, LEASE)


def test_claimed_copies_have_a_lease_and_count_the_try() -> None:
    claimed = sending()

    assert (claimed.state, claimed.attempt, claimed.lease_owner) == (S.SENDING, 1, "me")
    assert claimed.lease_until == NOW + LEASE


def test_temporary_refusals_wait_longer_each_time_and_then_fail() -> None:
    delivery, waits = make_delivery(), []
    while delivery.state is S.QUEUED:
        delivery = delivery.claimed("me", NOW, LEASE).tried(Outcome(step=Step.TEMPORARY), NOW)
        if delivery.state is S.QUEUED:
            waits.append(delivery.next_attempt_at - NOW)

    assert delivery.state is S.FAILED
    assert len(delivery.attempts) == MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert waits[-1] <= dt.timedelta(hours=1, minutes=15)


def test_a_lost_answer_is_sent_once_more_and_marked_then_fails() -> None:
    lost = sending().moved(Step.ANSWER_LOST, NOW)
    again = lost.waited(NOW)

    assert (again.state, again.possible_duplicate) == (S.QUEUED, True)
    second = again.claimed("me", NOW, LEASE).moved(Step.ANSWER_LOST, NOW).waited(NOW)
    assert second.state is S.FAILED


def test_a_receipt_that_says_on_its_way_proves_a_lost_answer_was_a_yes() -> None:
    assert sending().moved(Step.ANSWER_LOST, NOW).receipted(8, NOW).state is S.ACCEPTED


def test_receipts_before_our_own_mark_are_kept() -> None:
    delivered = sending().receipted(1, NOW)

    assert delivered.state is S.DELIVERED
    assert not delivered.can(Step.ACCEPTED)


def test_a_late_receipt_may_still_confirm() -> None:
    unconfirmed = make_delivery(S.ACCEPTED).moved(Step.UNCONFIRMED, NOW)

    assert unconfirmed.receipted(1, NOW).state is S.DELIVERED
    assert unconfirmed.receipted(2, NOW).state is S.UNCONFIRMED


def test_an_unknown_kind_of_receipt_is_refused() -> None:
    with pytest.raises(ValueError, match="3"):
        sending().receipted(3, NOW)


@given(
    st.sampled_from([s for s in S if s is not S.QUEUED]),
    st.lists(st.sampled_from(sorted(RECEIPT_STEPS)), max_size=8),
)
def test_receipts_in_any_order_never_lower_the_state_nor_change_a_final_one(
    start: DeliveryStatus, kinds: list[int]
) -> None:
    delivery = make_delivery(start)
    for kind in kinds:
        after = delivery.receipted(kind, NOW)
        assert RANK[after.state] >= RANK[delivery.state]
        if delivery.state in FINAL and delivery.state is not S.UNCONFIRMED:
            assert after.state is delivery.state
        assert after.receipted(kind, NOW) is after, "a repeat changes nothing"
        delivery = after


@given(st.permutations([1, 4, 8]))
def test_a_delivered_message_is_delivered_in_whatever_order_its_receipts_come(
    kinds: list[int],
) -> None:
    delivery = make_delivery(S.ACCEPTED)
    for kind in kinds:
        delivery = delivery.receipted(kind, NOW)

    assert delivery.state is S.DELIVERED


def test_only_a_person_brings_a_final_copy_back() -> None:
    leaving = {(state, step) for state, step in TRANSITIONS if state in FINAL}

    assert leaving == {(S.FAILED, Step.RESEND), (S.UNCONFIRMED, Step.RECEIPT_GOOD)}


def test_only_an_acceptance_a_refusal_or_a_loss_ends_a_try() -> None:
    out = {step for state, step in TRANSITIONS if state is S.SENDING}

    assert out == {
        Step.ACCEPTED,
        Step.TEMPORARY,
        Step.PERMANENT,
        Step.ATTEMPTS_USED_UP,
        Step.ANSWER_LOST,
        Step.RECEIPT_GOOD,
        Step.RECEIPT_BAD,
    }


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_whatever_happens_revisions_grow_and_the_lease_ends_with_the_try(steps: list[Step]) -> None:
    delivery = make_delivery()
    for step in steps:
        if not delivery.can(step):
            continue
        after = (
            delivery.claimed("me", NOW, LEASE) if step is Step.CLAIM else delivery.moved(step, NOW)
        )
        assert after.revision == delivery.revision + 1
        assert (after.lease_until is not None) == (after.state is S.SENDING)
        delivery = after


def test_a_copy_sent_again_by_a_person_starts_afresh() -> None:
    failed = sending().tried(Outcome(step=Step.PERMANENT, code="550"), NOW)
    again = failed.resent("o9", NOW)

    assert (again.state, again.attempt, again.resent_by) == (S.QUEUED, 0, "o9")
    assert [attempt.code for attempt in again.attempts] == ["550"]


def test_ids_differ_by_each_of_their_parts() -> None:
    parts = [
        ("a", "r", 0, 1),
        ("b", "r", 0, 1),
        ("a", "s", 0, 1),
        ("a", "r", 1, 1),
        ("a", "r", 0, 2),
    ]

    ids = [reminder_id(*part) for part in parts]

    assert len(set(ids)) == len(ids)
    assert all(x != y for x, y in itertools.combinations(ids, 2))
    assert delivery_id(ids[0], "o", "sms") != delivery_id(ids[0], "o", "email")


def test_a_yes_of_the_far_end_is_kept_with_its_reference() -> None:
    accepted = sending().tried(Outcome(step=Step.ACCEPTED, code="202", ref="kannel-7"), NOW)

    assert accepted.state is S.ACCEPTED
    assert (accepted.accepted_at, accepted.provider_ref) == (NOW, "kannel-7")
    assert [attempt.code for attempt in accepted.attempts] == ["202"]
