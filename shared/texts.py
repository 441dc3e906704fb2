"""All words that people read, by key, in Vietnamese (default) and English.

A catalogue is a CSV file with the columns ``key,vi,en``; parameters stand as ``{name}``. Keyed
CSV rather than gettext, so that officers of Sở Nội vụ can read and correct it in a spreadsheet.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

LOCALES = ("vi", "en")
DEFAULT_LOCALE = "vi"


class MissingTextError(KeyError):
    """A page or message asked for a key that no catalogue has."""


class Texts:
    """The texts of one process.

    :param rows: key → {locale: text}.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        self._rows = {key: dict(row) for key, row in rows.items()}

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Texts":
        """Return the texts of several catalogues.

        :raises ValueError: a key stands twice, a translation is empty or a column too many.
        """
        rows: dict[str, dict[str, str]] = {}
        for path in paths:
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    key = row["key"]
                    if key in rows:
                        raise ValueError(f"{path.name}: key {key} stands twice")
                    if None in row:  # a comma that nobody quoted
                        raise ValueError(f"{path.name}: key {key} has too many columns")
                    if not all(row[locale] for locale in LOCALES):
                        raise ValueError(f"{path.name}: key {key} lacks a translation")
                    rows[key] = {locale: row[locale] for locale in LOCALES}
        return cls(rows)

    def get(self, key: str, locale: str = DEFAULT_LOCALE, /, **params: object) -> str:
        """Return the text in that locale with its parameters filled in.

        :raises MissingTextError: for an unknown key; an unknown locale falls back to Vietnamese.
        """
        try:
            row = self._rows[key]
        except KeyError:
            raise MissingTextError(key) from None
        text = row.get(locale) or row[DEFAULT_LOCALE]
        return text.format(**params) if params else text

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._rows)
