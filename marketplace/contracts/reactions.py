"""What contracts does when an order moves that performs one of its call-offs, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplace.contracts.events import AgreementMoved
from marketplace.contracts.models import CallOff
from marketplace.contracts.services import performing, releasing
from marketplace.core.actors import Actor
from marketplace.core.events import on
from marketplace.orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderReceived,
    OrderReturnedToSeller,
    OrderShipped,
    OrderToChange,
)


@on(OrderToChange)
def lock_contract(event: OrderToChange) -> None:
    """The contract is locked before its order."""
    performing.lock_basis(event.order)


@on(OrderConfirmed)
def count_confirmed(event: OrderConfirmed) -> None:
    """The seller promises what was called."""
    _follow(event, performing.confirmed)


@on(OrderCancelled)
def give_back(event: OrderCancelled) -> None:
    """What was called may be called again."""
    _follow(event, performing.cancelled)


@on(OrderShipped)
def count_shipped(event: OrderShipped) -> None:
    """What did not leave may be called again."""
    _follow(event, performing.shipped)


@on(OrderDelivered)
def count_delivered(event: OrderDelivered) -> None:
    """The goods are there and have to be checked."""
    _follow(event, performing.delivered)


@on(OrderReceived)
def count_received(event: OrderReceived) -> None:
    """What is accepted and what is not."""
    _follow(event, performing.received)


@on(OrderReturnedToSeller)
def count_returned(event: OrderReturnedToSeller) -> None:
    """A delivery refused at the door may be called again."""
    _follow(event, performing.returned)


def _follow(event: Any, act: Callable[[CallOff, Actor], None]) -> None:
    call_off = performing.call_off_of(event.order)
    if call_off is not None:
        act(call_off, event.by)


@on(AgreementMoved)
def publish_step(event: AgreementMoved) -> None:
    """A step of a contract's life becomes a release."""
    releasing.after(event.agreement, event.action)


@on(OrderReceived)
def publish_delivery(event: OrderReceived) -> None:
    """What was delivered becomes a release."""
    call_off = performing.call_off_of(event.order)
    if call_off is not None:
        releasing.delivered(call_off.agreement)
