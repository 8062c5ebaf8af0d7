"""After the seller has confirmed, the buyer may ask her once to call the order off; she agrees or keeps to it."""

from __future__ import annotations

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.orders.models import Order
from marketplace.orders.services.fulfilment import buyer_may_cancel, cancel
from marketplace.orders.services.telling import step, tell_buyer, tell_seller
from marketplace.orders.states import CancelReason, OrderState, Side, StepKind


def may_ask_to_cancel(order: Order) -> bool:
    """While the seller packs, once, and only where the buyer cannot cancel by herself."""
    asked = any(one.kind is StepKind.CANCEL_ASKED for one in order.steps)
    return order.state is OrderState.CONFIRMED and not asked and not buyer_may_cancel(order)


def ask_to_cancel(order: Order, *, note: str, by: Actor) -> None:
    """The buyer asks the seller to call the order off; nothing changes before she answers or ships."""
    lock(order)
    if order.state is not OrderState.CONFIRMED or buyer_may_cancel(order):
        raise Refused(_("There is nothing to ask the seller for: look at the order once more."))
    if not may_ask_to_cancel(order):
        raise Refused(_("You have asked already. Please call the seller."))
    order.cancel_asked_at = clock.now()
    audit.record(audit.subject_of(order), "ask_to_cancel", by=by)
    step(order, StepKind.CANCEL_ASKED, Side.BUYER, note)
    tell_seller(order, "cancel_asked", note=note)


def agree_to_cancel(order: Order, *, by: Actor) -> None:
    """The seller calls the order off as the buyer asked: goods go back on sale, money goes back."""
    _lock_asked(order)
    cancel(order, reason=CancelReason.CHANGED_MIND, by=by)


def keep_to_order(order: Order, *, note: str, by: Actor) -> None:
    """The seller does not call the order off and says why; she ships as promised."""
    _lock_asked(order)
    order.cancel_asked_at = None
    audit.record(audit.subject_of(order), "keep_to_order", by=by)
    step(order, StepKind.CANCEL_DECLINED, Side.SELLER, note)
    tell_buyer(order, "cancel_declined", note=note)


def _lock_asked(order: Order) -> None:
    lock(order)
    if order.state is not OrderState.CONFIRMED or order.cancel_asked_at is None:
        raise Refused(_("Nobody asks to cancel this order any more."))
