"""Orders of a token's owner, and what she does with those that she sells."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from marketplace.api.formats import Fault, Rule, Wrong
from marketplace.api.operations import api
from marketplace.api.queries import own
from marketplace.api.shapes.goods import Named, WardItem
from marketplace.api.shapes.own import (
    Confirmation,
    LineItem,
    OrderDetail,
    OrderItem,
    OrderPage,
    OrderQuery,
    Receiver,
    Shipment,
    Side,
    StepItem,
)
from marketplace.api.states import Scope
from marketplace.api.views.acting import once
from marketplace.api.views.public import absolute
from marketplace.core.actors import Actor
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Forbidden, Refused
from marketplace.orders import services
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.policies import SELLING, is_seller, order_for
from marketplace.orders.services import Packed
from marketplace.web.requests import actor

REF = {"ref": Rule(longest=32, example="DH-2026-000123")}


@api.get("/me/orders", tag="Orders", answer=OrderPage, query=OrderQuery, scope=Scope.ORDERS_READ)
def own_orders(asked: OrderQuery) -> OrderPage:
    """What the owner has bought, or what she sells, the newest first.

    With `since` a program asks only for orders with which something happened meanwhile.
    """
    sells = _sells(asked.side)
    statement = own.own_orders(actor(), sells=sells, states=asked.state, since=asked.since)
    before = _place_of(asked, sells)
    found = own.orders_page(statement, before=before, limit=asked.limit)
    shown = found[: asked.limit]
    items = tuple(item_of(order, Side.SELLER if sells else Side.BUYER) for order in shown)
    return OrderPage(items=items, next_cursor=shown[-1].ref if len(found) > asked.limit else None)


def _sells(side: Side | None) -> bool:
    may_sell = actor().is_seller and actor().has_role(*SELLING)
    if side is Side.SELLER and not may_sell:
        raise Forbidden
    return may_sell if side is None else side is Side.SELLER


def _place_of(asked: OrderQuery, sells: bool) -> int | None:
    """Where the page before ended: the order that its cursor names stays there whatever state it is in by now."""
    if not asked.cursor:
        return None
    mine = own.own_orders(actor(), sells=sells, states=(), since=None)
    place = own.order_with_ref(mine, asked.cursor)
    if place is None:
        raise Wrong([Fault("cursor", _("This is no cursor of this list."))])
    return place


def item_of(order: Order, side: Side) -> OrderItem:
    """An order as lists and webhooks show it."""
    return OrderItem(**_item(order, side))


def _item(order: Order, side: Side) -> dict[str, Any]:
    same = ("ref", "state", "delivery", "payment_method", "is_paid", "total_vnd", "due_vnd", "placed_at", "ship_on")
    page = "orders.desk_order" if side is Side.SELLER else "orders.show"
    return {
        **{name: getattr(order, name) for name in same},
        "purchase": order.purchase.ref,
        "side": side,
        "seller": Named(order.seller.slug, order.seller.name),
        "answer_by": order.due_at,
        "url": absolute(url_for(page, ref=order.ref)),
    }


def side_of(who: Actor, order: Order) -> Side:
    """On which side of an order its reader stands."""
    return Side.SELLER if is_seller(who, order) else Side.BUYER


@api.get("/me/orders/<ref>", tag="Orders", answer=OrderDetail, scope=Scope.ORDERS_READ, path_rules=REF, found=True)
def own_order(ref: str) -> OrderDetail:
    """One order with its lines, its receiver and its timeline."""
    return detail_of(order_for(actor(), ref))


def detail_of(order: Order) -> OrderDetail:
    """An order as its reader sees it."""
    same = ("goods_vnd", "freight_vnd", "discount_vnd", "vat_vnd", "ready_on", "earliest_on", "latest_on", "carrier")
    more = {name: getattr(order, name) for name in (*same, "tracking", "cancel_reason")}
    steps = tuple(StepItem(kind=one.kind, side=one.side, note=one.note, at=one.at) for one in order.steps)
    known = _item(order, side_of(actor(), order))
    lines = tuple(_line(line) for line in order.lines)
    return OrderDetail(**known, **more, lines=lines, receiver=_receiver(order.purchase), steps=steps)


def _line(line: OrderLine) -> LineItem:
    same = ("sku", "quantity", "shipped_quantity", "unit_price_vnd", "amount_vnd", "vat_percent")
    known = {name: getattr(line, name) for name in same}
    return LineItem(**known, product=Named(line.product_slug, line.product_name), variant=line.variant_name)


def _receiver(bought: Purchase) -> Receiver:
    same = ("name", "phone", "email", "street", "note")
    ward = WardItem(code=bought.ward.code, name=bought.ward.name) if bought.ward else None
    province = Named(bought.province.slug, bought.province.name)
    return Receiver(**{name: getattr(bought, name) for name in same}, ward=ward, province=province)


@api.post(
    "/me/orders/<ref>/confirmation",
    tag="Orders",
    answer=OrderDetail,
    body=Confirmation,
    scope=Scope.ORDERS_WRITE,
    path_rules=REF,
    found=True,
)
def confirm_order(ref: str, sent: Confirmation) -> Response:
    """The seller promises a shipping day; the buyer is told."""
    order = order_for(actor(), ref, Permission.ORDER_CONFIRM)

    def act() -> OrderDetail:
        services.confirm(order, ship_on=sent.ship_on, by=actor())
        return detail_of(order)

    return once(act)


@api.post(
    "/me/orders/<ref>/shipment",
    tag="Orders",
    answer=OrderDetail,
    body=Shipment,
    scope=Scope.ORDERS_WRITE,
    path_rules=REF,
    found=True,
)
def ship_order(ref: str, sent: Shipment) -> Response:
    """The goods leave the seller; the buyer learns how to follow them.

    Lines that `lines` does not name leave whole; what is sent short or lighter is taken off the order's sum.
    """
    order = order_for(actor(), ref, Permission.ORDER_SHIP)
    packed = [Packed(sku=one.sku, packs=one.packs, grams=one.grams, reason=one.reason) for one in sent.lines]
    _check_lines(order, packed)

    def act() -> OrderDetail:
        about = {"carrier": sent.carrier, "tracking": sent.tracking, "note": sent.note}
        with_names(lambda: services.ship(order, packed=packed, by=actor(), **about))
        return detail_of(order)

    return once(act)


def _check_lines(order: Order, packed: list[Packed]) -> None:
    known = {line.sku for line in order.lines}
    wrong = [number for number, one in enumerate(packed) if one.sku not in known]
    if wrong:
        raise Wrong([Fault(f"lines[{number}].sku", _("This order has no such line.")) for number in wrong])
    if len({one.sku for one in packed}) < len(packed):
        raise Wrong([Fault("lines", _("Please give this only once."))])


def with_names(act: Any) -> None:
    """Do it; a refusal at a line's field is said at the member of the body that it came from."""
    try:
        act()
    except Refused as refusal:
        field, _dash, _sku = (refusal.field or "").partition("-")
        if field in {"packs", "grams", "reason"}:
            raise Refused(refusal.sentence, field="lines") from None
        raise
