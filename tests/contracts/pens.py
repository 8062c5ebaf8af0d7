"""Signing in tests: an authority that the market trusts, tokens of both sides, files sent in and judged at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest import mock

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.jobs import signing as jobs
from marketplace.contracts.models import Agreement, Document, Mandate, SignedUpload, TrustRoot
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import mandates, signing, trust
from marketplace.contracts.services.mandates import Grant
from marketplace.contracts.signatures import child, preparing, trial_authority
from marketplace.contracts.signatures.accepting import accept
from marketplace.contracts.signatures.identity import fingerprint_of
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.signing import Way
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.files import store
from tests import factories
from tests.contracts import paperwork
from tests.contracts.making import TwoSides, agreement_in, two_sides


def trusted(*, with_list: bool = True) -> None:
    """The market trusts the tests' authority, and holds its list."""
    certificate = paperwork.authority().certificate
    with writing():
        db.session.add(TrustRoot(fingerprint=fingerprint_of(certificate), name="Trial", der=certificate))
        if with_list:
            trust.take_list(paperwork.authority().revocations(), by=SYSTEM)


def publish(revoked: dict[int, datetime] | None = None) -> None:
    """The authority's next list comes in."""
    with writing():
        trust.take_list(paperwork.authority().revocations(revoked, number=factories.number()), by=SYSTEM)


def token_of(organisation: Organisation) -> Issued:
    """The USB token of an organisation."""
    return paperwork.token_of(Subject(name=organisation.legal_name, uids=(f"MST:{organisation.tax_code}",)))


def serial_of(organisation: Organisation) -> int:
    """By which number a list names its certificate."""
    return trial_authority.serial_of(token_of(organisation))


def mandate(organisation: Organisation, person: Person, **columns: Any) -> Mandate:
    """A mandate without limits for a year, unless said otherwise."""
    today = clock.today()
    days = {"valid_from": today, "valid_to": today.replace(year=today.year + 1)}
    with writing():
        by = factories.actor(person, organisation)
        return mandates.give(organisation, person, Grant(**{**days, **columns}), by=by)


def ready_to_sign(**how: Any) -> tuple[TwoSides, Agreement]:
    """A contract that waits for signatures, both signatories with mandates, the authority trusted."""
    trusted(with_list=how.pop("with_list", True))
    sides = two_sides()
    mandate(sides.seller, sides.seller_signatory)
    mandate(sides.buyer, sides.buyer_signatory)
    return sides, agreement_in(AgreementState.SIGNING, sides, **how)


def document_of(agreement: Agreement) -> Document:
    """The PDF that waits."""
    found = known.live_document(agreement)
    assert found is not None
    return found


def top_of(document: Document) -> bytes:
    """What has to be signed next."""
    chain = known.live_chain(document)
    return store().get(chain[-1].file_key if chain else document.file_key)


def signed_file(agreement: Agreement, side: Side, issued: Issued | None = None) -> bytes:
    """The paper as a side's own tool would sign it now."""
    document = document_of(agreement)
    token = issued or token_of(agreement.organisation_of(side))
    block = known.block_of(document, side)
    return preparing.signed_by(
        top_of(document), known.field_of(side), block, [token.certificate], token.key, is_trial=True
    )


def send(agreement: Agreement, side: Side, sides: TwoSides, content: bytes | None = None) -> SignedUpload:
    """A side's signatory sends a file in."""
    document = document_of(agreement)
    kept = signing.keep(content if content is not None else signed_file(agreement, side))
    with writing():
        upload = signing.receive(document, side, kept, Way.UPLOAD, by=sides.signatory(side))
    return factories.stored(upload)


def judge(upload: SignedUpload) -> SignedUpload:
    """The worker checks it, in this process."""
    with mock.patch.object(child, "judged", side_effect=accept):
        jobs.check_upload(upload.ref)
    db.session.refresh(upload)
    return upload


def sign(agreement: Agreement, side: Side, sides: TwoSides, content: bytes | None = None) -> SignedUpload:
    """Sent in and checked."""
    return judge(send(agreement, side, sides, content))


def again(sides: TwoSides) -> tuple[TwoSides, Agreement]:
    """One more contract of the same two sides that waits for signatures."""
    return sides, agreement_in(AgreementState.SIGNING, sides)
