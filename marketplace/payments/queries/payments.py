"""Payments and refunds, for pages that show several orders at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState
from marketplace.payments.models import BY_TRANSFER, ON_TERMS, BankAccount, Payment, ProviderEvent, Refund
from marketplace.payments.states import PaymentState, RefundState

# what a seller says of her account counts in all; what a provider tells is one sum of money each time
SAID_BY_SELLER = "confirmed_by_seller"
LOOKED_FOR = (PaymentState.DECLARED, PaymentState.REVIEW)


def payments_of(order_refs: Sequence[str]) -> dict[str, Payment]:
    """The payment of each order, by the order's ref, with what a page says of both."""
    order = joinedload(Payment.order)
    whole = order.joinedload(Order.purchase), order.joinedload(Order.seller), order.selectinload(Order.steps)
    statement = select(Payment).join(Payment.order).where(Order.ref.in_(order_refs)).options(*whole)
    return {payment.order.ref: payment for payment in db.session.scalars(statement)}


def refunds_of(payments: Sequence[Payment]) -> dict[int, list[Refund]]:
    """The refunds of each payment, by the payment's id."""
    found: dict[int, list[Refund]] = {payment.id: [] for payment in payments}
    for refund in db.session.scalars(select(Refund).where(Refund.payment_id.in_(found)).order_by(Refund.id)):
        found[refund.payment_id].append(refund)
    return found


def arrived(payments: Sequence[Payment]) -> dict[int, int]:
    """How much came without matching, in đồng, by the payment's id: the seller's last word, else the sum."""
    said: dict[int, int] = {}
    summed: dict[int, int] = {}
    events = select(Payment.id, ProviderEvent.kind, ProviderEvent.amount_vnd).where(
        ProviderEvent.payment_id == Payment.id,
        Payment.id.in_([payment.id for payment in payments]),
        ProviderEvent.outcome == "review",
        ProviderEvent.currency == "VND",
    )
    for payment_id, kind, amount_vnd in db.session.execute(events.order_by(ProviderEvent.id)):
        if kind == SAID_BY_SELLER:
            said[payment_id] = amount_vnd
        else:
            summed[payment_id] = max(0, summed.get(payment_id, 0) + amount_vnd)
    return {**summed, **said}


def said_by_seller(payment: Payment) -> Sequence[ProviderEvent]:
    """What the seller said of her account for one payment, the oldest first."""
    said = (ProviderEvent.payment_id == payment.id) & (ProviderEvent.kind == SAID_BY_SELLER)
    return db.session.scalars(select(ProviderEvent).where(said).order_by(ProviderEvent.id)).all()


def lines_of(payment: Payment) -> Sequence[ProviderEvent]:
    """What providers and statements told of one payment, the oldest first: each is a sum of money of its own."""
    told = (ProviderEvent.payment_id == payment.id) & (ProviderEvent.kind != SAID_BY_SELLER)
    in_vnd = told & (ProviderEvent.currency == "VND")
    return db.session.scalars(select(ProviderEvent).where(in_vnd).order_by(ProviderEvent.id)).all()


def account_of(organisation_id: int) -> BankAccount | None:
    """Where a seller receives transfers."""
    return db.session.scalar(select(BankAccount).where(BankAccount.organisation_id == organisation_id))


def without_account(organisation_ids: Sequence[int]) -> set[int]:
    """Which of these sellers nobody can transfer money to."""
    named = select(BankAccount.organisation_id).where(BankAccount.organisation_id.in_(organisation_ids))
    return set(organisation_ids) - set(db.session.scalars(named))


def open_transfers(organisation_id: int) -> int:
    """How many transfers still go to the account that was shown to their buyers."""
    awaited = Payment.state.in_([PaymentState.AWAITING, *LOOKED_FOR]) & Payment.provider.in_(BY_TRANSFER)
    counted = select(func.count()).select_from(Payment).join(Payment.order)
    return db.session.scalar(counted.where(Order.seller_id == organisation_id, awaited)) or 0


def overdue_terms(at: datetime, *, most: int) -> Sequence[Payment]:
    """Money on terms that should have come before the day of a moment, of which nobody was told yet."""
    late = Payment.state.in_([PaymentState.AWAITING, PaymentState.DECLARED]) & (Payment.due_on < clock.local(at).date())
    untold = Payment.overdue_told_at.is_(None) & (Payment.provider == ON_TERMS)
    return db.session.scalars(
        select(Payment).where(late, untold).order_by(Payment.due_on, Payment.id).limit(most)
    ).all()


# --- what waits for somebody -----------------------------------------------------------------------------------------


def _looked_for(organisation_id: int) -> ColumnElement[bool]:
    return (Order.seller_id == organisation_id) & Payment.state.in_(LOOKED_FOR)


def _owed(organisation_id: int) -> ColumnElement[bool]:
    return (Order.seller_id == organisation_id) & (Refund.state == RefundState.DUE)


def waiting_for_seller(organisation_id: int) -> tuple[int, int]:
    """How many transfers a seller should look for, and how many refunds she has to pay."""
    transfers = select(func.count()).select_from(Payment).join(Payment.order).where(_looked_for(organisation_id))
    refunds = select(func.count()).select_from(Refund).join(Refund.payment).join(Payment.order)
    return db.session.scalar(transfers) or 0, db.session.scalar(refunds.where(_owed(organisation_id))) or 0


def transfers_to_look_for(organisation_id: int, *, most: int) -> Sequence[Payment]:
    """The transfers a seller should look for, the one that ends first on top."""
    asked = select(Payment).join(Payment.order).where(_looked_for(organisation_id)).options(joinedload(Payment.order))
    return db.session.scalars(asked.order_by(Payment.expires_at, Payment.id).limit(most)).all()


def refunds_to_pay(organisation_id: int, *, most: int) -> Sequence[Refund]:
    """The refunds a seller has to pay, the one that is due first on top."""
    asked = select(Refund).join(Refund.payment).join(Payment.order).where(_owed(organisation_id))
    whole = joinedload(Refund.payment).joinedload(Payment.order)
    return db.session.scalars(asked.options(whole).order_by(Refund.due_at, Refund.id).limit(most)).all()


def overdue_refunds(at: datetime, *, most: int) -> Sequence[Refund]:
    """Refunds that sellers should have paid before a moment."""
    late = select(Refund).where(Refund.state == RefundState.DUE, Refund.due_at <= at)
    return db.session.scalars(late.order_by(Refund.due_at, Refund.id).limit(most)).all()


def reviews_to_end(*, most: int) -> Sequence[Payment]:
    """Payments of orders that are off, looked at for long enough."""
    off = (Payment.state == PaymentState.REVIEW) & (Order.state == OrderState.CANCELLED)
    ended = select(Payment).join(Payment.order).where(off, Payment.expires_at <= clock.now())
    return db.session.scalars(ended.order_by(Payment.expires_at, Payment.id).limit(most)).all()
