"""The PDF that is issued, the files that come back signed, and the signatures found on them.

Documents, their voiding, signatures and later checks of them only grow.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models.agreements import Agreement, TermsVersion
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Side
from marketplace.contracts.states.signing import (
    CHANGE,
    UPLOAD,
    ChangeAction,
    ChangeKind,
    ChangeState,
    UploadAction,
    UploadState,
    Verdict,
    Way,
)
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine

OPEN = text("state IN ('received', 'checking')")


class PaperBook(Base):
    """A seller's book of numbers of one year and kind: office papers have no gaps, so it is counted under lock."""

    __tablename__ = "paper_books"
    __table_args__ = (UniqueConstraint("organisation_id", "year", "paper", "kind"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    year: Mapped[int]
    paper: Mapped[PaperKind] = enumerated(PaperKind, "paper")
    kind: Mapped[AgreementKind] = enumerated(AgreementKind, "kind")
    last: Mapped[int] = mapped_column(default=0)


class Document(Base):
    """A PDF as it was issued: file, hash of file and terms, what made it, where signatures belong. It only grows.

    `boxes` holds page and rectangle (points from the lower left) of each signature block by the name of its field.
    """

    __tablename__ = "agreement_documents"
    __table_args__ = (UniqueConstraint("agreement_id", "ordinal"),)

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("terms_versions.id"), index=True)
    ordinal: Mapped[int]
    paper_number: Mapped[str] = mapped_column(String(40))
    terms_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    file_key: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    pages: Mapped[int]
    boxes: Mapped[dict[str, Any]]
    template: Mapped[str] = mapped_column(String(80))
    renderer: Mapped[str] = mapped_column(String(80))
    fonts: Mapped[str] = mapped_column(String(200))
    token: Mapped[str] = mapped_column(String(48), unique=True)
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)

    agreement: Mapped[Agreement] = relationship()
    version: Mapped[TermsVersion] = relationship()


class DocumentVoiding(Base):
    """An issued PDF is void from now on; it is kept. It only grows."""

    __tablename__ = "document_voidings"

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("agreement_documents.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class SigningBase(Base):
    """Which signature of an issued PDF stands last (none yet: null); a rollback moves it, the tree below only grows."""

    __tablename__ = "signing_bases"

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("agreement_documents.id"), unique=True)
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_signatures.id"), index=True)

    document: Mapped[Document] = relationship()
    signature: Mapped[Signature | None] = relationship()


