"""The timeline of an order: what happened, what comes next, whose turn it is and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.models import Order, OrderLine, OrderStep, Return
from marketplace.orders.states import DeliveryKind, OrderState, ReturnState, Side, StepKind
from marketplace.web.filters import day, moment, vnd, weight

PLATFORM = "Chợ OCOP liên tỉnh"
ALL_STATES = tuple(OrderState)
# goods that are fetched are neither shipped nor carried
_FETCHED_STEPS: dict[StepKind, Any] = {
    StepKind.SHIPPED: _l("Ready to be picked up"),
    StepKind.DELIVERED: _l("Picked up"),
    StepKind.UNDELIVERED: _l("Not picked up"),
}
# on terms either side may ask the other
_SIDES_STEPS: dict[tuple[Side, StepKind], Any] = {
    (Side.SELLER, StepKind.CANCEL_ASKED): _l("The seller asks to cancel"),
    (Side.BUYER, StepKind.CANCEL_DECLINED): _l("The buyer keeps to the order"),
}
_FETCHED_STATES: dict[OrderState, Any] = {
    OrderState.SHIPPED: _l("ready for pick-up"),
    OrderState.DELIVERED: _l("picked up"),
    OrderState.UNDELIVERED: _l("not picked up"),
}
_TONES: dict[OrderState, str] = {
    OrderState.AWAITING_PAYMENT: "gold",
    OrderState.PLACED: "gold",
    OrderState.CONFIRMED: "tea",
    OrderState.SHIPPED: "tea",
    OrderState.DELIVERED: "tea",
    OrderState.UNDELIVERED: "lacquer",
}
_AHEAD: dict[OrderState, tuple[StepKind, ...]] = {
    OrderState.AWAITING_PAYMENT: (StepKind.PAID, StepKind.CONFIRMED, StepKind.SHIPPED, StepKind.DELIVERED),
    OrderState.PLACED: (StepKind.CONFIRMED, StepKind.SHIPPED, StepKind.DELIVERED),
    OrderState.CONFIRMED: (StepKind.SHIPPED, StepKind.DELIVERED),
    OrderState.SHIPPED: (StepKind.DELIVERED,),
    OrderState.UNDELIVERED: (StepKind.TAKEN_BACK,),
}
# goods on terms are checked when they have come
_CHECKED_AFTER = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: `what` to do, `until` when in words (if there is an end), what comes `next`."""

    side: Side
    what: str
    until: str
    next: str


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the line as both sides see it; `state` is "done" or "next"."""

    title: str
    when: str
    who: str
    note: str
    state: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What both sides see, oldest first, and whose turn it is."""

    points: list[Point]
    turn: Turn | None


def timeline_of(order: Order) -> Timeline:
    """The timeline of one order."""
    done = [_point(order, step) for step in order.steps]
    checked = (StepKind.CHECKED,) if order.is_on_terms and order.state in _CHECKED_AFTER else ()
    kinds = (*_AHEAD.get(order.state, ()), *checked)
    ahead = [Point(title_of(order, kind), "", "", "", "next") for kind in kinds]
    return Timeline(done + ahead, turn_of(order))


def is_fetched(order: Order) -> bool:
    """The buyer comes for the goods herself."""
    return order.delivery is DeliveryKind.PICK_UP


def title_of(order: Order, kind: StepKind) -> str:
    """What a step is called for this order."""
    if kind is StepKind.SHORTENED and not any(line.short_reason for line in order.lines):
        return _("Lighter than estimated")
    return str(_FETCHED_STEPS[kind] if is_fetched(order) and kind in _FETCHED_STEPS else kind.label)


def state_of(order: Order) -> str:
    """The state of an order in words."""
    fetched = is_fetched(order) and order.state in _FETCHED_STATES
    return str(_FETCHED_STATES[order.state] if fetched else order.state.label)


def tone_of(order: Order) -> str:
    """The colour that goes with the state's word."""
    return _TONES.get(order.state, "muted")


