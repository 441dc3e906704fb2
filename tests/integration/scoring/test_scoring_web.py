"""The web of scoring on the real database: pages in both languages, and the API."""

import dataclasses
from collections.abc import Callable

import pytest
from flask import Flask

from dev.secrets_kept import IdentityKeys
from services.scoring.bootstrap import TEXTS
from services.scoring.queries import Queries
from services.scoring.store.facts import Facts
from services.scoring.web.app import make_app
from services.scoring.web.deps import Deps
from shared.clock import BusinessClock
from shared.events.tasks import AGENCY_CHANGED, INDICATOR_DEFINED
from shared.texts import Texts
from tests.integration.scoring.conftest import World
from tests.integration.scoring.test_scoring_recompute import ENTERPRISES, FACTS
from tests.unit.scoring.samples import agency
from tests.visitors import TASKS, Visitor, person, web_config

API = "/api/v1/plans/sonla-2025/indicators"
VisitAs = Callable[..., Visitor]


@pytest.fixture
def empty_app(world: World, identity_keys: IdentityKeys) -> Flask:
    dependencies = Deps(
        queries=Queries(world.database, Facts(world.database)),
        texts=Texts.load([TEXTS]),
        clock=BusinessClock(world.business),
        tasks_url=TASKS,
    )
    return make_app(dependencies, web_config("scoring", identity_keys.public), texts=[TEXTS])


@pytest.fixture
def app(empty_app: Flask, world: World) -> Flask:
    """A web with CT-35 at risk, and three like it that nobody reported."""
    for kind, data in FACTS:
        world.hear(kind, data)
    world.hear(AGENCY_CHANGED, agency("VPUBND", "so_nganh", short_name="VP UBND tỉnh"))
    for number in (1, 2, 3):
        other = dataclasses.replace(
            ENTERPRISES, indicator_id=f"o{number}", code=f"CT-0{number}", lead_agency="LA"
        )
        world.hear(INDICATOR_DEFINED, other)
    world.compute()
    return empty_app


@pytest.fixture
def visit_as(app: Flask, identity_keys: IdentityKeys) -> VisitAs:
    def visit(*roles: str, **changes: str) -> Visitor:
        return Visitor(app, identity_keys, person(*roles, **changes) if roles else None)

    return visit


@pytest.mark.parametrize("address", ["/chi-tieu", "/chi-tieu?xem=danh-sach", "/chi-tieu/i1"])
def test_pages_are_for_people_who_signed_in(visit_as: VisitAs, address: str) -> None:
    assert visit_as().get(address).location.startswith(f"{TASKS}/dinh-danh?tiep=")
    for role in ("officer", "head", "appraiser", "leader", "auditor"):
        assert visit_as(role).get(address).status_code == 200


@pytest.mark.parametrize("address", [API, f"{API}/CT-35"])
def test_the_api_answers_strangers_in_its_own_words(visit_as: VisitAs, address: str) -> None:
    for headers in ({}, {"Authorization": "Bearer of-tasks"}, {"Accept": "text/html"}):
        answer = visit_as().get(address, headers=headers)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_before_the_first_plan_the_page_says_so(
    empty_app: Flask, identity_keys: IdentityKeys
) -> None:
    answer = Visitor(empty_app, identity_keys, person("leader")).get("/chi-tieu")

    assert answer.status_code == 200
    assert Texts.load([TEXTS]).get("scoring.page.empty") in answer.text


def test_tiles_and_list_name_plan_status_and_reason(visit_as: VisitAs) -> None:
    tiles, rows = (visit_as("leader").get(f"/chi-tieu{v}").text for v in ("", "?xem=danh-sach"))

    for page in (tiles, rows):
        assert "Năm 2025 · ấn bản 1" in page
        assert "tính đến 16/06/2025" in page
        assert page.count("CT-35") >= 1
        assert "Nguy cơ" in page
    assert tiles.count('class="ind-tile ') == 4


def test_a_filter_leaves_only_its_status(visit_as: VisitAs) -> None:
    leader = visit_as("leader")

    assert leader.get("/chi-tieu?trang_thai=missed").text.count('class="ind-tile ') == 0
    assert leader.get("/chi-tieu?trang_thai=at_risk").text.count('class="ind-tile ') == 1
    assert leader.get("/chi-tieu?trang_thai=anything").text.count('class="ind-tile ') == 4


def test_one_indicator_says_why_and_links_its_tasks(visit_as: VisitAs) -> None:
    page = visit_as("leader").get("/chi-tieu/i1").text

    assert "Vì sao?" in page
    assert f'href="{TASKS}/nhiem-vu/t-NV-58"' in page
    assert f'href="{TASKS}/so-lieu/i1"' not in page


def test_the_lead_agency_is_offered_to_report(visit_as: VisitAs) -> None:
    lead = visit_as("officer", agency=ENTERPRISES.lead_agency)

    assert f'href="{TASKS}/so-lieu/i1"' in lead.get("/chi-tieu/i1").text


def test_english_readers_read_english(visit_as: VisitAs) -> None:
    page = visit_as("leader", locale="en").get("/chi-tieu/i1").text

    assert '<html lang="en"' in page
    assert "Vì sao?" not in page
    told = visit_as("leader", locale="en").get(f"{API}/CT-35").json
    assert told is not None
    assert "Nguy cơ" not in told["reason"]["text"]


@pytest.mark.parametrize(
    "address", ["/chi-tieu/nothing", "/chi-tieu?ke_hoach=hanoi-2025", f"{API}/CT-99"]
)
def test_what_is_not_there_is_not_found(visit_as: VisitAs, address: str) -> None:
    assert visit_as("leader").get(address).status_code == 404


def test_the_api_goes_through_everything_once(visit_as: VisitAs) -> None:
    first = visit_as("leader").get(f"{API}?limit=3").json
    assert first is not None
    second = visit_as("leader").get(f"{API}?limit=3&cursor={first['next_cursor']}").json
    assert second is not None

    codes = [item["code"] for item in first["items"] + second["items"]]
    assert codes == ["CT-01", "CT-02", "CT-03", "CT-35"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1000", "cursor=%3F", "cursor=__8"])
def test_the_api_refuses_what_it_cannot_read(visit_as: VisitAs, query: str) -> None:
    answer = visit_as("leader").get(f"{API}?{query}")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_who_has_the_list_gets_no_second_copy(visit_as: VisitAs, world: World) -> None:
    leader = visit_as("leader")
    zipped = {"Accept-Encoding": "gzip"}
    first = leader.get(API, headers=zipped)
    known = {"If-None-Match": first.headers["ETag"], **zipped}

    same = leader.get(API, headers=known)
    assert (same.status_code, same.data) == (304, b"")

    indicator = dataclasses.replace(ENTERPRISES, title="Tên khác", version=9)
    world.hear(INDICATOR_DEFINED, indicator)
    world.compute()
    changed = leader.get(API, headers=known)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
