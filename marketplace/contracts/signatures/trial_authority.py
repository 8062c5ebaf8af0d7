"""A certificate authority for trying out: its certificates prove nothing, only the demonstration and tests trust it.

It makes what a public authority makes: a root, certificates that name a tax code in the subject's UID, lists of those
that were revoked. Its keys lie in a folder beside the local data and are never committed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.core import clock

ROOT_NAME = "CA thử nghiệm OCOP, không có giá trị"
ROOT_YEARS, CERTIFICATE_DAYS, LIST_DAYS = 10, 365, 7
PIN = "123456"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a certificate names; `uids` are written as authorities write them, such as `MST:0100233488`."""

    name: str
    organisation: str = ""
    uids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate (DER) and its private key (PKCS #8 DER): what a token holds."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Authority:
    """One authority with its own key."""

    certificate: bytes
    key: Any = field(repr=False)
    crl_url: str = ""

    def issue(
        self,
        subject: Subject,
        *,
        begins: dt.datetime | None = None,
        days: int = CERTIFICATE_DAYS,
        may_sign: bool = True,
        bits: int = 2048,
        key: Any = None,
    ) -> Issued:
        """A certificate of an organisation, valid for so many days; of a key at hand, or a fresh one of RSA."""
        key = key or new_key(bits)
        begins = begins or clock.now() - dt.timedelta(days=1)
        builder = _builder(_name(subject), self._subject, key.public_key(), begins, days)
        builder = _with_usage(builder, signs=may_sign)
        if self.crl_url:
            builder = _with_list_at(builder, self.crl_url)
        return Issued(_der(self._signed(builder)), _key_der(key))

    def intermediate(self, name: str) -> Authority:
        """An authority below this one."""
        key = new_key()
        subject = _name(Subject(name=name))
        begins = clock.now() - dt.timedelta(days=30)
        builder = _builder(subject, self._subject, key.public_key(), begins, 365 * ROOT_YEARS // 2)
        return Authority(_der(self._signed(_as_authority(builder))), key)

    def revocations(
        self,
        revoked: Mapping[int, dt.datetime] | None = None,
        *,
        at: dt.datetime | None = None,
        days: float = LIST_DAYS,
        number: int | None = None,
    ) -> bytes:
        """The list (CRL, DER) of what was revoked, by serial number, as it is published at a moment."""
        from cryptography import x509

        at = at or clock.now()
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._subject)
        builder = builder.last_update(at).next_update(at + dt.timedelta(days=days))
        number = int(at.timestamp()) if number is None else number
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for serial, since in (revoked or {}).items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        return _der(self._signed(builder))

    @property
    def _subject(self) -> Any:
        from cryptography import x509

        return x509.load_der_x509_certificate(self.certificate).subject

    def _signed(self, builder: Any) -> Any:
        from cryptography.hazmat.primitives import hashes

        return builder.sign(self.key, hashes.SHA256())


def new_authority(name: str = ROOT_NAME, *, crl_url: str = "") -> Authority:
    """A root of its own."""
    key = new_key()
    subject = _name(Subject(name=name))
    begins = clock.now() - dt.timedelta(days=365)
    builder = _as_authority(_builder(subject, subject, key.public_key(), begins, 365 * ROOT_YEARS))
    unsigned = Authority(b"", key, crl_url)
    return Authority(_der(unsigned._signed(builder)), key, crl_url)


def serial_of(issued: Issued | bytes) -> int:
    """The serial number by which a list of revocations names a certificate."""
    from cryptography import x509

    return int(x509.load_der_x509_certificate(_certificate(issued)).serial_number)


def new_key(bits: int = 2048) -> Any:
    """A fresh RSA key."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


# --- kept in a folder ------------------------------------------------------------------------------------------------


def opened(folder: Path, name: str = ROOT_NAME) -> Authority:
    """The authority that a folder holds, made there when it is first asked for."""
    from cryptography.hazmat.primitives import serialization

    certificate, key = folder / "root.der", folder / "root.key"
    if not (certificate.exists() and key.exists()):
        made = new_authority(name)
        _keep(key, _key_der(made.key))
        _keep(certificate, made.certificate)
    loaded = serialization.load_der_private_key(key.read_bytes(), password=None)
    return Authority(certificate.read_bytes(), loaded)


def certificate_in(folder: Path, ref: str, subject: Subject) -> Issued:
    """Certificate and key of one organisation, made and kept (also as .p12 for the command) when first asked for."""
    certificate, key = folder / f"{ref}.der", folder / f"{ref}.key"
    if not (certificate.exists() and key.exists()) or _ends_soon(certificate.read_bytes()):
        made = opened(folder).issue(subject)
        _keep(key, made.key)
        _keep(certificate, made.certificate)
        _keep(folder / f"{ref}.p12", packed(made, subject.name))
    return Issued(certificate.read_bytes(), key.read_bytes())


def packed(issued: Issued, name: str, pin: str = PIN) -> bytes:
    """Certificate and key as one PKCS #12 file that a PIN opens: the software that stands in for a USB token."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    key: Any = serialization.load_der_private_key(issued.key, password=None)
    certificate = x509.load_der_x509_certificate(issued.certificate)
    locked = serialization.BestAvailableEncryption(pin.encode())
    return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, locked)


def _ends_soon(certificate: bytes) -> bool:
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate).not_valid_after_utc < clock.now() + dt.timedelta(days=7)


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


# --- the parts of a certificate --------------------------------------------------------------------------------------


@cache
def _oids() -> Any:
    from cryptography.x509.oid import NameOID

    return NameOID


def _name(subject: Subject) -> Any:
    from cryptography import x509

    oid = _oids()
    parts = [x509.NameAttribute(oid.COUNTRY_NAME, "VN")]
    if subject.organisation:
        parts.append(x509.NameAttribute(oid.ORGANIZATION_NAME, subject.organisation))
    parts.append(x509.NameAttribute(oid.COMMON_NAME, subject.name))
    parts += [x509.NameAttribute(oid.USER_ID, uid) for uid in subject.uids]
    return x509.Name(parts)


def _builder(subject: Any, issuer: Any, public_key: Any, begins: dt.datetime, days: int) -> Any:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _as_authority(builder: Any) -> Any:
    from cryptography import x509

    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)


def _with_usage(builder: Any, *, signs: bool) -> Any:
    from cryptography import x509

    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    usage = _usage(digital_signature=True, content_commitment=signs, key_encipherment=not signs)
    return builder.add_extension(usage, critical=True)


def _usage(**on: bool) -> Any:
    from cryptography import x509

    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def _with_list_at(builder: Any, url: str) -> Any:
    from cryptography import x509

    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _der(made: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return bytes(made.public_bytes(Encoding.DER))


def _key_der(key: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization as to

    return bytes(key.private_bytes(to.Encoding.DER, to.PrivateFormat.PKCS8, to.NoEncryption()))


def _certificate(issued: Issued | bytes) -> bytes:
    return issued.certificate if isinstance(issued, Issued) else issued
