"""What of payments waits for the operator: late and failed refunds, sums that do not fit, events nobody can place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.payments.models import CARD, Payment, ProviderEvent, Refund
from marketplace.payments.states import PaymentState, RefundState

MOST = 100
# a refund that the card company has not even taken on for so long is stuck
UNANSWERED_AFTER = timedelta(hours=3)
UNFINISHED_AFTER = timedelta(days=30)


def _with_order(asked: Select[Any], payment: Any) -> Select[Any]:
    order = payment.joinedload(Payment.order)
    return asked.options(order.joinedload(Order.seller), order.joinedload(Order.purchase))


def count_to_look_at() -> int:
    """How many refunds, payments and events wait for the operator; one query."""
    refunds = select(Refund.id).where(_is_late() | _is_stuck())
    payments = select(Payment.id).where(Payment.state == PaymentState.REVIEW)
    events = select(ProviderEvent.id).where(_is_to_look_at())
    counted = [select(func.count()).select_from(rows.subquery()) for rows in (refunds, payments, events)]
    return sum(db.session.execute(select(*(one.scalar_subquery() for one in counted))).one())


def _is_late() -> ColumnElement[bool]:
    return and_(Refund.state == RefundState.DUE, Refund.due_at <= clock.now())


def _is_stuck() -> ColumnElement[bool]:
    now = clock.now()
    failed = Refund.state == RefundState.FAILED
    silent = and_(Refund.state == RefundState.REQUESTED, Refund.created_at <= now - UNANSWERED_AFTER)
    endless = and_(Refund.state == RefundState.PENDING, Refund.created_at <= now - UNFINISHED_AFTER)
    return or_(failed, silent, endless)


def _is_to_look_at() -> ColumnElement[bool]:
    return and_(ProviderEvent.provider == CARD, ProviderEvent.outcome == "look")


def late_refunds() -> Sequence[Refund]:
    """Refunds that sellers should have paid by now, the one that is late longest on top."""
    asked = _with_order(select(Refund).where(_is_late()), joinedload(Refund.payment))
    return db.session.scalars(asked.order_by(Refund.due_at, Refund.id).limit(MOST)).all()


def stuck_refunds() -> Sequence[Refund]:
    """Refunds to cards that failed, or of which nothing is heard."""
    asked = _with_order(select(Refund).where(_is_stuck()), joinedload(Refund.payment))
    return db.session.scalars(asked.order_by(Refund.created_at, Refund.id).limit(MOST)).all()


def payments_in_review() -> Sequence[Payment]:
    """Payments for which something else came than what was due."""
    asked = select(Payment).where(Payment.state == PaymentState.REVIEW)
    order = joinedload(Payment.order)
    whole = asked.options(order.joinedload(Order.seller), order.joinedload(Order.purchase))
    return db.session.scalars(whole.order_by(Payment.id).limit(MOST)).all()


def events_to_look_at() -> Sequence[ProviderEvent]:
    """What the card company told us that belongs to nothing we know, or that only a person can answer."""
    return db.session.scalars(
        select(ProviderEvent).where(_is_to_look_at()).order_by(ProviderEvent.id).limit(MOST)
    ).all()
