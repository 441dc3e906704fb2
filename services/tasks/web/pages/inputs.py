"""What forms bring, read as people type it: texts in NFC, days, decimals with a comma.

A form never loses what was typed: every function here works on a copy, and the page shows the
raw text again beside the error.
"""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from services.tasks.web.pages.figure_words import read_out
from shared.web.language import t

LONG_TEXT = 5000
LINE = 300
_KEPT_CONTROLS = frozenset("\n\t")
# Keyboards of phones for numbers have no slash: 05032025 is read as well.
_LOCAL_DAYS = (
    re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"),
    re.compile(r"(\d{2})(\d{2})(\d{4})"),
)
_DECIMAL = re.compile(r"[+-]?\d{1,12}(,\d{1,6})?")
# 1.234.567 or 1.234,5: points can only mean thousands here.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}((\.\d{3}){2,3}(,\d{1,6})?|(\.\d{3}){1,3},\d{1,6})")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_POINT = re.compile(r"[+-]?\d{1,12}\.\d{1,6}")
_WHOLE = re.compile(r"\d{1,9}")


def text_of(value: str | None) -> str:
    """Return a text in NFC, trimmed, one kind of line end, without control characters."""
    raw = unicodedata.normalize("NFC", (value or "").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        char for char in raw if char in _KEPT_CONTROLS or unicodedata.category(char)[0] != "C"
    ).strip()


@dataclasses.dataclass(slots=True)
class Form:
    """A form as it came, and what is wrong with it, field by field.

    :param given: the raw fields.
    :param errors: field → sentences in the reader's language.
    :param suggestions: field → what was probably meant; the page offers it as a button.
    """

    given: Mapping[str, str]
    errors: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    suggestions: dict[str, str] = dataclasses.field(default_factory=dict)

    def wrong(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(name, []).append(sentence)

    def text(self, name: str, *, longest: int = LONG_TEXT, missing: str | None = None) -> str:
        """Return a text.

        :param missing: key of the sentence for an empty field that must not be empty.
        """
        raw = self.given.get(name, "")
        if "\ufffd" in raw:
            self.wrong(name, t("api.field.utf8"))
        clean = text_of(raw)
        if len(clean) > longest:
            self.wrong(name, t("page.field.long", n=longest, given=len(clean)))
        if not clean and missing is not None:
            self.wrong(name, t(missing))
        return clean

    def day(self, name: str, *, missing: str | None = None) -> dt.date | None:
        """Return a local day: 05/03/2025 as people write it, or 2025-03-05."""
        raw = text_of(self.given.get(name))
        if not raw:
            if missing is not None:
                self.wrong(name, t(missing))
            return None
        found = next(filter(None, (form.fullmatch(raw) for form in _LOCAL_DAYS)), None)
        try:
            if found is not None:
                day, month, year = (int(piece) for piece in found.groups())
                return dt.date(year, month, day)
            return dt.date.fromisoformat(raw)
        except ValueError:
            self.wrong(name, t("page.field.day"))
            return None

    def decimal(self, name: str) -> Decimal | None:
        """Return a number with a decimal comma; a point asks back instead of guessing."""
        raw = text_of(self.given.get(name)).replace(" ", "").replace("\u202f", "")
        if not raw:
            return None
        if _DECIMAL.fullmatch(raw):
            return Decimal(raw.replace(",", "."))
        if _GROUPED.fullmatch(raw):
            return Decimal(raw.replace(".", "").replace(",", "."))
        if _ONE_GROUP.fullmatch(raw):
            whole = raw.replace(".", "")
            self.suggestions[name] = whole
            self.wrong(name, t("page.field.thousands", given=raw, words=read_out(abs(int(whole)))))
        elif _POINT.fullmatch(raw):
            self.suggestions[name] = raw.replace(".", ",")
            self.wrong(name, t("page.field.point", meant=self.suggestions[name]))
        else:
            self.wrong(name, t("page.field.number"))
        return None

    def whole(self, name: str) -> int | None:
        """Return a whole number from 0 up."""
        raw = text_of(self.given.get(name))
        if not raw:
            return None
        if not _WHOLE.fullmatch(raw):
            self.wrong(name, t("page.field.whole"))
            return None
        return int(raw)

    def version(self) -> int:
        """Return the version that the person saw; none or nonsense was never seen: 0."""
        raw = self.given.get("version", "")
        return int(raw) if _WHOLE.fullmatch(raw) else 0
