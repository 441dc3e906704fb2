"""What people write in the invented history: sentences, documents, names of files.

The sentences are those of the scenario; the choice follows the seed.
"""

import dataclasses
import datetime as dt
import random
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from dev.history_scenario import Scenario
from services.tasks.domain.planrows import AgencyRow, PlanFiles, TaskRow

_ROMAN = ("I", "II", "III", "IV")
_FORMS = (
    ("month", re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})")),
    ("quarter", re.compile(r"(?P<year>\d{4})-Q(?P<number>\d)")),
    ("half", re.compile(r"(?P<year>\d{4})-H(?P<number>\d)")),
    ("year", re.compile(r"(?P<year>\d{4})")),
)
# A number of a document grows through the year, a little by chance.
_NUMBERS_A_DAY = 3
_WITH_FILE = 0.35
_WITHOUT_PROOF = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Writes for the people of one history; ``dice`` decides, so order of calls matters."""

    files: PlanFiles
    scenario: Scenario
    dice: random.Random

    def progress(self) -> str:
        return self._one_of("progress")

    def accept(self) -> str:
        return self._one_of("accept")

    def report(
        self, task: TaskRow, agency: AgencyRow, period: str, day: dt.date, *, again: bool = False
    ) -> dict[str, Any]:
        """Return the body of a lead agency's report."""
        note = self._one_of(
            "report_again" if again else "report", **self._facts(task, agency, period)
        )
        return {"note": note, "document": self._document(task, agency, day)}

    def coordinate(
        self, task: TaskRow, agency: AgencyRow, period: str, day: dt.date
    ) -> dict[str, Any]:
        """Return the body of a coordinating agency's report; half have no document."""
        note = self._one_of("coordinate", **self._facts(task, agency, period))
        if self.dice.random() < _WITHOUT_PROOF:
            return {"note": note, "explanation": self._one_of("explanation")}
        return {"note": note, "document": self._numbered("BC", agency, day)}

    def measure(self, agency: AgencyRow, period: str) -> dict[str, Any]:
        """Return the words that go with a figure."""
        facts = {"agency": agency.short_name, "period": self.period(period)}
        return {
            "note": self._one_of("measure", **facts),
            "source_ref": self._words("source").format(**facts),
        }

    def evidence(self, task: TaskRow, agency: AgencyRow) -> tuple[str, str] | None:
        """Return name and text of a small file for some of the reports."""
        if self.dice.random() >= _WITH_FILE:
            return None
        text = f"{self._words('file')} - {task.code} - {agency.short_name}"
        return f"{task.code}-{agency.code}.pdf", ascii_of(text)

    def period(self, period: str) -> str:
        """Return a period in words: ``2025-Q1`` → "quý I/2025"."""
        forms: Mapping[str, str] = self.scenario.words["periods"]
        for name, form in _FORMS:
            found = form.fullmatch(period)
            if found:
                number = int(found.groupdict().get("number", "1"))
                return forms[name].format(
                    number=number,
                    roman=_ROMAN[(number - 1) % len(_ROMAN)],
                    number_of_half=6 * number,
                    year=found["year"],
                )
        return period

    def _facts(self, task: TaskRow, agency: AgencyRow, period: str) -> dict[str, str]:
        abbreviation = task.product[:2].isupper()
        product = task.product if abbreviation else task.product[:1].lower() + task.product[1:]
        return {
            "code": task.code,
            "product": product,
            "agency": agency.short_name,
            "period": self.period(period),
        }

    def _document(self, task: TaskRow, agency: AgencyRow, day: dt.date) -> dict[str, str]:
        forms = self.scenario.documents
        found = next((form for word, form in forms.items() if task.product.startswith(word)), None)
        form = found or forms["else"]
        return self._numbered(form["form"], agency, day, by_province=form.get("province") == "true")

    def _numbered(
        self, form: str, agency: AgencyRow, day: dt.date, *, by_province: bool = False
    ) -> dict[str, str]:
        number = _NUMBERS_A_DAY * day.timetuple().tm_yday + self.dice.randint(0, 2)
        decision = self.files.plan.decision
        sign = (
            decision.number.rpartition("-")[2] if by_province else agency.code.rstrip("0123456789")
        )
        return {
            "number": f"{number}/{form}-{sign}",
            "signed_on": day.isoformat(),
            "issuer": decision.issuer if by_province else agency.name.partition(" (")[0],
        }

    def _one_of(self, occasion: str, **facts: str) -> str:
        return str(self.dice.choice(self.scenario.words[occasion])).format(**facts)

    def _words(self, occasion: str) -> str:
        return str(self.scenario.words[occasion])


def ascii_of(text: str) -> str:
    """Return Vietnamese text without marks, in its own case: standard PDF fonts have none."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return bare.encode("ascii", "ignore").decode("ascii")


def pdf(text: str) -> bytes:
    """Return a PDF file of one page with one line of ASCII text."""
    escaped = re.sub(r"([\\()])", r"\\\1", ascii_of(text))
    content = f"BT /F1 14 Tf 72 760 Td ({escaped}) Tj ET".encode("ascii")
    font = b"/Resources << /Font << /F1 4 0 R >> >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R %s >>" % font,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
