"""Overview, its Excel file, board and API say the same of one plan on one day."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from services.tasks.domain.rollup import TaskStatus
from services.tasks.queries import overview
from tests.integration.tasks.house import House
from tests.integration.tasks_web.demonstrated import PLAN_ID, SLUG, TODAY
from tests.integration.tasks_web.person import Person

Province = Callable[[str], Person]
# The half-year is played before the first of them.
pytestmark = pytest.mark.timeout(300)


def api_tasks(person: Person) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        path = f"/api/v1/plans/{SLUG}/tasks?limit=50{cursor}"
        page = person.get(path).json
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_every_page_says_the_same_numbers(province: Province, played: House) -> None:
    person = province("lanhdao")
    plan = played.database["plans"].find_one({"_id": PLAN_ID})
    assert plan is not None
    expected = overview.overview(played.database, plan, TODAY).progress

    rollups = [task["rollup"] for task in api_tasks(person) if task["counts_in_completion"]]
    four: Counter[str] = Counter()
    for one in rollups:
        done = one["state"] == TaskStatus.DONE  # type: ignore[index]
        late = one["done_late" if done else "overdue"]  # type: ignore[index]
        four[f"{'done' if done else 'open'}_{'late' if late else 'in_time'}"] += 1
    assert len(rollups) == expected.total == 76
    assert four == {
        "done_in_time": expected.done_on_time,
        "done_late": expected.done_late,
        "open_in_time": expected.open_in_time,
        "open_late": expected.open_late,
    }

    page = person.get("/tong-quan").text
    cells = page[page.index('class="four"') :]
    shown = [int(n) for n in re.findall(r"<strong>(\d+)</strong></td>", cells)[:4]]
    assert shown == [
        expected.done_on_time,
        expected.done_late,
        expected.open_in_time,
        expected.open_late,
    ]

    board = person.get("/nhiem-vu").text
    counts = {name: int(n) for name, n in re.findall(r'id="so-([a-z]+)"[^>]*>(\d+)<', board)}
    assert sum(counts[name] for name in ("todo", "doing", "review", "done")) == expected.total
    assert counts["late"] == expected.open_late
