"""Certificates that were given for something else, and lists that speak of other certificates than the holder's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Judgement
from marketplace.contracts.signatures.trial_authority import Issued, Subject, serial_of
from tests.contracts import forging
from tests.contracts import paperwork as paper

OWN, OTHER = "http://ca.example/1.crl", "http://ca.example/2.crl"
MACHINES = (Purpose.SERVER_AUTH, Purpose.CODE_SIGNING, Purpose.TIME_STAMPING, Purpose.OCSP_SIGNING)


def ago(**span: int) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def with_more(*extensions: x509.ExtensionType, ca: bool = False) -> Issued:
    """The seller's certificate again, with more parts or as an authority's."""
    plain = paper.token_of(paper.SELLER)
    old = x509.load_der_x509_certificate(plain.certificate)
    builder = x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer).public_key(old.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(old.not_valid_before_utc).not_valid_after(old.not_valid_after_utc)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    builder = builder.add_extension(old.extensions.get_extension_for_class(x509.KeyUsage).value, critical=True)
    for one in extensions:
        builder = builder.add_extension(one, critical=False)
    return Issued(builder.sign(paper.authority().key, hashes.SHA256()).public_bytes(Encoding.DER), plain.key)


def signed_by(issued: Issued) -> bytes:
    return paper.signed(paper.issued_paper(), issued)


def points(url: str) -> x509.CRLDistributionPoints:
    address = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(address, None, None, None)])


def part_of_list(url: str, *revoked: int, at: datetime) -> bytes:
    """One of several lists among which an authority divides its certificates."""
    scope: Any = x509.IssuingDistributionPoint(
        [x509.UniformResourceIdentifier(url)], None, False, False, None, False, False
    )
    issuer = x509.load_der_x509_certificate(paper.authority().certificate).subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer).last_update(at)
    builder = builder.next_update(at + timedelta(days=7)).add_extension(scope, critical=True)
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at - timedelta(hours=1))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(paper.authority().key, hashes.SHA256()).public_bytes(Encoding.DER)


# --- what a certificate was given for --------------------------------------------------------------------------------


@pytest.mark.parametrize("purposes", [*((one,) for one in MACHINES), MACHINES])
def test_a_machines_certificate_signs_no_paper(purposes: Sequence[x509.ObjectIdentifier]) -> None:
    answer = paper.judged(signed_by(with_more(x509.ExtendedKeyUsage(purposes))))
    assert (answer.fault, answer.step) == (Fault.WRONG_USAGE, 7)


@pytest.mark.parametrize("also", [Purpose.EMAIL_PROTECTION, Purpose.CLIENT_AUTH, x509.ObjectIdentifier("1.2.3.4")])
def test_a_holders_certificate_may_name_other_purposes(also: x509.ObjectIdentifier) -> None:
    answer = paper.judged(signed_by(with_more(x509.ExtendedKeyUsage([Purpose.SERVER_AUTH, also]))))
    assert answer.judgement is Judgement.ACCEPT


def test_an_authoritys_certificate_signs_no_paper() -> None:
    answer = paper.judged(signed_by(with_more(ca=True)))
    assert (answer.fault, answer.step) == (Fault.WRONG_USAGE, 7)


def test_a_holder_is_no_authority() -> None:
    """Whoever has an honest certificate cannot make more of them."""
    honest = paper.token_of(paper.BUYER)
    key: Any = load_der_private_key(honest.key, password=None)
    old = x509.load_der_x509_certificate(with_more().certificate)
    builder = x509.CertificateBuilder(
        x509.load_der_x509_certificate(honest.certificate).subject, old.subject, old.public_key(), old.serial_number,
        old.not_valid_before_utc, old.not_valid_after_utc, list(old.extensions),
    )  # fmt: skip
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    forged = Issued(made, paper.token_of(paper.SELLER).key)
    file = forging.signed_freely(paper.issued_paper(), forged, "BenBan", honest.certificate)
    assert paper.judged(file).fault is Fault.UNTRUSTED


def test_a_companys_code_as_a_persons_number_binds_nobody() -> None:
    person = Subject(name="Nguyễn Văn A", uids=(f"CCCD:{paper.SELLER_CODE}",))
    assert paper.judged(forging.by(person)).fault is Fault.OTHER_ORGANISATION


# --- of which certificates a list speaks -----------------------------------------------------------------------------


def test_the_list_of_another_part_proves_nothing() -> None:
    known = (part_of_list(OTHER, at=ago(hours=1)),)
    for issued in (with_more(points(OWN)), with_more()):
        answer = paper.judged(signed_by(issued), lists=known)
        assert (answer.judgement, answer.report["revocation"]) == (Judgement.HOLD, "unknown")


def test_the_list_of_its_own_part_proves_it() -> None:
    answer = paper.judged(signed_by(with_more(points(OWN))), lists=(part_of_list(OWN, at=ago(hours=1)),))
    assert answer.judgement is Judgement.ACCEPT


def test_a_newer_list_of_another_part_hides_no_revocation() -> None:
    issued = with_more(points(OWN))
    known = (part_of_list(OTHER, at=ago(minutes=5)), part_of_list(OWN, serial_of(issued), at=ago(hours=2)))
    answer = paper.judged(signed_by(issued), lists=known)
    assert (answer.fault, answer.step) == (Fault.REVOKED, 10)
