"""The issued PDF gets its two empty fields for signatures and the seal of the marketplace.

The seal is an ordinary approval signature, never a certification: that one would break when a signer's own tool adds
its field. `/SigFlags` is 3 from the start, so that the first signer's tool has nothing to change but its own signature.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypedDict

from marketplace.contracts.signatures.loops import apart
from marketplace.contracts.states.agreements import Side

FIELDS: dict[Side, str] = {Side.SELLER: "BenBan", Side.BUYER: "BenMua"}
SEAL_FIELD = "ConDauSan"
LABELS = {"BenBan": "Chữ ký số của bên bán", "BenMua": "Chữ ký số của bên mua"}
OWN_SEAL_DAYS = 3650
KEY_BITS = 2048
# bytes of a signature beside its certificates
ROOM = 2048


class Box(TypedDict):
    """Where a block for a signature lies: its page, counted from 1, and [left, bottom, right, top] in points."""

    page: int
    rect: list[float]


@dataclass(frozen=True, slots=True)
class Seal:
    """The key of the marketplace with its certificate, then those that stand above it, as PEM in one text."""

    pem: bytes


def sealed(pdf: bytes, boxes: Mapping[str, Box], seal: Seal, *, reason: str) -> bytes:
    """The PDF with an empty field in each box and the seal over all of it, added as one revision behind the first."""
    from pyhanko.sign import fields, signers

    writer = _writer(pdf)
    for name, box in boxes.items():
        left, bottom, right, top = box["rect"]
        spec = fields.SigFieldSpec(
            name,
            on_page=box["page"] - 1,
            box=(left, bottom, right, top),  # type: ignore[arg-type]  # parts of points are meant
            readable_field_name=LABELS.get(name, name),
        )
        fields.append_signature_field(writer, spec)
    fields.ensure_sig_flags(writer)
    meta = signers.PdfSignatureMetadata(field_name=SEAL_FIELD, md_algorithm="sha256", reason=reason)
    out = io.BytesIO()
    signer, room = _signer(seal)
    apart(signers.PdfSigner(meta, signer).sign_pdf, writer, output=out, bytes_reserved=room)
    return out.getvalue()


def _writer(pdf: bytes) -> Any:
    """Adds a revision, and leaves the claim to be PDF/A as the compiler wrote it."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class AsItWas(IncrementalPdfFileWriter):
        """Writes no metadata of its own."""

        def _update_meta(self) -> None:
            return

    return AsItWas(io.BytesIO(pdf))


@cache
def _signer(seal: Seal) -> tuple[Any, int]:
    """What pyHanko signs with, and how many hex digits its signature may take; a key is read and checked once."""
    from asn1crypto import pem, x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    armoured = pem.unarmor(seal.pem, multiple=True)
    certificates = [x509.Certificate.load(der) for kind, _headers, der in armoured if kind == "CERTIFICATE"]
    above: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    above.register_multiple(certificates[1:])
    signer = _kept_key(load_pem_private_key(seal.pem, password=None), certificates[0], above)
    return signer, 2 * (ROOM + sum(len(one.dump()) for one in certificates))


def _kept_key(key: Any, certificate: Any, above: Any) -> Any:
    """A signer whose RSA key stays loaded."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from pyhanko.sign.signers import Signer

    class KeptKey(Signer):
        """Signs with SHA-256 and PKCS #1, as every reader understands."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return bytes(key.sign(data, PKCS1v15(), SHA256()))

    return KeptKey(signing_cert=certificate, cert_registry=above)


def own_seal(name: str, *, made_at: datetime) -> Seal:
    """A key and a certificate that vouches for itself, for trying out: no authority stands behind it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at - timedelta(days=1))
        .not_valid_after(made_at + timedelta(days=OWN_SEAL_DAYS))
        .add_extension(_usage(), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Seal(private + certificate.public_bytes(serialization.Encoding.PEM))


def _usage() -> Any:
    from cryptography import x509

    unused = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    return x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **unused)


def fault_of(seal: Seal) -> str:
    """What is wrong with a seal's PEM, in one sentence for an operator; nothing where it can be used."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(seal.pem, password=None)
        certificate = x509.load_pem_x509_certificate(seal.pem)
    except (ValueError, TypeError):
        return "it must hold a private key without a password and its certificate, as PEM"
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS:
        return f"its key must be RSA of at least {KEY_BITS} bits"
    return "" if key.public_key() == certificate.public_key() else "its first certificate belongs to another key"