class SignedUpload(Base):
    """A file that came back signed, and where its check stands; one at a time for a document."""

    __tablename__ = "signed_uploads"
    __table_args__ = (
        Index("uq_signed_uploads_open", "document_id", unique=True, postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_signed_uploads_state_at", "state", "at"),
    )

    machine: ClassVar[Machine[UploadState, UploadAction]] = UPLOAD

    id: Mapped[Id]
    ref: Mapped[Ref]
    document_id: Mapped[int] = mapped_column(ForeignKey("agreement_documents.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    way: Mapped[Way] = enumerated(Way, "way")
    state: Mapped[UploadState] = enumerated(UploadState, "state", default=UploadState.RECEIVED)
    base_signature_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_signatures.id"), index=True)
    file_key: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    refusal: Mapped[str] = mapped_column(String(40), default="")
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    checked_at: Mapped[datetime | None]

    document: Mapped[Document] = relationship()
    person: Mapped[Person] = relationship()


class Signature(Base):
    """One accepted signature: who, with which certificate, over which file; its parent is the one signed upon.

    It only grows: what is learned later stands in `SignatureCheck`.
    """

    __tablename__ = "agreement_signatures"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
        Index("ix_agreement_signatures_document_side", "document_id", "side"),
    )

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("agreement_documents.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_signatures.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    evidence: Mapped[Evidence] = enumerated(Evidence, "evidence")
    way: Mapped[Way] = enumerated(Way, "way")
    file_key: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    signer_name: Mapped[str] = mapped_column(String(200))
    tax_code: Mapped[str] = mapped_column(String(20), default="")
    issuer: Mapped[str] = mapped_column(String(300), default="")
    serial: Mapped[str] = mapped_column(String(80), default="")
    fingerprint: Mapped[str] = mapped_column(String(64), default="", index=True)
    claimed_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    verdict: Mapped[Verdict] = enumerated(Verdict, "verdict")
    report: Mapped[dict[str, Any]]

    document: Mapped[Document] = relationship()
    person: Mapped[Person] = relationship()


class SignatureCheck(Base):
    """What was learned of a signature after it came in: its revocation is known now. It only grows."""

    __tablename__ = "signature_checks"

    id: Mapped[Id]
    signature_id: Mapped[int] = mapped_column(ForeignKey("agreement_signatures.id"), index=True)
    verdict: Mapped[Verdict] = enumerated(Verdict, "verdict")
    revoked_at: Mapped[datetime | None]
    crl_number: Mapped[str] = mapped_column(String(80), default="")
    crl_sha256: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    signature: Mapped[Signature] = relationship()


class SigningCode(Base):
    """A code by which the command at the signer's side takes part for ten minutes; it dies when the base moves."""

    __tablename__ = "signing_codes"

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("agreement_documents.id"), index=True)
    base_signature_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_signatures.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    prepared: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    document: Mapped[Document] = relationship()
    person: Mapped[Person] = relationship()


class Mandate(Base):
    """A power of attorney (giấy ủy quyền): this person may sign for this organisation within limits, until a day.

    An empty list of kinds means all kinds; without a limit, any value.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="runs_forward"),
        *not_negative("limit_vnd"),
    )

    id: Mapped[Id]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    number: Mapped[str] = mapped_column(String(60), default="")
    kinds: Mapped[list[Any]]
    limit_vnd: Mapped[Vnd | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    file_key: Mapped[str] = mapped_column(String(120), default="")
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class TrustRoot(Base):
    """A certificate authority whose certificates count, as DER; ended by a change of four eyes, never removed."""

    __tablename__ = "trust_roots"

    id: Mapped[Id]
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    der: Mapped[bytes] = mapped_column(LargeBinary)
    crl_url: Mapped[str] = mapped_column(String(300), default="")
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class RevocationList(Base):
    """A CRL that was fetched or handed in, as DER; times are its own. It only grows."""

    __tablename__ = "revocation_lists"
    __table_args__ = (Index("ix_revocation_lists_issuer_until", "issuer_key", "next_update"),)

    id: Mapped[Id]
    issuer_key: Mapped[str] = mapped_column(String(64))
    issuer: Mapped[str] = mapped_column(String(300))
    number: Mapped[str] = mapped_column(String(80), default="")
    this_update: Mapped[datetime]
    next_update: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    der: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[datetime] = mapped_column(default=clock.now)


class RegisteredCertificate(Base):
    """A certificate without a tax code that two operators bound to an organisation by fingerprint and issuer."""

    __tablename__ = "registered_certificates"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    issuer: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()


class RuleChange(Base):
    """A change of the rules that one operator proposes and another puts into force."""

    __tablename__ = "rule_changes"
    __table_args__ = (
        CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> proposed_by_id OR state = 'withdrawn'", name="four_eyes"
        ),
    )

    machine: ClassVar[Machine[ChangeState, ChangeAction]] = CHANGE

    id: Mapped[Id]
    ref: Mapped[Ref]
    kind: Mapped[ChangeKind] = enumerated(ChangeKind, "kind")
    state: Mapped[ChangeState] = enumerated(ChangeState, "state", default=ChangeState.PROPOSED)
    payload: Mapped[dict[str, Any]]
    words: Mapped[str] = mapped_column(String(1000), default="")
    answer: Mapped[str] = mapped_column(String(1000), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    decided_at: Mapped[datetime | None]

    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class Release(Base):
    """One OCDS-style release of an agreement, as it was published. It only grows."""

    __tablename__ = "agreement_releases"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    number: Mapped[int]
    tags: Mapped[list[Any]]
    release: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
