"""Every word has its key, every key its words in both languages and a use."""

import csv
import string
import unicodedata
from pathlib import Path

import pytest

from dev.documents.catalogue import subscriptions
from services.notify import bootstrap as notify
from services.scoring import bootstrap as scoring
from services.tasks import bootstrap as tasks
from services.tasks.planfiles import faults
from shared.texts import Texts
from tests.architecture.texts_scan import HOMES, ROOT, SHELL, catalogues, files, uses

LOADED = {
    "services/tasks": {*tasks.TEXTS, faults.TEXTS},
    "services/scoring": {scoring.TEXTS},
    "services/notify": {notify.TEXTS},
}
# What looks like a key and is none: file names, events, topics, groups, modules.
_ENDINGS = {"csv", "css", "js", "html", "yaml", "json", "py", "pem", "v1", "dead", "events", "svg"}


GROUPS = {reader.group for reader in subscriptions()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def every_row() -> list[tuple[str, dict[str, str]]]:
    return [
        (f"{path.name}: {row['key']}", row)
        for home in HOMES
        for path in catalogues(home)
        for row in rows(path)
    ]


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("home", LOADED)
def test_a_service_loads_every_catalogue_that_lies_in_its_folder(home: str) -> None:
    assert {path.resolve() for path in LOADED[home]} == set(catalogues(home))


@pytest.mark.parametrize("home", LOADED)
def test_the_catalogues_of_a_service_and_the_shell_have_no_key_in_common(home: str) -> None:
    assert Texts.load([SHELL, *catalogues(home)]).keys


@pytest.mark.parametrize("home", HOMES)
def test_every_key_that_is_used_has_words(home: str) -> None:
    known = Texts.load({SHELL, *catalogues(home)}).keys
    starts = {key.partition(".")[0] for key in known}

    missing = sorted(
        {
            f"{use.where}: {use.text}"
            for use in uses(home)
            if not use.pattern
            and use.text.partition(".")[0] in starts
            and use.text.rpartition(".")[2] not in _ENDINGS
            and not use.text.startswith(("services.", "shared.", "dev."))
            and use.text not in known | GROUPS
        }
    )
    assert missing == []


@pytest.mark.parametrize("home", HOMES)
def test_every_key_that_a_value_completes_has_words_for_some_value(home: str) -> None:
    known = Texts.load({SHELL, *catalogues(home)}).keys
    starts = {key.partition(".")[0] for key in known}

    missing = sorted(
        {
            f"{use.where}: {use.text}"
            for use in uses(home)
            if use.pattern
            and use.text.partition("\\.")[0] in starts
            and not use.text.endswith("v1")
            and not any(use.matches(key) for key in known)
        }
    )
    assert missing == []


@pytest.mark.parametrize("home", HOMES)
def test_every_key_is_used(home: str) -> None:
    # The words of the shell may be used by any web.
    places = HOMES if home == "shared" else (home, "shared")
    found = [use for place in places for use in uses(place)]
    whole = {use.text for use in found if not use.pattern}
    patterns = [use for use in found if use.pattern]

    unused = sorted(
        row["key"]
        for path in catalogues(home)
        for row in rows(path)
        if row["key"] not in whole and not any(use.matches(row["key"]) for use in patterns)
    )
    assert unused == []


def test_all_words_are_composed_characters() -> None:
    wrong = [where for where, row in every_row() if not unicodedata.is_normalized("NFC", row["vi"])]

    assert len(every_row()) > 300
    assert wrong == []


def test_both_languages_take_the_same_parameters() -> None:
    wrong = [where for where, row in every_row() if parameters(row["vi"]) != parameters(row["en"])]

    assert wrong == []


def test_no_words_begin_or_end_with_a_space_or_hold_two() -> None:
    wrong = [
        where
        for where, row in every_row()
        for text in (row["vi"], row["en"])
        if text != text.strip() or "  " in text
    ]

    assert wrong == []


def test_no_vietnamese_stands_in_code_or_templates() -> None:
    """A letter with a Vietnamese mark outside comments is a word that belongs into a catalogue."""
    marks = set("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
    wrong = []
    for home in ("services", "shared"):
        for path in files(home, ".html", ".js"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if marks & set(line.partition("{#")[0].casefold()):
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")

    assert wrong == []
