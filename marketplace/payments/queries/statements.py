"""Bank statements that sellers sent, and the payments that their lines may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import BY_TRANSFER, BankStatement, Payment, StatementLine
from marketplace.payments.states import PaymentState

# a transfer for an order that ended is still looked for that long
ENDED_WITHIN = timedelta(days=90)
MOST_COMPARED = 5_000


def payments_to_find(seller_id: int) -> Sequence[Payment]:
    """Transfers that a seller's account may show: open ones, and those of orders that were paid or ended lately."""
    open_ones = Payment.state.in_((PaymentState.AWAITING, PaymentState.DECLARED, PaymentState.REVIEW))
    recent = Payment.created_at >= clock.now() - ENDED_WITHIN
    asked = select(Payment).join(Payment.order).where(Order.seller_id == seller_id, Payment.provider.in_(BY_TRANSFER))
    return db.session.scalars(asked.where(open_ones | recent).order_by(Payment.id.desc()).limit(MOST_COMPARED)).all()


def statement_by_ref(ref: str) -> BankStatement | None:
    """A statement with its lines, their payments and orders."""
    order = selectinload(BankStatement.lines).joinedload(StatementLine.payment).joinedload(Payment.order)
    whole = order.joinedload(Order.purchase), order.joinedload(Order.seller)
    return db.session.scalar(
        select(BankStatement).where(BankStatement.ref == ref[:32]).options(joinedload(BankStatement.seller), *whole)
    )


def statements_of(seller_id: int, *, most: int) -> Sequence[BankStatement]:
    """What a seller sent lately."""
    own = select(BankStatement).where(BankStatement.seller_id == seller_id).order_by(BankStatement.id.desc())
    return db.session.scalars(own.options(selectinload(BankStatement.lines)).limit(most)).all()


def line_of(statement: BankStatement, line_id: int) -> StatementLine | None:
    """One line of a statement with what settling it needs."""
    own = select(StatementLine).where(StatementLine.id == line_id, StatementLine.statement_id == statement.id)
    return db.session.scalar(own.options(joinedload(StatementLine.payment).joinedload(Payment.order)))
