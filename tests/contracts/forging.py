"""Files that try to deceive, built as an attacker would build them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.loops import awaited
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from tests.contracts import paperwork as paper

OVER_PRICES = (60, 600, 540, 780)


def writer_on(file: bytes) -> Any:
    """A later part that is about to be written after a file."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    return IncrementalPdfFileWriter(io.BytesIO(file))


def with_later_part(file: bytes, change: Callable[[Any], None]) -> bytes:
    """The file and one more part that changes something."""
    writer = writer_on(file)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_freely(
    file: bytes,
    issued: Issued,
    field: str = "BenBan",
    *others: bytes,
    box: Any = None,
    page: int = 0,
    change: Any = None,
    **meta: Any,
) -> bytes:
    """Signed by a tool that does what it is told: another field, another digest, changes in the same part."""
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    writer = writer_on(file)
    if change:
        change(writer)
    spec = SigFieldSpec(field, on_page=page, box=box) if box else None
    signer = paper.simple_signer(issued, *others)
    pdf = PdfSigner(PdfSignatureMetadata(field_name=field, **meta), signer, new_field_spec=spec)
    return bytes(awaited(pdf.async_sign_pdf(writer)).getbuffer())


def with_text(text: str) -> Callable[[Any], None]:
    """Draw other words over the price table of the first page."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils import generic

        drawn = f"q 1 1 1 rg 60 600 480 180 re f 0 g BT /Helv 18 Tf 80 700 Td ({text}) Tj ET Q".encode()
        stream = generic.StreamObject(stream_data=drawn)
        font = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(value) for key, value in FONT.items()})
        fonts = generic.DictionaryObject({generic.pdf_name("/Helv"): font})
        resources = generic.DictionaryObject({generic.pdf_name("/Font"): fonts})
        writer.add_stream_to_page(0, writer.add_object(stream), resources)

    return change


FONT = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}


def changed_price() -> bytes:
    """Another price, then a fresh and perfectly valid signature over everything."""
    return paper.signed(with_later_part(paper.issued_paper(), with_text("28 VND")), paper.token_of(paper.SELLER))


def changed_price_in_one_part() -> bytes:
    """The same, in the very part that brings the signature."""
    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=with_text("28 VND"))


def covering_picture() -> bytes:
    """A valid signature whose picture lies over the price table."""
    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), "Signature1", box=OVER_PRICES, page=0)


def own_field_in_block() -> bytes:
    """A desktop tool that makes a field of its own, inside the block: honest."""
    return signed_freely(
        paper.issued_paper(), paper.token_of(paper.SELLER), "Signature1", box=(70, 100, 260, 160), page=1
    )


def in_the_others_block() -> bytes:
    """The seller signs where the buyer belongs."""
    return paper.signed(paper.issued_paper(), paper.token_of(paper.SELLER), "BenMua")


def flipped(file: bytes, at: int) -> bytes:
    """One bit of one byte is another."""
    changed = bytearray(file)
    changed[at] ^= 1
    return bytes(changed)


def overlay() -> bytes:
    """Something drawn over a file that was signed."""
    return with_later_part(paper.seller_signed(), with_text("28 VND"))


def resaved() -> bytes:
    """Opened and saved anew by an ordinary program."""
    import pypdf

    out = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(paper.seller_signed())).write(out)
    return out.getvalue()


def two_at_once() -> bytes:
    """Both blocks are signed before the file comes back."""
    return paper.signed(paper.seller_signed(), paper.token_of(paper.SELLER), "BenMua")


def at_another_time(difference: timedelta) -> bytes:
    """Signed on a computer whose clock differs."""
    with time_machine.travel(datetime.now(UTC) + difference, tick=False):
        return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER))


def by(subject: Subject, **how: Any) -> bytes:
    """Signed with another certificate of the good authority."""
    return paper.signed(paper.issued_paper(), paper.token_of(subject, **how))


def by_false_authority() -> bytes:
    """Every name is right, but another key stands behind the authority."""
    token = trial_authority.new_authority().issue(paper.SELLER)
    return paper.signed(paper.issued_paper(), token)


def with_sha1() -> bytes:
    """The outdated digest."""
    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), md_algorithm="sha1")


def moved_field() -> bytes:
    """The seller's own field grows over the price table."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils import generic

        field = _field(writer, "BenBan")
        field["/Rect"] = generic.ArrayObject(generic.NumberObject(number) for number in OVER_PRICES)
        writer.update_container(field)

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=change)


