"""Everything the rules can say stands in the catalogue and reads as a sentence."""

from typing import Any

import pytest
from hypothesis import given

from services.scoring import wording
from services.scoring.bootstrap import TEXTS
from services.scoring.domain.outcome import Outcome
from services.scoring.domain.rollup import TaskState
from services.scoring.domain.status import indicator_status
from shared.texts import LOCALES, Texts
from tests.unit.scoring import test_scoring_status as statuses
from tests.unit.scoring.samples import indicator, measurement, on_day, scene, target
from tests.unit.scoring.test_scoring_status import any_scene

CATALOGUE = Texts.load([TEXTS])


def reason_of(**facts: Any) -> str:
    return wording.sentence(CATALOGUE, indicator_status(scene(**facts)).reason)


def everything(outcome: Outcome, locale: str) -> list[str]:
    return [
        wording.sentence(CATALOGUE, outcome.reason, locale),
        wording.say(CATALOGUE, outcome.value_said, locale),
        wording.target(CATALOGUE, outcome, locale),
        *(wording.sentence(CATALOGUE, tier.reason, locale) for tier in outcome.tiers),
        *(wording.say(CATALOGUE, tier.value_said, locale) for tier in outcome.tiers),
        *(wording.say(CATALOGUE, figure.value, locale) for figure in outcome.inputs.measurements),
    ]


@given(facts=any_scene())
def test_every_outcome_can_be_said_in_every_language(facts: Any) -> None:
    outcome = indicator_status(facts)

    for locale in LOCALES:
        for text in everything(outcome, locale):
            assert text
            assert "{" not in text


def test_overdue_task_reads_as_the_officers_say_it() -> None:
    late = on_day("NV-58", TaskState.IN_PROGRESS, overdue=108)

    assert reason_of(tasks=[late]) == "Nguy cơ: nhiệm vụ NV-58 quá hạn 108 ngày."


def test_figure_behind_its_path_names_value_expectation_and_target() -> None:
    text = reason_of(
        indicator=statuses.CUMULATIVE, measurements=[measurement("2025-Q2", value="52.6")]
    )

    assert text == (
        "Nguy cơ: mới đạt 52,6% (quý II/2025), theo tiến độ cần 70% vào ngày 30/06/2025;"
        " mục tiêu từ 90% trở lên."
    )


def test_tier_stands_in_the_sentence() -> None:
    of = indicator(targets=(target(tier="cap_xa", value=60), target(tier="cap_tinh", value=90)))
    figures = [measurement(tier="cap_xa", value=45), measurement(tier="cap_tinh", value=95)]

    assert reason_of(indicator=of, measurements=figures) == (
        "Nguy cơ: cấp xã mới đạt 45% (quý I/2025), cần đạt mục tiêu từ 60% trở lên"
        " trước hết ngày 31/12/2025."
    )
    assert wording.target(CATALOGUE, indicator_status(scene(of))) == (
        "cấp xã từ 60% trở lên; cấp tỉnh từ 90% trở lên"
    )


def test_tier_that_no_catalogue_names_is_shown_by_its_code() -> None:
    assert wording.tier(CATALOGUE, "cap_khac") == "cap_khac"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("2025-05", "tháng 5/2025"),
        ("2025-Q4", "quý IV/2025"),
        ("2025-H1", "6 tháng đầu năm 2025"),
        ("2025-H2", "6 tháng cuối năm 2025"),
        ("2025", "năm 2025"),
    ],
)
def test_periods_are_said_in_words(code: str, text: str) -> None:
    assert wording.period(CATALOGUE, code) == text
