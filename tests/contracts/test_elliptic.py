"""Certificates on elliptic curves: accepted like those of RSA, and every deceit with one is refused as well."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from marketplace.contracts.signatures import preparing, trial_authority
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Judgement
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from tests.contracts import forging
from tests.contracts import paperwork as paper

CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-224": ec.SECP224R1()}
OTHER = Subject(name="Công ty Khác", uids=("MST:0300588569",))


@cache
def token(curve: str = "P-256", subject: Subject = paper.SELLER) -> Issued:
    """A certificate of the good authority for a key on a curve."""
    return paper.authority().issue(subject, key=ec.generate_private_key(CURVES[curve]))


@pytest.mark.parametrize("curve", ["P-256", "P-384"])
def test_a_signature_on_a_curve_is_accepted(curve: str) -> None:
    answer = paper.judged(paper.signed(paper.issued_paper(), token(curve)))
    assert (answer.judgement, answer.fault) == (Judgement.ACCEPT, None)


def test_what_no_list_proves_is_held() -> None:
    answer = paper.judged(paper.signed(paper.issued_paper(), token()), lists=())
    assert answer.judgement is Judgement.HOLD


def refused(file: bytes, **changes: Any) -> Fault | None:
    answer = paper.judged(file, **changes)
    assert answer.judgement is Judgement.REFUSE
    return answer.fault


def test_a_short_curve_is_refused() -> None:
    assert refused(paper.signed(paper.issued_paper(), token("P-224"))) is Fault.WEAK_KEY


def test_another_price_signed_afresh_is_refused() -> None:
    changed = forging.with_later_part(paper.issued_paper(), forging.with_text("28 VND"))
    assert refused(forging.signed_freely(changed, token())) is Fault.CHANGED


def test_another_organisations_certificate_is_refused() -> None:
    assert refused(paper.signed(paper.issued_paper(), token(subject=OTHER))) is Fault.OTHER_ORGANISATION


def test_an_authority_of_the_same_name_is_refused() -> None:
    false = trial_authority.new_authority().issue(paper.SELLER, key=ec.generate_private_key(ec.SECP256R1()))
    assert refused(paper.signed(paper.issued_paper(), false)) is Fault.UNTRUSTED


def test_a_revoked_certificate_is_refused() -> None:
    now = paper.question(b"").received_at
    lists = (paper.authority().revocations({trial_authority.serial_of(token()): now}, at=now),)
    assert refused(paper.signed(paper.issued_paper(), token()), lists=lists) is Fault.REVOKED


def test_a_signature_of_another_key_is_refused() -> None:
    """The certificate is right, but whoever signed did not hold its key."""
    chain = [token().certificate]
    prepared = preparing.prepare(paper.issued_paper(), "BenBan", paper.BLOCKS["BenBan"], chain, is_trial=True)
    forged = preparing.signature_of(ec.generate_private_key(ec.SECP256R1()), prepared.attributes)
    assert refused(preparing.complete(prepared, chain, forged)) is Fault.TAMPERED


def test_a_flipped_byte_is_refused() -> None:
    assert refused(forging.flipped(paper.signed(paper.issued_paper(), token()), 1000)) is Fault.NOT_OURS
