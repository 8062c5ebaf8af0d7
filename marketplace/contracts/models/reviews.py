"""What departments say of a frozen text."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models.agreements import Agreement, TermsVersion
from marketplace.contracts.states.reviews import REVIEW, ReturnReason, ReviewAction, ReviewState
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, enumerated
from marketplace.core.states import Machine


class DepartmentReview(Base):
    """One department's look at one version; where a province has no department, a row says so and nobody waits."""

    __tablename__ = "department_reviews"
    __table_args__ = (
        UniqueConstraint("version_id", "department_id"),
        Index("ix_department_reviews_queue", "department_id", "state", "due_at", "agreement_id"),
        Index("ix_department_reviews_state", "state"),
    )

    machine: ClassVar[Machine[ReviewState, ReviewAction]] = REVIEW

    id: Mapped[Id]
    ref: Mapped[Ref]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("terms_versions.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    province_id: Mapped[int] = mapped_column(ForeignKey("provinces.id"), index=True)
    state: Mapped[ReviewState] = enumerated(ReviewState, "state", default=ReviewState.WAITING)
    reason: Mapped[ReturnReason | None] = enumerated(ReturnReason, "reason", nullable=True)
    words: Mapped[str] = mapped_column(String(4000), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    version: Mapped[TermsVersion] = relationship()
    department: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
