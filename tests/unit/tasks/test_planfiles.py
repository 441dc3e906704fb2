"""Every fault of a plan's folder is told: where, what, why, and all of them at once."""

import datetime as dt
import re
import unicodedata
from pathlib import Path

import pytest

from services.tasks.planfiles import PlanFaultsError, read_plan, sentence
from services.tasks.planfiles.faults import TEXTS
from shared.events.tasks import DeadlineKind
from shared.texts import Texts
from tests.unit.tasks.planfolder import REAL, PlanFolder

HOME = TEXTS.parent / "planfiles"


@pytest.fixture
def folder(tmp_path: Path) -> PlanFolder:
    return PlanFolder(tmp_path / "plan")


def test_the_real_plan_has_no_fault() -> None:
    plan = read_plan(REAL)

    assert (len(plan.tasks), len(plan.indicators), len(plan.solutions)) == (76, 40, 6)
    assert plan.rules.keys() == {indicator.code for indicator in plan.indicators}
    assert plan.plan.effective_on == dt.date(2024, 12, 24)
    assert plan.plan.province.ascii_name == "CCHC Son La"


CELLS = [
    ("tasks.csv", "NV-30", {"lead_agency_code": "VPUBNB"}, "unknown_agency", "VPUBND"),
    ("tasks.csv", "NV-30", {"lead_agency_code": ""}, "empty", None),
    ("tasks.csv", "NV-30", {"lead_agency_code": "NHOM-SN"}, "lead_is_group", None),
    ("tasks.csv", "NV-30", {"lead_agency_code": "SNV25"}, "lead_not_valid", None),
    ("tasks.csv", "NV-30", {"coord_agency_codes": "VPUBND"}, "lead_also_coordinates", None),
    ("tasks.csv", "NV-30", {"coord_agency_codes": "STP;STP"}, "named_twice", None),
    ("tasks.csv", "NV-30", {"coord_agency_codes": "TX-MOCCHAU"}, "coordinator_not_valid", None),
    ("tasks.csv", "NV-30", {"coord_agency_codes": "NHOM-SO"}, "unknown_agency", "NHOM-SN"),
    ("tasks.csv", "NV-30", {"indicator_codes": "CT-99"}, "unknown_indicator", None),
    ("tasks.csv", "NV-30", {"area": "8"}, "unknown_area", None),
    ("tasks.csv", "NV-30", {"title_vi": ""}, "empty", None),
    ("tasks.csv", "NV-30", {"deadline_kind": "monthly"}, "choice", "month"),
    ("tasks.csv", "NV-30", {"deadline": "06/2025"}, "deadline_form_month", None),
    ("tasks.csv", "NV-30", {"deadline": "2025-13"}, "deadline_form_month", None),
    ("tasks.csv", "NV-30", {"deadline": ""}, "empty", None),
    ("tasks.csv", "NV-30", {"deadline": "2026-06"}, "deadline_year", None),
    ("tasks.csv", "NV-03", {"deadline": "Q2/2025"}, "deadline_form_quarter", None),
    ("tasks.csv", "NV-02", {"deadline": "15/01/2025"}, "deadline_form_date", None),
    ("tasks.csv", "NV-02", {"deadline": "2025-02-30"}, "deadline_form_date", None),
    ("tasks.csv", "NV-01", {"deadline": "2025-11-30"}, "deadline_all_year", "2025-12-31"),
    ("tasks.csv", "NV-09", {"deadline": "2025-03-15;2025-03-15"}, "deadline_order", None),
    ("tasks.csv", "NV-09", {"deadline": "2025-03-15, 2025-06-15"}, "deadline_form_recurring", None),
    ("tasks.csv", "NV-30", {"provenance": "guess"}, "choice", None),
    ("tasks.csv", "NV-30", {"quote": "câu của người khác"}, "quote_of_reconstructed", None),
    ("tasks.csv", "NV-01", {"quote": ""}, "quote_missing", None),
    ("tasks.csv", "NV-30", {"source": ""}, "empty", None),
    ("indicators.csv", "CT-16", {"target_value": "98,5"}, "decimal_comma", "98.5"),
    ("indicators.csv", "CT-35", {"target_value": "4.000"}, "decimal_thousands", "4000"),
    ("indicators.csv", "CT-35", {"target_value": "1.234,5"}, "decimal_comma", "1234.5"),
    ("indicators.csv", "CT-35", {"target_value": "khoảng 4000"}, "decimal_form", None),
    ("indicators.csv", "CT-16", {"target_value": ""}, "empty", None),
    ("indicators.csv", "CT-16", {"target_value": "120"}, "target_outside_limits", None),
    ("indicators.csv", "CT-20", {"target_value": "15-20"}, "range_form", None),
    ("indicators.csv", "CT-20", {"target_value": "20..15"}, "range_order", None),
    ("indicators.csv", "CT-03", {"target_value": "đạt"}, "boolean_target", "true"),
    ("indicators.csv", "CT-05", {"target_value": "13"}, "rank_baseline_differs", None),
    ("indicators.csv", "CT-34", {"target_value": "5"}, "target_not_wanted", None),
    ("indicators.csv", "CT-37", {"target_value": "giỏi"}, "band_missing", None),
    ("indicators.csv", "CT-12", {"target_tiers": "cap_tinh=90;cap_xa=6O"}, "decimal_form", None),
    ("indicators.csv", "CT-12", {"target_tiers": "cap_tin=90"}, "unknown_tier", "cap_tinh"),
    ("indicators.csv", "CT-12", {"target_tiers": "cap_tinh 90"}, "tier_form", None),
    ("indicators.csv", "CT-12", {"target_tiers": "cap_xa=60;cap_xa=50"}, "tier_twice", None),
    ("indicators.csv", "CT-12", {"target_value": "90"}, "target_twice", None),
    (
        "indicators.csv",
        "CT-32",
        {"target_value": "", "target_tiers": "cap_xa=6"},
        "tiers_not",
        None,
    ),
    ("indicators.csv", "CT-16", {"comparator": "=>"}, "choice", None),
    ("indicators.csv", "CT-16", {"comparator": "boolean", "target_value": "true"}, "nature", None),
    ("indicators.csv", "CT-16", {"target_in_source": "có"}, "choice", None),
    ("agencies.csv", "SNV", {"level": "so_nghanh"}, "unknown_level", "so_nganh"),
    ("agencies.csv", "SNV", {"valid_to": "28/02/2025"}, "date_form", "2025-02-28"),
    ("agencies.csv", "SNV", {"valid_to": "2025-02-29"}, "no_such_day", None),
    ("agencies.csv", "SNV", {"valid_to": ""}, "successor_without_end", None),
    ("agencies.csv", "SNV", {"valid_to": "2025-01-31"}, "successor_not_valid", None),
    ("agencies.csv", "SNV", {"successor_code": "SNV26"}, "unknown_agency", "SNV25"),
    ("agencies.csv", "TX-MOCCHAU", {"valid_to": "2025-01-01"}, "ends_before", None),
]


