"""Once an order is confirmed, the buyer may ask the seller to call it off; on terms either side may ask the other."""

from __future__ import annotations

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.orders.models import Order
from marketplace.orders.services.fulfilment import buyer_may_cancel, cancel
from marketplace.orders.services.locking import lock_order
from marketplace.orders.services.telling import side_of, step, tell_buyer, tell_seller
from marketplace.orders.states import CancelReason, OrderState, Side, StepKind


def may_ask_to_cancel(order: Order, side: Side = Side.BUYER) -> bool:
    """While the goods are made ready, each side once, and only where it cannot cancel by itself."""
    asked = any(one.kind is StepKind.CANCEL_ASKED and one.side is side for one in order.steps)
    bound = order.is_on_terms or (side is Side.BUYER and not buyer_may_cancel(order))
    return order.state is OrderState.CONFIRMED and bound and not asked and order.cancel_asked_at is None


def may_answer_cancel(order: Order, side: Side) -> bool:
    """The other side asks to call a confirmed order off."""
    asks = order.cancel_asked_by or Side.BUYER
    return order.state is OrderState.CONFIRMED and order.cancel_asked_at is not None and side is not asks


def ask_to_cancel(order: Order, *, note: str, by: Actor) -> None:
    """One side asks the other to call the order off; nothing changes before that one answers or ships."""
    lock_order(order)
    side = side_of(order, by)
    if order.state is not OrderState.CONFIRMED or (side is Side.BUYER and buyer_may_cancel(order)):
        raise Refused(_("There is nothing to ask the other side for: look at the order once more."))
    if not may_ask_to_cancel(order, side):
        raise Refused(_("This was asked already. Please call the other side."))
    order.cancel_asked_at, order.cancel_asked_by = clock.now(), side
    audit.record(audit.subject_of(order), "ask_to_cancel", by=by)
    step(order, StepKind.CANCEL_ASKED, side, note)
    if side is Side.BUYER:
        tell_seller(order, "cancel_asked", note=note)
    else:
        tell_buyer(order, "cancel_asked", note=note)


def agree_to_cancel(order: Order, *, by: Actor) -> None:
    """The order is called off as the other side asked: goods go back on sale, money goes back."""
    _lock_asked(order, by)
    cancel(order, reason=CancelReason.CHANGED_MIND, by=by)


def keep_to_order(order: Order, *, note: str, by: Actor) -> None:
    """The side that was asked does not call the order off and says why; the goods are shipped as promised."""
    side = _lock_asked(order, by)
    order.cancel_asked_at, order.cancel_asked_by = None, None
    audit.record(audit.subject_of(order), "keep_to_order", by=by)
    step(order, StepKind.CANCEL_DECLINED, side, note)
    if side is Side.SELLER:
        tell_buyer(order, "cancel_declined", note=note)
    else:
        tell_seller(order, "cancel_declined", note=note)


def _lock_asked(order: Order, by: Actor) -> Side:
    lock_order(order)
    side = side_of(order, by)
    if not may_answer_cancel(order, side):
        raise Refused(_("Nobody asks to cancel this order any more."))
    return side
