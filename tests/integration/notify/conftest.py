"""A notify with real stores and real far ends, and clocks that the test sets."""

import dataclasses
import datetime as dt
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from dev.inbox_gateway import GatewayEnd
from dev.inbox_gateway import take as take_sms
from dev.inbox_smtp import MailEnd, ensure_certificate
from dev.inbox_smtp import take as take_mail
from dev.inbox_store import Arrived, InboxStore
from services.notify.bootstrap import SOURCE, TEXTS
from services.notify.config import SmsSettings, SmtpSettings
from services.notify.domain.rules import RULES, RuleTable
from services.notify.handlers import subscription
from services.notify.senders.sms import SmsSender
from services.notify.senders.smtp import MailSender
from services.notify.store import INDEXES
from services.notify.store.deliveries import Deliveries
from services.notify.store.facts import Facts
from services.notify.store.reminders import Reminders
from services.notify.usecases import planning, sending
from services.notify.usecases.context import Context
from shared.calendar import load_calendar
from shared.clock import LOCAL, BusinessClock, FixedClock, SystemClock
from shared.events.envelope import Event
from shared.events.notify import Channel
from shared.events.tasks import (
    AGENCY_CHANGED,
    OFFICER_CHANGED,
    PLAN_APPLIED,
    TASK_DEFINED,
    AgencyState,
    AssignmentState,
    AssignmentStatus,
    Change,
    Counts,
    DeadlineKind,
    Decision,
    EditionApplied,
    OfficerState,
    PlanState,
    Policies,
    Provenance,
    Role,
    TaskDefined,
    assignment_type,
)
from shared.ids import new_id
from shared.lifecycle import Stop
from shared.mongo import Document, atomically, ensure
from shared.outbox import Outbox
from shared.texts import Texts

SECRET = "a-secret-of-the-receipts"
LOGIN = {"username": "notify", "password": "far-end-password"}


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


LOADED_AT = local("2024-12-24T08:00")
CHANGE = Change(act="assigned", by="system:load", at=LOADED_AT)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclasses.dataclass(slots=True)
class FarEnd:
    """The mail end and the gateway end; tests change how they answer."""

    store: InboxStore
    certificate: Path
    mail_port: int
    mail_reply: Callable[[str, bytes], str] = take_mail
    sms_answer: Callable[[Mapping[str, str]], tuple[int, str]] = take_sms
    sms_url: str = ""

    def reply(self, to: str, content: bytes) -> str:
        return self.mail_reply(to, content)

    def answer(self, fields: Mapping[str, str]) -> tuple[int, str]:
        return self.sms_answer(fields)

    def arrived(self, channel: str) -> list[Arrived]:
        return [m for m in reversed(self.store.newest()) if m.channel == channel]

    def smtp_settings(self) -> SmtpSettings:
        return SmtpSettings(
            host="127.0.0.1",
            port=self.mail_port,
            starttls=True,
            cafile=self.certificate,
            sender="Nhắc việc <cchc@sonla.test>",
            reply_to=None,
            domain="sonla.test",
            **LOGIN,
        )

    def sms_settings(self, receipt_url: str = "http://127.0.0.1:9/receipts") -> SmsSettings:
        return SmsSettings(url=self.sms_url, sender="CCHC", receipt_url=receipt_url, **LOGIN)


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[FarEnd]:
    certificate = tmp_path / "smtp.pem"
    ensure_certificate(certificate)
    end = FarEnd(InboxStore(tmp_path / "messages.jsonl"), certificate, free_port())
    mail = MailEnd(
        end.store,
        port=end.mail_port,
        certificate=certificate,
        reply=end.reply,
        **LOGIN,
    )
    gateway = GatewayEnd(end.store, port=0, answer=end.answer, kinds=(), **LOGIN)
    end.sms_url = gateway.url
    mail.start()
    gateway.start()
    yield end
    gateway.stop()
    mail.stop()


