"""Performing an order: the seller confirms, the goods arrive or come back, or it is called off."""

from __future__ import annotations

from datetime import date, timedelta

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderReturnedToSeller
from marketplace.orders.models import Order
from marketplace.orders.services.parcels import count_sold
from marketplace.orders.services.telling import side_of, step, tell_buyer, tell_seller
from marketplace.orders.services.time_limits import BACK_WITHIN, COMPLETED_AFTER, PATIENCE_OF_BUYER
from marketplace.orders.states import CancelReason, OrderAction, OrderState, Side, StepKind
from marketplace.web.filters import day as written_day

FURTHEST_SHIPPING = timedelta(days=60)
BUYER_MAY_CANCEL = {OrderState.AWAITING_PAYMENT, OrderState.PLACED}


def confirm(order: Order, *, ship_on: date, by: Actor) -> None:
    """The seller promises a shipping day; the goods stay set aside without an end; the buyer is told."""
    lock(order)
    if not clock.today() <= ship_on <= clock.today() + FURTHEST_SHIPPING:
        raise Refused(_("Please choose a shipping day from today on, within 60 days."), field="ship_on")
    move(order, OrderAction.CONFIRM, by=by, ship_on=ship_on.isoformat())
    order.ship_on, order.due_at = ship_on, None
    order.promise_from(ship_on)
    inventory.keep(order.hold_ref, None)
    step(order, StepKind.CONFIRMED, Side.SELLER, written_day(ship_on))
    publish(OrderConfirmed(order, by))
    tell_buyer(order, "confirmed", ship_on=ship_on.isoformat())


def deliver(order: Order, *, on: date, by: Actor) -> None:
    """The goods are with the buyer: said by her, by the seller with a day, or by time; both may review from now on."""
    lock(order)
    if order.shipped_at is not None and not clock.local(order.shipped_at).date() <= on <= clock.today():
        raise Refused(_("The day of delivery lies between shipping and today."), field="on")
    move(order, OrderAction.DELIVER, by=by, on=on.isoformat())
    order.delivered_at = clock.now()
    order.due_at = clock.now() + COMPLETED_AFTER
    side = side_of(order, by)
    step(order, StepKind.DELIVERED, side, written_day(on))
    publish(OrderDelivered(order, by))
    if side is Side.BUYER:
        tell_seller(order, "delivered", on=on.isoformat())
    else:
        tell_buyer(order, "delivered", on=on.isoformat())


def buyer_may_cancel(order: Order) -> bool:
    """Until the seller has confirmed, and again when her shipping day has passed and nothing was shipped."""
    late = order.ship_on is not None and clock.today() > order.ship_on + PATIENCE_OF_BUYER
    return order.state in BUYER_MAY_CANCEL or (order.state is OrderState.CONFIRMED and late)


def cancel(order: Order, *, reason: CancelReason, by: Actor, note: str = "") -> None:
    """The order is called off before shipping: goods return to stock, money has to go back, both sides are told."""
    lock(order)
    side = side_of(order, by)
    if side is Side.BUYER and can(order, OrderAction.CANCEL) and not buyer_may_cancel(order):
        raise Refused(_("The seller has confirmed and is preparing your goods. Please ask her to cancel."))
    move(order, OrderAction.CANCEL, by=by, reason=reason.value)
    order.cancel_reason, order.due_at, order.cancel_asked_at = reason, None, None
    inventory.release(order.hold_ref, by=by)
    step(order, StepKind.CANCELLED, side, note)
    publish(OrderCancelled(order, by))
    if side is not Side.BUYER:
        tell_buyer(order, "cancelled", reason=reason.value, note=note)
    if side is not Side.SELLER:
        tell_seller(order, "cancelled", reason=reason.value, note=note)


def fail_delivery(order: Order, *, note: str, by: Actor) -> None:
    """The parcel was not accepted at the door and is on its way back."""
    lock(order)
    move(order, OrderAction.FAIL_DELIVERY, by=by)
    order.due_at = clock.now() + BACK_WITHIN
    step(order, StepKind.UNDELIVERED, Side.SELLER, note)
    tell_buyer(order, "undelivered", note=note)


def take_back(order: Order, *, by: Actor, is_on_shelf: bool = True) -> None:
    """The refused parcel is back with the seller: its goods are received into stock, money paid has to go back."""
    lock(order)
    move(order, OrderAction.TAKE_BACK, by=by)
    order.due_at = None
    if is_on_shelf:
        inventory.put_back(order.hold_ref, by=by, reason=order.ref)
    count_sold(order, -1)
    step(order, StepKind.TAKEN_BACK, side_of(order, by))
    publish(OrderReturnedToSeller(order, by))
    tell_buyer(order, "taken_back")
