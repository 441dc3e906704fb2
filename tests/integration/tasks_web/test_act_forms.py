"""Every act on a part by its form, without script: done once, told, and nothing typed lost."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.tasks import small_plan
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import PDF, Person, fields_of, words_of

PART = small_plan.part_id("NV-58", "STP")
ONE = f"/phan-viec/{PART}"
TASK = f"/nhiem-vu/{small_plan.task_id('NV-58')}"
SignIn = Callable[[str], Person]
TYPED = {
    "note": "Đã ban hành Công văn 12/STP",
    "explanation": "Phần của Sở Tài chính gửi sau",
    "document_number": "12/BC-STP",
    "document_date": "02/02/2025",
    "document_issuer": "Sở Tư pháp",
}


def pdf(name: str = "ket-qua.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def state(house: House) -> tuple[str, int]:
    found = house.part("NV-58", "STP")
    return found["state"], found["version"]


def test_the_whole_way_of_a_part_by_forms(house: House, as_: SignIn) -> None:
    officer, appraiser, manager = as_("stp.canbo"), as_("vpubnd.thamdinh"), as_("snv.kehoach")

    begun = officer.send(f"{ONE}/start", officer.form(TASK, f"{ONE}/start"))
    assert (begun.status_code, state(house)) == (303, ("in_progress", 2))
    said = words_of(officer.get(begun.headers["Location"]).text)
    assert "NV-58: STP đã bắt đầu thực hiện lúc 07:30." in said
    assert officer.act(f"{ONE}/note", note="Đã lấy ý kiến").status_code == 303
    assert officer.act(f"{ONE}/report", **TYPED, files=pdf()).status_code == 303
    assert state(house) == ("reported", 4)
    assert officer.act(f"{ONE}/take-back").status_code == 303
    assert officer.act(f"{ONE}/report", **TYPED).status_code == 303
    assert appraiser.act(f"{ONE}/return", reason="Thiếu biểu tổng hợp").status_code == 303
    assert state(house) == ("in_progress", 7)
    page = words_of(officer.get(TASK).text)
    assert "Kết quả bị trả lại" in page
    assert "“Thiếu biểu tổng hợp”" in page
    assert "Bổ sung và gửi lại" in page
    assert officer.act(f"{ONE}/report", **TYPED).status_code == 303
    assert appraiser.act(f"{ONE}/accept", note="Đạt yêu cầu").status_code == 303
    assert state(house) == ("accepted", 9)
    assert manager.act(f"{ONE}/reopen", reason="Văn bản bị thu hồi").status_code == 303
    assert state(house) == ("in_progress", 10)

    acts = [line["act"] for line in house.history("NV-58", "STP")]
    assert acts == [
        "assigned",
        "started",
        "noted",
        "reported",
        "taken_back",
        "reported",
        "returned",
        "reported",
        "accepted",
        "reopened",
    ]


def test_a_report_keeps_text_document_and_files(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")

    answer = officer.send(
        f"{ONE}/report",
        officer.form(f"{ONE}/report")
        | TYPED
        | {"files": [pdf("Tờ trình.pdf"), pdf("bieu.pdf", PDF + b"2")]},
    )

    assert answer.status_code == 303
    report = house.database["reports"].find_one({"assignment_id": PART})
    assert report is not None
    assert [file["name"] for file in report["files"]] == ["Tờ trình.pdf", "bieu.pdf"]
    assert report["document"] == {
        "number": "12/BC-STP",
        "signed_on": "2025-02-02",
        "issuer": "Sở Tư pháp",
    }
    page = words_of(officer.get(TASK).text)
    assert "Tờ trình.pdf" in page
    assert "Văn bản số 12/BC-STP ngày 02/02/2025, Sở Tư pháp" in page
    given = officer.get(f"/tep/{report['files'][0]['file_id']}")
    assert given.data == PDF
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert (
        Person(officer.client.application).get(f"/tep/{report['files'][0]['file_id']}").status_code
        == 303
    )


def test_the_same_form_sent_twice_acts_once(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(f"{ONE}/report") | TYPED

    first = officer.send(f"{ONE}/report", form | {"files": pdf()})
    second = officer.send(f"{ONE}/report", form | {"files": pdf()})

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert house.database["reports"].count_documents({}) == 1
    assert house.database["fs.files"].count_documents({}) == 1
    assert state(house) == ("reported", 2)


def test_a_double_click_acts_once(house: House, as_: SignIn) -> None:
    clicks = [as_("stp.canbo"), as_("stp.canbo")]
    form = clicks[0].form(f"{ONE}/report") | TYPED
    tokens = [click.form("/tai-khoan", "/dang-xuat")["csrf_token"] for click in clicks]

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: one[0].send(f"{ONE}/report", form | {"csrf_token": one[1]}).status_code,
                zip(clicks, tokens, strict=True),
            )
        )

    assert answers == [303, 303]
    assert house.database["reports"].count_documents({}) == 1
    assert state(house) == ("reported", 2)


def test_a_form_edited_after_it_was_sent_meets_the_version(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(f"{ONE}/note")

    officer.send(f"{ONE}/note", form | {"note": "Lần một"})
    again = officer.send(f"{ONE}/note", form | {"note": "Lần hai"})

    assert again.status_code == 409
    assert "Lần hai" in again.text
    assert house.database["history"].count_documents({"act": "noted"}) == 1


def test_a_stale_form_shows_both_versions_and_keeps_what_was_typed(
    house: House, as_: SignIn
) -> None:
    officer, head = as_("stp.canbo"), as_("stp.lanhdao")
    mine = officer.form(f"{ONE}/report")
    head.act(f"{ONE}/report", **TYPED)
    head.act(f"{ONE}/take-back")

    answer = officer.send(f"{ONE}/report", mine | TYPED | {"note": "Bản của tôi"})

    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "NV-58 đã có bản mới hơn" in said
    assert "Báo cáo kết quả" in said
    assert "Rút lại báo cáo" in said
    assert "Nguyễn Văn An (STP)" in said
    assert "<mark>Bản của tôi</mark>" in answer.text
    assert f"<mark>{TYPED['note']}</mark>" in answer.text
    kept = fields_of(answer.text, f"{ONE}/report")
    assert kept["note"] == "Bản của tôi"
    assert state(house) == ("in_progress", 3)

    edited = officer.send(f"{ONE}/report", kept | {"sua": "1"})
    assert edited.status_code == 200
    assert fields_of(edited.text, f"{ONE}/report")["note"] == "Bản của tôi"
    replaced = officer.send(f"{ONE}/report", kept)
    assert (replaced.status_code, state(house)) == (303, ("reported", 4))


def test_a_stale_form_whose_act_is_over_says_why(as_: SignIn) -> None:
    officer, head = as_("stp.canbo"), as_("stp.lanhdao")
    mine = officer.form(f"{ONE}/report")
    head.act(f"{ONE}/report", **TYPED)

    answer = officer.send(f"{ONE}/report", mine | TYPED)

    assert answer.status_code == 409
    assert "Không gửi được nữa" in answer.text
    assert "Lưu bản vừa nhập thay thế" not in answer.text


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"note": ""}, "note", "Nhập kết quả đã thực hiện."),
        (
            {"explanation": "", "document_number": "", "document_date": "", "document_issuer": ""},
            "files",
            "Chưa có minh chứng.",
        ),
        ({"document_number": ""}, "document_number", "Nhập số, ký hiệu của văn bản."),
        ({"document_date": "31/02/2025"}, "document_date", "Ngày phải có trong lịch"),
        ({"document_date": "2025-02-04"}, "document_date", "không được sau ngày hôm nay"),
        ({"document_issuer": ""}, "document_issuer", "Nhập cơ quan ban hành"),
        ({"note": "x" * 5001}, "note", "rút gọn còn nhiều nhất 5000"),
        ({"explanation": ""}, "explanation", "Còn 1 phần việc phối hợp bắt buộc"),
        ({"files": pdf("virus.exe", b"MZ" + b"\0" * 50)}, "files", "Không nhận tệp virus.exe"),
        ({"files": pdf("ket-qua.png")}, "files", "không khớp phần mở rộng"),
        ({"files": pdf("rong.pdf", b"")}, "files", "không có nội dung"),
        ({"files": pdf("to.pdf", PDF + b"x" * 2**20)}, "files", "lớn hơn 1 MB"),
        ({"files": [pdf(f"{n}.pdf") for n in range(11)]}, "files", "nhiều nhất 10 tệp"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_all_stays_typed(
    house: House, as_: SignIn, typed: dict[str, Any], field: str, sentence: str
) -> None:
    officer = as_("stp.canbo")
    sent = TYPED | typed

    answer = officer.act(f"{ONE}/report", **sent)

    assert answer.status_code == 422, answer.text
    said = words_of(answer.text)
    assert said.count(sentence) == 2, "in the summary and at the field"
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    kept = fields_of(answer.text, f"{ONE}/report")
    for name, value in sent.items():
        if name != "files":
            assert kept[name] == value
    assert state(house) == ("assigned", 1)
    if "files" in typed:
        assert "hãy chọn lại tệp minh chứng" in answer.text


def test_broken_utf8_is_refused_with_a_sentence(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(f"{ONE}/note")
    parts = b"".join(
        b'--cut\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in [
            *((name, value.encode()) for name, value in form.items() if name != "note"),
            ("note", b"Xong \xc3\x28"),
        ]
    )

    answer = officer.client.post(
        f"{ONE}/note", data=parts + b"--cut--\r\n", content_type="multipart/form-data; boundary=cut"
    )

    assert answer.status_code == 422
    assert "Văn bản có ký tự hỏng" in answer.text
    assert state(house) == ("assigned", 1)


def test_too_much_for_a_form_is_answered_as_such(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(f"{ONE}/report") | TYPED

    answer = officer.send(f"{ONE}/report", form | {"files": pdf("to.pdf", PDF + b"x" * 12 * 2**20)})

    assert answer.status_code == 413
    assert state(house) == ("assigned", 1)


@pytest.mark.parametrize("slug", ["note", "report", "take-back", "accept", "return", "start"])
def test_a_form_without_the_token_of_the_session_does_nothing(
    house: House, as_: SignIn, slug: str
) -> None:
    officer = as_("stp.canbo")

    for token in ("", "gia-mao"):
        answer = officer.send(f"{ONE}/{slug}", {"csrf_token": token, "version": "1", "note": "x"})
        assert answer.status_code == 403
    assert state(house) == ("assigned", 1)


MAY = {
    "start": {"stp.canbo", "stp.lanhdao"},
    "note": {"stp.canbo", "stp.lanhdao"},
    "report": {"stp.canbo", "stp.lanhdao"},
    "take-back": {"stp.canbo", "stp.lanhdao"},
    "accept": {"snv.thamdinh", "vpubnd.thamdinh"},
    "return": {"snv.thamdinh", "vpubnd.thamdinh"},
    "reopen": {"snv.kehoach"},
}
BEFORE = {
    "take-back": ("report",),
    "accept": ("report",),
    "return": ("report",),
    "reopen": ("report", "accept"),
}


@pytest.mark.parametrize("slug", MAY)
def test_only_those_of_the_table_may(house: House, as_: SignIn, slug: str) -> None:
    helpers = {"report": as_("stp.canbo"), "accept": as_("vpubnd.thamdinh")}
    for earlier in BEFORE.get(slug, ()):
        assert helpers[earlier].act(f"{ONE}/{earlier}", **TYPED).status_code == 303
    version = house.part("NV-58", "STP")["version"]
    people = {name: as_(name) for name in (row["username"] for row in _accounts(house))}
    form = {"version": str(version), "note": "Nội dung", "explanation": "x", "reason": "Lý do"}

    for name in people.keys() - MAY[slug]:
        person = people[name]
        token = person.form("/tai-khoan", "/dang-xuat")["csrf_token"]
        assert person.get(f"{ONE}/{slug}").status_code == 403, name
        assert person.send(f"{ONE}/{slug}", form | {"csrf_token": token}).status_code == 403, name
        assert f'href="{ONE}/{slug}"' not in person.get(TASK).text, name
    assert house.part("NV-58", "STP")["version"] == version
    who = people[min(MAY[slug])]
    token = who.form("/tai-khoan", "/dang-xuat")["csrf_token"]
    assert f"{ONE}/{slug}" in who.get(TASK).text
    assert who.send(f"{ONE}/{slug}", form | {"csrf_token": token}).status_code == 303


def test_nobody_accepts_the_work_of_the_own_agency(as_: SignIn) -> None:
    part = small_plan.part_id("NV-01", "SNV")
    as_("snv.canbo").act(f"/phan-viec/{part}/report", **TYPED)

    own = as_("snv.thamdinh").get(f"/phan-viec/{part}/accept")
    page = words_of(as_("snv.thamdinh").get(f"/nhiem-vu/{small_plan.task_id('NV-01')}").text)

    assert own.status_code == 403
    assert "chính cơ quan mình" in own.text
    assert "chính cơ quan mình" in page
    assert as_("vpubnd.thamdinh").act(f"/phan-viec/{part}/accept").status_code == 303


def test_a_closed_plan_says_so(house: House, as_: SignIn) -> None:
    officer = as_("stp.canbo")
    form = officer.form(f"{ONE}/note")
    house.database["plans"].update_one({}, {"$set": {"state": "closed"}})

    answer = officer.send(f"{ONE}/note", form | {"note": "Muộn"})

    assert answer.status_code == 409
    assert "Kế hoạch đã kết thúc" in answer.text
    assert fields_of(answer.text, f"{ONE}/note")["note"] == "Muộn"


def test_after_acting_the_person_comes_back_to_where_the_form_was_opened(as_: SignIn) -> None:
    officer = as_("stp.canbo")

    for given, leads in (
        ("/tham-dinh?viec=1", "/tham-dinh?viec=1"),
        ("https://evil.example/", f"{TASK}?phan={PART}"),
        ("//evil.example/", f"{TASK}?phan={PART}"),
        ("http://scoring.test/chi-tieu", f"{TASK}?phan={PART}"),
    ):
        form = officer.form(f"{ONE}/note") | {"note": "x", "tiep": given}
        assert officer.send(f"{ONE}/note", form).headers["Location"] == leads


def test_unknown_parts_and_acts_are_not_found(as_: SignIn) -> None:
    officer = as_("stp.canbo")

    for path in (f"{ONE}/fly", "/phan-viec/none/report", "/phan-viec/none", "/nhiem-vu/none"):
        assert officer.get(path).status_code == 404
    assert officer.get("/tep/khong-co").status_code == 404


def _accounts(house: House) -> list[dict[str, Any]]:
    return list(house.database["officers"].find({}, {"username": 1}))
