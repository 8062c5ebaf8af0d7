"""What happens under an agreement in force: call-offs, suspensions, disputes, monitoring cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, Person
from marketplace.contracts.models.agreements import Agreement, AgreementLine
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.performing import (
    CALL_OFF,
    CASE,
    DISPUTE,
    CallOffAction,
    CallOffState,
    CaseAction,
    CaseState,
    DisputeAction,
    DisputeState,
    DisputeSubject,
    Indicator,
)
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, enumerated
from marketplace.core.states import Machine
from marketplace.orders.models import Order


class CallOff(Base):
    """A part of the contracted goods that the buyer calls for a day; placed, it is an order on the contract's terms."""

    __tablename__ = "call_offs"
    __table_args__ = (
        UniqueConstraint("agreement_id", "ordinal"),
        CheckConstraint("(state = 'placed') = (order_id IS NOT NULL)", name="placed_has_an_order"),
    )

    machine: ClassVar[Machine[CallOffState, CallOffAction]] = CALL_OFF

    id: Mapped[Id]
    ref: Mapped[Ref]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    ordinal: Mapped[int]
    state: Mapped[CallOffState] = enumerated(CallOffState, "state", default=CallOffState.DRAFT)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    token: Mapped[str] = mapped_column(String(48), unique=True)
    due_on: Mapped[date] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(String(300), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    version_number: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    placed_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    order: Mapped[Order | None] = relationship()
    lines: Mapped[list[CallOffLine]] = relationship(back_populates="call_off", order_by="CallOffLine.id")


class CallOffLine(Base):
    """How much of one line is called, in the line's unit, at the price of the version in force on that day."""

    __tablename__ = "call_off_lines"
    __table_args__ = (
        UniqueConstraint("call_off_id", "line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Id]
    call_off_id: Mapped[int] = mapped_column(ForeignKey("call_offs.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("agreement_lines.id"), index=True)
    quantity: Mapped[int]

    call_off: Mapped[CallOff] = relationship(back_populates="lines")
    line: Mapped[AgreementLine] = relationship()


class Suspension(Base):
    """No new call-offs from a day on: one side, or a department in a monitored case, says so with a reason."""

    __tablename__ = "suspensions"

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(2000))
    from_on: Mapped[date]
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    lifted_at: Mapped[datetime | None]
    lifted_words: Mapped[str] = mapped_column(String(2000), default="")

    agreement: Mapped[Agreement] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Dispute(Base):
    """A quarrel about an agreement, answered by the other side and perhaps mediated by a department."""

    __tablename__ = "disputes"
    __table_args__ = (Index("ix_disputes_mediator_state", "mediator_id", "state"),)

    machine: ClassVar[Machine[DisputeState, DisputeAction]] = DISPUTE

    id: Mapped[Id]
    ref: Mapped[Ref]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    call_off_id: Mapped[int | None] = mapped_column(ForeignKey("call_offs.id"), index=True)
    side: Mapped[Side] = enumerated(Side, "side")
    subject: Mapped[DisputeSubject] = enumerated(DisputeSubject, "subject")
    state: Mapped[DisputeState] = enumerated(DisputeState, "state", default=DisputeState.OPEN)
    words: Mapped[str] = mapped_column(String(4000))
    wish: Mapped[str] = mapped_column(String(2000), default="")
    mediator_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    settled_seller_at: Mapped[datetime | None]
    settled_buyer_at: Mapped[datetime | None]
    settlement: Mapped[str] = mapped_column(String(4000), default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    call_off: Mapped[CallOff | None] = relationship()
    mediator: Mapped[Organisation | None] = relationship()
    words_said: Mapped[list[DisputeWord]] = relationship(back_populates="dispute", order_by="DisputeWord.id")


class DisputeWord(Base):
    """What somebody said in a dispute; it only grows."""

    __tablename__ = "dispute_words"

    id: Mapped[Id]
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    words: Mapped[str] = mapped_column(String(4000))
    file_key: Mapped[str] = mapped_column(String(120), default="")
    file_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    dispute: Mapped[Dispute] = relationship(back_populates="words_said")
    organisation: Mapped[Organisation] = relationship()
    person: Mapped[Person | None] = relationship()


class MonitoringCase(Base):
    """A department follows an agreement of its province because of a sign that it may go wrong."""

    __tablename__ = "monitoring_cases"
    __table_args__ = (Index("ix_monitoring_cases_department_state", "department_id", "state"),)

    machine: ClassVar[Machine[CaseState, CaseAction]] = CASE

    id: Mapped[Id]
    ref: Mapped[Ref]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    indicator: Mapped[Indicator] = enumerated(Indicator, "indicator")
    state: Mapped[CaseState] = enumerated(CaseState, "state", default=CaseState.DRAFT)
    words: Mapped[str] = mapped_column(String(4000), default="")
    # what each side says: whether it has acted, or sees no problem
    seller_acted: Mapped[bool | None]
    seller_answer: Mapped[str] = mapped_column(String(4000), default="")
    buyer_acted: Mapped[bool | None]
    buyer_answer: Mapped[str] = mapped_column(String(4000), default="")
    result: Mapped[str] = mapped_column(String(4000), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    department: Mapped[Organisation] = relationship()
    person: Mapped[Person | None] = relationship()
