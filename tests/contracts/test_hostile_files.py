"""Signed files that carry something else along: scripts, acts, forms, files, layers, notes, and streams that swell."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marketplace.contracts.signatures.child import Limits, judged
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Judgement
from tests.contracts import forging
from tests.contracts import paperwork as paper

MEBIBYTE = 1024 * 1024
SMALL = Limits(processor=20, seconds=40, memory=700 * MEBIBYTE)
OVER_PRICES = (60, 600, 540, 780)
Change = Callable[[Any], None]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What pyHanko tells of each file is long."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def plain(value: Any) -> Any:
    """Python's values as those of a PDF: texts that begin with a slash are names."""
    from pyhanko.pdf_utils import generic

    if isinstance(value, dict):
        return generic.DictionaryObject({generic.pdf_name(name): plain(one) for name, one in value.items()})
    if isinstance(value, list):
        return generic.ArrayObject([plain(one) for one in value])
    if isinstance(value, bool):
        return generic.BooleanObject(value)
    if isinstance(value, int):
        number: Any = generic.NumberObject
        return number(value)
    if isinstance(value, str):
        return generic.pdf_name(value) if value.startswith("/") else generic.pdf_string(value)
    return value


SCRIPT: dict[str, Any] = {"/S": "/JavaScript", "/JS": "app.alert(1)"}


def in_root(name: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        writer.root[plain(name)] = plain(value)
        writer.update_root()

    return change


def in_form(name: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        form = writer.root["/AcroForm"]
        form[plain(name)] = plain(value)
        writer.update_container(form)
        writer.update_root()

    return change


def first_page(writer: Any) -> Any:
    return writer.root["/Pages"]["/Kids"][0].get_object()


def on_page(name: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        page = first_page(writer)
        page[plain(name)] = plain(value)
        writer.update_container(page)

    return change


def with_note(kind: str, **more: Any) -> Change:
    def change(writer: Any) -> None:
        page = first_page(writer)
        note = {"/Type": "/Annot", "/Subtype": kind, "/Rect": list(OVER_PRICES), **more}
        page[plain("/Annots")] = plain([*page.get("/Annots", ()), writer.add_object(plain(note))])
        writer.update_container(page)

    return change


def with_file(writer: Any) -> None:
    from pyhanko.pdf_utils import generic

    stream = writer.add_object(generic.StreamObject(stream_data=b"MZ"))
    named = writer.add_object(plain({"/Type": "/Filespec", "/F": "a.exe", "/EF": {"/F": stream}}))
    in_root("/Names", {"/EmbeddedFiles": {"/Names": ["a", named]}})(writer)


CARRIED: dict[str, Change] = {
    "a script on opening": in_root("/OpenAction", SCRIPT),
    "a script on closing": in_root("/AA", {"/WC": SCRIPT}),
    "a script by name": in_root("/Names", {"/JavaScript": {"/Names": ["x", SCRIPT]}}),
    "a script of a page": on_page("/AA", {"/O": SCRIPT}),
    "a file inside": with_file,
    "an associated file": in_root("/AF", []),
    "layers": in_root("/OCProperties", {"/OCGs": [], "/D": {}}),
    "hidden bars": in_root("/ViewerPreferences", {"/HideToolbar": True}),
    "other page numbers": in_root("/PageLabels", {"/Nums": [0, {"/P": "?"}]}),
    "another form inside": in_form("/XFA", ["template", "x"]),
    "an order of reckoning": in_form("/CO", []),
    "a turned page": on_page("/Rotate", 180),
    "a cut page": on_page("/MediaBox", [0, 0, 100, 100]),
    "a larger page": on_page("/UserUnit", 2),
    "words over the prices": with_note("/FreeText", **{"/Contents": "28 VND"}),
    "a stamp over the prices": with_note("/Stamp"),
    "a link": with_note("/Link", **{"/A": {"/S": "/URI", "/URI": "http://xau.example"}}),
    "a program to be started": with_note("/Link", **{"/A": {"/S": "/Launch", "/F": "a.exe"}}),
}


@pytest.mark.parametrize("name", CARRIED)
def test_nothing_is_carried_along_with_a_signature(name: str) -> None:
    """Neither in the part that signs nor in one after it."""
    signing = forging.signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=CARRIED[name])
    later = forging.with_later_part(paper.seller_signed(), CARRIED[name])
    for file in (signing, later):
        answer = paper.judged(file)
        assert (answer.judgement, answer.fault, answer.step) == (Judgement.REFUSE, Fault.CHANGED, 4)


# --- streams that swell ---


def packed_objects(data: bytes, filters: str) -> bytes:
    """A file whose catalogue lies in a packed stream of objects."""
    out = bytearray(b"%PDF-1.7\n")
    objects = len(out)
    out += b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter %s/Length %d>>\nstream\n" % (filters.encode(), len(data))
    out += data + b"\nendstream\nendobj\n"
    table = len(out)
    rows = [(0, 0, 0), (1, objects, 0), (2, 1, 0), (1, table, 0)]
    entries = b"".join(bytes([kind]) + place.to_bytes(4) + bytes([index]) for kind, place, index in rows)
    head = b"3 0 obj\n<</Type/XRef/W[1 4 1]/Size 4/Root 2 0 R/Length %d>>\nstream\n" % len(entries)
    out += head + entries + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def swelling(mebibytes: int) -> bytes:
    """So many MiB of blanks in few bytes."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(b" " * MEBIBYTE) for _ in range(mebibytes)), packer.flush()])


HEAVY: dict[str, Callable[[], bytes]] = {
    "objects that unpack to most of a gigabyte": lambda: packed_objects(swelling(800), "/FlateDecode"),
    "packed twice": lambda: packed_objects(zlib.compress(swelling(800), 9), "[/FlateDecode/FlateDecode]"),
    "nothing at all": lambda: b"",
    "an end only": lambda: b"%%EOF",
    "a table that names itself": lambda: (
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Prev 9>>\nstartxref\n9\n%%EOF\n"
    ),
}


@pytest.mark.parametrize("name", HEAVY)
def test_what_swells_is_refused_within_bounds(name: str) -> None:
    asked, began = paper.question(HEAVY[name]()), time.monotonic()
    answer = judged(asked, SMALL)
    assert answer.judgement is Judgement.REFUSE
    assert answer.fault in {Fault.TOO_HEAVY, Fault.BROKEN, Fault.NOT_A_PDF, Fault.NOT_OURS}
    assert time.monotonic() - began < SMALL.seconds + 20  # a busy machine is slow to start and to end a process
