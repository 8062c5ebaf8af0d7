"""What orders tells higher features."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.actors import Actor
from marketplace.orders.models import Order


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order exists: paid for later (`awaiting_payment`) or already with the seller (`placed`)."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderShipped:
    """The goods left the seller."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderDelivered:
    """The goods reached the buyer."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The order is off; what was paid for it has to go back."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderReturnedToSeller:
    """A parcel refused at the door is back; what was paid for it has to go back."""

    order: Order
    by: Actor
