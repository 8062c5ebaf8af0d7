"""The timeline of an order: what happened, what comes next, whose turn it is and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.models import Order, OrderStep
from marketplace.orders.states import OrderState, Side

# state → whose turn, what to do, what follows
_TURNS: dict[OrderState, tuple[Side, Any, Any]] = {
    OrderState.AWAITING_PAYMENT: (
        Side.BUYER,
        _l("pay for the goods"),
        _l("The seller confirms and names a shipping day."),
    ),
    OrderState.PLACED: (
        Side.SELLER,
        _l("confirm the order and name a shipping day"),
        _l("The goods are packed and shipped."),
    ),
    OrderState.CONFIRMED: (
        Side.SELLER,
        _l("pack the goods and hand them to the carrier"),
        _l("The parcel is on its way."),
    ),
    OrderState.SHIPPED: (Side.BUYER, _l("say when the goods have arrived"), _l("The order is completed after 7 days.")),
    OrderState.UNDELIVERED: (Side.SELLER, _l("say when the parcel is back"), _l("The goods return to stock.")),
}
_AHEAD: dict[OrderState, list[Any]] = {
    OrderState.AWAITING_PAYMENT: [_l("Payment"), _l("Confirmation"), _l("Shipping"), _l("Delivery")],
    OrderState.PLACED: [_l("Confirmation"), _l("Shipping"), _l("Delivery")],
    OrderState.CONFIRMED: [_l("Shipping"), _l("Delivery")],
    OrderState.SHIPPED: [_l("Delivery")],
}


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: `what` to do, `until` when (if there is an end), what comes `next`."""

    side: Side
    what: Any
    until: datetime | None
    next: Any


@dataclass(frozen=True, slots=True)
class Timeline:
    """What both sides see."""

    steps: list[OrderStep]
    turn: Turn | None
    ahead: list[Any]


def timeline_of(order: Order) -> Timeline:
    """The timeline of one order, oldest step first."""
    return Timeline(list(order.steps), turn_of(order), _AHEAD.get(order.state, []))


def turn_of(order: Order) -> Turn | None:
    """Whose turn it is in this state, or None when nothing is left to do."""
    known = _TURNS.get(order.state)
    if known is None:
        return None
    side, what, after = known
    return Turn(side, what, order.due_at if order.state is not OrderState.SHIPPED else None, after)
