"""An agreement, the versions of its text, what both sides said to them, and the chain of its events.

Rows of versions, acceptances and events only grow: a trigger refuses changes and removals.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.states.agreements import (
    AGREEMENT,
    AgreementAction,
    AgreementKind,
    AgreementState,
    AmendmentRationale,
    CancelReason,
    Consent,
    Evidence,
    PaperKind,
    Review,
    Side,
    TerminationGround,
    Turn,
)
from marketplace.core import clock
from marketplace.core.actors import Recipient
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.places.models import Province

# what departments may read of: their lists are cut out of these indexes
SHOWN: Any = {
    "postgresql_where": text("shown_to_departments_at IS NOT NULL"),
    "sqlite_where": text("shown_to_departments_at IS NOT NULL"),
}


class Agreement(Base):
    """One paper between a seller and a buyer: a contract, or a paper that changes or ends the one it `belongs_to`.

    Provinces, departments and policy are those of the day of its making.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint("seller_id <> buyer_id", name="two_organisations"),
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="term_runs_forward"),
        CheckConstraint("(paper = 'contract') = (belongs_to_id IS NULL)", name="later_papers_belong"),
        UniqueConstraint("belongs_to_id", "paper", "ordinal"),
        Index("ix_agreements_seller_id_touched", "seller_id", "paper", "touched_at", "id", "kind"),
        Index("ix_agreements_buyer_id_touched", "buyer_id", "paper", "touched_at", "id", "kind"),
        Index("ix_agreements_seller_id_state", "seller_id", "state", "touched_at", "id"),
        Index("ix_agreements_buyer_id_state", "buyer_id", "state", "touched_at", "id"),
        Index("ix_agreements_seller_id_turn", "seller_id", "state", "turn", "due_at", "id"),
        Index("ix_agreements_buyer_id_turn", "buyer_id", "state", "turn", "due_at", "id"),
        Index("ix_agreements_seller_department_touched", "seller_department_id", "touched_at", "id", "kind", **SHOWN),
        Index("ix_agreements_buyer_department_touched", "buyer_department_id", "touched_at", "id", "kind", **SHOWN),
        Index(
            "ix_agreements_seller_department_state", "seller_department_id", "state", "touched_at", "id",
            "kind", "paper", **SHOWN,
        ),
        Index(
            "ix_agreements_buyer_department_state", "buyer_department_id", "state", "touched_at", "id",
            "kind", "paper", **SHOWN,
        ),
        Index(
            "ix_agreements_seller_department_partner", "seller_department_id", "buyer_province_id", "touched_at", "id",
            **SHOWN,
        ),
        Index(
            "ix_agreements_buyer_department_partner", "buyer_department_id", "seller_province_id", "touched_at", "id",
            **SHOWN,
        ),
        Index("ix_agreements_paper_number", "paper_number"),
        Index("ix_agreements_state_due", "state", "due_at"),
        Index("ix_agreements_state_valid_to", "state", "valid_to"),
        *not_negative("value_vnd"),
    )  # fmt: skip

    machine: ClassVar[Machine[AgreementState, AgreementAction]] = AGREEMENT

    id: Mapped[Id]
    ref: Mapped[Ref]
    kind: Mapped[AgreementKind] = enumerated(AgreementKind, "kind")
    paper: Mapped[PaperKind] = enumerated(PaperKind, "paper", default=PaperKind.CONTRACT)
    ordinal: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[AgreementState] = enumerated(AgreementState, "state", default=AgreementState.DRAFT)
    turn: Mapped[Turn] = enumerated(Turn, "turn")
    due_at: Mapped[datetime | None]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    made_by: Mapped[Side] = enumerated(Side, "made_by")
    seller_province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    buyer_province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    seller_department_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    buyer_department_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    belongs_to_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    prior_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    quote_id: Mapped[int | None] = mapped_column(ForeignKey("quotes.id"), index=True)
    review_policy: Mapped[Review] = enumerated(Review, "review_policy")
    evidence: Mapped[Evidence] = enumerated(Evidence, "evidence")
    policy: Mapped[dict[str, Any]]
    consent: Mapped[Consent] = enumerated(Consent, "consent", default=Consent.CLOSED)
    seller_consent: Mapped[Consent] = enumerated(Consent, "seller_consent", default=Consent.CLOSED)
    buyer_consent: Mapped[Consent] = enumerated(Consent, "buyer_consent", default=Consent.CLOSED)
    last_version: Mapped[int] = mapped_column(default=0)
    last_side: Mapped[Side | None] = enumerated(Side, "last_side", nullable=True)
    active_version: Mapped[int | None]
    amends_version: Mapped[int | None]
    paper_number: Mapped[str] = mapped_column(String(40), default="")
    search_text: Mapped[str] = mapped_column(String(700), default="")
    value_vnd: Mapped[Vnd] = mapped_column(default=0)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    effective_at: Mapped[datetime | None]
    shown_to_departments_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    monitored_at: Mapped[datetime | None]
    challenged_at: Mapped[datetime | None]
    cancel_reason: Mapped[CancelReason | None] = enumerated(CancelReason, "cancel_reason", nullable=True)
    cancel_words: Mapped[str] = mapped_column(String(2000), default="")
    rationale: Mapped[AmendmentRationale | None] = enumerated(AmendmentRationale, "rationale", nullable=True)
    ground: Mapped[TerminationGround | None] = enumerated(TerminationGround, "ground", nullable=True)
    ending_side: Mapped[Side | None] = enumerated(Side, "ending_side", nullable=True)
    notice_until: Mapped[date | None]
    notice_words: Mapped[str] = mapped_column(String(2000), default="")
    renewal_days: Mapped[int | None]
    seller_closed_at: Mapped[datetime | None]
    buyer_closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now)

    seller: Mapped[Organisation] = relationship(foreign_keys=[seller_id])
    buyer: Mapped[Organisation] = relationship(foreign_keys=[buyer_id])
    seller_province: Mapped[Province] = relationship(foreign_keys=[seller_province_id])
    buyer_province: Mapped[Province] = relationship(foreign_keys=[buyer_province_id])
    seller_department: Mapped[Organisation | None] = relationship(foreign_keys=[seller_department_id])
    buyer_department: Mapped[Organisation | None] = relationship(foreign_keys=[buyer_department_id])
    belongs_to: Mapped[Agreement | None] = relationship(foreign_keys=[belongs_to_id], remote_side="Agreement.id")
    parent: Mapped[Agreement | None] = relationship(foreign_keys=[parent_id], remote_side="Agreement.id")
    prior: Mapped[Agreement | None] = relationship(foreign_keys=[prior_id], remote_side="Agreement.id")

    @property
    def is_contract(self) -> bool:
        """The contract itself, not a later paper."""
        return self.paper is PaperKind.CONTRACT

    @property
    def day_ahead(self) -> date | None:
        """The day from which a contract has effect, while it still lies ahead, though both may have signed."""
        first = self.valid_from if self.is_contract else None
        return first if first is not None and first > clock.today() else None

    @property
    def is_suspended(self) -> bool:
        """No new call-offs until the suspension is lifted."""
        return self.suspended_at is not None

    @property
    def is_disputed(self) -> bool:
        """At least one dispute is open."""
        return self.disputed_at is not None

    @property
    def is_monitored(self) -> bool:
        """A department follows it."""
        return self.monitored_at is not None

    @property
    def is_challenged(self) -> bool:
        """A certificate was revoked with effect before its signature came in."""
        return self.challenged_at is not None

    def organisation_of(self, side: Side) -> Organisation:
        """Who stands on a side."""
        return self.seller if side is Side.SELLER else self.buyer

    def recipient_of(self, side: Side) -> Recipient:
        """To whom notices of a side go."""
        return Recipient("organisation", self.organisation_of(side).ref)

    def departments(self) -> list[Organisation]:
        """The departments of both provinces, one where they are the same."""
        found = {one.id: one for one in (self.seller_department, self.buyer_department) if one is not None}
        return list(found.values())


