"""Card sessions and what the worker has to ask the card company about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order, Purchase
from marketplace.orders.states import OrderState
from marketplace.payments.models import CARD, CardSession, Payment, ProviderEvent, Refund
from marketplace.payments.states import PaymentState, RefundState, SessionState

LIVE = (SessionState.WANTED, SessionState.OPEN)
# events come within seconds; what they did not tell by then is asked for
PATIENCE = timedelta(minutes=2)
REFUND_PATIENCE = timedelta(hours=6)
REFUNDS_END_AFTER = timedelta(days=30)


def card_session(ref: str) -> CardSession | None:
    """The session that we gave this name."""
    whole = joinedload(CardSession.purchase).selectinload(Purchase.orders)
    return db.session.scalar(select(CardSession).where(CardSession.ref == ref).options(whole))


def card_payments_of(purchase_id: int) -> Sequence[Payment]:
    """What a purchase owes or owed by card, one payment an order."""
    of_purchase = (Order.purchase_id == purchase_id) & (Payment.provider == CARD)
    asked = select(Payment).join(Payment.order).where(of_purchase).order_by(Payment.id)
    return db.session.scalars(asked.options(joinedload(Payment.order).joinedload(Order.seller))).all()


def is_due_by_card(payment: Payment) -> bool:
    """Whether a card should still pay this."""
    return payment.state is PaymentState.AWAITING and payment.order.state is OrderState.AWAITING_PAYMENT


def due_by_card(purchase_ids: Sequence[int]) -> dict[int, int]:
    """How much each purchase still has to pay by card, in đồng; those that owe nothing are left out."""
    due = (Payment.provider == CARD) & (Payment.state == PaymentState.AWAITING)
    due &= Order.purchase_id.in_(purchase_ids) & (Order.state == OrderState.AWAITING_PAYMENT)
    summed = select(Order.purchase_id, func.sum(Payment.amount_vnd)).join(Payment.order).where(due)
    return {purchase: int(amount) for purchase, amount in db.session.execute(summed.group_by(Order.purchase_id))}


def live_session(purchase_id: int) -> CardSession | None:
    """The session on which a purchase can be paid now, or in a moment."""
    return live_sessions_of([purchase_id]).get(purchase_id)


def last_session(purchase_id: int) -> CardSession | None:
    """The newest session of a purchase, live or not."""
    own = select(CardSession).where(CardSession.purchase_id == purchase_id)
    return db.session.scalar(own.order_by(CardSession.id.desc()).limit(1))


def live_sessions_of(purchase_ids: Sequence[int]) -> dict[int, CardSession]:
    """The live session of each purchase that has one."""
    live = CardSession.state.in_(LIVE) & (CardSession.expires_at > clock.now())
    asked = select(CardSession).where(CardSession.purchase_id.in_(purchase_ids), live).order_by(CardSession.id)
    return {session.purchase_id: session for session in db.session.scalars(asked)}


def sessions_to_open(*, most: int) -> Sequence[str]:
    """Refs of sessions whose page was not made at once."""
    left = (CardSession.state == SessionState.WANTED) & (CardSession.created_at <= clock.now() - PATIENCE)
    return db.session.scalars(select(CardSession.ref).where(left).order_by(CardSession.id).limit(most)).all()


def sessions_to_ask(*, most: int) -> Sequence[str]:
    """Refs of sessions of which nothing was heard for a while, the one asked longest ago first."""
    before = clock.now() - PATIENCE
    asked = func.coalesce(CardSession.asked_at, CardSession.created_at)
    quiet: Select[str] = select(CardSession.ref).where(CardSession.state == SessionState.OPEN, asked <= before)
    return db.session.scalars(quiet.order_by(asked, CardSession.id).limit(most)).all()


def refund_named(ref: str) -> Refund | None:
    """The refund with this name."""
    whole = (
        joinedload(Refund.payment)
        .joinedload(Payment.order)
        .options(joinedload(Order.purchase), selectinload(Order.steps), joinedload(Order.seller))
    )
    return db.session.scalar(select(Refund).where(Refund.ref == ref).options(whole))


def refunds_to_ask(*, most: int) -> Sequence[str]:
    """Refs of refunds on their way to a card for long: how do they stand?"""
    now = clock.now()
    quiet = (Refund.state == RefundState.PENDING) & (Refund.created_at <= now - REFUND_PATIENCE)
    quiet &= Refund.created_at >= now - REFUNDS_END_AFTER
    return db.session.scalars(select(Refund.ref).where(quiet).order_by(Refund.id).limit(most)).all()


def event_named(name: str) -> ProviderEvent | None:
    """What the card company told us under this name."""
    found = (ProviderEvent.provider == CARD) & (ProviderEvent.event_id == name)
    return db.session.scalar(select(ProviderEvent).where(found))
