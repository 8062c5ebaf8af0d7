"""The ledger read: balances, and whether it adds up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerEntry, LedgerTransaction, Payment, Refund
from marketplace.payments.states import Account, PaymentState, RefundState

SELLER_ACCOUNTS = (Account.PAYABLE_TO_SELLER, Account.RECEIVED_BY_SELLER, Account.DUE_FROM_SELLER, Account.PAID_OUT)


def balance_of(seller_id: int) -> int:
    """What the marketplace owes a seller in đồng; below zero she owes it (or a refund to a buyer)."""
    own = LedgerEntry.account.in_(SELLER_ACCOUNTS) & (LedgerEntry.seller_id == seller_id)
    return -int(db.session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount_vnd), 0)).where(own)) or 0)


def ledger_faults() -> list[str]:
    """Whatever does not add up: transactions, refunds, money with sellers, and orders that are paid without money."""
    faults = [f"ledger transaction {ref} sums to {amount}" for ref, amount in db.session.execute(_uneven())]
    for sentence, refs in (
        ("does not agree with its refunds", _refunds_differ()),
        ("promises back more than was received", _too_much_promised()),
        ("does not agree with the ledger", _ledger_differs()),
        ("does not agree with its order", _order_differs()),
    ):
        faults += [f"payment {ref} {sentence}" for ref in db.session.scalars(refs)]
    return faults


def _uneven() -> Select[str, int]:
    total = func.sum(LedgerEntry.amount_vnd)
    return (
        select(LedgerTransaction.ref, total)
        .join(LedgerEntry)
        .group_by(LedgerTransaction.id, LedgerTransaction.ref)
        .having(total != 0)
    )


def _refunded(*states: RefundState) -> Any:
    summed = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).where(Refund.payment_id == Payment.id)
    return (summed.where(Refund.state.in_(states)) if states else summed).scalar_subquery()


def _refunds_differ() -> Select[str]:
    return select(Payment.ref).where(Payment.refunded_vnd != _refunded(RefundState.DONE))


def _too_much_promised() -> Select[str]:
    return select(Payment.ref).where(Payment.received_vnd < _refunded())


def _ledger_differs() -> Select[str]:
    """What the ledger says of the seller's money for an order is what came less what went back."""
    with_seller = (
        select(func.coalesce(func.sum(LedgerEntry.amount_vnd), 0))
        .join(LedgerTransaction)
        .where(LedgerTransaction.order_id == Payment.order_id, LedgerEntry.account == Account.RECEIVED_BY_SELLER)
        .scalar_subquery()
    )
    return select(Payment.ref).where(Payment.received_vnd - Payment.refunded_vnd != with_seller)


def _order_differs() -> Select[str]:
    paid = Order.is_paid.is_(True) & (Payment.state != PaymentState.RECEIVED)
    return select(Payment.ref).join(Payment.order).where(paid)
