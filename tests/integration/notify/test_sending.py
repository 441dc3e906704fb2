"""From a queued copy to the far end and back, over real SMTP and HTTP."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

import pytest

from services.notify.domain.deliveries import MOST_ATTEMPTS
from services.notify.senders import ProviderUnavailableError
from services.notify.senders.smtp import MailSender
from services.notify.usecases import acts, sending
from shared.events.notify import Channel
from shared.events.tasks import AssignmentStatus
from tests.integration.notify.conftest import FarEnd, World, free_port

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def due(world: World) -> World:
    """Two people of one agency are to be reminded now: two e-mails and two SMS are queued."""
    world.hear_plan()
    world.hear_people()
    world.hear_assignment()
    world.plan()
    return world


def only(world: World, channel: str) -> None:
    """Leave one copy of one channel, so that a test follows a single message."""
    keep = world.database["deliveries"].find_one({"channel": channel}, sort=[("officer_id", 1)])
    assert keep is not None
    world.database["deliveries"].delete_many({"_id": {"$ne": keep["_id"]}})


def test_each_person_gets_one_mail_and_one_sms(due: World, far_end: FarEnd) -> None:
    due.send()
    due.send()

    mails, texts = far_end.arrived("email"), far_end.arrived("sms")
    assert sorted(mail.to for mail in mails) == ["canbo@sonla.test", "lanhdao@sonla.test"]
    assert sorted(text.to for text in texts) == ["+84912345671", "+84912345672"]
    assert due.states() == ["accepted"] * 4
    assert mails[0].subject == "[CCHC] NV-61 còn 7 ngày làm việc, hạn 25/06/2025"
    assert "http://tasks.test/phan-viec/a1" in mails[0].text
    assert "Rà soát, sắp xếp lại đơn vị sự nghiệp công lập" in mails[0].html
    assert texts[0].text == (
        "CCHC Son La: NV-61 con 7 ngay lam viec, han 25/06/2025. Xem http://tasks.test/phan-viec/a1"
    )
    assert {text.parts for text in texts} == {1}


def test_the_message_id_is_the_delivery_and_stays_over_tries(due: World, far_end: FarEnd) -> None:
    only(due, "email")
    refusals = ["451 greylisted, come again", "250 OK"]
    far_end.mail_reply = lambda _to, _content: refusals.pop(0)
    due.send()
    assert due.states() == ["queued"]

    due.system.advance(2 * MINUTE)
    due.send()

    row = due.deliveries()[0]
    assert row["state"] == "accepted"
    assert [attempt["outcome"] for attempt in row["attempts"]] == ["temporary", "accepted"]
    assert far_end.arrived("email")[0].message_id == f"<{row['_id']}@sonla.test>"


def test_a_temporary_refusal_waits_its_time(due: World, far_end: FarEnd) -> None:
    only(due, "email")
    far_end.mail_reply = lambda _to, _content: "451 come again"
    due.send()
    due.send()

    assert len(due.deliveries()[0]["attempts"]) == 1


def test_a_permanent_refusal_fails_at_once_and_a_person_may_send_again(
    due: World, far_end: FarEnd
) -> None:
    only(due, "email")
    far_end.mail_reply = lambda _to, _content: "550 no such mailbox"
    due.send()
    row = due.deliveries()[0]
    assert (row["state"], row["attempts"][0]["code"]) == ("failed", "550")

    far_end.mail_reply = lambda _to, _content: "250 OK"
    acts.resend(due.context, row["_id"], by="o-admin")
    due.send()

    assert due.states() == ["accepted"]
    assert due.deliveries()[0]["resent_by"] == "o-admin"


def test_what_has_not_failed_or_is_over_is_not_sent_again(due: World, far_end: FarEnd) -> None:
    only(due, "email")
    row = due.deliveries()[0]
    with pytest.raises(acts.CannotResendError):
        acts.resend(due.context, row["_id"], by="o-admin")
    far_end.mail_reply = lambda _to, _content: "550 no such mailbox"
    due.send()
    due.clock("2025-06-30T08:00")

    with pytest.raises(acts.CannotResendError):
        acts.resend(due.context, row["_id"], by="o-admin")


def test_attempts_are_used_up(due: World, far_end: FarEnd) -> None:
    only(due, "sms")
    far_end.sms_answer = lambda _: (503, "temporarily unavailable")
    for _ in range(MOST_ATTEMPTS + 2):
        due.send()
        due.system.advance(90 * MINUTE)

    row = due.deliveries()[0]
    assert row["state"] == "failed"
    assert len(row["attempts"]) == MOST_ATTEMPTS


def test_a_dead_mail_server_costs_no_attempt(due: World, far_end: FarEnd) -> None:
    settings = dataclasses.replace(far_end.smtp_settings(), port=free_port())
    sender = MailSender(settings, due.context.texts, due.system)

    with pytest.raises(ProviderUnavailableError):
        sending.send_batch(due.context, Channel.EMAIL, sender, "me", due.stop)

    assert {row["attempt"] for row in due.deliveries()} == {0}
    assert due.states() == ["queued"] * 4


def test_a_certificate_that_is_not_ours_is_refused(due: World, far_end: FarEnd) -> None:
    settings = dataclasses.replace(far_end.smtp_settings(), cafile=None)
    sender = MailSender(settings, due.context.texts, due.system)

    with pytest.raises(ProviderUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        sending.send_batch(due.context, Channel.EMAIL, sender, "me", due.stop)
    assert far_end.arrived("email") == []


def test_a_report_between_queue_and_sending_stops_the_message(due: World, far_end: FarEnd) -> None:
    due.hear_assignment("reported", version=2, state=AssignmentStatus.REPORTED)
    due.send()

    assert due.states() == ["cancelled"] * 4
    assert far_end.store.newest() == []


def test_a_moved_deadline_between_queue_and_sending_stops_the_message(
    due: World, far_end: FarEnd
) -> None:
    due.hear_assignment(
        "deadline_changed", version=2, deadline_version=2, due_on=dt.date(2025, 7, 31)
    )
    due.send()

    assert due.states() == ["cancelled"] * 4
    assert far_end.store.newest() == []


def test_a_copy_whose_time_is_over_expires(due: World, far_end: FarEnd) -> None:
    due.clock("2025-06-20T08:00")
    due.send()

    assert due.states() == ["expired"] * 4
    assert far_end.store.newest() == []


def test_receipts_confirm_in_any_order_and_repeats_change_nothing(due: World) -> None:
    only(due, "sms")
    due.send()
    identity = due.deliveries()[0]["_id"]
    for kind in (1, 8, 1, 8):
        acts.take_receipt(due.context, identity, kind)

    row = due.deliveries()[0]
    assert row["state"] == "delivered"
    assert [receipt["kind"] for receipt in row["receipts"]] == [1, 8]
    told = [r["body"] for r in due.told() if identity in r["body"]]
    assert sum('"delivered"' in body for body in told) == 1


def test_a_receipt_faster_than_our_mark_is_not_overwritten(due: World, far_end: FarEnd) -> None:
    only(due, "sms")
    identity = due.deliveries()[0]["_id"]

    def deliver_first(_fields: Mapping[str, str]) -> tuple[int, str]:
        acts.take_receipt(due.context, identity, 1)
        return 202, "0: Accepted for delivery"

    far_end.sms_answer = deliver_first
    due.send()

    assert due.states() == ["delivered"]


def test_three_days_without_a_receipt_is_unconfirmed_and_mail_is_not(due: World) -> None:
    due.send()
    due.system.advance(dt.timedelta(hours=73))
    sending.sweep(due.context)

    found = {(row["channel"], row["state"]) for row in due.deliveries()}
    assert found == {("sms", "unconfirmed"), ("email", "accepted")}


def test_a_lost_answer_waits_for_a_receipt_then_goes_once_more_then_fails(
    due: World, far_end: FarEnd
) -> None:
    only(due, "sms")
    identity = due.deliveries()[0]["_id"]
    steps = []
    for _ in range(2):
        claimed = sending.claim(due.context, Channel.SMS, "a sender that dies")
        assert claimed is not None
        due.system.advance(due.context.lease)
        sending.sweep(due.context)
        steps.append(due.states()[0])
        sending.sweep(due.context)
        assert due.states() == ["unknown"], "nothing happens before the wait is over"
        due.system.advance(due.context.unknown_wait)
        sending.sweep(due.context)
        steps.append(due.states()[0])

    assert steps == ["unknown", "queued", "unknown", "failed"]
    assert due.deliveries()[0]["possible_duplicate"]
    due.send()
    assert far_end.arrived("sms") == []
    assert identity in str(due.told()[-1]["body"])


def test_a_lost_answer_with_a_receipt_is_not_sent_again(due: World) -> None:
    only(due, "sms")
    sending.claim(due.context, Channel.SMS, "a sender that dies")
    due.system.advance(due.context.lease)
    sending.sweep(due.context)
    acts.take_receipt(due.context, due.deliveries()[0]["_id"], 8)
    due.system.advance(due.context.unknown_wait * 2)
    sending.sweep(due.context)

    assert due.states() == ["accepted"]


def test_two_senders_never_take_the_same_copy(due: World) -> None:
    taken = [sending.claim(due.context, Channel.SMS, owner) for owner in ("one", "two", "three")]

    ids = [claimed.delivery.delivery_id for claimed in taken if claimed]
    assert len(ids) == len(set(ids)) == 2


def test_events_hold_no_address_no_name_and_no_words(due: World) -> None:
    due.send()

    for row in due.told():
        assert row["key"] == "a1"
        for secret in ("sonla.test", "8491234567", "Mai", "NV-61", "Rà soát"):
            assert secret not in row["body"]
