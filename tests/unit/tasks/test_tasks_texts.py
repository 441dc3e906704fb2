"""Every reason that the code can give has its words in both languages."""

import re
from pathlib import Path

import services.tasks
from services.tasks.bootstrap import TEXTS as CATALOGUES
from shared.events.tasks import AssignmentStatus, Periodicity
from shared.texts import Texts

HOME = Path(services.tasks.__file__).parent
TEXTS = Texts.load([HOME / "texts_core.csv"])
ALL = Texts.load(CATALOGUES)
KEY = re.compile(r"\"((?:error|api)\.[a-z_.0-9]+)[\"|]")
OWN = ("domain", "usecases", "store", "queries", "web/api", "web/auth.py", "web/files.py")


def given() -> set[str]:
    files = [
        file
        for place in OWN
        for file in ([HOME / place] if place.endswith(".py") else (HOME / place).rglob("*.py"))
        if "pages" not in file.parts and not file.name.startswith("pages")
    ]
    return {key for file in files for key in KEY.findall(file.read_text(encoding="utf-8"))}


def test_each_reason_in_the_code_has_words() -> None:
    keys = given()

    assert len(keys) > 40
    assert keys - ALL.keys == set()


def test_reasons_made_of_a_value_have_words_for_each_value() -> None:
    made = {f"error.state.{state.value}" for state in AssignmentStatus}
    made |= {f"error.period.{periodicity.value}" for periodicity in Periodicity}
    made |= {"error.note_missing", "error.reason_missing"}

    assert made - TEXTS.keys == set()


def test_no_words_stand_without_a_use() -> None:
    made = {"error.state", "error.period", "error.note_missing", "api.problem", "act"}
    unused = {
        key
        for key in TEXTS.keys - given()
        if not any(key == start or key.startswith(f"{start}.") for start in made)
    }

    assert unused == set()


def test_vietnamese_words_have_their_marks() -> None:
    assert [key for key in TEXTS.keys if TEXTS.get(key).isascii()] == []
