"""Goods given back: the buyer asks with photos, the seller answers, the goods come, the money is due.

Locks: the order first, then the return. The money is due with `receive`, which takes it off the order's sum; payments
says by `mark_refunded` when it is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from marketplace.catalogue import services as catalogue
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.inventory import services as inventory
from marketplace.orders.models import Order, OrderLine, Return, ReturnLine, ReturnPhoto
from marketplace.orders.services.reducing import freight_back_amount, goods_back_amount, reduce
from marketplace.orders.services.telling import step, tell_buyer, tell_operators, tell_seller
from marketplace.orders.services.time_limits import (
    COMPLETED_AFTER,
    ESCALATED_WITHIN,
    RETURNED_WITHIN,
    SENT_BACK_WITHIN,
    seller_answers_return_by,
)
from marketplace.orders.states import OrderState, ReturnAction, ReturnReason, ReturnState, Side, StepKind

MOST_PHOTOS = 5
# asking and taking it back writes to the seller each time
MOST_OF_AN_ORDER = 6


# --- asking ----------------------------------------------------------------------------------------------------------


def may_ask_for_return(order: Order) -> bool:
    """Within seven days of delivery, while nothing is asked already and some pack could still go back."""
    in_time = order.delivered_at is not None and clock.now() < order.delivered_at + RETURNED_WITHIN
    # goods on terms are accepted or not when they are checked
    at_rest = order.state is OrderState.DELIVERED and not order.is_on_terms
    free = at_rest and not any(one.is_open for one in order.returns)
    return in_time and free and len(order.returns) < MOST_OF_AN_ORDER and any(returnable(order).values())


def returnable(order: Order) -> dict[int, int]:
    """How many packs of each line (by id) may still be asked for: shipped, and in no earlier return that stands."""
    asked: dict[int, int] = {}
    for back in order.returns:
        if back.state is not ReturnState.WITHDRAWN:
            for one in back.lines:
                asked[one.line_id] = asked.get(one.line_id, 0) + one.quantity
    return {line.id: line.shipped_quantity - asked.get(line.id, 0) for line in order.lines}


def ask_for_return(
    order: Order,
    wanted: Mapping[int, int],
    *,
    reason: ReturnReason,
    note: str,
    by: Actor,
    photos: Sequence[str] = (),
) -> Return:
    """The buyer wants to give packs back (`wanted`: by line id); the seller has days to answer, then the operator.

    The order is not completed meanwhile. `photos` are hashes of private pictures that are in the store already.
    """
    lock(order)
    db.session.refresh(order, ["returns"])
    if len(order.returns) >= MOST_OF_AN_ORDER:
        raise Refused(_("Goods of this order were asked to go back very often. Please write to the seller instead."))
    if not may_ask_for_return(order):
        raise Refused(_("This order can no longer be returned: that is possible within 7 days after delivery, once."))
    _check_wanted(order, wanted)
    if reason.is_sellers_fault and not photos:
        raise Refused(_("Please add at least one photo that shows what is wrong."), field="photos")
    back = Return(ref=next_ref("return"), order=order, state=ReturnState.REQUESTED, reason=reason, note=note)
    back.due_at, order.due_at = seller_answers_return_by(), None
    back.lines = [ReturnLine(line_id=line_id, quantity=packs) for line_id, packs in wanted.items() if packs]
    back.photos = [ReturnPhoto(sha256=sha256, position=place) for place, sha256 in enumerate(photos[:MOST_PHOTOS])]
    db.session.add(back)
    db.session.flush()
    audit.record(audit.subject_of(back), "ask", by=by, after=back.state.value, order=order.ref)
    _tell_side(back, StepKind.RETURN_ASKED, Side.BUYER, "return_asked", note=note)
    return back


def _check_wanted(order: Order, wanted: Mapping[int, int]) -> None:
    most = returnable(order)
    for line in order.lines:
        if not 0 <= wanted.get(line.id, 0) <= most[line.id]:
            sentence = _("Please type a number from 0 to %(most)s.", most=most[line.id])
            raise Refused(sentence, field=f"packs-{line.sku}")
    if not any(wanted.values()):
        raise Refused(_("Please say how many packs you want to give back."))


def withdraw(back: Return, *, by: Actor) -> None:
    """The buyer keeps the goods after all."""
    _lock(back)
    _withdraw(back, Side.BUYER, by)
    tell_seller(back.order, "return_withdrawn", page=_page(back), back=back.ref)


def _withdraw(back: Return, side: Side, by: Actor) -> None:
    move(back, ReturnAction.WITHDRAW, by=by)
    back.due_at = None
    step(back.order, StepKind.RETURN_WITHDRAWN, side, back.ref)
    _let_complete(back.order)


# --- answering -------------------------------------------------------------------------------------------------------


def approve(back: Return, *, by: Actor, note: str = "") -> None:
    """The seller agrees that the goods come back; the buyer has days to send them."""
    _lock_for_seller(back)
    _approve(back, Side.SELLER, by, note)


def _approve(back: Return, side: Side, by: Actor, note: str) -> None:
    move(back, ReturnAction.APPROVE, by=by)
    back.answer = note if side is Side.SELLER else back.answer
    back.due_at = clock.now() + SENT_BACK_WITHIN
    _tell_side(back, StepKind.RETURN_APPROVED, side, "return_approved", note=note)


def refund_without_goods(back: Return, *, by: Actor, note: str = "") -> None:
    """The seller agrees and wants nothing back, as with goods that have spoilt: the money is due at once."""
    _lock_for_seller(back)
    move(back, ReturnAction.APPROVE, by=by)
    back.answer, back.is_sent_back = note, False
    _receive(back, Side.SELLER, by, is_on_shelf=False)


def decline(back: Return, *, note: str, by: Actor) -> None:
    """The seller does not agree and says why; the buyer may turn to the marketplace within days."""
    _lock(back)
    if not note:
        raise Refused(_("Please say why."), field="note")
    move(back, ReturnAction.DECLINE, by=by)
    back.answer, back.due_at = note, None
    _let_complete(back.order, ESCALATED_WITHIN)
    _tell_side(back, StepKind.RETURN_DECLINED, Side.SELLER, "return_declined", note=note)


# --- the goods and the money -----------------------------------------------------------------------------------------


def note_sent(back: Return, *, carrier: str, tracking: str, by: Actor) -> None:
    """The buyer has handed the goods over; a seller who does not say that they came is asked by the marketplace."""
    _lock(back)
    if back.state is not ReturnState.APPROVED or back.sent_at is not None:
        raise Refused(_("There is nothing to send back at present."))
    back.carrier, back.tracking, back.sent_at = carrier, tracking, clock.now()
    back.due_at = clock.now() + SENT_BACK_WITHIN
    audit.record(audit.subject_of(back), "send", by=by)
    words = " · ".join(text for text in (carrier, tracking) if text)
    _tell_side(back, StepKind.RETURN_SENT, Side.BUYER, "return_sent", note=words)


def receive(back: Return, *, is_on_shelf: bool, by: Actor) -> None:
    """The goods are with the seller again, into her stock or not; what was paid for them is taken off the order."""
    _lock_for_seller(back)
    _receive(back, Side.SELLER, by, is_on_shelf=is_on_shelf)


def _receive(back: Return, side: Side, by: Actor, *, is_on_shelf: bool) -> None:
    order = back.order
    move(back, ReturnAction.RECEIVE, by=by)
    back.due_at = None
    back.goods_vnd = sum(goods_back_amount(one.line, one.quantity) for one in back.lines)
    if back.reason.is_sellers_fault:
        back.freight_vnd = freight_back_amount(order)
    for one in back.lines:
        one.line.returned_vnd += goods_back_amount(one.line, one.quantity)
        one.line.returned_quantity += one.quantity
    if is_on_shelf:
        inventory.put_back(order.hold_ref, _packs(back), by=by, reason=back.ref)
    for product_id, packs in sorted((one.line.variant.product_id, one.quantity) for one in back.lines):
        catalogue.add_sold(product_id, -packs)
    _tell_side(back, StepKind.RETURN_RECEIVED, side, "return_received", amount_vnd=back.total_vnd)
    reduce(order, back.total_vnd, source_ref=back.ref, by=by)
    if not back.total_vnd:
        # nothing was paid for these goods, so there is no money to wait for
        move(back, ReturnAction.REFUND, by=by)
    _let_complete(order)


def expected_back(back: Return) -> tuple[int, int]:
    """What would go back for the goods and for their delivery, in đồng, were a return that is open accepted now."""
    goods = sum(goods_back_amount(one.line, one.quantity) for one in back.lines)
    return goods, freight_back_amount(back.order, more_vnd=goods) if back.reason.is_sellers_fault else 0


def _packs(back: Return) -> dict[int, int]:
    """How many packs of each variant come back."""
    packs: dict[int, int] = {}
    for one in back.lines:
        packs[one.line.variant_id] = packs.get(one.line.variant_id, 0) + one.quantity
    return packs


def mark_refunded(order: Order, *, kept_vnd: int, by: Actor) -> None:
    """Payments says how much of the buyer's money (đồng) is still kept: no more than the order costs means that the
    money of all its returns is back with her. The caller holds the order's lock.
    """
    db.session.refresh(order, ["returns"])
    waiting = [back for back in order.returns if back.state is ReturnState.RECEIVED]
    if waiting and kept_vnd <= order.due_vnd:
        lock(*waiting)
        for back in waiting:
            move(back, ReturnAction.REFUND, by=by)


# --- the marketplace decides -----------------------------------------------------------------------------------------


def may_escalate(back: Return) -> bool:
    """After a seller's no, while the order is not completed."""
    return back.state is ReturnState.DECLINED and back.order.state is OrderState.DELIVERED


