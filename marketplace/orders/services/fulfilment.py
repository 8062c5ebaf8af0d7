"""Performing an order: the seller confirms and ships, the goods arrive or come back, or it is called off."""

from __future__ import annotations

from datetime import date, timedelta

from marketplace.catalogue import services as catalogue
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders.events import OrderCancelled, OrderDelivered, OrderReturnedToSeller, OrderShipped
from marketplace.orders.models import Order
from marketplace.orders.services.telling import side_of, step, tell_buyer, tell_seller
from marketplace.orders.states import CancelReason, DeliveryKind, OrderAction, OrderState, Side, StepKind
from marketplace.web.filters import day as written_day

FURTHEST_SHIPPING = timedelta(days=60)
SAID_DELIVERED_AFTER = timedelta(days=7)
COMPLETED_AFTER = timedelta(days=7)
# a seller who never says that a refused parcel is back does not keep the buyer's money
BACK_WITHIN = timedelta(days=30)
BUYER_MAY_CANCEL = {OrderState.AWAITING_PAYMENT, OrderState.PLACED}
# a promise of shipping that is broken for so long binds the buyer no more
PATIENCE_OF_BUYER = timedelta(days=3)


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
    tell_buyer(order, "confirmed", ship_on=ship_on.isoformat())


def ship(order: Order, *, carrier: str, tracking: str, by: Actor) -> None:
    """The goods leave the seller and her stock, first expired first; the buyer learns how to follow them."""
    lock(order)
    if order.delivery is DeliveryKind.SHIP and not carrier:
        raise Refused(_("Please say who carries the parcel."), field="carrier")
    move(order, OrderAction.SHIP, by=by, carrier=carrier, tracking=tracking)
    lots = inventory.take(order.hold_ref, None, by=by)
    for line in order.lines:
        line.shipped_quantity = line.quantity
        line.lot_codes = ", ".join(lots.get(line.variant_id, ()))[:200]
    _count_sold(order)
    order.carrier, order.tracking, order.shipped_at = carrier, tracking, clock.now()
    order.due_at = clock.end_of(max(order.latest_on, clock.today())) + SAID_DELIVERED_AFTER
    step(order, StepKind.SHIPPED, Side.SELLER, " · ".join(text for text in (carrier, tracking) if text))
    publish(OrderShipped(order, by))
    tell_buyer(order, "shipped", carrier=carrier, tracking=tracking)


def _count_sold(order: Order, sign: int = 1) -> None:
    """Products are counted in one order, so that two parcels with the same goods never wait for each other."""
    for product_id, packs in sorted((line.variant.product_id, line.shipped_quantity) for line in order.lines):
        catalogue.add_sold(product_id, sign * packs)


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
    order.cancel_reason, order.due_at = reason, None
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
    _count_sold(order, -1)
    step(order, StepKind.TAKEN_BACK, side_of(order, by))
    publish(OrderReturnedToSeller(order, by))
    tell_buyer(order, "taken_back")
