"""Payments of orders, what providers told us, refunds, sellers' bank accounts and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.database import Base, Id, Ref, Vnd, enumerated, not_negative
from marketplace.core.states import Machine
from marketplace.orders.models import Order, Purchase
from marketplace.payments.states import (
    BILL,
    PAYMENT,
    PAYOUT,
    REFUND,
    SESSION,
    Account,
    BillAction,
    BillState,
    Certainty,
    Match,
    PaymentAction,
    PaymentState,
    PayoutAction,
    PayoutState,
    RefundAction,
    RefundState,
    Residency,
    SessionAction,
    SessionState,
    TaxKind,
)

CARD, ON_TERMS = "stripe", "on_terms"
# the buyer sends the money to the seller's own account, who says when it is there
BY_TRANSFER = ("vietqr", ON_TERMS)


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
        Index("ix_payments_state_due_on", "state", "due_on"),
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
    charge_ref: Mapped[str | None] = mapped_column(String(120))
    expires_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    overdue_told_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship()

    @property
    def is_open(self) -> bool:
        """Money is still awaited."""
        return self.state not in (PaymentState.RECEIVED, PaymentState.CANCELLED)

    @property
    def is_overdue(self) -> bool:
        """Money on terms that should have come before today."""
        return self.is_open and self.due_on is not None and self.due_on < clock.today()

    @property
    def is_by_card(self) -> bool:
        """Whether a card company takes the money for the marketplace."""
        return self.provider == CARD


class CardSession(Base):
    """One page of the card company on which a whole purchase is paid, as it was asked for: `parts` never change.

    `ref` names it to the provider and keeps a second call from making a second page; `parts` holds for each payment its
    ref, its order, the seller's name and the amount in đồng.
    """

    __tablename__ = "card_sessions"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index("ix_card_sessions_state_asked_at", "state", "asked_at"),
    )

    machine: ClassVar[Machine[SessionState, SessionAction]] = SESSION

    id: Mapped[Id]
    ref: Mapped[Ref]
    purchase_id: Mapped[int] = mapped_column(ForeignKey("purchases.id"), index=True)
    state: Mapped[SessionState] = enumerated(SessionState, "state", default=SessionState.WANTED)
    amount_vnd: Mapped[Vnd]
    parts: Mapped[list[Any]]
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    provider_ref: Mapped[str | None] = mapped_column(String(120), unique=True)
    charge_ref: Mapped[str | None] = mapped_column(String(120), unique=True)
    url: Mapped[str] = mapped_column(String(2000), default="")
    expires_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    purchase: Mapped[Purchase] = relationship()

    @property
    def is_live(self) -> bool:
        """Whether its page can be paid on, now or in a moment."""
        return self.state in (SessionState.WANTED, SessionState.OPEN) and self.expires_at > clock.now()


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
    """Money that goes back to a buyer; where the seller holds it, she pays it to the account the buyer names.

    Card money goes back to the card: `charge_ref` is the charge it came by, `attempt` counts the tries.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index("ix_refunds_state_due_at", "state", "due_at"),
    )

    machine: ClassVar[Machine[RefundState, RefundAction]] = REFUND

    id: Mapped[Id]
    ref: Mapped[Ref]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    state: Mapped[RefundState] = enumerated(RefundState, "state", default=RefundState.WAITING_FOR_ACCOUNT)
    amount_vnd: Mapped[Vnd]
    bank_bin: Mapped[str | None] = mapped_column(String(6))
    account_number: Mapped[str | None] = mapped_column(String(19))
    account_holder: Mapped[str | None] = mapped_column(String(80))
    charge_ref: Mapped[str | None] = mapped_column(String(120))
    attempt: Mapped[int] = mapped_column(default=1, server_default="1")
    provider_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    failure: Mapped[str] = mapped_column(String(60), default="", server_default="")
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


# --- the money of sellers --------------------------------------------------------------------------------------------


