"""People, organisations and who belongs where."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.states import (
    APPLICATION,
    ORGANISATION,
    PERSONAL_FORMS,
    ApplicationAction,
    ApplicationKind,
    ApplicationState,
    LegalForm,
    OrganisationAction,
    OrganisationState,
    RulingKind,
)
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import Base, Id, Ref, enumerated
from marketplace.core.outbox.topics import Topic, Way
from marketplace.core.states import Machine
from marketplace.places.models import Province, Ward

SHORTEST_PASSWORD = 8
# nobody reads mail there: RFC 2606 keeps the ending out of the internet for good
ERASED_AT = "@da-xoa.invalid"


class Person(Base):
    """Somebody with an account, known by e-mail; a phone is a contact, as nobody has proven that it is hers."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="can_be_reached"),)

    id: Mapped[Id]
    ref: Mapped[Ref]
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    sign_in_epoch: Mapped[str] = mapped_column(String(48))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    memberships: Mapped[list[Membership]] = relationship(back_populates="person", order_by="Membership.id")

    is_active = True
    is_authenticated = True
    is_anonymous = False

    @property
    def is_erased(self) -> bool:
        """Nothing of her is left but the ref that orders and the trail need."""
        return (self.email or "").endswith(ERASED_AT)

    def get_id(self) -> str:
        """What a session remembers of her: once the epoch changes, every session of before has ended."""
        return f"{self.ref}.{self.sign_in_epoch}"


class Organisation(Base):
    """A producer, a buyer, a department or the operator; `slug` names a producer's shop."""

    __tablename__ = "organisations"

    machine: ClassVar[Machine[OrganisationState, OrganisationAction]] = ORGANISATION

    id: Mapped[Id]
    ref: Mapped[Ref]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[OrganisationKind] = enumerated(OrganisationKind, "kind")
    legal_form: Mapped[LegalForm] = enumerated(LegalForm, "legal_form")
    name: Mapped[str] = mapped_column(String(120))
    legal_name: Mapped[str] = mapped_column(String(200))
    tax_code: Mapped[str | None] = mapped_column(String(14), unique=True)
    representative: Mapped[str] = mapped_column(String(120))
    representative_title: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    street: Mapped[str] = mapped_column(String(200))
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("wards.id"), index=True)
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    state: Mapped[OrganisationState] = enumerated(OrganisationState, "state", default=OrganisationState.PENDING)
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    ward: Mapped[Ward | None] = relationship()
    province: Mapped[Province] = relationship()

    @property
    def is_household(self) -> bool:
        """A household or farm without legal personality: its tax is withheld, its personal code is not shown."""
        return self.legal_form in PERSONAL_FORMS


class Membership(Base):
    """A person's role in an organisation; several roles are several rows."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role] = enumerated(Role, "role")

    person: Mapped[Person] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship()


class Application(Base):
    """What an organisation asks the operator to check: itself, or other legal details than those that were verified.

    A change carries the new details; the first verification looks at those of the organisation itself.
    """

    __tablename__ = "applications"

    machine: ClassVar[Machine[ApplicationState, ApplicationAction]] = APPLICATION

    id: Mapped[Id]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[ApplicationKind] = enumerated(ApplicationKind, "kind")
    state: Mapped[ApplicationState] = enumerated(ApplicationState, "state", default=ApplicationState.WAITING)
    legal_form: Mapped[LegalForm | None] = enumerated(LegalForm, "legal_form", nullable=True)
    legal_name: Mapped[str | None] = mapped_column(String(200))
    tax_code: Mapped[str | None] = mapped_column(String(14))
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    organisation: Mapped[Organisation] = relationship()


class Ruling(Base):
    """What the operator decided about an organisation: `words` are told to its people, `note` stays with operators."""

    __tablename__ = "rulings"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[RulingKind] = enumerated(RulingKind, "kind")
    words: Mapped[str] = mapped_column(String(1000), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person | None] = relationship()


class MemberInvitation(Base):
    """Somebody is asked by letter to work for an organisation; the letter's secret is kept as a digest only."""

    __tablename__ = "member_invitations"

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(48), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[Role] = enumerated(Role, "role")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    invited_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    organisation: Mapped[Organisation] = relationship()


class EmailChange(Base):
    """A new address that somebody asked for: the new one has to confirm it, the old one can refuse or undo it."""

    __tablename__ = "email_changes"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    old_email: Mapped[str | None] = mapped_column(String(254))
    email: Mapped[str] = mapped_column(String(254))
    confirm_digest: Mapped[str] = mapped_column(String(64), unique=True)
    refuse_digest: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    confirmed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class SignIn(Base):
    """A device on which a person is signed in; ended by removing it. `seen_at` is when something was done last."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(48), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    device: Mapped[str] = mapped_column(String(80), default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    since: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    second_factor: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()


class SecondFactor(Base):
    """A person's app that makes codes; its secret follows from `nonce` and the site's own key, so it is not stored."""

    __tablename__ = "second_factors"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    nonce: Mapped[str] = mapped_column(String(48))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code that comes in once where the app is lost, as a digest."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed try to sign in, counted per account name and per address (both only as digests)."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_key_at", "key", "at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class NoticeChoice(Base):
    """By which way a person wants notices on one matter, or does not; without a row the default counts."""

    __tablename__ = "notice_choices"
    __table_args__ = (UniqueConstraint("person_id", "topic", "way"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    topic: Mapped[Topic] = enumerated(Topic, "topic")
    way: Mapped[Way] = enumerated(Way, "way")
    wanted: Mapped[bool]


class ProvenPhone(Base):
    """A number at which a person has read a code: it lets her in, and belongs to nobody else."""

    __tablename__ = "proven_phones"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    phone: Mapped[str] = mapped_column(String(20), unique=True)
    proven_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()


class PhoneCode(Base):
    """A code on its way to a phone; the digits follow from `nonce` and the site's own key, so they are not stored.

    `holder` is a digest of what the code is for, of who asked and of the number: a new code takes the old one's place.
    """

    __tablename__ = "phone_codes"

    id: Mapped[Id]
    holder: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    phone: Mapped[str] = mapped_column(String(20), index=True)
    locale: Mapped[str] = mapped_column(String(5))
    nonce: Mapped[str] = mapped_column(String(48))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(index=True)


class PhoneLimit(Base):
    """How many codes were sent to one number, or asked for by one person, since a moment; the key is a digest."""

    __tablename__ = "phone_limits"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sent: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime | None]


class DataExport(Base):
    """Everything that is known of a person, as a file for herself; `file_key` names it in the store once it is made."""

    __tablename__ = "data_exports"

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(48), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    made_at: Mapped[datetime | None]
    file_key: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)

    person: Mapped[Person] = relationship()


class Erasure(Base):
    """A person's wish to be forgotten: it can be taken back until `effective_at`, by a letter's secret or signed in."""

    __tablename__ = "erasures"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    undo_digest: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    effective_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