@pytest.mark.parametrize(("file", "code", "cells", "key", "suggestion"), CELLS)
def test_a_wrong_cell_is_told_with_its_place_and_reason(  # noqa: PLR0917 - one table
    folder: PlanFolder,
    file: str,
    code: str,
    cells: dict[str, str],
    key: str,
    suggestion: str | None,
) -> None:
    row = folder.set(file, code, **cells)

    # A change of kind makes the indicator's rule misfit too; the cell's own fault is among them.
    faults = [fault for fault in folder.faults() if fault.key.startswith(f"fault.{key}")]

    assert faults, folder.faults()
    if faults[0].file == file:
        assert faults[0].row == row
        assert faults[0].column in {
            *cells,
            "quote",
            "successor_code",
            "target_value",
            "target_tiers",
        }
    if suggestion is not None:
        assert faults[0].suggestion == suggestion


def test_all_faults_of_all_files_are_told_at_once(folder: PlanFolder) -> None:
    folder.set("tasks.csv", "NV-30", lead_agency_code="XYZ", deadline="tháng 6")
    folder.set("indicators.csv", "CT-35", target_value="4.000")
    folder.set("agencies.csv", "SNV", level="?")
    folder.edit("rules.yaml", lambda text: text.replace("CT-16:", "CT-61:"))

    places = {(fault.file, fault.column, fault.key) for fault in folder.faults()}

    assert places >= {
        ("tasks.csv", "lead_agency_code", "fault.unknown_agency"),
        ("tasks.csv", "deadline", "fault.deadline_form_month"),
        ("indicators.csv", "target_value", "fault.decimal_thousands"),
        ("agencies.csv", "level", "fault.unknown_level"),
        ("rules.yaml", "CT-61", "fault.unknown_indicator"),
        ("rules.yaml", "CT-16", "fault.rule_missing"),
    }


