"""The first five checks: the file is readable, begins with ours, holds one new signature in its block, nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Block, Question

MOST_BYTES = 12 * 1024 * 1024
END = b"%%EOF"
BLANK = b"\r\n\t \x00"
# a later part that was cut off before its own end
BEGUN = re.compile(rb"\d+ \d+ obj\b")
# a point of paper is a third of a millimetre: tools round
ROUNDING = 1.0
MOST_PAGES = 20_000
# bits of a widget's flags that let its picture keep its size while the page shrinks below it
NO_ZOOM, NO_ROTATE = 8, 16
KINDS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached")
# what a signature's field or its widget may hold: no act that a viewer would carry out, no layer that hides it
PARTS = {
    "/FT", "/T", "/TU", "/TM", "/V", "/Ff", "/F", "/Type", "/Subtype", "/Rect", "/P", "/AP", "/AS", "/Border", "/BS",
    "/MK", "/DA", "/DR", "/Q", "/SV", "/Kids", "/Parent", "/NM", "/M", "/C", "/StructParent", "/H",
}  # fmt: skip


class Found(Exception):
    """A check has found a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass
class Case:
    """A question, and what the checks have learned so far."""

    question: Question
    reader: Any = None
    base: Any = None
    signature: Any = None
    identity: Any = None
    chain: list[Any] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)


# --- 1 ---------------------------------------------------------------------------------------------------------------


def check_readable(case: Case) -> None:
    """Not too large, a strict PDF to its very end, no encryption."""
    file = case.question.file
    if len(file) > MOST_BYTES:
        raise Found(Fault.TOO_LARGE)
    if not file.startswith(b"%PDF-"):
        raise Found(Fault.NOT_A_PDF)
    _check_end(file)
    case.reader = _opened(file)
    _check_open(case.reader)


def _check_end(file: bytes) -> None:
    place = file.rfind(END)
    rest = file[place + len(END) :].strip(BLANK)
    if place < 0 or BEGUN.match(rest):
        raise Found(Fault.BROKEN)
    if rest:
        raise Found(Fault.JUNK)


def _opened(file: bytes) -> Any:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(file), strict=True)
        if not reader.encrypted:
            _ = reader.root["/Pages"]["/Kids"]
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise Found(Fault.BROKEN) from error
    return reader


def _check_open(reader: Any) -> None:
    from pyhanko.pdf_utils.crypt import AuthStatus

    if not reader.encrypted:
        return
    try:
        opened = reader.decrypt(b"").status is not AuthStatus.FAILED
    except Exception as error:  # whatever its own security is, it is one
        raise Found(Fault.ENCRYPTED) from error
    raise Found(Fault.ENCRYPTED if opened else Fault.PASSWORD)


# --- 2 ---------------------------------------------------------------------------------------------------------------


def check_ours(case: Case) -> None:
    """Our last revision is the beginning, and the file's history goes through it."""
    file, base = case.question.file, case.question.base
    if file == base:  # what it lacks is a signature, which the next check says
        case.base = case.reader
        return
    if base.startswith(file):
        raise Found(Fault.SHORTENED)
    if not file.startswith(base):
        issued = base[: case.question.issued_bytes]
        older = len(base) > len(issued) and file.startswith(issued)
        raise Found(Fault.OLDER if older else Fault.NOT_OURS)
    case.base = _opened(base)
    _check_history(case.reader.xrefs, case.base.xrefs)


def _check_history(new: Any, old: Any) -> None:
    """A later part may point past ours: then other bytes than ours would count as its beginning."""
    if new.total_revisions <= old.total_revisions or new.hybrid_xrefs_present:
        raise Found(Fault.CHANGED)
    for number in range(old.total_revisions):
        if new.get_startxref_for_revision(number) != old.get_startxref_for_revision(number):
            raise Found(Fault.CHANGED)


# --- 3 ---------------------------------------------------------------------------------------------------------------