class TermsDraft(Base):
    """What one side is writing before it sends: a new paper or a counter-proposal; nobody else sees it."""

    __tablename__ = "terms_drafts"
    __table_args__ = (UniqueConstraint("agreement_id", "side"),)

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    based_on: Mapped[int] = mapped_column(default=0)
    terms: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)


class TermsVersion(Base):
    """One version of the text as it was sent: canonical JSON, its SHA-256, its author's words. It only grows."""

    __tablename__ = "terms_versions"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(number = 1) = (parent_id IS NULL)", name="each_but_the_first_has_a_parent"),
        CheckConstraint("length(sha256) = 64", name="sha256_whole"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    number: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("terms_versions.id"), unique=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    canonical: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    patch: Mapped[list[Any]]
    comment: Mapped[str] = mapped_column(String(2000), default="")
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)

    agreement: Mapped[Agreement] = relationship()
    person: Mapped[Person | None] = relationship()

    @property
    def terms(self) -> dict[str, Any]:
        """The text as data, read from its canonical form."""
        return dict(json.loads(self.canonical))


class Acceptance(Base):
    """A side says yes to one version, by the fingerprint of what it has read. It only grows."""

    __tablename__ = "acceptances"
    __table_args__ = (UniqueConstraint("version_id", "side"),)

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(ForeignKey("terms_versions.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    version: Mapped[TermsVersion] = relationship()


class AgreementEvent(Base):
    """One thing that happened to an agreement, chained to the one before: hash = H(previous hash, event).

    It only grows. Figures hold refs and numbers; words that people wrote stand where they belong.
    """

    __tablename__ = "agreement_events"
    __table_args__ = (UniqueConstraint("agreement_id", "number"), UniqueConstraint("agreement_id", "previous"))

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_ref: Mapped[str] = mapped_column(String(64))
    organisation_ref: Mapped[str | None] = mapped_column(String(64))
    before: Mapped[str | None] = mapped_column(String(32))
    after: Mapped[str | None] = mapped_column(String(32))
    figures: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    agreement: Mapped[Agreement] = relationship()


class AgreementLine(Base):
    """The quantity book of one line of a contract in force, in the line's own unit; counted under lock.

    `most` is what may be called in all: the contracted quantity with its tolerance, taken of the total.
    """

    __tablename__ = "agreement_lines"
    __table_args__ = (
        UniqueConstraint("agreement_id", "key"),
        CheckConstraint("called <= most", name="called_within_contract"),
        CheckConstraint("confirmed <= called", name="confirmed_within_called"),
        CheckConstraint("delivered <= confirmed", name="delivered_within_confirmed"),
        CheckConstraint("accepted + rejected <= delivered", name="checked_within_delivered"),
        *not_negative("contracted", "most", "called", "confirmed", "delivered", "accepted", "rejected", "price_vnd"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    key: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("variants.id"), index=True)
    contracted: Mapped[int]
    most: Mapped[int]
    called: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    price_vnd: Mapped[Vnd]

    agreement: Mapped[Agreement] = relationship()
