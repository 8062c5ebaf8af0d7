"""Performing an order: the seller confirms, the goods arrive or come back, or it is called off."""

from __future__ import annotations

from datetime import date, timedelta

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderReturnedToSeller
from marketplace.orders.models import Order
from marketplace.orders.services.locking import lock_order
from marketplace.orders.services.parcels import count_sold
from marketplace.orders.services.telling import side_of, step, tell_buyer, tell_seller
from marketplace.orders.services.time_limits import (
    BACK_WITHIN,
    COMPLETED_AFTER,
    PATIENCE_OF_BUYER,
    buyer_checks_by,
)
from marketplace.orders.states import CancelReason, OrderAction, OrderState, Side, StepKind
from marketplace.web.filters import day as written_day

FURTHEST_SHIPPING = timedelta(days=60)
BUYER_MAY_CANCEL = {OrderState.AWAITING_PAYMENT, OrderState.PLACED}


def confirm(order: Order, *, ship_on: date, by: Actor) -> None:
    """The seller promises a shipping day; the goods stay set aside without an end; the buyer is told."""
    lock_order(order)
    _check_shipping_day(order, ship_on)
    move(order, OrderAction.CONFIRM, by=by, ship_on=ship_on.isoformat())
    order.ship_on, order.due_at = ship_on, None
    if not order.is_on_terms:
        order.promise_from(ship_on)
        inventory.keep(order.hold_ref, None)
    step(order, StepKind.CONFIRMED, Side.SELLER, written_day(ship_on))
    publish(OrderConfirmed(order, by))
    tell_buyer(order, "confirmed", ship_on=ship_on.isoformat())


def _check_shipping_day(order: Order, ship_on: date) -> None:
    """Within sixty days; for goods on terms up to the day that they were called for, however far that is."""
    today = clock.today()
    if order.is_on_terms and not today <= ship_on <= max(order.latest_on, today):
        last = written_day(max(order.latest_on, today))
        sentence = _("Please choose a shipping day from today to %(last)s, when the goods are due.", last=last)
        raise Refused(sentence, field="ship_on")
    if not order.is_on_terms and not today <= ship_on <= today + FURTHEST_SHIPPING:
        raise Refused(_("Please choose a shipping day from today on, within 60 days."), field="ship_on")


def deliver(order: Order, *, on: date, by: Actor, is_checked: bool = False) -> None:
    """The goods are with the buyer: said by her, by the seller with a day, or by time; both may review from now on.

    `is_checked`: she is checking them this very moment, and the seller hears of that instead.
    """
    lock_order(order)
    if order.shipped_at is not None and not clock.local(order.shipped_at).date() <= on <= clock.today():
        raise Refused(_("The day of delivery lies between shipping and today."), field="on")
    move(order, OrderAction.DELIVER, by=by, on=on.isoformat())
    order.delivered_at = clock.now()
    order.due_at = buyer_checks_by() if order.is_on_terms else clock.now() + COMPLETED_AFTER
    side = side_of(order, by)
    step(order, StepKind.DELIVERED, side, written_day(on))
    publish(OrderDelivered(order, by))
    if is_checked:
        return
    if side is Side.BUYER:
        tell_seller(order, "delivered", on=on.isoformat())
    else:
        tell_buyer(order, "delivered", on=on.isoformat())


def buyer_may_cancel(order: Order) -> bool:
    """Until the seller has confirmed, and again when her shipping day has passed and nothing was shipped.

    An order on terms that is confirmed binds both sides: it is called off by both or not at all.
    """
    late = order.ship_on is not None and clock.today() > order.ship_on + PATIENCE_OF_BUYER
    freed = order.state is OrderState.CONFIRMED and late and not order.is_on_terms
    return order.state in BUYER_MAY_CANCEL or freed


def _binds(order: Order, side: Side) -> bool:
    """Whether a side may not call off a confirmed order on terms, because the other one has not asked for it."""
    confirmed = order.is_on_terms and order.state is OrderState.CONFIRMED
    return confirmed and side is not Side.PLATFORM and order.cancel_asked_by in (None, side)


def cancel(order: Order, *, reason: CancelReason, by: Actor, note: str = "") -> None:
    """The order is called off before shipping: goods return to stock, money has to go back, both sides are told."""
    lock_order(order)
    side = side_of(order, by)
    if _binds(order, side):
        raise Refused(_("A confirmed order on terms is called off only where both sides agree: ask the other side."))
    bought = side is Side.BUYER and not order.is_on_terms
    if bought and can(order, OrderAction.CANCEL) and not buyer_may_cancel(order):
        raise Refused(_("The seller has confirmed and is preparing your goods. Please ask her to cancel."))
    move(order, OrderAction.CANCEL, by=by, reason=reason.value)
    order.cancel_reason, order.due_at, order.cancel_asked_at, order.cancel_asked_by = reason, None, None, None
    inventory.release(order.hold_ref, by=by)
    step(order, StepKind.CANCELLED, side, note)
    publish(OrderCancelled(order, by))
    if side is not Side.BUYER:
        tell_buyer(order, "cancelled", reason=reason.value, note=note)
    if side is not Side.SELLER:
        tell_seller(order, "cancelled", reason=reason.value, note=note)


def fail_delivery(order: Order, *, note: str, by: Actor) -> None:
    """The parcel was not accepted at the door and is on its way back."""
    lock_order(order)
    move(order, OrderAction.FAIL_DELIVERY, by=by)
    order.due_at = clock.now() + BACK_WITHIN
    step(order, StepKind.UNDELIVERED, Side.SELLER, note)
    tell_buyer(order, "undelivered", note=note)


def take_back(order: Order, *, by: Actor, is_on_shelf: bool = True) -> None:
    """The refused parcel is back with the seller: its goods are received into stock, money paid has to go back."""
    lock_order(order)
    move(order, OrderAction.TAKE_BACK, by=by)
    order.due_at = None
    if is_on_shelf:
        inventory.put_back(order.hold_ref, by=by, reason=order.ref)
    count_sold(order, -1)
    step(order, StepKind.TAKEN_BACK, side_of(order, by))
    publish(OrderReturnedToSeller(order, by))
    tell_buyer(order, "taken_back")
