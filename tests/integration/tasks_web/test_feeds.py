"""Deadlines in a calendar: by a secret address that is shown once and can be revoked."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

from icalendar import Calendar

from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import TASKS, Person

PAGE = "/tai-khoan/lich"
As = Callable[[str], Person]


def made(person: Person) -> str:
    text = person.act(PAGE).text
    found = re.search(r'id="feed-address"[^>]* value="([^"]+)"', text)
    assert found is not None
    address = unescape(found[1])
    assert address.startswith(f"{TASKS}/lich/")
    return address.removeprefix(TASKS)


def events(person: Person, address: str) -> dict[str, dict[str, str]]:
    answer = person.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert b"\r\n" in answer.data
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75
    found = Calendar.from_ical(answer.data)
    return {str(one["uid"]): one for one in found.walk("VEVENT")}


def test_a_calendar_reads_the_open_deadlines_of_the_agency_without_a_sign_in(
    as_: As, house: House, app: object
) -> None:
    address = made(as_("stc.canbo"))

    found = events(Person(app), address)  # type: ignore[arg-type]

    parts = list(house.database["assignments"].find({"agency_code": "STC"}))
    assert found.keys() == {f"{part['_id']}@cchc" for part in parts}
    first = found[f"{parts[0]['_id']}@cchc"]
    assert first["dtstart"].dt == dt.date(2025, 6, 30)  # type: ignore[attr-defined]
    assert str(first["summary"]).startswith(f"Hạn {parts[0]['task_code']}: Nhiệm vụ")
    assert TASKS in str(first["url"])


def test_finished_work_is_left_out(as_: As, house: House) -> None:
    person = as_("stc.canbo")
    address = made(person)
    before = len(events(person, address))

    house.database["assignments"].update_one(
        {"agency_code": "STC"}, {"$set": {"state": "accepted"}}
    )

    assert len(events(person, address)) == before - 1


def test_an_address_ends_when_it_is_revoked_or_made_anew(as_: As, house: House) -> None:
    person = as_("stc.canbo")
    first = made(person)
    second = made(person)
    assert person.get(first).status_code == 404
    assert person.get(second).status_code == 200

    page = person.get(PAGE)
    assert "Địa chỉ đang dùng được tạo lúc" in page.text
    assert second not in page.text
    stored = house.database["calendar_feeds"].find_one()
    assert stored is not None
    assert second[len("/lich/") : -len(".ics")] not in str(stored)

    person.send(f"{PAGE}/thu-hoi", person.form(PAGE, f"{PAGE}/thu-hoi"))
    assert person.get(second).status_code == 404


def test_a_closed_account_shows_nothing_any_more(as_: As, house: House) -> None:
    person = as_("stc.canbo")
    address = made(person)

    house.database["officers"].update_one({"username": "stc.canbo"}, {"$set": {"active": False}})

    assert person.get(address).status_code == 404


def test_nonsense_is_no_address(as_: As) -> None:
    person = as_("stc.canbo")

    for secret in ("x", "%00", "a" * 500, "ẩ"):
        assert person.get(f"/lich/{secret}.ics").status_code == 404
