"""Telling buyer and seller what happened to an order; texts are in templates/orders/notices."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.queries import operators
from marketplace.core import clock
from marketplace.core.actors import Actor, ActorKind, Recipient
from marketplace.core.links import key_of
from marketplace.core.outbox import notify
from marketplace.orders.models import Order, OrderStep
from marketplace.orders.states import Side, StepKind
from marketplace.web.filters import moment


def side_of(order: Order, actor: Actor) -> Side:
    """On which side of an order somebody acts."""
    if actor.kind is ActorKind.SYSTEM:
        return Side.PLATFORM
    return Side.SELLER if actor.acts_for(order.seller_id) else Side.BUYER


def step(order: Order, kind: StepKind, side: Side, note: str = "") -> None:
    """Add a point to the timeline."""
    order.steps.append(OrderStep(kind=kind, side=side, note=note, at=clock.now()))


def placed(order: Order) -> None:
    """The seller has something to do; the buyer gets a receipt of what she ordered."""
    until = moment(order.due_at) if order.due_at else ""
    tell_buyer(order, "placed", until=until)
    tell_seller(order, "placed", until=until)


def shortage_of(order: Order) -> list[dict[str, Any]]:
    """What is in the parcel otherwise than ordered, line by line."""
    return [
        {
            "name": line.product_name,
            "pack": line.variant_name,
            "ordered": line.quantity,
            "shipped": line.shipped_quantity,
            "grams": line.shipped_grams,
            "less_vnd": line.reduced_vnd,
        }
        for line in order.lines
        if line.reduced_vnd or line.short_reason
    ]


def tell_buyer(order: Order, what: str, *, page: str = "", **more: Any) -> None:
    """Write to the buyer of her order or another `page` of it; a guest's link carries the key that opens it.

    A guest without an e-mail address gets nothing.
    """
    buyer = order.buyer
    if buyer.kind == "contact" and not buyer.ref:
        return
    key = f"?key={key_of(order.purchase.ref)}" if buyer.kind == "contact" else ""
    _tell(buyer, f"orders/{what}_buyer", order, url=f"{page or f'/orders/{order.ref}'}{key}", **more)


def tell_seller(order: Order, what: str, *, page: str = "", **more: Any) -> None:
    """Write to the seller's people, of the order or of another `page` of it."""
    url = page or f"/desk/orders/{order.ref}"
    _tell(order.seller_recipient, f"orders/{what}_seller", order, url=url, **more)


def tell_operators(order: Order, what: str, *, url: str, **more: Any) -> None:
    """Write to the marketplace's own people."""
    for operator in operators():
        _tell(operator, f"orders/{what}_operator", order, url=url, **more)


def _tell(recipient: Recipient, template: str, order: Order, **more: Any) -> None:
    context = {
        "order": order.ref,
        "purchase": order.purchase.ref,
        "seller": order.seller.name,
        "buyer": order.purchase.name,
        "total_vnd": order.total_vnd,
        "due_vnd": order.due_vnd,
        "payment_method": order.payment_method,
        "basis": order.basis_ref,
        "delivery": order.delivery.value,
        "earliest_on": order.earliest_on.isoformat(),
        "latest_on": order.latest_on.isoformat(),
        "lines": [
            {
                "name": line.product_name,
                "pack": line.variant_name,
                "quantity": line.quantity,
                "amount_vnd": line.amount_vnd,
            }
            for line in order.lines
        ],
    }
    notify(recipient, template, **{**context, **more})
