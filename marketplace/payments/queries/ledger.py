"""The ledger read: balances, and whether it adds up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from marketplace.accounts.models import Organisation
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import (
    FeeBill,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    Payout,
    Refund,
    Withholding,
)
from marketplace.payments.states import Account, BillState, PaymentState, PayoutState, RefundState

# what the marketplace owes a seller is what is payable to her less what she has, owes or was paid; what its buyer still
# owes is nobody's yet
SELLER_ACCOUNTS = (
    Account.RECEIVABLE,
    Account.PAYABLE_TO_SELLER,
    Account.RECEIVED_BY_SELLER,
    Account.DUE_FROM_SELLER,
    Account.PAID_OUT,
)
HOLDERS = (Account.RECEIVED_BY_SELLER, Account.RECEIVED_BY_PLATFORM)


def balance_of(seller_id: int, before: datetime | None = None) -> int:
    """What the marketplace owes a seller in đồng (then); below zero she owes it, or a refund to a buyer."""
    sums = sums_of([seller_id], before).get(seller_id, {})
    return -sum(sums.get(account, 0) for account in SELLER_ACCOUNTS)


def sums_of(seller_ids: Collection[int], before: datetime | None = None) -> dict[int, dict[Account, int]]:
    """What stands on each account of some sellers (before a moment), in đồng."""
    own = select(LedgerEntry.seller_id, LedgerEntry.account, func.sum(LedgerEntry.amount_vnd))
    own = own.where(LedgerEntry.seller_id.in_(seller_ids)).group_by(LedgerEntry.seller_id, LedgerEntry.account)
    if before is not None:
        own = own.join(LedgerTransaction).where(LedgerTransaction.at < before)
    found: dict[int, dict[Account, int]] = {}
    for seller_id, account, amount in db.session.execute(own):
        found.setdefault(int(seller_id or 0), {})[account] = int(amount)
    return found


def ledger_faults() -> list[str]:
    """Whatever does not add up: transactions, refunds, whose money is where, tax, payouts, bills, paid orders."""
    faults = [f"ledger transaction {ref} sums to {amount}" for ref, amount in db.session.execute(_uneven())]
    for sentence, refs in (
        ("does not agree with its refunds", _refunds_differ()),
        ("promises back more than was received", _too_much_promised()),
        ("does not agree with the ledger", _ledger_differs()),
        ("does not agree with its order", _order_differs()),
    ):
        faults += [f"payment {ref} {sentence}" for ref in db.session.scalars(refs)]
    return [*faults, *_tax_faults(), *_payout_faults(), *_bill_faults()]


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
    """What the ledger says of an order's money, whoever holds it, is what came less what went back."""
    held = (
        select(func.coalesce(func.sum(LedgerEntry.amount_vnd), 0))
        .join(LedgerTransaction)
        .where(LedgerTransaction.order_id == Payment.order_id, LedgerEntry.account.in_(HOLDERS))
        .scalar_subquery()
    )
    return select(Payment.ref).where(Payment.received_vnd - Payment.refunded_vnd != held)


def _order_differs() -> Select[str]:
    paid = Order.is_paid.is_(True) & (Payment.state != PaymentState.RECEIVED)
    return select(Payment.ref).join(Payment.order).where(paid)


# --- the money of sellers --------------------------------------------------------------------------------------------


def _tax_faults() -> list[str]:
    """Orders whose rows of tax and whose ledger differ, and tax that no rule says anything about."""
    rows = _by_order(select(Withholding.order_id, func.sum(Withholding.vat_vnd + Withholding.pit_vnd)), Withholding)
    booked = select(LedgerTransaction.order_id, func.sum(LedgerEntry.amount_vnd)).join(LedgerTransaction.entries)
    ledger = _by_order(booked.where(LedgerEntry.account == Account.TAX_WITHHELD), LedgerTransaction)
    differing = {
        order_id for order_id in rows.keys() | ledger.keys() if rows.get(order_id, 0) != -ledger.get(order_id, 0)
    }
    ruleless = set(db.session.scalars(select(Withholding.order_id).where(Withholding.rule_id.is_(None))))
    return [
        *(f"order {ref}: tax withheld does not agree with the ledger" for ref in _refs(differing)),
        *(f"order {ref}: no tax rule covers it" for ref in _refs(ruleless)),
    ]


def _by_order(sums: Any, table: Any) -> dict[int, int]:
    grouped = sums.where(table.order_id.is_not(None)).group_by(table.order_id)
    return {int(order_id): int(amount) for order_id, amount in db.session.execute(grouped)}


def _refs(order_ids: Collection[int]) -> list[str]:
    return list(db.session.scalars(select(Order.ref).where(Order.id.in_(order_ids)).order_by(Order.id)))


def _payout_faults() -> list[str]:
    """Sellers to whom the ledger says another sum was paid out than the payouts do."""
    said = select(Payout.seller_id, func.sum(Payout.amount_vnd)).where(Payout.state == PayoutState.DONE)
    booked = select(LedgerEntry.seller_id, func.sum(LedgerEntry.amount_vnd))
    booked = booked.where(LedgerEntry.account == Account.PAID_OUT)
    return _differing(said.group_by(Payout.seller_id), booked.group_by(LedgerEntry.seller_id), "payouts")


def _bill_faults() -> list[str]:
    """Sellers whose paid bills the ledger does not know, or not with that sum."""
    said = select(FeeBill.seller_id, func.sum(FeeBill.amount_vnd)).where(FeeBill.state == BillState.PAID)
    booked = select(LedgerEntry.seller_id, func.sum(-LedgerEntry.amount_vnd)).join(LedgerTransaction)
    paid = (LedgerTransaction.kind == "bill") & (LedgerEntry.account == Account.DUE_FROM_SELLER)
    return _differing(
        said.group_by(FeeBill.seller_id), booked.where(paid).group_by(LedgerEntry.seller_id), "paid bills"
    )


def _differing(said: Any, booked: Any, what: str) -> list[str]:
    sums = [{int(row[0]): int(row[1]) for row in db.session.execute(one) if row[1]} for one in (said, booked)]
    wrong = {seller for seller in sums[0].keys() | sums[1].keys() if sums[0].get(seller) != sums[1].get(seller)}
    refs = db.session.scalars(select(Organisation.ref).where(Organisation.id.in_(wrong)).order_by(Organisation.id))
    return [f"seller {ref}: {what} do not agree with the ledger" for ref in refs]
