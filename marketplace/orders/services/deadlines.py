"""What time does to orders: unpaid and unanswered ones end, parcels count as delivered, orders are completed."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.lifecycle import move
from marketplace.inventory import services as inventory
from marketplace.orders.models import Order
from marketplace.orders.services.fulfilment import cancel, deliver, take_back
from marketplace.orders.services.locking import lock_order
from marketplace.orders.services.receiving import count_unchecked
from marketplace.orders.services.telling import step
from marketplace.orders.states import CancelReason, OrderAction, OrderState, Side, StepKind


def extend(order: Order, by: timedelta) -> None:
    """Give the seller time to answer: deadline and hold move on together."""
    lock_order(order)
    if order.state is OrderState.AWAITING_PAYMENT and order.due_at is not None:
        order.due_at = max(order.due_at, clock.now() + by)
        inventory.keep(order.hold_ref, order.due_at)


def pass_deadline(order: Order) -> bool:
    """Do what an order's deadline says, if it has passed; False where a newer deadline was set meanwhile."""
    lock_order(order)
    if order.due_at is None or order.due_at > clock.now():
        return False
    if order.state is OrderState.AWAITING_PAYMENT:
        cancel(order, reason=CancelReason.UNPAID, by=SYSTEM)
    elif order.state is OrderState.PLACED:
        cancel(order, reason=CancelReason.UNANSWERED, by=SYSTEM)
    elif order.state is OrderState.SHIPPED:
        deliver(order, on=clock.today(), by=SYSTEM)
    elif order.state is OrderState.UNDELIVERED:
        # nobody has seen the goods: they come into stock when the seller takes them in
        take_back(order, by=SYSTEM, is_on_shelf=False)
    elif order.state is OrderState.DELIVERED and order.is_on_terms:
        count_unchecked(order, by=SYSTEM)
    elif order.state is OrderState.DELIVERED:
        _complete(order)
    return True


def _complete(order: Order) -> None:
    if any(back.is_open for back in order.returns):
        order.due_at = None
        return
    move(order, OrderAction.COMPLETE, by=SYSTEM)
    order.due_at = None
    step(order, StepKind.COMPLETED, Side.PLATFORM)