@pytest.mark.parametrize("file", ["agencies.csv", "tasks.csv", "indicators.csv", "solutions.csv"])
def test_a_code_that_stands_twice_is_told_with_both_rows(folder: PlanFolder, file: str) -> None:
    rows = folder.rows(file)
    folder.write(file, [*rows, rows[3]])

    fault = folder.only()

    assert (fault.file, fault.row, fault.key) == (file, len(rows) + 2, "fault.duplicate")
    assert fault.params == {"row": 5}


@pytest.mark.parametrize(
    "file", ["plan.yaml", "rules.yaml", "agencies.csv", "tasks.csv", "indicators.csv"]
)
def test_a_missing_file_is_told(folder: PlanFolder, file: str) -> None:
    (folder.path / file).unlink()

    assert (file, "fault.file_missing") in {(fault.file, fault.key) for fault in folder.faults()}


def test_a_column_under_another_name_is_told_with_the_right_one(folder: PlanFolder) -> None:
    folder.edit("solutions.csv", lambda text: text.replace("lead_agency_code", "lead_agency", 1))

    found = {(fault.column, fault.key, fault.suggestion) for fault in folder.faults()}

    assert found == {
        ("lead_agency_code", "fault.column_missing", None),
        ("lead_agency", "fault.column_unknown", "lead_agency_code"),
    }


def test_a_row_with_a_cell_too_many_is_told(folder: PlanFolder) -> None:
    folder.edit("solutions.csv", lambda text: text.rstrip("\n") + ",thừa\n")

    fault = folder.only()

    assert (fault.row, fault.key, fault.params) == (7, "fault.cells", {"wanted": 7, "given": 8})


def test_a_byte_order_mark_is_no_fault(folder: PlanFolder) -> None:
    path = folder.path / "tasks.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert folder.faults() == ()


def test_another_encoding_is_told_with_its_row(folder: PlanFolder) -> None:
    path = folder.path / "solutions.csv"
    path.write_bytes(path.read_bytes().replace("Tăng".encode(), b"T\xe3ng", 1))

    assert ("solutions.csv", 2, "fault.encoding") in {
        (fault.file, fault.row, fault.key) for fault in folder.faults()
    }


def test_decomposed_letters_are_told_with_their_row(folder: PlanFolder) -> None:
    folder.set("solutions.csv", "GP-02", title_vi=unicodedata.normalize("NFD", "Đẩy mạnh"))

    fault = folder.only()

    assert (fault.file, fault.row, fault.key) == ("solutions.csv", 3, "fault.not_nfc")