def _point(order: Order, step: OrderStep) -> Point:
    names = {Side.BUYER: order.purchase.name, Side.SELLER: order.seller.name, Side.PLATFORM: PLATFORM}
    title = str(_SIDES_STEPS.get((step.side, step.kind)) or title_of(order, step.kind))
    return Point(title, moment(step.at), names[step.side], _note(order, step), "done")


def _note(order: Order, step: OrderStep) -> str:
    """Reasons and days are said in the reader's language; what people wrote stays as it is."""
    if step.kind is StepKind.SHORTENED:
        return ". ".join(text for text in (_short_words(order), step.note) if text)
    if step.kind is StepKind.CONFIRMED and step.note:
        return _ready_words(order, step.note)
    if step.kind is StepKind.CANCELLED and order.cancel_reason is not None:
        reason = str(order.cancel_reason.label)
        return f"{reason[:1].upper()}{reason[1:]}" + (f": {step.note}" if step.note else "")
    return step.note


def _short_words(order: Order) -> str:
    """What is missing in the parcel or weighs less than estimated, and by how much the order is cheaper."""
    cheaper = [line for line in order.lines if line.short_reason or _is_settled_lower(line)]
    parts = [f"{line.product_name} ({_sent_words(line)})" for line in cheaper]
    less = sum(line.amount_vnd - (line.settled_vnd or 0) for line in order.lines if line.settled_vnd is not None)
    return "; ".join(parts) + (" · " + _("%(sum)s less to pay", sum=vnd(less)) if less else "")


def _is_settled_lower(line: OrderLine) -> bool:
    return line.settled_vnd is not None and line.settled_vnd < line.amount_vnd


def _sent_words(line: OrderLine) -> str:
    """How much was sent of what was ordered, and why less where a reason had to be given."""
    if line.shipped_quantity < line.quantity:
        sent = _("%(sent)s of %(ordered)s packs", sent=line.shipped_quantity, ordered=line.quantity)
    else:
        estimate = weight((line.estimated_grams or 0) * line.quantity)
        sent = _("%(sent)s instead of about %(estimate)s", sent=weight(line.shipped_grams or 0), estimate=estimate)
    return f"{sent}, {line.short_reason.label}" if line.short_reason else sent


def _ready_words(order: Order, written: str) -> str:
    if is_fetched(order):
        return _("Ready on %(day)s", day=written)
    return _("Ships on %(day)s", day=written)


def turn_of(order: Order) -> Turn | None:
    """Whose turn it is in this state, or None when nothing is left to do."""
    told = _TURNS.get(order.state)
    return told(order) if told else None


def turn_on_desk(order: Order) -> Turn | None:
    """Whose turn it is in the seller's list: goods on their way back come before what the order's state says."""
    back = open_return(order)
    return turn_of_return(back) if back else turn_of(order)


def open_return(order: Order) -> Return | None:
    """The newest return of an order that is not settled yet."""
    return max((one for one in order.returns if one.is_open), key=lambda one: one.id, default=None)


def turn_of_return(back: Return) -> Turn | None:
    """Whose turn it is with goods that are to go back, or None when nothing is left to do."""
    told = _RETURN_TURNS.get(back.state)
    return told(back) if told else None


def tone_of_return(back: Return) -> str:
    """The colour that goes with the state's word."""
    return _RETURN_TONES.get(back.state, "muted")


def _to_answer(back: Return) -> Turn:
    after = _("Without an answer the marketplace decides.")
    return Turn(Side.SELLER, _("answer the buyer, who wants to give goods back."), moment(back.due_at), after)


def _to_send_back(back: Return) -> Turn:
    if back.sent_at is None:
        what, after = _("send the goods back and say here who carries them."), _("The money goes back to the buyer.")
        return Turn(Side.BUYER, what, moment(back.due_at), after)
    what = _("say when the goods are back with you.")
    return Turn(Side.SELLER, what, moment(back.due_at), _("The money goes back to the buyer."))


def _to_decide(_back: Return) -> Turn:
    return Turn(Side.PLATFORM, _("look at both sides and decide."), "", _("Both sides are told."))


