"""What happens to orders is told to the webhooks of both sides, in the same transaction."""

from __future__ import annotations

from typing import Any

from marketplace.api.queries.webhooks import listening
from marketplace.api.services.messages import send
from marketplace.api.states import Happening
from marketplace.core.events import on
from marketplace.orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderReduced,
    OrderReturnedToSeller,
    OrderShipped,
)
from marketplace.orders.models import Order


def tell(happening: Happening, order: Order, **more: Any) -> None:
    """One message for each address of the seller and of the firm that bought; no person is named in it."""
    buyer_id = order.purchase.organisation_id
    sides = {order.seller_id: "seller", **({buyer_id: "buyer"} if buyer_id else {})}
    for webhook in listening(list(sides), happening.value):
        send(webhook, happening.value, order.ref, {**_data(order, sides[webhook.organisation_id]), **more})


def _data(order: Order, side: str) -> dict[str, Any]:
    """Little, so that a log that is read by others tells little: the rest is asked for with a token."""
    return {
        "order": order.ref,
        "purchase": order.purchase.ref,
        "side": side,
        "state": order.state.value,
        "payment_method": order.payment_method,
        "is_paid": order.is_paid,
        "total_vnd": order.total_vnd,
        "due_vnd": order.due_vnd,
    }


@on(OrderPlaced)
def _placed(event: OrderPlaced) -> None:
    tell(Happening.PLACED, event.order)


@on(OrderPaid)
def _paid(event: OrderPaid) -> None:
    tell(Happening.PAID, event.order)


@on(OrderConfirmed)
def _confirmed(event: OrderConfirmed) -> None:
    tell(Happening.CONFIRMED, event.order)


@on(OrderShipped)
def _shipped(event: OrderShipped) -> None:
    tell(Happening.SHIPPED, event.order)


@on(OrderDelivered)
def _delivered(event: OrderDelivered) -> None:
    tell(Happening.DELIVERED, event.order)


@on(OrderCancelled)
def _cancelled(event: OrderCancelled) -> None:
    tell(Happening.CANCELLED, event.order)


@on(OrderReturnedToSeller)
def _returned(event: OrderReturnedToSeller) -> None:
    tell(Happening.RETURNED, event.order)


@on(OrderReduced)
def _reduced(event: OrderReduced) -> None:
    tell(Happening.REDUCED, event.order, reduced_vnd=event.amount_vnd)
