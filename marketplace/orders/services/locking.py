"""The lock of an order: where it follows a paper, the paper's book is locked before it, by everybody alike."""

from __future__ import annotations

from marketplace.core.database import lock
from marketplace.core.events import publish
from marketplace.orders.events import OrderToChange
from marketplace.orders.models import Order


def lock_order(order: Order) -> None:
    """Reload an order under lock; an order on terms after the paper that it follows."""
    if order.basis_ref:
        publish(OrderToChange(order))
    lock(order)