def with_flags(flags: int) -> bytes:
    """The picture keeps its size when the page is shown small, and so covers what stands around it."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils import generic

        field = _field(writer, "BenBan")
        field["/F"] = generic.NumberObject(flags)
        writer.update_container(field)

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=change)


def locking() -> bytes:
    """The seller's signature forbids that anybody signs after it: the buyer's would break it for every reader."""
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec, append_signature_field

    def change(writer: Any) -> None:
        lock = FieldMDPSpec(FieldMDPAction.INCLUDE, ["BenMua"])
        box = (70, 100, 260, 160)
        append_signature_field(writer, SigFieldSpec("Signature1", on_page=1, box=box, field_mdp_spec=lock))

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), "Signature1", change=change)


def with_script() -> bytes:
    """A field of one's own that runs a script when it is clicked."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    def change(writer: Any) -> None:
        append_signature_field(writer, SigFieldSpec("Signature1", on_page=1, box=(70, 100, 260, 160)))
        script = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.TextStringObject("app.alert(1)")}
        field = _field(writer, "Signature1")
        field["/A"] = generic.DictionaryObject({generic.pdf_name(name): value for name, value in script.items()})

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), "Signature1", change=change)


def with_words_in_the_others_block() -> bytes:
    """The buyer's empty field is given a picture by the seller."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils import generic

        stream = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 100 50 re f")
        stream.update({generic.pdf_name("/Subtype"): generic.pdf_name("/Form"), generic.pdf_name("/BBox"): _box()})
        field = _field(writer, "BenMua")
        field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(stream)})
        writer.update_container(field)

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=change)


def around_our_history() -> bytes:
    """The file begins with ours, but its last part says that something else came before it."""
    file = paper.seller_signed()
    place = file.rfind(b"/Prev ")
    end = place + len(b"/Prev ")
    digits = len(file[end:]) - len(file[end:].lstrip(b"0123456789"))
    first = file.find(b"startxref") + len(b"startxref\n")
    earliest = file[first : file.find(b"\n", first)].strip()
    return file[:end] + earliest.rjust(digits, b"0") + file[end + digits :]


def with_validation_material() -> bytes:
    """An honest tool adds the authority's certificates and lists after the signature."""
    from asn1crypto import crl, x509
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    out = io.BytesIO(paper.seller_signed())
    lists = [crl.CertificateList.load(paper.authority().revocations())]
    certificates = [x509.Certificate.load(paper.authority().certificate)]
    DocumentSecurityStore.add_dss(out, b"", certs=certificates, crls=lists)
    return out.getvalue()


def encrypted(password: str = "") -> bytes:
    """The paper behind a password, or with an empty one."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(paper.issued_paper()))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def many_pages(count: int = 10_000, base: bytes = b"") -> bytes:
    """A file, or a later part of ours, with that many pages."""
    import pypdf

    writer = pypdf.PdfWriter()
    for _number in range(count):
        writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def many_pages_after_ours(count: int = 10_000) -> bytes:
    """Our file, then a part with that many pages more."""

    def change(writer: Any) -> None:
        from pyhanko.pdf_utils import generic

        pages = writer.root["/Pages"]
        for _number in range(count):
            blank = {"/Type": generic.pdf_name("/Page"), "/Parent": writer.root.raw_get("/Pages")}
            pages["/Kids"].append(writer.add_object(generic.DictionaryObject(
                {generic.pdf_name(name): value for name, value in blank.items()})))  # fmt: skip
        writer.update_container(pages)

    return signed_freely(paper.issued_paper(), paper.token_of(paper.SELLER), change=change)


def self_referencing() -> bytes:
    """A tree of pages that holds itself, after our file."""

    def change(writer: Any) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"].append(writer.root.raw_get("/Pages"))
        writer.update_container(pages)

    return with_later_part(paper.seller_signed(), change)


def deep(levels: int = 60_000) -> bytes:
    """Brackets in brackets, as a whole file."""
    body = b"%PDF-1.7\n1 0 obj\n" + b"[" * levels + b"]" * levels + b"\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def _field(writer: Any, name: str) -> Any:
    fields = (one.get_object() for one in writer.root["/AcroForm"]["/Fields"])
    return next(one for one in fields if one["/T"] == name)


def _box() -> Any:
    from pyhanko.pdf_utils import generic

    return generic.ArrayObject(generic.NumberObject(number) for number in (0, 0, 100, 50))