class TaxRule(Base):
    """What is withheld of sales of one kind from one day to another; rates are hundredths of a per cent.

    `freight_as` says as what the freight of goods is taxed; without it freight is taxed as the goods are.
    """

    __tablename__ = "tax_rules"
    __table_args__ = (
        CheckConstraint("vat_points BETWEEN 0 AND 10000 AND pit_points BETWEEN 0 AND 10000", name="rates_are_parts"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        UniqueConstraint("kind", "residency", "valid_from"),
    )

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[TaxKind] = enumerated(TaxKind, "kind")
    residency: Mapped[Residency] = enumerated(Residency, "residency", default=Residency.RESIDENT)
    vat_points: Mapped[int]
    pit_points: Mapped[int]
    freight_as: Mapped[TaxKind | None] = enumerated(TaxKind, "freight_as")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))
    certainty: Mapped[Certainty] = enumerated(Certainty, "certainty")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Withholding(Base):
    """Tax withheld of one order by one rule, or given back (all figures below zero); append-only, in đồng."""

    __tablename__ = "withholdings"
    __table_args__ = (UniqueConstraint("source_ref", "kind", "rule_id"),)

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("tax_rules.id"), index=True)
    source_ref: Mapped[str] = mapped_column(String(64))
    kind: Mapped[TaxKind] = enumerated(TaxKind, "kind")
    base_vnd: Mapped[int] = mapped_column(BigInteger)
    vat_vnd: Mapped[int] = mapped_column(BigInteger)
    pit_vnd: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    order: Mapped[Order] = relationship()
    rule: Mapped[TaxRule | None] = relationship()


class PayoutBatch(Base):
    """Payouts that an operator prepared together."""

    __tablename__ = "payout_batches"

    id: Mapped[Id]
    ref: Mapped[Ref]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    payouts: Mapped[list[Payout]] = relationship(back_populates="batch", order_by="Payout.id")


class Payout(Base):
    """Card money on its way to a seller: amount and account as they were when it was prepared."""

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index(
            "uq_payouts_planned",
            "seller_id",
            unique=True,
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
    )

    machine: ClassVar[Machine[PayoutState, PayoutAction]] = PAYOUT

    id: Mapped[Id]
    ref: Mapped[Ref]
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batches.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[PayoutState] = enumerated(PayoutState, "state", default=PayoutState.PLANNED)
    amount_vnd: Mapped[Vnd]
    bank_bin: Mapped[str] = mapped_column(String(6))
    account_number: Mapped[str] = mapped_column(String(19))
    account_holder: Mapped[str] = mapped_column(String(80))
    memo: Mapped[str] = mapped_column(String(25))
    bank_ref: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    done_at: Mapped[datetime | None]

    batch: Mapped[PayoutBatch] = relationship(back_populates="payouts")
    seller: Mapped[Organisation] = relationship()


class FeeBill(Base):
    """What a seller owes the marketplace for money that went straight to her, month by month."""

    __tablename__ = "fee_bills"
    __table_args__ = (
        UniqueConstraint("seller_id", "month"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        Index("ix_fee_bills_state_due_on", "state", "due_on"),
    )

    machine: ClassVar[Machine[BillState, BillAction]] = BILL

    id: Mapped[Id]
    ref: Mapped[Ref]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    month: Mapped[date]
    state: Mapped[BillState] = enumerated(BillState, "state", default=BillState.OPEN)
    amount_vnd: Mapped[Vnd]
    commission_vnd: Mapped[int] = mapped_column(BigInteger)
    tax_vnd: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date]
    memo: Mapped[str] = mapped_column(String(25))
    bank_ref: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]

    seller: Mapped[Organisation] = relationship()


class BankStatement(Base):
    """A seller's own bank statement as far as it may concern her payments."""

    __tablename__ = "bank_statements"

    id: Mapped[Id]
    ref: Mapped[Ref]
    seller_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    line_count: Mapped[int]
    settled_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    seller: Mapped[Organisation] = relationship()
    lines: Mapped[list[StatementLine]] = relationship(back_populates="statement", order_by="StatementLine.id")


class StatementLine(Base):
    """One incoming transfer of a bank statement beside the payment that it may be."""

    __tablename__ = "statement_lines"
    __table_args__ = (
        UniqueConstraint("statement_id", "number", "payment_id"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    number: Mapped[int]
    on: Mapped[date | None] = mapped_column("on_day")
    words: Mapped[str] = mapped_column(String(300))
    amount_vnd: Mapped[Vnd]
    event_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[Match] = enumerated(Match, "kind")
    outcome: Mapped[str] = mapped_column(String(32), default="")

    statement: Mapped[BankStatement] = relationship(back_populates="lines")
    payment: Mapped[Payment] = relationship()
