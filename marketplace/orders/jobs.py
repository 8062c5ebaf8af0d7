"""Deadlines of orders and returns, looked for every half minute or minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import every
from marketplace.core.outbox.rounds import each_apart
from marketplace.orders import services
from marketplace.orders.models import Cart, Order, Return

BATCH = 200
GUEST_CARTS_KEPT = timedelta(days=60)


@every(timedelta(seconds=30), "orders.pass_deadlines")
def pass_deadlines() -> None:
    """Each order whose deadline has passed, in a transaction of its own."""
    _pass_all(Order, services.pass_deadline)


@every(timedelta(minutes=1), "orders.pass_return_deadlines")
def pass_return_deadlines() -> None:
    """Each return that nobody answered or sent in time, in a transaction of its own."""
    _pass_all(Return, services.pass_return_deadline)


def _pass_all(kind: type[Any], passing: Callable[[Any], bool]) -> None:
    due = select(kind.id).where(kind.due_at <= clock.now()).order_by(kind.due_at, kind.id).limit(BATCH)
    each_apart(kind, db.session.scalars(due).all(), passing)


@every(timedelta(days=1), "orders.forget_guest_carts")
def forget_guest_carts() -> None:
    """Carts of guests who did not come back for two months."""
    old = select(Cart).where(Cart.person_id.is_(None), Cart.touched_at < clock.now() - GUEST_CARTS_KEPT).limit(BATCH)
    while db.session.scalars(old).first() is not None:
        with writing():
            for cart in db.session.scalars(old).all():
                db.session.delete(cart)
