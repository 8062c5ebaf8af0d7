"""The ledger's pen: one fact, once, its entries summing to zero; and what an order's facts come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.refs import next_ref
from marketplace.orders.models import Order
from marketplace.payments.models import LedgerEntry, LedgerTransaction
from marketplace.payments.states import Account


def book(
    kind: str,
    source_ref: str,
    amounts: Mapping[Account, int],
    *,
    order: Order,
    by: Actor,
    commission_vnd: int = 0,
    is_new: bool = False,
) -> bool:
    """Write one fact about an order down; False where it already stands there. The caller holds the order's lock.

    `is_new` spares the look at what stands there: the order itself is of this very act.
    """
    if not is_new and is_booked(kind, source_ref):
        return False
    return _written(kind, source_ref, amounts, order.seller_id, by, order, commission_vnd)


def book_for_seller(kind: str, source_ref: str, amounts: Mapping[Account, int], *, seller_id: int, by: Actor) -> bool:
    """Write one fact about a seller's own money down; False where it already stands there. Amounts in đồng."""
    return not is_booked(kind, source_ref) and _written(kind, source_ref, amounts, seller_id, by)


def _written(
    kind: str,
    source_ref: str,
    amounts: Mapping[Account, int],
    seller_id: int,
    by: Actor,
    order: Order | None = None,
    commission_vnd: int = 0,
) -> bool:
    if sum(amounts.values()) != 0:
        raise ValueError(f"{kind} {source_ref} does not sum to zero")
    entries = [
        LedgerEntry(account=account, seller_id=seller_id, amount_vnd=amount)
        for account, amount in amounts.items()
        if amount
    ]
    if not entries:
        return False
    fact = LedgerTransaction(
        ref=next_ref("ledger"),
        kind=kind,
        source_ref=source_ref,
        order_id=order.id if order else None,
        commission_vnd=commission_vnd,
        at=clock.now(),
        entries=entries,
    )
    db.session.add(fact)
    figures: dict[str, Any] = {account.value: amount for account, amount in amounts.items() if amount}
    audit.record(audit.subject_of(fact), kind, by=by, order=order.ref if order else None, **figures)
    return True


def is_booked(kind: str, source_ref: str) -> bool:
    """Whether a fact already stands in the ledger."""
    known = select(LedgerTransaction.id).where(
        LedgerTransaction.kind == kind, LedgerTransaction.source_ref == source_ref
    )
    return db.session.scalar(known) is not None


def booked(order: Order, kinds: Collection[str]) -> dict[Account, int]:
    """What the facts of these kinds come to for one order, by account; accounts at zero are left out."""
    total = func.sum(LedgerEntry.amount_vnd)
    of_order = (LedgerTransaction.order_id == order.id) & LedgerTransaction.kind.in_(kinds)
    summed = select(LedgerEntry.account, total).join(LedgerTransaction).where(of_order).group_by(LedgerEntry.account)
    return {account: int(amount) for account, amount in db.session.execute(summed) if amount}