def escalate(back: Return, *, note: str, by: Actor) -> None:
    """The buyer does not accept the seller's no: the marketplace looks at both sides and decides."""
    _lock(back)
    if not may_escalate(back):
        raise Refused(_("The marketplace can no longer be asked about this return."))
    if not note:
        raise Refused(_("Please say why you do not agree."), field="note")
    back.appeal = note
    _escalate(back, Side.BUYER, by)


def _escalate(back: Return, side: Side, by: Actor) -> None:
    move(back, ReturnAction.ESCALATE, by=by)
    back.due_at, back.order.due_at = None, None
    step(back.order, StepKind.RETURN_ESCALATED, side, back.ref)
    words = {"back": back.ref, "page": _page(back)}
    tell_seller(back.order, "return_escalated", **words)
    tell_buyer(back.order, "return_escalated", **words)
    tell_operators(back.order, "return_escalated", url=_page(back), back=back.ref)


def decide(back: Return, verdict: str, *, note: str, by: Actor) -> None:
    """The operator's word: "return" (the goods go back), "refund" (the money does, at once) or "dismiss" (neither)."""
    _lock(back)
    if back.state is not ReturnState.ESCALATED:
        raise Refused(_("This return does not wait for a decision."))
    back.decision = note
    if verdict == "return":
        _approve(back, Side.PLATFORM, by, note)
    elif verdict == "refund":
        back.is_sent_back = back.sent_at is not None
        _receive(back, Side.PLATFORM, by, is_on_shelf=False)
    else:
        move(back, ReturnAction.DISMISS, by=by)
        back.due_at = None
        _let_complete(back.order)
        _tell_side(back, StepKind.RETURN_DISMISSED, Side.PLATFORM, "return_dismissed", note=note)


