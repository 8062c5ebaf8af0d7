"""Shipping: what is in the parcel, how much of what was ordered is missing, and what that costs less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.catalogue import services as catalogue
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.events import publish
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders.events import OrderShipped
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.services.locking import lock_order
from marketplace.orders.services.reducing import agreed_shares, reduce, settled_amount
from marketplace.orders.services.telling import shortage_of, step, tell_buyer
from marketplace.orders.services.time_limits import SAID_DELIVERED_AFTER
from marketplace.orders.states import DeliveryKind, OrderAction, ShortReason, Side, StepKind
from marketplace.web.filters import number


@dataclass(frozen=True, slots=True)
class Packed:
    """How many packs of a line are in the parcel, what they weigh together (goods sold by weight), why fewer if so."""

    sku: str
    packs: int
    grams: int | None = None
    reason: ShortReason | None = None


def ship(
    order: Order, *, carrier: str, tracking: str, by: Actor, packed: Sequence[Packed] = (), note: str = ""
) -> None:
    """The goods leave the seller and her stock, first expired first; the buyer learns how to follow them.

    A line that `packed` does not name leaves whole. What stays behind goes back on sale; what is short or lighter is
    taken off the order's sum (in đồng, per line), never put on. At least one pack has to leave.
    """
    lock_order(order)
    if order.delivery is DeliveryKind.SHIP and not carrier:
        raise Refused(_("Please say who carries the parcel."), field="carrier")
    if can(order, OrderAction.SHIP):
        _pack(order, {one.sku: one for one in packed})
    move(order, OrderAction.SHIP, by=by, carrier=carrier, tracking=tracking)
    _take(order, by)
    order.carrier, order.tracking, order.shipped_at = carrier, tracking, clock.now()
    order.cancel_asked_at, order.cancel_asked_by = None, None
    order.due_at = clock.end_of(max(order.latest_on, clock.today())) + SAID_DELIVERED_AFTER
    step(order, StepKind.SHIPPED, Side.SELLER, " · ".join(text for text in (carrier, tracking) if text))
    _settle(order, note, by)
    publish(OrderShipped(order, by))
    tell_buyer(order, "shipped", carrier=carrier, tracking=tracking, short=shortage_of(order), note=note)


def _pack(order: Order, packed: dict[str, Packed]) -> None:
    """Check what is in the parcel and write it on the lines."""
    inside = [(line, packed.get(line.sku) or _whole(line)) for line in order.lines]
    for line, one in inside:
        _check(line, one)
    if not any(one.packs for _line, one in inside):
        raise Refused(_("A parcel holds at least one pack. If nothing can be sent, please cancel the order."))
    shares = agreed_shares(order)
    for line, one in inside:
        line.shipped_quantity, line.shipped_grams = one.packs, one.grams if line.is_by_weight else None
        line.settled_vnd = settled_amount(line, shares[line.id], one.packs, line.shipped_grams)
        line.short_reason = one.reason if _is_short(line, one) else None


def _whole(line: OrderLine) -> Packed:
    """All packs, which have to be weighed where they are sold by weight."""
    return Packed(sku=line.sku, packs=line.quantity)


def _check(line: OrderLine, one: Packed) -> None:
    if not 0 <= one.packs <= line.quantity:
        sentence = _("Please type a number from 0 to %(most)s.", most=line.quantity)
        raise Refused(sentence, field=f"packs-{line.sku}")
    if line.is_by_weight and one.packs and not one.grams:
        sentence = _("Please weigh %(name)s and type the weight.", name=line.product_name)
        raise Refused(sentence, field=f"grams-{line.sku}")
    if _is_short(line, one) and one.reason is None:
        raise Refused(_missing_words(line, one), field=f"reason-{line.sku}")


def _is_short(line: OrderLine, one: Packed) -> bool:
    """Fewer packs than ordered, or lighter than the tolerance allows."""
    light = line.is_by_weight and one.grams is not None and one.grams < line.least_grams(one.packs)
    return one.packs < line.quantity or light


def _missing_words(line: OrderLine, one: Packed) -> str:
    if one.packs < line.quantity:
        return _("Please say why fewer packs of %(name)s are sent than were ordered.", name=line.product_name)
    return _(
        "%(name)s weighs less than %(least)s g, the least that was agreed. Please weigh it again or give a reason.",
        name=line.product_name,
        least=number(line.least_grams(one.packs)),
    )


def _take(order: Order, by: Actor) -> None:
    """The packs leave the stock; those that stay behind may be sold to others. On terms none were set aside before."""
    going: dict[int, int] = {}
    for line in order.lines:
        going[line.variant_id] = going.get(line.variant_id, 0) + line.shipped_quantity
    leave = inventory.send if order.is_on_terms else inventory.take
    lots = leave(order.hold_ref, going, by=by)
    for line in order.lines:
        line.lot_codes = ", ".join(lots.get(line.variant_id, ()))[:200]
    count_sold(order)


def _settle(order: Order, note: str, by: Actor) -> None:
    """What the parcel costs less than was agreed is no longer due; both sides read why on the timeline."""
    less = sum(line.reduced_vnd for line in order.lines) - order.discount_vnd
    if less or any(line.short_reason for line in order.lines):
        step(order, StepKind.SHORTENED, Side.SELLER, note)
    reduce(order, less, source_ref=f"{order.hold_ref}/short", by=by)


def count_sold(order: Order, sign: int = 1) -> None:
    """Products are counted in one order, so that two parcels with the same goods never wait for each other."""
    for product_id, packs in sorted((line.variant.product_id, line.shipped_quantity) for line in order.lines):
        catalogue.add_sold(product_id, sign * packs)
