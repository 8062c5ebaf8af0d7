"""Spreadsheets: written so that a text stays a text, read so that a hostile file costs little; formulas are ignored."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | date | None
Row = list[Any]

MOST_COLUMNS = 60
LONGEST_CELL = 1_000
# an honest sheet is packed ten to thirty times
MOST_UNPACKED_BYTES = 80 * 1024 * 1024
MOST_PARTS = 500
# each tag of XML becomes some hundred bytes in memory, for all of a row at once
MOST_TAGS = 2_000_000
MOST_TAGS_ASIDE = 200_000
MOST_TAGS_IN_A_ROW = 20_000
# blank ones, too, cost time
MOST_LINES = 50_000
DELIMITERS = ";\t,|"


# --- writing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines above the table, the heads of its columns, its rows; whole numbers stay numbers."""

    name: str
    above: Sequence[str]
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def workbook(sheet: Sheet) -> bytes:
    """An XLSX file with this sheet; a text that begins like a formula stays the text that it is."""
    return _packed([sheet], is_frozen=False)


def workbook_of(*sheets: Sheet) -> bytes:
    """An XLSX file with several sheets, whose heads stay in sight."""
    return _packed(sheets, is_frozen=True)


def _packed(sheets: Sequence[Sheet], *, is_frozen: bool) -> bytes:
    # twenty megabytes that most processes never need, here and below
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        if is_frozen:
            page.freeze_panes = "A2"
        _fill(page, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    for line in sheet.above:
        page.append([_cell(page, line, bold=line == sheet.above[0])])
    if sheet.above:
        page.append([])
    page.append([_cell(page, head, bold=True) for head in sheet.heads])
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: Cell, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell: Any = WriteOnlyCell(page, _storable(value))
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, datetime | date):
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, int):
        cell.number_format = "#,##0"
        cell.alignment = Alignment(horizontal="right")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _storable(value: Cell) -> Any:
    """Without the signs that XML cannot hold."""
    if not isinstance(value, str):
        return value
    return "".join(sign for sign in value if sign in "\t\n" or unicodedata.category(sign) not in {"Cc", "Cs"})


# --- reading ---------------------------------------------------------------------------------------------------------


def read_rows(content: bytes, *, most: int) -> list[Row]:
    """The rows of the first sheet of an XLSX file or of a CSV file in any usual encoding; refuses what it cannot read.

    Cells are texts, numbers or days as the file holds them; a formula counts as empty.
    """
    if content[:4] == b"PK\x03\x04":
        return _bounded(_of_xlsx(content), most)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise Refused(_("This is an old Excel file (.xls). Please save it as .xlsx or .csv and send it again."))
    if content[:4] == b"%PDF" or _holds_no_text(content):
        raise Refused(_("This is no spreadsheet. Please send an .xlsx or .csv file."))
    return _bounded(_of_csv(content), most)


def numbered_rows(content: bytes, *, most: int, longest: int) -> list[tuple[int, Row]]:
    """Rows that are not blank, with their numbers in the file; texts are cut after `longest` signs.

    One row more than `most` may come: the heads.
    """
    if content[:4] == b"PK\x03\x04":
        rows = _of_xlsx(content, longest, MOST_COLUMNS + 1)
    elif content[:4] in (b"\xd0\xcf\x11\xe0", b"%PDF") or _holds_no_text(content):
        raise Refused(_("This is no spreadsheet that can be read here. Please save it as .xlsx or .csv."))
    else:
        rows = _of_csv(content, longest, MOST_COLUMNS + 1)
    found: list[tuple[int, Row]] = []
    for number, row in enumerate(rows, start=1):
        if len(row) > MOST_COLUMNS and row[MOST_COLUMNS] not in (None, ""):
            raise Refused(_("This file has more than %(most)s columns.", most=MOST_COLUMNS))
        if any(value not in (None, "") for value in row):
            found.append((number, row))
        if len(found) > most + 1 or number > MOST_LINES:
            number_said = f"{most:,}".replace(",", ".")
            raise Refused(_("This file has more than %(most)s rows. Please split it into several.", most=number_said))
    return found


def _holds_no_text(content: bytes) -> bool:
    return b"\x00" in content[:2000] and not _is_utf16(content)


def _bounded(rows: Iterator[Row], most: int) -> list[Row]:
    found: list[Row] = []
    for number, row in enumerate(rows, start=1):
        if any(value not in (None, "") for value in row):
            found.append(row)
        if len(found) > most or number > MOST_LINES:
            raise Refused(
                _(
                    "This file has more than %(most)s lines. Please send a shorter period.",
                    most=f"{most:,}".replace(",", "."),
                )
            )
    return found


def _of_xlsx(content: bytes, longest: int = LONGEST_CELL, columns: int = MOST_COLUMNS) -> Iterator[Row]:
    unreadable = Refused(_("This Excel file cannot be read. Please save it once more as .xlsx or .csv."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            fits = _is_modest(packed)
        if not fits:
            raise Refused(_("This Excel file is too large once it is unpacked. Please send fewer rows."))
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        page = book.worksheets[0]
        page.reset_dimensions()
        for cells in page.iter_rows(max_col=columns):
            yield [_value(cell, longest) for cell in cells]
    except Refused:
        raise
    except Exception:
        raise unreadable from None


def _is_modest(packed: zipfile.ZipFile) -> bool:
    """Whether a workbook is no larger, unpacked, than one that somebody wrote: neither in bytes nor in tags."""
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        return False
    return all(_tags_fit(part.filename, packed.read(part)) for part in parts if not part.is_dir())


def _tags_fit(name: str, content: bytes) -> bool:
    if "/media/" in name:
        return True
    tags, is_sheet = content.count(b"<"), "/worksheets/" in name
    if tags > (MOST_TAGS if is_sheet or "sharedStrings" in name else MOST_TAGS_ASIDE):
        return False
    rows = re.split(rb"<(?:\w+:)?row\b", content) if is_sheet else []
    return all(row.count(b"<") <= MOST_TAGS_IN_A_ROW for row in rows)


def _value(cell: Any, longest: int) -> Any:
    value = cell.value
    if getattr(cell, "data_type", "") == "f" or value is None:
        return None
    return value[:longest] if isinstance(value, str) else value


def _of_csv(content: bytes, longest: int = LONGEST_CELL, columns: int = MOST_COLUMNS) -> Iterator[Row]:
    text = decoded(content)
    delimiter = max(DELIMITERS, key=lambda sign: sum(line.count(sign) for line in text.splitlines()[:40]))
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [value.strip()[:longest] for value in row[:columns]]
    except csv.Error:
        raise Refused(_("This CSV file cannot be read. Please save it once more as .xlsx or .csv.")) from None


def _is_utf16(content: bytes) -> bool:
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def decoded(content: bytes) -> str:
    """Text in UTF-8 (with a mark or not), UTF-16 with a mark, or the old Vietnamese Windows encoding; in NFC."""
    if _is_utf16(content):
        return unicodedata.normalize("NFC", content.decode("utf-16", errors="replace"))
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return unicodedata.normalize("NFC", content.decode("cp1258", errors="replace"))