TREES = [
    ("plan.yaml", "CT-03: Chuyên mục CCHC", "CT-03: " + "a" * 29, "short_title_long"),
    ("plan.yaml", "  CT-03: Chuyên mục CCHC\n", "", "key_missing"),
    ("plan.yaml", "CT-03: Chuyên mục CCHC", "CT-93: Chuyên mục CCHC", "unknown_indicator"),
    ("plan.yaml", "slug: sonla-2025", "slug: Sơn La", "slug"),
    ("plan.yaml", "CCHC Son La", "CCHC Sơn La", "ascii"),
    ("plan.yaml", "NHOM-SN: so_nganh", "NHOM-SN: so", "unknown_level"),
    ("plan.yaml", "cap_xa: [xa]", "cap_xa: [xax]", "unknown_level"),
    ("plan.yaml", "appraisers: [SNV, VPUBND]", "appraisers: [SNV, VPUBN]", "unknown_agency"),
    ("plan.yaml", "appraisers: [SNV, VPUBND]", "appraisers: SNV", "list_wanted"),
    ("plan.yaml", "max_extensions: 2", "max_extensions: nhiều", "decimal_form"),
    ("plan.yaml", "deadline_roll: none", "deadline_roll: never", "choice"),
    ("plan.yaml", "count_all_year: true", "count_all_year: có", "choice"),
    ("plan.yaml", "edition: 1\n", "edition: 1\nmàu: đỏ\n", "key_unknown"),
    ("plan.yaml", "effective_on: 2024-12-24", "effective_on: 2025-02-01", "deadline_early"),
    ("plan.yaml", "effective_on: 2024-12-24", "effective_on: 24/12/2024", "date_form"),
    ("plan.yaml", "areas:", "areas: [", "yaml"),
    ("rules.yaml", "tolerance: {is: 0.05, assumed: true}", "", "tolerance_for_approx"),
    ("rules.yaml", "tolerance: {is: 0.05,", "tolerance: {is: 5,", "tolerance"),
    ("rules.yaml", "tolerance: {is: 0.05,", "tolerance: {is: '0,05',", "decimal_comma"),
    ("rules.yaml", "tolerance: {is: 0.05, assumed: true}", "tolerance: {is: 0.05}", "mark_missing"),
    ("rules.yaml", "nature: {is: rank,", "nature: {is: level,", "nature"),
    ("rules.yaml", "periodicity: {is: year,", "periodicity: {is: yearly,", "choice"),
    ("rules.yaml", "low: 0, high: 100", "low: 100, high: 0", "range_order"),
    ("rules.yaml", "on: 2025-09-30, value: 25", "on: 2025-05-30, value: 25", "path_order"),
    ("rules.yaml", "best: 4, worst: 7", "best: 8, worst: 7", "band_order"),
    ("rules.yaml", "kind: rank", "kind: hạng", "choice"),
    ("rules.yaml", "CT-02:\n", "CT-01:\n", "key_twice"),
]


@pytest.mark.parametrize(("file", "before", "after", "key"), TREES)
def test_a_wrong_entry_of_a_yaml_file_is_told_with_its_line(
    folder: PlanFolder, file: str, before: str, after: str, key: str
) -> None:
    line = (folder.path / file).read_text(encoding="utf-8").split(before)[0].count("\n") + 1
    folder.edit(file, lambda text: text.replace(before, after, 1))

    faults = [fault for fault in folder.faults() if fault.key == f"fault.{key}"]

    assert faults, folder.faults()
    if key not in {"deadline_early", "key_missing", "yaml", "tolerance_for_approx", "nature"}:
        assert faults[0].file == file
        assert abs((faults[0].row or 0) - line) <= 1


def test_a_reference_inside_a_yaml_file_is_refused_even_when_it_has_no_end(
    folder: PlanFolder,
) -> None:
    folder.edit(
        "plan.yaml", lambda text: text.replace("tiers:\n", "tiers: &tiers\n  all: *tiers\n")
    )

    assert "fault.alias" in {fault.key for fault in folder.faults()}


def test_a_missing_plan_is_one_fault_and_not_one_for_each_agency(folder: PlanFolder) -> None:
    (folder.path / "plan.yaml").unlink()

    assert folder.only().key == "fault.file_missing"


def test_each_reason_in_the_code_has_words_and_no_words_stand_without_a_use() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in HOME.glob("*.py"))
    told = set(re.findall(r"\.fault\(\s*\"([a-z_]+)\"", code))
    told |= {f"unknown_{what}" for what in re.findall(r"values\.known\([^\"]*\"([a-z]+)\"", code)}
    told |= set(re.findall(r"check_valid\([^\"]*\"([a-z_]+)\"", code))
    told |= {f"deadline_form_{kind.value}" for kind in DeadlineKind} | {"suggestion"}
    texts = Texts.load([TEXTS])

    assert {f"fault.{name}" for name in told} == texts.keys
    assert [key for key in texts.keys if texts.get(key).isascii()] == []


def test_the_error_reads_as_one_line_for_each_fault(folder: PlanFolder) -> None:
    folder.set("indicators.csv", "CT-35", target_value="4.000")

    with pytest.raises(PlanFaultsError) as error:
        read_plan(folder.path)

    assert str(error.value) == (
        "indicators.csv:36:target_value “4.000”: The point may mean thousands here."
        " Write the digits without grouping. Did you mean “4000”?"
    )
    vietnamese = sentence(error.value.faults[0], Texts.load([TEXTS]), "vi")
    assert vietnamese.endswith("Hãy ghi liền các chữ số. Có phải là “4000”?")
