"""The ledger read: balances, and whether it adds up."""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.core.database import db
from marketplace.payments.models import LedgerEntry, LedgerTransaction, Payment, Refund
from marketplace.payments.states import Account, RefundState

SELLER_ACCOUNTS = (Account.PAYABLE_TO_SELLER, Account.RECEIVED_BY_SELLER, Account.DUE_FROM_SELLER, Account.PAID_OUT)


def balance_of(seller_id: int) -> int:
    """What the marketplace owes a seller in đồng; below zero she owes it."""
    own = LedgerEntry.account.in_(SELLER_ACCOUNTS) & (LedgerEntry.seller_id == seller_id)
    return -int(db.session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount_vnd), 0)).where(own)) or 0)


def ledger_faults() -> list[str]:
    """Transactions that do not sum to zero, and payments whose refunds are not those written down."""
    total = func.sum(LedgerEntry.amount_vnd)
    uneven = (
        select(LedgerTransaction.ref, total)
        .join(LedgerEntry)
        .group_by(LedgerTransaction.id, LedgerTransaction.ref)
        .having(total != 0)
    )
    faults = [f"ledger transaction {ref} sums to {amount}" for ref, amount in db.session.execute(uneven)]
    done = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).where(
        Refund.payment_id == Payment.id, Refund.state == RefundState.DONE
    )
    wrong = select(Payment.ref).where(Payment.refunded_vnd != done.scalar_subquery())
    return faults + [f"payment {ref} does not agree with its refunds" for ref in db.session.scalars(wrong)]
