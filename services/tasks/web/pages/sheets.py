"""Excel files: a heading that says what the list is, Vietnamese columns, one row after the other.

Rows are written as they come and the file is kept on disk, so that a long list takes no memory.
A cell that begins like a formula is shown as the text it is.
"""

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, cast

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LOCAL_DAY = "dd/mm/yyyy"
_BOLD = Font(bold=True)
_HEAD = PatternFill("solid", fgColor="E1ECFB")
_WRAP = Alignment(wrap_text=True, vertical="top")
# Excel takes no longer cell.
_LONGEST = 32_000
_A4 = 9
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Value = str | int | float | dt.date | None


class Book:
    """One file; each list is a sheet."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)

    def sheet(
        self,
        name: str,
        heading: Sequence[str],
        columns: Sequence[tuple[str, int]],
        rows: Iterable[Sequence[Value]],
    ) -> None:
        """Write a sheet.

        :param heading: lines above the table; the first one is its title.
        :param columns: name and width (characters) of each.
        """
        sheet = self._book.create_sheet(name)
        for number, (_, width) in enumerate(columns):
            sheet.column_dimensions[chr(ord("A") + number)].width = width
        sheet.freeze_panes = f"A{len(heading) + 3}"
        sheet.print_title_rows = f"{len(heading) + 2}:{len(heading) + 2}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True

        # A cell is written as soon as its row is appended: one for each column serves all rows.
        days = [WriteOnlyCell(sheet, None) for _ in columns]
        for day in days:
            day.number_format = _LOCAL_DAY

        def cell(number: int, value: Value) -> object:
            if not isinstance(value, dt.date):
                return plain(value)
            days[number].value = value
            days[number].number_format = _LOCAL_DAY
            return days[number]

        for number, line in enumerate(heading):
            made = WriteOnlyCell(sheet, safe(line))
            made.font = _BOLD if number == 0 else Font()
            sheet.append([made])
        sheet.append([])
        heads = []
        for title, _ in columns:
            made = WriteOnlyCell(sheet, title)
            made.font, made.fill, made.alignment = _BOLD, _HEAD, _WRAP
            heads.append(made)
        sheet.append(heads)
        for row in rows:
            sheet.append([cell(number, value) for number, value in enumerate(row)])

    def answer(self, filename: str) -> Response:
        """Return the file as a download, streamed from disk."""
        file = cast("IO[bytes]", tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
        self._book.save(file)
        file.seek(0)
        response = send_file(
            file, mimetype=MEDIA_TYPE, as_attachment=True, download_name=filename, max_age=0
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response


def plain(value: Value) -> Value:
    """Return a value that no program takes for a formula."""
    return safe(value) if isinstance(value, str) else value


def safe(value: str) -> str:
    """Return a text that no program takes for a formula."""
    text = _BAD.sub("", value)[:_LONGEST]
    return f"'{text}" if text.startswith(_FORMULAS) else text