def check_one_new(case: Case) -> None:
    """Exactly one field is filled that was not before; stamps of time are no signatures."""
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    before, now = _filled(case.base), _filled(case.reader)
    if before.keys() - now.keys():
        raise Found(Fault.SHORTENED)
    fresh = {name: one for name, one in now.items() if name not in before and one[1] != "/DocTimeStamp"}
    if not fresh:
        raise Found(Fault.UNSIGNED)
    if len(fresh) > 1:
        raise Found(Fault.TWO)
    ((name, (sig_field, _kind, encoding)),) = fresh.items()
    if encoding not in KINDS:
        raise Found(Fault.FORMAT)
    case.signature = EmbeddedPdfSignature(case.reader, sig_field, name)


def _filled(reader: Any) -> dict[str, tuple[Any, str, str]]:
    """Every field with a signature: its reference, what kind of signature, how it is encoded."""
    from pyhanko.sign.fields import enumerate_sig_fields

    found = {}
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        signed = value.get_object()
        found[str(name)] = (reference, str(signed.get("/Type", "/Sig")), str(signed.get("/SubFilter", "")))
    return found


# --- 4 ---------------------------------------------------------------------------------------------------------------


def check_nothing_else(case: Case) -> None:
    """From our revision on, each part adds nothing but this field's signature and material to validate it."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

    _check_unlocked(case.signature)
    result = DEFAULT_DIFF_POLICY.review_file(case.reader, case.base.xrefs.total_revisions - 1)
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.FORM_FILLING:
        raise Found(Fault.CHANGED)
    if not result.changed_form_fields <= {case.signature.field_name}:
        raise Found(Fault.CHANGED)


def _check_unlocked(signature: Any) -> None:
    """A lock or a certification lets every reader call this signature broken once the other side has signed."""
    parts = (signature.sig_field, *_widgets(signature.sig_field).values())
    if "/Reference" in signature.sig_object or any("/Lock" in one for one in parts):
        raise Found(Fault.LOCKED)


# --- 5 ---------------------------------------------------------------------------------------------------------------


def check_block(case: Case) -> None:
    """Every picture of the signature lies inside the block of its side and stays there."""
    widgets = _widgets(case.signature.sig_field)
    if not {part for one in (case.signature.sig_field, *widgets.values()) for part in one} <= PARTS:
        raise Found(Fault.CHANGED)
    shown = {key: one for key, one in widgets.items() if _area(one) > 0}
    if any(int(one.get("/F", 0)) & (NO_ZOOM | NO_ROTATE) for one in shown.values()):
        raise Found(Fault.OUTSIDE)
    if not all(_inside(one, case.question.block) for one in shown.values()):
        raise Found(Fault.OUTSIDE)
    pages = {number for number, key in _annotated(case.reader) if key in shown}
    if not pages <= {case.question.block.page}:
        raise Found(Fault.OUTSIDE)


def _widgets(sig_field: Any) -> dict[int, Any]:
    """The pictures of a field by their object number: its kids, or itself."""
    if "/Kids" in sig_field:
        return {kid.idnum: kid.get_object() for kid in sig_field["/Kids"]}
    return {sig_field.container_ref.idnum: sig_field}


def _corners(widget: Any) -> tuple[float, float, float, float]:
    one, two, three, four = (float(number) for number in widget["/Rect"])
    return min(one, three), min(two, four), max(one, three), max(two, four)


def _area(widget: Any) -> float:
    if "/Rect" not in widget:
        return 0
    left, bottom, right, top = _corners(widget)
    return (right - left) * (top - bottom)


def _inside(widget: Any, block: Block) -> bool:
    left, bottom, right, top = _corners(widget)
    across = block.left - ROUNDING <= left and right <= block.right + ROUNDING
    return across and block.bottom - ROUNDING <= bottom and top <= block.top + ROUNDING


def _annotated(reader: Any) -> Iterator[tuple[int, int]]:
    """The number of each page beside the object number of each thing that lies on it."""
    for number, page in enumerate(_pages(reader.root["/Pages"], set())):
        for one in page.get("/Annots", ()):
            yield number, getattr(one, "idnum", 0)


def _pages(node: Any, seen: set[int]) -> Iterator[Any]:
    for reference in node["/Kids"]:
        if reference.idnum in seen or len(seen) > MOST_PAGES:
            raise Found(Fault.BROKEN)
        seen.add(reference.idnum)
        kid = reference.get_object()
        if kid["/Type"] == "/Pages":
            yield from _pages(kid, seen)
        else:
            yield kid
