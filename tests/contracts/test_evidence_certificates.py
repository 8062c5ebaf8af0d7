"""A stranger has every certificate at hand that the signatures of a package lead to."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from cryptography import x509
from flask import Flask

from marketplace.contracts.services import evidence
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.core.database import db
from tests.contracts import paperwork, pens


@pytest.fixture
def package(app: Flask) -> Iterator[dict[str, bytes]]:
    """The package of a contract that both sides have signed."""
    with app.app_context():
        sides, agreement = pens.ready_to_sign()
        pens.sign(agreement, Side.SELLER, sides)
        pens.sign(agreement, Side.BUYER, sides)
        db.session.refresh(agreement)
        assert agreement.state is AgreementState.ACTIVE
        with zipfile.ZipFile(io.BytesIO(evidence.package(agreement))) as archive:
            yield {name: archive.read(name) for name in archive.namelist()}


def test_the_chain_of_each_signature_can_be_walked_to_the_authority(package: dict[str, bytes]) -> None:
    held = {name: der for name, der in package.items() if name.startswith("certificates/")}
    assert {f"certificates/{hashlib.sha256(der).hexdigest()}.cer" for der in held.values()} == set(held)
    root = x509.load_der_x509_certificate(paperwork.authority().certificate)
    for signature in json.loads(package["report.json"])["signatures"]:
        der = held[f"certificates/{signature['certificate_sha256']}.cer"]
        x509.load_der_x509_certificate(der).verify_directly_issued_by(root)
    assert paperwork.authority().certificate in held.values()


def test_what_is_to_be_read_first_names_them(package: dict[str, bytes]) -> None:
    assert "certificates/: chứng thư số" in package["DOC-TRUOC.txt"].decode()
    assert "certificates/" in package["SHA256SUMS"].decode()
