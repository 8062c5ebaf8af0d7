"""What is known of signatures: the document that counts, the live chain upon it, uploads, mandates, what is trusted."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models import (
    Agreement,
    Document,
    DocumentVoiding,
    Mandate,
    RegisteredCertificate,
    RevocationList,
    Signature,
    SignatureCheck,
    SignedUpload,
    SigningBase,
    TrustRoot,
)
from marketplace.contracts.signatures.questions import Block, Power
from marketplace.contracts.signatures.revocation import is_signed_by, issuer_key_of
from marketplace.contracts.signatures.sealing import FIELDS
from marketplace.contracts.states.agreements import AgreementState, Side
from marketplace.contracts.states.signing import OPEN_UPLOADS, Verdict
from marketplace.core import audit, clock
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db

# lists of one authority that are looked at: the newest prove the most
LISTS_EACH = 3
# kinds of keys by what the algorithm of a signature is called; PSS is a way to use RSA, too
KEYS = {"pss": "RSA-PSS", "ecdsa": "ECDSA", "rsa": "RSA"}


def live_document(agreement: Agreement) -> Document | None:
    """The PDF that was issued last, unless it is void."""
    mine = Document.agreement_id == agreement.id
    last = select(Document).where(mine).order_by(Document.ordinal.desc()).limit(1)
    found = db.session.scalar(last.options(joinedload(Document.version)))
    return None if found is None or is_void(found) else found


def is_void(document: Document) -> bool:
    """Whether a PDF counts no longer."""
    return db.session.scalar(select(DocumentVoiding.id).where(DocumentVoiding.document_id == document.id)) is not None


def base_of(document: Document) -> SigningBase:
    """Which signature stands last on a PDF."""
    return db.session.scalars(select(SigningBase).where(SigningBase.document_id == document.id)).one()


def live_chain(document: Document) -> list[Signature]:
    """The signatures that count, in their order: from the base back to the first."""
    known = {one.id: one for one in signatures_on(document)}
    found: list[Signature] = []
    place = base_of(document).signature_id
    while place is not None:
        found.append(known[place])
        place = known[place].parent_id
    return found[::-1]


def signatures_on(document: Document) -> Sequence[Signature]:
    """Every signature that was ever accepted on a PDF, those taken back included."""
    asked = select(Signature).where(Signature.document_id == document.id).order_by(Signature.id)
    return db.session.scalars(asked.options(joinedload(Signature.person))).all()


def verdicts_of(signatures: Sequence[Signature]) -> dict[int, Verdict]:
    """What is known of each today: the last check, else what was found when it came in."""
    asked = select(SignatureCheck).where(SignatureCheck.signature_id.in_([one.id for one in signatures]))
    checks = {check.signature_id: check.verdict for check in db.session.scalars(asked.order_by(SignatureCheck.id))}
    return {one.id: checks.get(one.id, one.verdict) for one in signatures}


def checks_of(signatures: Sequence[Signature]) -> Sequence[SignatureCheck]:
    """What was learned later, in its order."""
    asked = select(SignatureCheck).where(SignatureCheck.signature_id.in_([one.id for one in signatures]))
    return db.session.scalars(asked.order_by(SignatureCheck.id)).all()


def field_of(side: Side) -> str:
    """The name of a side's field in the PDF."""
    return FIELDS[side]


def block_of(document: Document, side: Side) -> Block:
    """Where a side's signature belongs; the paper counts its pages from one, files from nought."""
    box = document.boxes[field_of(side)]
    left, bottom, right, top = (float(number) for number in box["rect"])
    return Block(int(box["page"]) - 1, left, bottom, right, top)


# --- uploads ---


def upload_of(agreement: Agreement, ref: str) -> SignedUpload | None:
    """One file that was sent in for a paper."""
    asked = select(SignedUpload).join(Document).where(SignedUpload.ref == ref, Document.agreement_id == agreement.id)
    return db.session.scalar(asked.options(joinedload(SignedUpload.document), joinedload(SignedUpload.person)))


