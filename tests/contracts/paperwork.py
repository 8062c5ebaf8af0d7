"""A small issued paper with two empty blocks and a seal, its sides' certificates, what is asked about files."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from marketplace.contracts.signatures import preparing, trial_authority
from marketplace.contracts.signatures.accepting import accept
from marketplace.contracts.signatures.loops import awaited
from marketplace.contracts.signatures.questions import Answer, Block, Question
from marketplace.contracts.signatures.trial_authority import Authority, Issued, Subject

SELLER_CODE, BUYER_CODE = "0100233488", "0301519977"
SELLER = Subject(name="Hợp tác xã Gạo sạch Triệu Phong", organisation="HTX Gạo sạch", uids=(f"MST:{SELLER_CODE}",))
BUYER = Subject(name="Công ty Siêu thị Vịnh Xanh", organisation="Siêu thị Vịnh Xanh", uids=(f"MST:{BUYER_CODE}",))
BLOCKS = {"BenBan": Block(1, 60, 90, 270, 170), "BenMua": Block(1, 320, 90, 530, 170)}
SEAL = Block(1, 60, 30, 270, 70)
TABLE = """
#set page(paper: "a4", margin: 60pt)
#set text(size: 11pt)
= HỢP ĐỒNG MUA BÁN 45/2026/HĐMB
#table(columns: 3, [Hàng], [Số lượng], [Đơn giá], [Gạo sạch Triệu Phong], [1.200 kg], [28.000 ₫])
#pagebreak()
Chữ ký của hai bên
"""


@cache
def authority() -> Authority:
    """The authority that both sides' certificates come from."""
    return trial_authority.new_authority()


@cache
def token_of(subject: Subject, **how: Any) -> Issued:
    """A certificate of the good authority."""
    return authority().issue(subject, **how)


@cache
def issued_paper() -> bytes:
    """Two pages, two empty fields in their blocks, SigFlags 3, the seal as an ordinary signature."""
    return bytes(awaited(_sealed()))


async def _sealed() -> bytes:
    import typst
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    writer = IncrementalPdfFileWriter(io.BytesIO(bytes(typst.compile(TABLE.encode()))))
    for name, block in [*BLOCKS.items(), ("DauSan", SEAL)]:
        box = (int(block.left), int(block.bottom), int(block.right), int(block.top))
        append_signature_field(writer, SigFieldSpec(name, on_page=block.page, box=box))
    writer.root["/AcroForm"][generic.pdf_name("/SigFlags")] = generic.NumberObject(3)
    seal = simple_signer(trial_authority.new_authority("Seal").issue(Subject(name="Sàn OCOP")))
    out = await PdfSigner(PdfSignatureMetadata(field_name="DauSan"), seal).async_sign_pdf(writer)
    return bytes(out.getbuffer())


def simple_signer(issued: Issued, *others: bytes) -> Any:
    """The same key for pyHanko's own signer, which adds other certificates to the signature."""
    from asn1crypto import keys, x509
    from pyhanko.sign.signers.pdf_cms import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    certificate = x509.Certificate.load(issued.certificate)
    store = SimpleCertificateStore()
    store.register_multiple(x509.Certificate.load(der) for der in others)
    return SimpleSigner(certificate, keys.PrivateKeyInfo.load(issued.key), store)


def signed(base: bytes, issued: Issued, field: str = "BenBan") -> bytes:
    """Signed as our own ways of signing do it."""
    return preparing.signed_by(base, field, BLOCKS[field], [issued.certificate], issued.key, is_trial=True)


@cache
def seller_signed() -> bytes:
    """The paper with the seller's good signature."""
    return signed(issued_paper(), token_of(SELLER))


def question(file: bytes, **changes: Any) -> Question:
    """What is asked about a file that the seller sends now, an hour after the issue."""
    now = datetime.now(UTC)
    asked = Question(
        file=file, base=issued_paper(), issued_bytes=len(issued_paper()), block=BLOCKS["BenBan"],
        tax_code=SELLER_CODE, issued_at=now - timedelta(hours=1), received_at=now,
        roots=(authority().certificate,), lists=(authority().revocations(at=now - timedelta(hours=1)),),
        is_representative=True, kind="sale", value_vnd=33_600_000,
    )  # fmt: skip
    return replace(asked, **changes)


def judged(file: bytes, **changes: Any) -> Answer:
    """What becomes of it."""
    return accept(question(file, **changes))