class World:
    """One notify; facts come as events, and time passes when the test says so."""

    def __init__(
        self, client: "MongoClient[Document]", database: "Database[Document]", far_end: FarEnd
    ) -> None:
        ensure(database, INDEXES)
        self.database = database
        self.far_end = far_end
        self.business = FixedClock(local("2025-06-16T07:30"))
        self.system = FixedClock(SystemClock().now())
        self.context = Context(
            client=client,
            facts=Facts(database),
            reminders=Reminders(database),
            deliveries=Deliveries(database),
            outbox=Outbox(database, SOURCE, self.system),
            business=BusinessClock(self.business),
            system=self.system,
            calendar=load_calendar(),
            table=RuleTable(rules=RULES, send_at=dt.time(7, 30)),
            texts=Texts.load([TEXTS]),
            tasks_url="http://tasks.test",
            province="Sơn La",
        )
        self.handlers = subscription(self.context).handlers
        self.senders: dict[Channel, Any] = {
            Channel.EMAIL: MailSender(far_end.smtp_settings(), self.context.texts, self.system),
            Channel.SMS: SmsSender(far_end.sms_settings(), SECRET),
        }
        self.stop = Stop()

    # --- events -------------------------------------------------------------------------------

    def hear(self, kind: str, data: Any) -> None:
        """Handle an event as the consumer does: inside a transaction."""
        event = Event(
            id=new_id(),
            type=kind,
            source="cchc/tasks",
            time=self.system.now(),
            correlation_id="c",
            data=data,
        )
        atomically(self.context.client, lambda: self.handlers[kind](event))

    def hear_plan(self, *, version: int = 1, state: PlanState = PlanState.ISSUED) -> None:
        self.hear(PLAN_APPLIED, edition(version=version, state=state))

    def hear_people(self) -> None:
        self.hear(AGENCY_CHANGED, AGENCY)
        self.hear(TASK_DEFINED, TASK)
        self.hear(OFFICER_CHANGED, officer("canbo", "officer", "0912345671"))
        self.hear(OFFICER_CHANGED, officer("lanhdao", "head", "0912345672"))

    def hear_assignment(self, act: str = "assigned", **changes: Any) -> AssignmentState:
        state = assignment(**changes)
        self.hear(assignment_type(act), state)
        return state

    # --- time ---------------------------------------------------------------------------------

    def clock(self, text: str) -> None:
        self.business.set(local(text))

    def plan(self) -> None:
        """Plan and settle until nothing is left, as the worker's loop does."""
        while planning.plan(self.context) or planning.dispatch(self.context):
            pass

    def send(self) -> None:
        for channel, sender in self.senders.items():
            while sending.send_batch(self.context, channel, sender, "me", self.stop):
                pass

    # --- what is there ------------------------------------------------------------------------

    def reminders(self) -> dict[str, str]:
        """Return rule and occurrence → state, of the newest deadline version."""
        return {
            f"{row['rule_id']}/{row['occurrence']}/v{row['deadline_version']}": row["state"]
            for row in self.database["reminders"].find(sort=[("due_at", 1)])
        }

    def deliveries(self) -> list[Document]:
        return list(self.database["deliveries"].find(sort=[("_id", 1)]))

    def states(self) -> list[str]:
        return sorted(row["state"] for row in self.deliveries())

    def told(self) -> list[Document]:
        """Return the events in the journal, oldest first."""
        return list(self.database["outbox"].find(sort=[("_id", 1)]))


@pytest.fixture
def world(
    mongo_client: "MongoClient[Document]", database: "Database[Document]", far_end: FarEnd
) -> World:
    return World(mongo_client, database, far_end)


def edition(*, version: int = 1, state: PlanState = PlanState.ISSUED) -> EditionApplied:
    return EditionApplied(
        plan_id="p1",
        version=version,
        change=CHANGE,
        slug="sonla-2025",
        title="Kế hoạch CCHC năm 2025",
        year=2025,
        edition=version,
        state=state,
        decision=Decision(number="1/QĐ", issuer="UBND", signed_on=dt.date(2024, 12, 24)),
        effective_on=dt.date(2024, 12, 24),
        applied_at=LOADED_AT,
        areas=(),
        solutions=(),
        tiers={},
        policies=Policies(appraisers=("VPUBND",), extension_authority="UBND"),
        counts=Counts(tasks=1, counted_tasks=1, indicators=0, solutions=0, assignments=1),
    )


def assignment(**changes: Any) -> AssignmentState:
    due = changes.pop("due_on", dt.date(2025, 6, 25))
    facts: dict[str, Any] = {
        "assignment_id": "a1",
        "version": 1,
        "change": CHANGE,
        "plan_id": "p1",
        "task_id": "t61",
        "task_code": "NV-61",
        "edition": 1,
        "role": Role.LEAD,
        "agency_code": "SNV25",
        "period": "2025",
        "opens_on": dt.date(2025, 1, 1),
        "due_on": due,
        "original_due_on": due,
        "state": AssignmentStatus.ASSIGNED,
        **changes,
    }
    return AssignmentState(**facts)


def officer(name: str, role: str, phone: str, **changes: Any) -> OfficerState:
    facts: dict[str, Any] = {
        "officer_id": f"o-{name}",
        "version": 1,
        "agency_code": "SNV25",
        "roles": (role,),
        "name": "Lò Thị Mai",
        "email": f"{name}@sonla.test",
        "phone": phone,
        **changes,
    }
    return OfficerState(**facts)


TASK = TaskDefined(
    task_id="t61",
    version=1,
    change=CHANGE,
    plan_id="p1",
    edition=1,
    code="NV-61",
    area="6",
    title="Rà soát, sắp xếp lại đơn vị sự nghiệp công lập",
    product="Đề án đã phê duyệt",
    deadline_kind=DeadlineKind.DATE,
    deadline_text="trước ngày 25/6/2025",
    lead_agency="SNV25",
    indicator_ids=(),
    counts_in_completion=True,
    provenance=Provenance.RECONSTRUCTED,
)
AGENCY = AgencyState(
    code="SNV25",
    version=1,
    change=CHANGE,
    name="Sở Nội vụ tỉnh Sơn La",
    short_name="Sở Nội vụ",
    level="so_nganh",
)