def upload_by_ref(ref: str) -> SignedUpload | None:
    """One file with its document and agreement."""
    whole = joinedload(SignedUpload.document).joinedload(Document.agreement)
    return db.session.scalar(select(SignedUpload).where(SignedUpload.ref == ref).options(whole))


def open_upload(document: Document) -> SignedUpload | None:
    """The file that is being checked, if one is."""
    is_open = SignedUpload.state.in_(OPEN_UPLOADS)
    return db.session.scalar(select(SignedUpload).where(SignedUpload.document_id == document.id, is_open))


def uploads_of(document: Document, side: Side | None = None) -> Sequence[SignedUpload]:
    """Files sent in for a PDF, the newest first; a side sees its own."""
    asked = select(SignedUpload).where(SignedUpload.document_id == document.id)
    if side is not None:
        asked = asked.where(SignedUpload.side == side)
    return db.session.scalars(asked.order_by(SignedUpload.id.desc()).limit(20)).all()


# --- mandates ---


def mandates_of(organisation: Organisation) -> Sequence[Mandate]:
    """Every mandate of an organisation, the newest first."""
    asked = select(Mandate).where(Mandate.organisation_id == organisation.id).order_by(Mandate.id.desc())
    return db.session.scalars(asked.options(joinedload(Mandate.person))).all()


def mandate_of(organisation: Organisation, ref: str) -> Mandate | None:
    """One mandate of an organisation."""
    return db.session.scalar(select(Mandate).where(Mandate.ref == ref, Mandate.organisation_id == organisation.id))


def powers_of(organisation: Organisation, person: Person) -> tuple[Power, ...]:
    """What a person may sign for an organisation, as far as mandates that were not ended say."""
    mine = (Mandate.organisation_id == organisation.id) & (Mandate.person_id == person.id)
    found = db.session.scalars(select(Mandate).where(mine, Mandate.ended_at.is_(None)))
    return tuple(Power(tuple(one.kinds), one.limit_vnd, one.valid_from, one.valid_to) for one in found)


def is_representative(organisation: Organisation, person: Person) -> bool:
    """The legal representative signs without a mandate: the organisation's profile and her account name the same.

    Whoever was given a mandate keeps to it, and a name that somebody has taken herself since proves nothing.
    """
    same = bool(organisation.representative) and _plain(organisation.representative) == _plain(person.name)
    return same and not powers_of(organisation, person) and not _has_renamed_herself(person, organisation.created_at)


def _has_renamed_herself(person: Person, since: datetime) -> bool:
    subject = audit.subject_of(person)
    mine = (AuditEntry.subject_kind == subject.kind) & (AuditEntry.subject_ref == subject.ref)
    edits = select(AuditEntry.figures).where(mine, AuditEntry.action == "edit", AuditEntry.at > since)
    return any("name" in figures.get("fields", ()) for figures in db.session.scalars(edits))


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


# --- what is trusted ---


def roots() -> Sequence[TrustRoot]:
    """The authorities that count now."""
    return db.session.scalars(select(TrustRoot).where(_in_force(TrustRoot)).order_by(TrustRoot.id)).all()


def all_roots() -> Sequence[TrustRoot]:
    """Those that counted once as well, the newest first."""
    return db.session.scalars(select(TrustRoot).order_by(TrustRoot.ended_at.is_not(None), TrustRoot.id.desc())).all()


def root_in_use(fingerprint: str) -> TrustRoot | None:
    """An authority by its fingerprint, unless its end was decided."""
    mine = (TrustRoot.fingerprint == fingerprint[:64]) & TrustRoot.ended_at.is_(None)
    return db.session.scalar(select(TrustRoot).where(mine))


def registration_in_use(fingerprint: str) -> RegisteredCertificate | None:
    """A registered certificate by its fingerprint, unless its end was decided."""
    mine = (RegisteredCertificate.fingerprint == fingerprint[:64]) & RegisteredCertificate.ended_at.is_(None)
    return db.session.scalar(select(RegisteredCertificate).where(mine))


