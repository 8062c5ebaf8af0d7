"""Spreadsheets that are small as files and large in memory: refused in a moment, with a sentence."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from flask import Flask
from openpyxl import Workbook

from marketplace.core.refusals import Refused
from marketplace.core.sheets import read_rows

LAST_LINE = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'


def hostile(part: str, before: bytes, more: bytes) -> bytes:
    """An honest workbook with something put into one of its parts."""
    honest, made = io.BytesIO(), io.BytesIO()
    book = Workbook()
    assert book.active is not None
    book.active.append(["Ngày", "Nội dung", "Ghi có"])
    book.save(honest)
    with zipfile.ZipFile(honest) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            content = read.read(name)
            assert part != name or before in content
            written.writestr(name, content.replace(before, more + before) if part == name else content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("part", "before", "more"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>", LAST_LINE % (1_048_576, 1_048_576)),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", LAST_LINE % (10**15, 10**15)),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"<row/>" * 300_000),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b'<row r="3">' + b"<c/>" * 1_000_000 + b"</row>"),
        ("xl/styles.xml", b"<cellXfs", b"<a/>" * 1_000_000),
        ("xl/workbook.xml", b"<sheets>", b"<a/>" * 1_000_000),
    ],
    ids=["far line", "line without end", "blank lines", "long line", "styles", "sheets"],
)
def test_a_small_file_costs_little(app: Flask, part: str, before: bytes, more: bytes) -> None:
    content = hostile(part, before, more)
    assert len(content) < 50_000
    began = time.process_time()
    with app.test_request_context(), pytest.raises(Refused):
        read_rows(content, most=10_000)
    assert time.process_time() - began < 3


def test_an_honest_one_is_read(app: Flask) -> None:
    content = hostile("xl/worksheets/sheet1.xml", b"</sheetData>", LAST_LINE % (40_000, 40_000))
    with app.test_request_context():
        assert len(read_rows(content, most=10_000)) == 2