def pass_return_deadline(back: Return) -> bool:
    """Do what a return's deadline says, if it has passed; False where it was answered meanwhile."""
    _lock(back)
    if back.due_at is None or back.due_at > clock.now():
        return False
    if back.state is ReturnState.REQUESTED or (back.state is ReturnState.APPROVED and back.sent_at is not None):
        _escalate(back, Side.PLATFORM, SYSTEM)
    elif back.state is ReturnState.APPROVED:
        _withdraw(back, Side.PLATFORM, SYSTEM)
        tell_buyer(back.order, "return_lapsed", page=_page(back), back=back.ref)
    return True


# --- what all of them do ---------------------------------------------------------------------------------------------


def _lock(back: Return) -> None:
    """The order first, so that two acts on one order never wait in a ring."""
    lock(back.order)
    lock(back)
    db.session.refresh(back.order, ["returns"])


def _lock_for_seller(back: Return) -> None:
    _lock(back)
    if back.state is ReturnState.ESCALATED:
        raise Refused(_("The marketplace decides about this return now."))


def _let_complete(order: Order, wait: timedelta = timedelta(0)) -> None:
    """The order's last days run again, with time left to say no."""
    if order.state is OrderState.DELIVERED and order.delivered_at is not None:
        order.due_at = max(order.delivered_at + COMPLETED_AFTER, clock.now() + wait)


def _page(back: Return) -> str:
    return f"/returns/{back.ref}"


def _tell_side(back: Return, kind: StepKind, side: Side, what: str, **more: Any) -> None:
    """A point of the timeline, and a letter to whoever did not do it."""
    order = back.order
    step(order, kind, side, back.ref)
    words: dict[str, Any] = {"page": _page(back), "back": back.ref, "goods_back": _named(back), **more}
    if side is not Side.BUYER:
        tell_buyer(order, what, **words)
    if side is not Side.SELLER:
        tell_seller(order, what, **words)


def _named(back: Return) -> list[dict[str, object]]:
    def named(line: OrderLine, packs: int) -> dict[str, object]:
        return {"name": line.product_name, "pack": line.variant_name, "quantity": packs}

    return [named(one.line, one.quantity) for one in back.lines]
