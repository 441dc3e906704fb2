import dataclasses
import datetime as dt
import io
import threading
import zipfile

import pytest

from services.tasks import handlers
from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.files import Files
from services.tasks.usecases.idempotency import Answer
from services.tasks.usecases.projections import Projections
from shared.events import notify, scoring
from shared.events.envelope import Event
from shared.events.notify import Channel, DeliveryChanged, DeliveryStatus
from shared.events.scoring import IndicatorStatus, IndicatorStatusChanged, Reason
from shared.mongo import Document
from tests.integration.tasks.house import MORNING, House

PDF = b"%PDF-1.7\n" + b"x" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 100


def office(part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.PNG", PNG),
        ("a.jpeg", JPG),
        ("a.docx", office("word/document.xml")),
        ("a.xlsx", office("xl/workbook.xml")),
    ],
)
def test_the_five_types_are_taken_by_their_content(house: House, name: str, content: bytes) -> None:
    ref = house.files.store(io.BytesIO(content), name)

    assert (ref.name, ref.size, len(ref.sha256)) == (name, len(content), 64)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", PNG, "file_mismatch"),
        ("a.docx", office("xl/workbook.xml"), "file_mismatch"),
        ("a.docx", office("evil.txt"), "file_type"),
        ("a.docx", b"PK\x03\x04broken" + b"x" * 50, "file_type"),
        ("a.html", b"<html><script>alert(1)</script>", "file_type"),
        ("a.exe", b"MZ" + b"\0" * 300, "file_type"),
        ("../..", PDF, "file_mismatch"),
        ("\x00", PDF, "file_name"),
    ],
)
def test_other_files_are_refused_and_not_kept(
    house: House, name: str, content: bytes, key: str
) -> None:
    with pytest.raises(InvalidError, match=key):
        house.files.store(io.BytesIO(content), name)

    assert house.database["fs.files"].count_documents({}) == 0


def test_a_file_over_the_limit_is_refused(house: House) -> None:
    files = Files(house.database, system=house.system, max_bytes=len(PDF) - 1)

    with pytest.raises(InvalidError, match="file_too_large"):
        files.store(io.BytesIO(PDF), "a.pdf")


def test_a_path_is_cut_off_a_file_name(house: House) -> None:
    assert house.files.store(io.BytesIO(PDF), "C:\\tai lieu\\Báo cáo.pdf").name == "Báo cáo.pdf"


def once(house: House, key: str = "k", body: bytes = b"body", caller: str = "o") -> Answer:
    def work() -> Answer:
        house.database["history"].insert_one({"at": MORNING})
        return Answer(status=200, body={"version": 2})

    return house.idempotency.once(caller, key, body, work)


def test_the_same_key_and_body_act_once_and_answer_the_same(house: House) -> None:
    first, second = once(house), once(house)

    assert (first.body, first.replayed) == (second.body, False)
    assert second.replayed
    assert house.database["history"].count_documents({}) == 1
    assert not once(house, caller="other").replayed


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    once(house)

    with pytest.raises(InvalidError, match="idempotency_reused"):
        once(house, body=b"other")


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_length(house: House, key: str) -> None:
    with pytest.raises(InvalidError, match="idempotency_key"):
        once(house, key)


def test_an_act_that_failed_keeps_no_answer(house: House) -> None:
    def work() -> Answer:
        house.database["history"].insert_one({"at": MORNING})
        raise InvalidError("note", "error.note_missing")

    with pytest.raises(InvalidError):
        house.idempotency.once("o", "k", b"body", work)

    assert house.database["history"].count_documents({}) == 0
    assert not once(house).replayed


def test_the_same_request_sent_at_once_acts_once(house: House) -> None:
    barrier = threading.Barrier(4)
    answers: list[Answer] = []

    def send() -> None:
        barrier.wait()
        answers.append(once(house))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.replayed for answer in answers) == [False, True, True, True]
    assert house.database["history"].count_documents({}) == 1


CHIP = IndicatorStatusChanged(
    indicator_id="ct",
    revision=2,
    plan_id="plan",
    code="CT-35",
    edition=1,
    status=IndicatorStatus.AT_RISK,
    as_of=dt.date(2025, 3, 1),
    known_at=MORNING,
    reason=Reason(code="overdue", params={"n": "1"}),
    rules_version="1",
    value_text="41,33%",
)
NOTICE = DeliveryChanged(
    delivery_id="d",
    revision=2,
    reminder_id="r",
    assignment_id="part",
    rule_id="before",
    occurrence=0,
    officer_id="o",
    channel=Channel.SMS,
    state=DeliveryStatus.ACCEPTED,
    at=MORNING,
)


def handle(house: House, kind: str, data: object) -> None:
    subscription = handlers.subscription(Projections(house.database))
    event = Event(id="e", type=kind, source="s", time=MORNING, correlation_id="c", data=data)
    subscription.handlers[kind](event)


def only(house: House, collection: str) -> Document:
    rows = list(house.database[collection].find())
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("order", [(2, 3), (3, 2), (2, 3, 3, 2)])
def test_a_projection_keeps_the_newest_revision_in_any_order(
    house: House, order: tuple[int, ...]
) -> None:
    for revision in order:
        status = IndicatorStatus.ON_TRACK if revision == 3 else IndicatorStatus.AT_RISK
        handle(
            house,
            scoring.STATUS_CHANGED,
            dataclasses.replace(CHIP, revision=revision, status=status),
        )
        state = DeliveryStatus.DELIVERED if revision == 3 else DeliveryStatus.ACCEPTED
        handle(
            house,
            notify.DELIVERY_CHANGED,
            dataclasses.replace(NOTICE, revision=revision, state=state),
        )

    chip, notice = only(house, "indicator_chips"), only(house, "assignment_notices")
    assert (chip["_id"], chip["revision"], chip["status"]) == ("ct", 3, "on_track")
    assert (chip["value_text"], chip["reason"]["code"]) == ("41,33%", "overdue")
    assert (notice["_id"], notice["state"], notice["assignment_id"]) == ("d", "delivered", "part")
