"""The web of notify on the real database: who sees what, sending again, receipts."""

import functools
from collections.abc import Callable

import pytest
from flask import Flask

from dev.secrets_kept import IdentityKeys
from services.notify.bootstrap import TEXTS
from services.notify.domain.receipts import sign
from services.notify.queries import Queries
from services.notify.usecases import acts
from services.notify.web.app import make_app
from services.notify.web.deps import Deps
from shared.events.notify import DeliveryStatus
from shared.events.tasks import OFFICER_CHANGED
from shared.mongo import Document
from tests.integration.notify.conftest import SECRET, World, local, officer
from tests.visitors import TASKS, Visitor, person, web_config

VisitAs = Callable[..., Visitor]


@pytest.fixture
def app(world: World, identity_keys: IdentityKeys) -> Flask:
    """A web that has one reminder of SNV25 (4 copies) and one of STC (2 copies)."""
    world.hear_plan()
    world.hear_people()
    world.hear(OFFICER_CHANGED, officer("stc", "head", "0912345679", agency_code="STC"))
    world.hear_assignment(assignment_id="a1", task_code="NV-61")
    world.hear_assignment(assignment_id="b1", task_code="NV-70", agency_code="STC")
    world.plan()
    return make_app(
        Deps(
            queries=Queries(world.database),
            take_receipt=functools.partial(acts.take_receipt, world.context),
            resend=functools.partial(acts.resend, world.context),
            clock=world.context.business,
            calendar=world.context.calendar,
            receipt_secret=SECRET,
            tasks_url=TASKS,
        ),
        web_config("notify", identity_keys.public),
        texts=[TEXTS],
    )


@pytest.fixture
def visit_as(app: Flask, identity_keys: IdentityKeys) -> VisitAs:
    def visit(*roles: str, **changes: str) -> Visitor:
        return Visitor(app, identity_keys, person(*roles, **changes) if roles else None)

    return visit


def _fail(world: World, **which: str) -> Document:
    """Let one copy have failed for good, as after the provider's no."""
    found = world.database["deliveries"].find_one_and_update(
        {"agency_code": "SNV25", "channel": "email", **which},
        {"$set": {"state": "failed", "cause": "permanent"}},
    )
    assert found is not None
    return dict(found)


def test_strangers_are_led_to_the_sign_in(visit_as: VisitAs) -> None:
    for address in ("/nhac-viec", "/nhac-viec/anything"):
        answer = visit_as().get(address)
        assert answer.status_code == 303
        assert answer.location.startswith(f"{TASKS}/dinh-danh?tiep=")


@pytest.mark.parametrize(
    "role", ["appraiser", "plan_manager", "leader", "administrator", "auditor"]
)
def test_some_see_all_agencies(visit_as: VisitAs, role: str) -> None:
    page = visit_as(role, agency="UBND").get("/nhac-viec").text

    assert "NV-61" in page
    assert "NV-70" in page
    assert 'name="co_quan"' in page


@pytest.mark.parametrize("role", ["officer", "head"])
def test_others_see_their_own_agencys_alone(visit_as: VisitAs, world: World, role: str) -> None:
    own = visit_as(role, agency="STC")
    theirs = world.database["reminders"].find_one({"agency_code": "SNV25"})
    mine = world.database["reminders"].find_one({"agency_code": "STC"})
    assert theirs is not None
    assert mine is not None

    for address in (
        "/nhac-viec",
        "/nhac-viec?co_quan=SNV25",
        "/nhac-viec?xem=failed&co_quan=SNV25",
    ):
        assert "NV-61" not in own.get(address).text
    assert "NV-70" in own.get("/nhac-viec?co_quan=SNV25").text
    assert 'name="co_quan"' not in own.get("/nhac-viec").text
    assert own.get(f"/nhac-viec/{theirs['_id']}").status_code == 404
    assert own.get(f"/nhac-viec/{mine['_id']}").status_code == 200


def test_addresses_are_masked_everywhere(visit_as: VisitAs, world: World) -> None:
    reader = visit_as("appraiser")
    reminders = [row["_id"] for row in world.database["reminders"].find({"state": "dispatched"})]
    pages = [reader.get("/nhac-viec").text] + [
        reader.get(f"/nhac-viec/{r}").text for r in reminders
    ]

    assert len(pages) == 3
    for page in pages:
        assert "@sonla.test" in page
        for secret in ("canbo@", "lanhdao@", "stc@", "0912345671", "84912345671"):
            assert secret not in page


def test_only_some_send_again(visit_as: VisitAs, world: World) -> None:
    failed = _fail(world)
    address = f"/nhac-viec/lan-gui/{failed['_id']}/gui-lai"

    for role in ("officer", "head", "leader", "auditor"):
        assert visit_as(role).post(address).status_code == 403
        assert address not in visit_as(role).get("/nhac-viec?xem=failed").text
    assert visit_as().post(address).status_code == 401
    assert visit_as("appraiser").post(address, data={}).status_code == 403
    assert visit_as("appraiser").get(address).status_code == 405

    assert world.database["deliveries"].find_one({"_id": failed["_id"]})["state"] == "failed"  # type: ignore[index]


