"""Bars, areas and counts of the overview."""

from decimal import Decimal
from typing import Any

import pytest

from services.scoring.bootstrap import TEXTS
from services.scoring.queries import Row
from services.scoring.web.views import Bar, Tile, Words, areas, bar, count
from shared.events.tasks import Area, Comparator, Nature
from shared.texts import Texts
from tests.integration.scoring.conftest import edition
from tests.unit.scoring.samples import indicator

WORDS = Words(Texts.load([TEXTS]), "vi")


@pytest.mark.parametrize(
    ("facts", "value", "wanted", "expected"),
    [
        ({}, "61.8", "100", Bar(value=61, target=100)),
        ({}, "99.9", "98", Bar(value=99, target=98)),
        ({"unit": "doanh nghiệp"}, "3742", "4000", Bar(value=74, target=80)),
        ({"unit": "doanh nghiệp"}, "9000", "4000", Bar(value=100, target=44)),
        ({"comparator": Comparator.INCREASE_PCT_MIN}, "-3", "5", Bar(value=0, target=80)),
        ({"nature": Nature.RANK}, "3", "4", None),
        ({}, None, "4", None),
        ({}, "1", "0", None),
    ],
)
def test_bar_shows_value_and_target_on_one_scale(
    facts: dict[str, Any], value: str | None, wanted: str, expected: Bar | None
) -> None:
    amount = None if value is None else Decimal(value)

    assert bar(indicator(**facts), amount, Decimal(wanted)) == expected


def tile(code: str, area: str, status: str) -> Tile:
    return Tile(
        indicator=indicator(code=code, area=area),
        lead_name="",
        status=status,
        flags=(),
        value="",
        target="",
        reason="",
        bar=None,
    )


def test_area_counts_all_its_indicators_and_shows_the_chosen_ones() -> None:
    plan = edition(areas=tuple(Area(code=code, title=code) for code in "123"))
    tiles = [
        tile("CT-01", "1", "achieved"),
        tile("CT-02", "1", "at_risk"),
        tile("CT-03", "1", "missed"),
        tile("CT-04", "2", "on_track"),
    ]

    rows = areas(plan, tiles, lambda one: one.status == "at_risk")

    assert [(row.code, [one.indicator.code for one in row.tiles]) for row in rows] == [
        ("1", ["CT-02"])
    ]
    assert (rows[0].favourable, rows[0].total, rows[0].at_risk, rows[0].missed) == (1, 3, 1, 1)
    assert {status: n for status, n in count(tiles).items() if n} == {
        "achieved": 1,
        "on_track": 1,
        "at_risk": 1,
        "missed": 1,
    }


def test_indicator_that_was_never_computed_says_so() -> None:
    shown = WORDS.tile(Row(indicator=indicator(), status=None, lead_name="Sở"))

    assert (shown.status, shown.reason) == ("no_data", "Đang tính")
