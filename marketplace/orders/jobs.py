"""Deadlines of orders, looked for every half minute."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import every
from marketplace.orders import services
from marketplace.orders.models import Cart, Order

BATCH = 200
GUEST_CARTS_KEPT = timedelta(days=60)


@every(timedelta(seconds=30), "orders.pass_deadlines")
def pass_deadlines() -> None:
    """Each order whose deadline has passed, in a transaction of its own."""
    due = select(Order.id).where(Order.due_at <= clock.now()).order_by(Order.due_at, Order.id).limit(BATCH)
    failures = [error for order_id in db.session.scalars(due).all() if (error := _passed(order_id))]
    if failures:
        raise failures[0]


def _passed(order_id: int) -> Exception | None:
    """One order that cannot pass its deadline does not hold up those behind it."""
    try:
        with writing():
            order = db.session.get(Order, order_id)
            if order is not None:
                services.pass_deadline(order)
    except Exception as error:
        return error
    return None


@every(timedelta(days=1), "orders.forget_guest_carts")
def forget_guest_carts() -> None:
    """Carts of guests who did not come back for two months."""
    old = select(Cart).where(Cart.person_id.is_(None), Cart.touched_at < clock.now() - GUEST_CARTS_KEPT).limit(BATCH)
    while db.session.scalars(old).first() is not None:
        with writing():
            for cart in db.session.scalars(old).all():
                db.session.delete(cart)