def test_sending_again_queues_the_copy_and_shows_it(visit_as: VisitAs, world: World) -> None:
    failed = _fail(world)
    appraiser = visit_as("appraiser")
    address = f"/nhac-viec/lan-gui/{failed['_id']}/gui-lai"
    assert address in appraiser.get("/nhac-viec?xem=failed").text

    answer = appraiser.post(address)

    assert (answer.status_code, answer.location) == (303, f"/nhac-viec/{failed['reminder_id']}")
    row = world.database["deliveries"].find_one({"_id": failed["_id"]})
    assert row is not None
    assert (row["state"], row["resent_by"]) == (DeliveryStatus.QUEUED, "o-mai")
    said, _, value = answer.headers["Set-Cookie"].split(";")[0].partition("=")
    assert "Đã xếp hàng gửi lại." in appraiser.get(answer.location, cookies={said: value}).text
    world.send()
    assert world.database["deliveries"].find_one({"_id": failed["_id"]})["state"] == "accepted"  # type: ignore[index]


def test_what_has_not_failed_or_is_over_is_not_sent_again(visit_as: VisitAs, world: World) -> None:
    failed = _fail(world)
    queued = world.database["deliveries"].find_one({"state": "queued"})
    assert queued is not None
    manager = visit_as("plan_manager")

    assert manager.post(f"/nhac-viec/lan-gui/{queued['_id']}/gui-lai").status_code == 409
    assert manager.post("/nhac-viec/lan-gui/nothing/gui-lai").status_code == 404
    world.clock("2025-08-01T08:00")
    late = manager.post(f"/nhac-viec/lan-gui/{failed['_id']}/gui-lai")
    assert late.status_code == 409
    assert "đã quá thời hạn nhắc" in late.text


def test_a_cursor_of_somebody_else_is_told(visit_as: VisitAs) -> None:
    for cursor in ("xyz", "WzEsMl0=", "%00"):
        answer = visit_as("appraiser").get(f"/nhac-viec?sau={cursor}")
        assert answer.status_code == 400
        assert "Hãy mở lại danh sách nhắc việc" in answer.text


def test_both_languages_and_all_views(visit_as: VisitAs) -> None:
    english = visit_as("appraiser", locale="en")

    assert "Reminders sent, newest first" in english.get("/nhac-viec").text
    assert "Các lần nhắc đã gửi" in visit_as("appraiser").get("/nhac-viec").text
    for view, words in (("failed", "No reminder matches"), ("silent", "No reminder was left out")):
        assert words in english.get(f"/nhac-viec?xem={view}").text


def test_the_top_bar_names_the_plan(visit_as: VisitAs) -> None:
    assert "Năm 2025 · ấn bản 1" in visit_as("leader").get("/nhac-viec").text


def test_receipts_move_a_copy_in_any_order_and_repeated(visit_as: VisitAs, world: World) -> None:
    world.send()
    gateway = visit_as()
    sms = world.database["deliveries"].find_one({"channel": "sms", "state": "accepted"})
    assert sms is not None
    address = f"/receipts?id={sms['_id']}&sig={sign(SECRET, sms['_id'])}"

    for kind in (1, 8, 1):  # delivered comes before "on its way", and comes twice
        answer = gateway.get(f"{address}&type={kind}")
        assert (answer.status_code, answer.text) == (200, "ok")

    row = world.database["deliveries"].find_one({"_id": sms["_id"]})
    assert row is not None
    assert row["state"] == "delivered"
    assert sorted(receipt["kind"] for receipt in row["receipts"]) == [1, 8]
    told = [event for event in world.told() if sms["_id"] in event["body"]]
    assert sum('"delivered"' in event["body"] for event in told) == 1


def test_receipts_that_are_not_ours_are_refused(visit_as: VisitAs, world: World) -> None:
    world.send()
    gateway = visit_as()
    one, other = world.database["deliveries"].find({"channel": "sms"}).limit(2)
    signed = sign(SECRET, one["_id"])

    def status(identity: str, signature: str, kind: str) -> int:
        return gateway.get(f"/receipts?id={identity}&sig={signature}&type={kind}").status_code

    assert status(one["_id"], "", "1") == 403
    assert status(other["_id"], signed, "1") == 403
    assert status(one["_id"], sign("another-secret", one["_id"]), "1") == 403
    assert status("never-sent", sign(SECRET, "never-sent"), "1") == 404
    assert status(one["_id"], signed, "3") == 400
    assert status(one["_id"], signed, "delivered") == 400
    assert world.states().count("delivered") == 0


def test_local_time_is_shown(visit_as: VisitAs, world: World) -> None:
    assert world.business.now() == local("2025-06-16T07:30")
    assert "16/06/2025 07:30" in visit_as("appraiser").get("/nhac-viec").text
