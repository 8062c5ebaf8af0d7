"""What orders tells higher features."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.actors import Actor
from marketplace.orders.models import Order


@dataclass(frozen=True, slots=True)
class OrderToChange:
    """An order on terms is about to be locked: whoever keeps a book of its paper locks that first."""

    order: Order


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order exists: paid for later (`awaiting_payment`) or already with the seller (`placed`)."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """The money of a prepaid order is there."""

    order: Order
    by: Actor


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """The seller has promised a shipping day."""

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


@dataclass(frozen=True, slots=True)
class OrderReduced:
    """The order costs less than was agreed: short or lighter than ordered, or goods sent back. What was paid for that
    part goes back, what was not is no longer due. Amounts in đồng; `source_ref` names the parcel or the return, once.
    """

    order: Order
    by: Actor
    amount_vnd: int
    commission_vnd: int
    source_ref: str


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """A delivery on terms was checked, or its days to be checked have passed: `order.delivery_receipt` says which."""

    order: Order
    by: Actor
