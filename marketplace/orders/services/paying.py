"""What an order does when its money came; payments decides whether it did."""

from __future__ import annotations

from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.events import publish
from marketplace.core.lifecycle import move
from marketplace.inventory import services as inventory
from marketplace.orders.events import OrderPaid
from marketplace.orders.models import Order
from marketplace.orders.services.telling import side_of, step, tell_buyer, tell_seller
from marketplace.orders.services.time_limits import seller_confirms_by
from marketplace.orders.states import CancelReason, OrderAction, OrderState, Side, StepKind
from marketplace.web.filters import moment

REVIVABLE = {CancelReason.UNPAID}


def mark_paid(order: Order, *, by: Actor) -> bool:
    """The money of a prepaid order came: the seller may begin. False: the goods are gone, the money goes back."""
    lock(order)
    if order.state is OrderState.AWAITING_PAYMENT:
        move(order, OrderAction.SETTLE, by=by)
        inventory.keep(order.hold_ref, None)
        _note_payment(order, StepKind.PAID, by)
        return True
    return _revive(order, by)


def _revive(order: Order, by: Actor) -> bool:
    """Money that came after the goods were released sets them aside again, where they are still there."""
    if order.state is not OrderState.CANCELLED or order.cancel_reason not in REVIVABLE:
        return False
    hold_ref = f"{order.ref}/2"
    demands = [
        inventory.Demand(variant_id=line.variant_id, quantity=line.quantity, owner_ref=hold_ref, expires_at=None)
        for line in order.lines
    ]
    try:
        ready = inventory.reserve(demands, by=by)
    except inventory.Shortage:
        order.cancel_reason = CancelReason.NO_STOCK_LEFT
        return False
    order.hold_ref = hold_ref
    order.promise_from(max((day for day in ready.values() if day), default=order.ready_on))
    move(order, OrderAction.REVIVE, by=by)
    order.cancel_reason = None
    _note_payment(order, StepKind.REVIVED, by)
    return True


def _note_payment(order: Order, kind: StepKind, by: Actor) -> None:
    order.is_paid, order.due_at = True, seller_confirms_by()
    step(order, kind, Side.SELLER if side_of(order, by) is Side.SELLER else Side.PLATFORM)
    publish(OrderPaid(order, by))
    tell_buyer(order, "paid")
    tell_seller(order, "paid", until=moment(order.due_at))


def mark_cash_received(order: Order, *, by: Actor) -> None:
    """The carrier's or the buyer's cash reached the seller."""
    if not order.is_paid:
        order.is_paid = True
        audit.record(audit.subject_of(order), "cash_received", by=by, total_vnd=order.total_vnd)


def mark_paid_on_terms(order: Order, *, by: Actor) -> None:
    """The money of an order on terms reached the seller, before or after its goods; its state does not change."""
    if order.is_paid:
        return
    order.is_paid = True
    audit.record(audit.subject_of(order), "paid_on_terms", by=by, total_vnd=order.due_vnd)
    step(order, StepKind.PAID, Side.SELLER if side_of(order, by) is Side.SELLER else Side.PLATFORM)
    tell_buyer(order, "paid_on_terms")