def registered() -> Sequence[RegisteredCertificate]:
    """Certificates bound by fingerprint, those that were ended last."""
    asked = select(RegisteredCertificate).options(joinedload(RegisteredCertificate.organisation))
    order = RegisteredCertificate.ended_at.is_not(None), RegisteredCertificate.id.desc()
    return db.session.scalars(asked.order_by(*order)).all()


def registered_to(organisation: Organisation) -> tuple[tuple[str, str], ...]:
    """Fingerprint and issuer of each certificate that is bound to an organisation now."""
    mine = RegisteredCertificate.organisation_id == organisation.id, _in_force(RegisteredCertificate)
    found = db.session.execute(select(RegisteredCertificate.fingerprint, RegisteredCertificate.issuer).where(*mine))
    return tuple((row.fingerprint, row.issuer) for row in found)


def _in_force(kind: type[TrustRoot] | type[RegisteredCertificate]) -> ColumnElement[bool]:
    return kind.ended_at.is_(None) | (kind.ended_at > clock.now())


def lists_held() -> Sequence[RevocationList]:
    """The newest lists of every authority."""
    newest = select(RevocationList).order_by(RevocationList.this_update.desc(), RevocationList.id.desc())
    kept: dict[str, list[RevocationList]] = {}
    for one in db.session.scalars(newest.limit(500)):
        same = kept.setdefault(one.issuer_key, [])
        if len(same) < LISTS_EACH:
            same.append(one)
    return [one for same in kept.values() for one in same]


def held_signatures() -> list[Signature]:
    """Signatures that count and whose certificates no list has proven yet; what fell or became void waits no more."""
    held = select(Signature).join(Document, Signature.document_id == Document.id)
    held = held.join(Agreement, Document.agreement_id == Agreement.id)
    held = held.where(Signature.verdict == Verdict.HOLD, Agreement.state == AgreementState.SIGNING)
    found = db.session.scalars(held.order_by(Signature.id.desc()).limit(200)).all()
    verdicts = verdicts_of(found)
    return [one for one in found if verdicts[one.id] is Verdict.HOLD and _counts(one)]


def _counts(signature: Signature) -> bool:
    return signature in live_chain(signature.document) and not is_void(signature.document)


def newest_list_of(root: TrustRoot) -> RevocationList | None:
    """The newest list that one authority has signed; another one may bear the same name."""
    asked = select(RevocationList).where(RevocationList.issuer_key == subject_key_of(root.der))
    newest = db.session.scalars(asked.order_by(RevocationList.this_update.desc(), RevocationList.id.desc()).limit(20))
    return next((one for one in newest if is_signed_by(one.der, root.der)), None)


def authorities_named(issuer_key: str) -> list[bytes]:
    """Certificates (DER) of the authorities of this name that we know: trusted ones, those above held signatures."""
    chains = [one.report.get("certificates", ()) for one in held_signatures()]
    above = [base64.b64decode(encoded) for chain in chains for encoded in chain[1:]]
    return [der for der in (*(root.der for root in all_roots()), *above) if subject_key_of(der) == issuer_key]


def subject_key_of(der: bytes) -> str:
    """By which key the lists of an authority are found, from its certificate."""
    from asn1crypto import x509

    return issuer_key_of(x509.Certificate.load(der).subject.dump())


def last_list_at() -> datetime | None:
    """When the newest list came in."""
    return db.session.scalar(select(RevocationList.fetched_at).order_by(RevocationList.id.desc()).limit(1))


def method_in_words(method: str | None) -> str:
    """How a file was signed, as people write it: “RSA, SHA-256”."""
    kind, _sign, digest = (method or "").partition(" ")
    key = next((name for mark, name in KEYS.items() if mark in kind), kind)
    return ", ".join(filter(None, (key, digest.replace("sha", "SHA-", 1))))
