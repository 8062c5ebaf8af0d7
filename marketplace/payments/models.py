"""Payments of orders, what providers told us, refunds, sellers' bank accounts and the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.orders.models import Order
from marketplace.payments.states import PAYMENT, REFUND, Account, PaymentAction, PaymentState, RefundAction, RefundState


class BankAccount(Base):
    """Where a seller receives transfers."""

    __tablename__ = "bank_accounts"

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), unique=True)
    bank_bin: Mapped[str] = mapped_column(String(6))
    number: Mapped[str] = mapped_column(String(19))
    holder: Mapped[str] = mapped_column(String(80))

    organisation: Mapped[Organisation] = relationship()


class Payment(Base):
    """The money of one order: what is due, by which provider, what came. `memo` is what the transfer says."""

    __tablename__ = "payments"
    __table_args__ = (
        *not_negative("amount_vnd", "received_vnd", "refunded_vnd"),
        CheckConstraint("refunded_vnd <= received_vnd", name="refunds_within_received"),
        Index("ix_payments_state_expires_at", "state", "expires_at"),
    )

    machine: ClassVar[Machine[PaymentState, PaymentAction]] = PAYMENT

    id: Mapped[Id]
    ref: Mapped[Ref]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    provider: Mapped[str] = mapped_column(String(16))
    state: Mapped[PaymentState] = enumerated(PaymentState, "state", default=PaymentState.AWAITING)
    amount_vnd: Mapped[Vnd]
    received_vnd: Mapped[Vnd] = mapped_column(default=0)
    refunded_vnd: Mapped[Vnd] = mapped_column(default=0)
    memo: Mapped[str] = mapped_column(String(25), unique=True)
    bank_bin: Mapped[str | None] = mapped_column(String(6))
    account_number: Mapped[str | None] = mapped_column(String(19))
    account_holder: Mapped[str | None] = mapped_column(String(80))
    expires_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship()


class ProviderEvent(Base):
    """What a provider (or a person's confirmation) told us, stored before anything follows from it."""

    __tablename__ = "provider_events"
    __table_args__ = (UniqueConstraint("provider", "event_id"),)

    id: Mapped[Id]
    provider: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(String(120))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="VND")
    content: Mapped[dict[str, Any]]
    outcome: Mapped[str] = mapped_column(String(32), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Refund(Base):
    """Money that goes back to a buyer; where the seller holds it, she pays it to the account the buyer names."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount_vnd > 0", name="amount_positive"),)

    machine: ClassVar[Machine[RefundState, RefundAction]] = REFUND

    id: Mapped[Id]
    ref: Mapped[Ref]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    state: Mapped[RefundState] = enumerated(RefundState, "state", default=RefundState.WAITING_FOR_ACCOUNT)
    amount_vnd: Mapped[Vnd]
    bank_bin: Mapped[str | None] = mapped_column(String(6))
    account_number: Mapped[str | None] = mapped_column(String(19))
    account_holder: Mapped[str | None] = mapped_column(String(80))
    transfer_ref: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship()


class LedgerTransaction(Base):
    """One business fact in the ledger; its entries sum to zero. UNIQUE (kind, source): the same fact is booked once.

    `commission_vnd` is what goods taken off an order take off its commission, whether that was booked before or not.
    """

    __tablename__ = "ledger_transactions"
    __table_args__ = (UniqueConstraint("kind", "source_ref"),)

    id: Mapped[Id]
    ref: Mapped[Ref]
    kind: Mapped[str] = mapped_column(String(32))
    source_ref: Mapped[str] = mapped_column(String(64))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    commission_vnd: Mapped[Vnd] = mapped_column(default=0, server_default="0")
    at: Mapped[datetime] = mapped_column(default=clock.now)

    entries: Mapped[list[LedgerEntry]] = relationship(back_populates="transaction", order_by="LedgerEntry.id")


class LedgerEntry(Base):
    """One signed amount in đồng on one account, for one seller."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_vnd <> 0", name="amount_moves"),
        Index("ix_ledger_entries_seller_id_account", "seller_id", "account"),
    )

    id: Mapped[Id]
    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transactions.id"), index=True)
    account: Mapped[Account] = enumerated(Account, "account")
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    amount_vnd: Mapped[int] = mapped_column(BigInteger)

    transaction: Mapped[LedgerTransaction] = relationship(back_populates="entries")
    seller: Mapped[Organisation | None] = relationship()
