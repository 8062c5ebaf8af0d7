"""The rules that agreements follow, as data: policy of each kind, model clauses, days without work, deadlines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.contracts.models.agreements import Agreement
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Review, Turn
from marketplace.contracts.states.performing import DeadlineKind
from marketplace.core import clock
from marketplace.core.database import Base, Id, enumerated
from marketplace.payments.states import Certainty

RUNNING: Any = {"postgresql_where": text("closed_at IS NULL"), "sqlite_where": text("closed_at IS NULL")}


class KindPolicy(Base):
    """How agreements of one kind are reviewed, signed and timed; days are working days unless said otherwise."""

    __tablename__ = "kind_policies"

    id: Mapped[Id]
    kind: Mapped[AgreementKind] = enumerated(AgreementKind, "kind", unique=True)
    review: Mapped[Review] = enumerated(Review, "review")
    evidence: Mapped[Evidence] = enumerated(Evidence, "evidence")
    seller_signs_first: Mapped[bool] = mapped_column(default=True)
    silence_passes: Mapped[bool] = mapped_column(default=False)
    answer_days: Mapped[int] = mapped_column(default=10)
    review_days: Mapped[int] = mapped_column(default=5)
    signing_days: Mapped[int] = mapped_column(default=10)
    confirmation_days: Mapped[int] = mapped_column(default=3)
    receipt_days: Mapped[int] = mapped_column(default=3)
    dispute_days: Mapped[int] = mapped_column(default=7)


class ModelClause(Base):
    """One version of a clause of the library, with its explanation in plain words; the newest in force is offered.

    It only grows: a change is a new version. Annexes use the clauses of the contract, minutes have their own.
    """

    __tablename__ = "model_clauses"
    __table_args__ = (
        UniqueConstraint("kind", "paper", "key", "version"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[AgreementKind] = enumerated(AgreementKind, "kind")
    paper: Mapped[PaperKind] = enumerated(PaperKind, "paper", default=PaperKind.CONTRACT)
    version: Mapped[int]
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    explanation: Mapped[str] = mapped_column(Text)
    law: Mapped[str] = mapped_column(String(300), default="")
    is_mandatory: Mapped[bool] = mapped_column(default=False)
    is_offered: Mapped[bool] = mapped_column(default=True)
    since: Mapped[date] = mapped_column(default=clock.today)


class CalendarDay(Base):
    """A day that is otherwise than its weekday says: a holiday, or a Saturday that is worked; with its source."""

    __tablename__ = "calendar_days"

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(unique=True)
    is_working: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(300), default="")
    certainty: Mapped[Certainty] = enumerated(Certainty, "certainty", default=Certainty.HIGH)


class Deadline(Base):
    """Something that has to happen until a moment; reminders go at half time and on the day before, then it lapses."""

    __tablename__ = "deadlines"
    __table_args__ = (
        CheckConstraint("begins_at <= due_at", name="runs_forward"),
        Index("uq_deadlines_running", "kind", "subject_ref", unique=True, **RUNNING),
        Index("ix_deadlines_next", "next_at", **RUNNING),
    )

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    kind: Mapped[DeadlineKind] = enumerated(DeadlineKind, "kind")
    subject_ref: Mapped[str] = mapped_column(String(40), index=True)
    turn: Mapped[Turn] = enumerated(Turn, "turn")
    begins_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]
    reminded: Mapped[int] = mapped_column(default=0)
    lapsed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
