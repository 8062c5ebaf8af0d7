"""Booking: every business fact once, its entries summing to zero.

Debits are above zero. A sale makes the buyer owe (receivable) what the seller is to get (payable to seller). Money that
goes straight to the seller turns the receivable into "received by seller", and the commission into "due from seller".
A sale called off is booked back; what was paid for it stands under "refund" until it is given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.refs import next_ref
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerEntry, LedgerTransaction
from marketplace.payments.states import Account


def book(kind: str, source_ref: str, amounts: Mapping[Account, int], *, order: Order, by: Actor) -> bool:
    """Write one fact down; False where it already stands there. The caller holds the order's lock. Amounts in đồng."""
    if sum(amounts.values()) != 0:
        raise ValueError(f"{kind} {source_ref} does not sum to zero")
    entries = [
        LedgerEntry(account=account, seller_id=order.seller_id, amount_vnd=amount)
        for account, amount in amounts.items()
        if amount
    ]
    if not entries or is_booked(kind, source_ref):
        return False
    fact = LedgerTransaction(
        ref=next_ref("ledger"), kind=kind, source_ref=source_ref, order_id=order.id, at=clock.now(), entries=entries
    )
    db.session.add(fact)
    figures: dict[str, Any] = {account.value: amount for account, amount in amounts.items() if amount}
    audit.record(audit.subject_of(fact), kind, by=by, order=order.ref, **figures)
    return True


def is_booked(kind: str, source_ref: str) -> bool:
    """Whether a fact already stands in the ledger."""
    known = select(LedgerTransaction.id).where(
        LedgerTransaction.kind == kind, LedgerTransaction.source_ref == source_ref
    )
    return db.session.scalar(known) is not None


def sale(order: Order, by: Actor) -> None:
    """The buyer owes the order's total, the seller is to get it; once for each time goods are set aside."""
    total = order.total_vnd
    book("sale", order.hold_ref, {Account.RECEIVABLE: total, Account.PAYABLE_TO_SELLER: -total}, order=order, by=by)


def sale_called_off(order: Order, *, paid: bool, by: Actor) -> None:
    """The sale is off: nobody owes for it; what was paid is to be given back, the commission is not due."""
    if not is_booked("sale", order.hold_ref):
        return
    against = Account.REFUND if paid else Account.RECEIVABLE
    amounts = {Account.PAYABLE_TO_SELLER: order.total_vnd, against: -order.total_vnd}
    book("sale_called_off", order.hold_ref, amounts, order=order, by=by)
    if is_booked("fee", order.hold_ref):
        fee = {Account.DUE_FROM_SELLER: -order.commission_vnd, Account.COMMISSION: order.commission_vnd}
        book("fee_called_off", order.hold_ref, fee, order=order, by=by)


def received_by_seller(order: Order, source_ref: str, amount_vnd: int, *, for_goods: bool, by: Actor) -> None:
    """Money reached the seller: for the goods, or to be given back."""
    against = Account.RECEIVABLE if for_goods else Account.REFUND
    amounts = {Account.RECEIVED_BY_SELLER: amount_vnd, against: -amount_vnd}
    book("receipt", source_ref, amounts, order=order, by=by)
    if for_goods:
        fee = {Account.DUE_FROM_SELLER: order.commission_vnd, Account.COMMISSION: -order.commission_vnd}
        book("fee", order.hold_ref, fee, order=order, by=by)


def refunded_by_seller(order: Order, refund_ref: str, amount_vnd: int, *, by: Actor) -> None:
    """The seller gave money back."""
    amounts = {Account.REFUND: amount_vnd, Account.RECEIVED_BY_SELLER: -amount_vnd}
    book("refund", refund_ref, amounts, order=order, by=by)
