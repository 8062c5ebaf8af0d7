"""What payments does when an order is placed, delivered, reduced or called off, in the same transaction."""

from __future__ import annotations

from marketplace.core.events import on
from marketplace.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderReceived,
    OrderReduced,
    OrderReturnedToSeller,
)
from marketplace.payments import services


@on(OrderPlaced)
def await_payment(event: OrderPlaced) -> None:
    """Open the order's payment."""
    services.open_payment(event.order, by=event.by)


@on(OrderDelivered)
def take_cash(event: OrderDelivered) -> None:
    """Cash on delivery is with the seller now."""
    services.settle_cash(event.order, by=event.by)


@on(OrderReceived)
def start_term(event: OrderReceived) -> None:
    """Goods on terms are with the buyer: their money is due so many days on."""
    services.start_term(event.order, by=event.by)


@on(OrderCancelled)
def stop(event: OrderCancelled) -> None:
    """Nothing is due any more; what was paid goes back."""
    services.call_off(event.order, by=event.by)


@on(OrderReturnedToSeller)
def give_back(event: OrderReturnedToSeller) -> None:
    """A refused parcel is paid back like a cancelled order."""
    services.call_off(event.order, by=event.by)


@on(OrderReduced)
def reduce(event: OrderReduced) -> None:
    """The order costs less: what was paid for that part goes back, else less is awaited."""
    services.reduce(
        event.order,
        source_ref=event.source_ref,
        amount_vnd=event.amount_vnd,
        commission_vnd=event.commission_vnd,
        by=event.by,
    )
