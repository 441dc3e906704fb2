"""Filters by name: one's own, or of the agency; nobody changes another person's."""

import re
from collections.abc import Callable
from html import unescape

from services.tasks.usecases.saved_filters import MOST
from tests.integration.tasks.house import House
from tests.integration.tasks_web.person import Person, words_of

As = Callable[[str], Person]
ADDRESS = "/bo-loc?xem=danh-sach&linh_vuc=1&han=qua-han"


def save(person: Person, **typed: str) -> None:
    # The box is not ticked: a browser sends nothing for it.
    form = {name: value for name, value in person.form(ADDRESS).items() if name != "shared"}
    answer = person.send(ADDRESS, form | typed)
    assert answer.status_code == 303, answer.text


def kept(house: House) -> dict[str, object]:
    found = house.database["saved_filters"].find_one()
    assert found is not None
    return found


def test_a_filter_leads_back_to_the_same_view(as_: As) -> None:
    person = as_("stc.canbo")
    save(person, name="Quá hạn lĩnh vực 1")

    page = person.get("/bo-loc").text
    address = unescape(re.search(r'<a href="([^"]+)">Quá hạn lĩnh vực 1</a>', page)[1])  # type: ignore[index]

    assert address == "/nhiem-vu?xem=danh-sach&linh_vuc=1&han=qua-han"
    assert person.get(address).status_code == 200


def test_the_board_leads_to_saving_what_it_shows(as_: As) -> None:
    page = as_("stc.canbo").get("/nhiem-vu?linh_vuc=1").text

    assert 'href="/bo-loc?linh_vuc=1"' in page
    assert "Lưu bộ lọc" in words_of(page)


def test_colleagues_see_only_what_is_shared_and_cannot_change_it(as_: As, house: House) -> None:
    owner, colleague, stranger = as_("stp.canbo"), as_("stp.lanhdao"), as_("stc.canbo")
    save(owner, name="Riêng tôi")
    assert "Riêng tôi" not in colleague.get("/bo-loc").text

    place = f"/bo-loc/{kept(house)['_id']}"
    form = owner.form("/bo-loc", place)
    assert owner.send(place, form | {"name": "Của sở", "shared": "1"}).status_code == 303
    assert "Của sở" in colleague.get("/bo-loc").text
    assert "Của sở" not in stranger.get("/bo-loc").text

    for other in (colleague, stranger):
        token = other.form(ADDRESS)["csrf_token"]
        taken = {"csrf_token": token, "name": "Lấy mất"}
        assert other.send(place, taken).status_code == 404
        assert other.send(f"{place}/xoa", {"csrf_token": token}).status_code == 404
    assert kept(house)["name"] == "Của sở"

    assert owner.send(f"{place}/xoa", owner.form("/bo-loc", f"{place}/xoa")).status_code == 303
    assert house.database["saved_filters"].count_documents({}) == 0


def test_bad_names_are_told_and_nothing_is_saved(as_: As, house: House) -> None:
    person = as_("stc.canbo")

    for name, said in (("  ", "Hãy đặt tên cho bộ lọc."), ("x" * 81, "nhiều nhất 80 ký tự")):
        answer = person.act(ADDRESS, name=name)
        assert answer.status_code == 422
        assert said in words_of(answer.text)
    assert house.database["saved_filters"].count_documents({}) == 0


def test_nobody_keeps_too_many(as_: As, house: House) -> None:
    person = as_("stc.canbo")
    save(person, name="Một")
    first = kept(house)
    more = [{**first, "_id": f"f{number}"} for number in range(MOST - 1)]
    house.database["saved_filters"].insert_many(more)

    answer = person.act(ADDRESS, name="Thêm")

    assert answer.status_code == 422
    assert f"Đã có {MOST} bộ lọc" in words_of(answer.text)
