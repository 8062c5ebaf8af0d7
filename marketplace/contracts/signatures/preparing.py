"""Preparing a signature whose key is elsewhere: the file with room for it, the attributes to sign, the file with it.

The key never comes here. A stamp in Vietnamese says who signs; it is drawn by our own template with our own letters.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.contracts.signatures.identity import identity_of
from marketplace.contracts.signatures.loops import awaited
from marketplace.contracts.signatures.questions import Block
from marketplace.core import clock, papers
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

STAMP = "contracts/stamps/signature.typ"
METHOD = "sha256"
# hex digits of room: a chain of three with 4,096-bit keys fits
ROOM = 24 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file with room for one signature, and what is signed: attributes (DER) with the digest of what is covered."""

    file: bytes
    attributes: bytes
    digest: bytes
    start: int
    end: int


def prepare(base: bytes, field: str, block: Block, chain: Sequence[bytes], *, is_trial: bool = False) -> Prepared:
    """Put the stamp and room for the signature of a certificate (DER, the holder's first) into a copy of `base`."""
    certificates = _certificates(chain)
    return awaited(_prepare(base, field, block, certificates, is_trial))


def complete(prepared: Prepared, chain: Sequence[bytes], signature: bytes) -> bytes:
    """The signed file, from what the key's holder has made of the attributes; whether it fits is checked like any."""
    return awaited(_complete(prepared, _certificates(chain), signature))


def signed_by(base: bytes, field: str, block: Block, chain: Sequence[bytes], key: bytes, *, is_trial: bool) -> bytes:
    """Prepare and sign at once with a key at hand (PKCS #8, DER): the demonstration's signer and tests."""
    from cryptography.hazmat.primitives import serialization

    prepared = prepare(base, field, block, chain, is_trial=is_trial)
    held: Any = serialization.load_der_private_key(key, password=None)
    return complete(prepared, chain, signature_of(held, prepared.attributes))


def signature_of(key: Any, attributes: bytes) -> bytes:
    """What a key makes of attributes: RSA (PKCS #1) or ECDSA over SHA-256."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(attributes, ec.ECDSA(hashes.SHA256()))
    return bytes(key.sign(attributes, padding.PKCS1v15(), hashes.SHA256()))


def on_our_clock(signer: Any) -> Any:
    """Let a signer of pyHanko write the time of our clock, as everything else here does, not the machine's own."""
    begin = signer.init_signing_session

    def begun(*about: Any, **more: Any) -> Any:
        session = begin(*about, **more)
        session.system_time = clock.now()
        return session

    signer.init_signing_session = begun
    return signer


def _certificates(chain: Sequence[bytes]) -> list[Any]:
    """The chain as asn1crypto reads it; what is no certificate is refused."""
    from asn1crypto import x509

    try:
        found = [x509.Certificate.load(der, strict=True) for der in chain]
        for one in found:
            identity_of(one)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(_l("The certificate could not be read.")) from error
    if not found or found[0].public_key.algorithm not in {"rsa", "ec"}:
        raise Refused(_l("The certificate could not be read."))
    return found


def _signer(certificates: list[Any], signature: bytes | int) -> Any:
    from pyhanko.sign.signers.pdf_cms import ExternalSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(certificates[1:])
    return ExternalSigner(certificates[0], store, signature_value=signature)


async def _prepare(base: bytes, field: str, block: Block, certificates: list[Any], is_trial: bool) -> Prepared:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
    from pyhanko.stamp.static import StaticStampStyle

    signer = _signer(certificates, 512)
    meta = PdfSignatureMetadata(field_name=field, md_algorithm=METHOD, subfilter=SigSeedSubFilter.PADES)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as stamp:
        stamp.write(_stamp(certificates[0], block, clock.now(), is_trial))
        stamp.flush()
        style = StaticStampStyle.from_pdf_file(stamp.name, border_width=0, background_layout=_whole())
        pdf = on_our_clock(PdfSigner(meta, signer, stamp_style=style))
        digest, _unsigned, out = await pdf.async_digest_doc_for_signing(
            IncrementalPdfFileWriter(io.BytesIO(base)), existing_fields_only=True, bytes_reserved=ROOM
        )
    attributes = await signer.signed_attrs(digest.document_digest, METHOD, use_pades=True)
    out.seek(0)
    return Prepared(
        out.read(), attributes.dump(), digest.document_digest, digest.reserved_region_start, digest.reserved_region_end
    )


async def _complete(prepared: Prepared, certificates: list[Any], signature: bytes) -> bytes:
    from asn1crypto import cms
    from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest

    attributes = cms.CMSAttributes.load(prepared.attributes)
    packed = await _signer(certificates, signature).async_sign_prescribed_attributes(METHOD, attributes)
    out = io.BytesIO(prepared.file)
    PreparedByteRangeDigest(prepared.digest, prepared.start, prepared.end).fill_with_cms(out, packed)
    return out.getvalue()


def _whole() -> Any:
    from pyhanko.pdf_utils import layout

    middle = layout.AxisAlignment.ALIGN_MID
    return layout.SimpleBoxLayoutRule(x_align=middle, y_align=middle, margins=layout.Margins())


def _stamp(certificate: Any, block: Block, at: datetime, is_trial: bool) -> bytes:
    identity = identity_of(certificate)
    numbers = identity.tax_codes or identity.personal_numbers
    words = {
        "name": identity.name,
        "organisation": identity.organisation,
        "number": numbers[0] if numbers else "",
        "at": clock.local(at).strftime("%H:%M %d/%m/%Y"),
        "trial": is_trial,
        "width": round(block.right - block.left, 2),
        "height": round(block.top - block.bottom, 2),
    }
    return papers.made_of(STAMP, words)
