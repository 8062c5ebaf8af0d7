"""Payments and refunds, for pages that show several orders at once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import BankAccount, Payment, Refund
from marketplace.payments.states import PaymentState, RefundState


def payments_of(order_refs: Sequence[str]) -> dict[str, Payment]:
    """The payment of each order, by the order's ref."""
    statement = (
        select(Payment).join(Payment.order).where(Order.ref.in_(order_refs)).options(selectinload(Payment.order))
    )
    return {payment.order.ref: payment for payment in db.session.scalars(statement)}


def refunds_of(payments: Sequence[Payment]) -> dict[int, list[Refund]]:
    """The refunds of each payment, by the payment's id."""
    found: dict[int, list[Refund]] = {payment.id: [] for payment in payments}
    for refund in db.session.scalars(select(Refund).where(Refund.payment_id.in_(found)).order_by(Refund.id)):
        found[refund.payment_id].append(refund)
    return found


def account_of(organisation_id: int) -> BankAccount | None:
    """Where a seller receives transfers."""
    return db.session.scalar(select(BankAccount).where(BankAccount.organisation_id == organisation_id))


def waiting_for_seller(organisation_id: int) -> tuple[int, int]:
    """How many transfers a seller should look for, and how many refunds she has to pay."""
    mine = Order.seller_id == organisation_id
    looked_for = PaymentState.DECLARED, PaymentState.REVIEW
    transfers = select(func.count()).select_from(Payment).join(Payment.order).where(mine, Payment.state.in_(looked_for))
    refunds = select(func.count()).select_from(Refund).join(Refund.payment).join(Payment.order)
    due = refunds.where(mine, Refund.state == RefundState.DUE)
    return db.session.scalar(transfers) or 0, db.session.scalar(due) or 0