_RETURN_TURNS: dict[ReturnState, Callable[[Return], Turn]] = {
    ReturnState.REQUESTED: _to_answer,
    ReturnState.APPROVED: _to_send_back,
    ReturnState.ESCALATED: _to_decide,
}
_RETURN_TONES: dict[ReturnState, str] = {
    ReturnState.REQUESTED: "gold",
    ReturnState.APPROVED: "tea",
    ReturnState.DECLINED: "lacquer",
    ReturnState.ESCALATED: "gold",
    ReturnState.RECEIVED: "tea",
    ReturnState.REFUNDED: "tea",
}


def _last_word_on_payment(order: Order) -> StepKind | None:
    """Whether the buyer last said that she paid, or the seller that nothing came."""
    words = (StepKind.PAYMENT_DECLARED, StepKind.PAYMENT_NOT_FOUND)
    return next((step.kind for step in reversed(order.steps) if step.kind in words), None)


def _to_pay(order: Order) -> Turn:
    until = moment(order.due_at)
    if _last_word_on_payment(order) is StepKind.PAYMENT_DECLARED:
        what = _("look for the transfer on the bank account and confirm it.")
        return Turn(Side.SELLER, what, until, _("The seller confirms the order and names a day."))
    return Turn(Side.BUYER, _("pay for the goods."), until, _("The seller confirms the order and names a day."))


def _to_confirm(order: Order) -> Turn:
    if is_fetched(order):
        what, after = _("confirm the order and name the day it can be fetched."), _("The goods are made ready.")
    else:
        what, after = _("confirm the order and name the shipping day."), _("The goods are packed and shipped.")
    return Turn(Side.SELLER, what, moment(order.due_at), after)


def _to_ship(order: Order) -> Turn:
    if order.cancel_asked_at is not None and order.cancel_asked_by is Side.SELLER:
        what = _("answer the seller, who asks you to cancel the order.")
        return Turn(Side.BUYER, what, "", _("The order is cancelled, or it is shipped as promised."))
    if order.cancel_asked_at is not None:
        what = _("answer the buyer, who asks you to cancel the order.")
        return Turn(Side.SELLER, what, "", _("The order is cancelled, or it is shipped as promised."))
    if is_fetched(order):
        what, after = _("pack the goods and say when they are ready."), _("The buyer comes and fetches them.")
    else:
        what, after = _("pack the goods and hand them to the carrier."), _("The parcel travels to the buyer.")
    return Turn(Side.SELLER, what, day(order.ship_on), after)


def _to_check(order: Order) -> Turn:
    what = _("check the goods and say here what you accept.")
    if order.state is OrderState.SHIPPED:
        return Turn(Side.BUYER, what, "", _("The money is due for what you accept."))
    after = _("Without a word they count as delivered, unchecked, and all of them have to be paid.")
    return Turn(Side.BUYER, what, moment(order.due_at), after)


def _to_receive(order: Order) -> Turn:
    if order.is_on_terms:
        return _to_check(order)
    what = _("fetch the goods and say so here.") if is_fetched(order) else _("say so here once the goods have arrived.")
    after = _("Without a word the order counts as delivered on %(day)s.", day=day(order.due_at)) if order.due_at else ""
    return Turn(Side.BUYER, what, "", after)


def _of_return(order: Order) -> Turn | None:
    """After delivery only goods that are to be checked or to go back leave something to do."""
    if order.is_on_terms:
        return _to_check(order)
    return next((turn_of_return(back) for back in order.returns if back.is_open), None)


def _to_take_back(order: Order) -> Turn:
    return Turn(Side.SELLER, _("say when the goods are back with you."), "", _("The goods return to stock."))


_TURNS: dict[OrderState, Callable[[Order], Turn | None]] = {
    OrderState.AWAITING_PAYMENT: _to_pay,
    OrderState.PLACED: _to_confirm,
    OrderState.CONFIRMED: _to_ship,
    OrderState.SHIPPED: _to_receive,
    OrderState.UNDELIVERED: _to_take_back,
    OrderState.DELIVERED: _of_return,
}
