"""Settling: the one path by which money received becomes "paid", whoever tells us of it and however often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.services.telling import step, tell_buyer, tell_seller
from marketplace.orders.states import OrderState, Side, StepKind
from marketplace.payments.models import BY_TRANSFER, ON_TERMS, Payment, ProviderEvent
from marketplace.payments.queries import SAID_BY_SELLER, arrived, lines_of, said_by_seller
from marketplace.payments.services import ledger, terms
from marketplace.payments.services.refunds import open_refund
from marketplace.payments.services.telling import tell_buyer_of, tell_seller_of
from marketplace.payments.states import PaymentAction, PaymentState

SELLER_LOOKS_WITHIN = timedelta(hours=48)
MENDED_WITHIN = timedelta(hours=48)
CURRENCY = "VND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says about money: `event_id` is the same whenever the same thing is said again.

    `doubtful`: it belongs to something that does not add up, so it is looked at even where this amount fits.
    """

    provider: str
    event_id: str
    kind: str
    amount_vnd: int
    currency: str = CURRENCY
    content: dict[str, Any] = field(default_factory=dict)
    doubtful: bool = False
    charge_ref: str | None = None


def settle(payment: Payment, told: Told, *, by: Actor) -> str:
    """Take note of money that came; answers "repeated", "review", "surplus", "received" or "refund".

    The order and the payment are locked before anything is stored: a stored row that points to the payment would keep
    two who tell of it at once waiting for each other.
    """
    lock(payment.order, payment)
    event = _stored(payment, told)
    if event is None:
        return "repeated"
    event.outcome = _outcome(payment, told, event, by)
    return event.outcome


def _stored(payment: Payment, told: Told) -> ProviderEvent | None:
    """Store what was told, before anything follows from it; None where it was told before."""
    insert = insert_into(ProviderEvent).values(
        provider=told.provider,
        event_id=told.event_id,
        payment_id=payment.id,
        kind=told.kind,
        amount_vnd=told.amount_vnd,
        currency=told.currency,
        content=told.content,
        outcome="",
        at=clock.now(),
    )
    fresh = insert.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(ProviderEvent.id)
    event_id = db.session.scalar(fresh)
    return db.session.get(ProviderEvent, event_id) if event_id is not None else None


def _outcome(payment: Payment, told: Told, event: ProviderEvent, by: Actor) -> str:
    if payment.state is PaymentState.RECEIVED:
        _give_back_surplus(payment, [event], by)
        return "surplus"
    if not _fits(payment, told):
        _look_at(payment, told, by)
        return "review"
    outcome = _received(payment, told, by)
    _give_back_surplus(payment, [line for line in lines_of(payment) if line is not event], by)
    return outcome


def _fits(payment: Payment, told: Told) -> bool:
    """Exactly what is due, and none of it promised back before: that part no longer pays for goods."""
    exact = told.currency == CURRENCY and told.amount_vnd == payment.amount_vnd
    return exact and payment.received_vnd == 0 and not told.doubtful


def _give_back_surplus(payment: Payment, events: Sequence[ProviderEvent], by: Actor) -> None:
    """What came beyond the sum that paid for the goods goes back, each to where it came from.

    A seller's word is no money of its own: she and a bank's statement may tell of the same transfer.
    """
    more = sum(line.amount_vnd for line in lines_of(payment)) - payment.received_vnd
    for event in events:
        part = min(more, event.amount_vnd)
        if part > 0 and event.currency == CURRENCY and event.kind != SAID_BY_SELLER:
            take_to_give_back(payment, part, charge_ref=event.content.get("charge"), by=by)
            more -= part


def take_to_give_back(payment: Payment, amount_vnd: int, *, charge_ref: str | None = None, by: Actor) -> None:
    """Money that pays for nothing is received, and goes back. Amount in đồng."""
    payment.received_vnd += amount_vnd
    source = f"{payment.ref}/{payment.received_vnd}"
    _receipt_of(payment)(payment.order, source, amount_vnd, for_goods=False, by=by)
    open_refund(payment, amount_vnd, charge_ref=charge_ref, by=by)


def _receipt_of(payment: Payment) -> Callable[..., None]:
    """Whose account the money is on."""
    return ledger.received_by_platform if payment.is_by_card else ledger.received_by_seller


def _look_at(payment: Payment, told: Told, by: Actor) -> None:
    """The order stays as it is; where it is off already, a slip of the pen can be mended for two days."""
    payment.charge_ref = payment.charge_ref or told.charge_ref
    if can(payment, PaymentAction.HOLD):
        move(payment, PaymentAction.HOLD, by=by, told_vnd=told.amount_vnd)
    if payment.order.state is OrderState.CANCELLED:
        payment.expires_at = clock.now() + MENDED_WITHIN


def _received(payment: Payment, told: Told, by: Actor) -> str:
    order = payment.order
    move(payment, PaymentAction.SETTLE, by=by, amount_vnd=told.amount_vnd)
    payment.received_vnd, payment.received_at, payment.charge_ref = told.amount_vnd, clock.now(), told.charge_ref
    kept = _tell_order(payment, by)
    if kept:
        ledger.sale(order, by)
    _receipt_of(payment)(order, payment.ref, told.amount_vnd, for_goods=kept, by=by)
    if kept:
        return "received"
    open_refund(payment, told.amount_vnd, by=by)
    return "refund"


def _tell_order(payment: Payment, by: Actor) -> bool:
    """Whether there are goods for the money."""
    if payment.provider == "cod":
        orders.mark_cash_received(payment.order, by=by)
        return True
    if payment.provider == ON_TERMS:
        return terms.note_paid(payment.order, by)
    return orders.mark_paid(payment.order, by=by)


def declare(payment: Payment, *, by: Actor) -> None:
    """The buyer says that her transfer is made: the seller is asked to look, and gets time to; twice is once."""
    lock(payment.order, payment)
    if payment.state is PaymentState.DECLARED:
        return
    if payment.order.state is not OrderState.AWAITING_PAYMENT and not terms.may_be_paid(payment):
        raise Refused(_("This order is no longer waiting for a payment."))
    move(payment, PaymentAction.DECLARE, by=by)
    orders.extend(payment.order, SELLER_LOOKS_WITHIN)
    payment.expires_at = payment.order.due_at if payment.provider != ON_TERMS else None
    step(payment.order, StepKind.PAYMENT_DECLARED, Side.BUYER)
    tell_seller_of(payment, "terms_declared_seller" if payment.provider == ON_TERMS else "declared_seller")


def dispute(payment: Payment, *, by: Actor) -> None:
    """The seller looked and found nothing: the buyer is asked to check her transfer."""
    lock(payment.order, payment)
    move(payment, PaymentAction.DISPUTE, by=by)
    step(payment.order, StepKind.PAYMENT_NOT_FOUND, Side.SELLER)
    tell_buyer(payment.order, "not_received")


def confirm_receipt(payment: Payment, *, amount_vnd: int, by: Actor) -> str:
    """The seller says how much has arrived for this order in all, in đồng; the same word again changes nothing."""
    if payment.provider not in BY_TRANSFER:
        raise Refused(_("Cash counts as received when the goods are delivered."))
    if amount_vnd <= 0:
        raise Refused(_("Please type the amount that arrived."), field="amount_vnd")
    lock(payment.order, payment)
    if payment.state is PaymentState.RECEIVED:
        return _said_again(payment, amount_vnd)
    told = Told(
        provider=payment.provider,
        event_id=_named(payment, amount_vnd),
        kind=SAID_BY_SELLER,
        amount_vnd=amount_vnd,
        content={"by": by.ref},
    )
    outcome = settle(payment, told, by=by)
    if outcome == "review":
        _tell_difference(payment)
    return outcome


def _named(payment: Payment, amount_vnd: int) -> str:
    """The name of a seller's word: her last one said again is nothing new, an earlier one that she returns to is."""
    said = said_by_seller(payment)
    if said and said[-1].amount_vnd == amount_vnd:
        return said[-1].event_id
    return f"{payment.ref}:seller:{amount_vnd}" + (f":{len(said)}" if said else "")


def _said_again(payment: Payment, amount_vnd: int) -> str:
    if amount_vnd != payment.received_vnd:
        raise Refused(_("This payment is confirmed already, with another amount."), field="amount_vnd")
    return "repeated"


def _tell_difference(payment: Payment) -> None:
    told_vnd = arrived([payment]).get(payment.id, 0)
    tell_seller(payment.order, "amount_differs", told_vnd=told_vnd)
    if payment.order.state is OrderState.AWAITING_PAYMENT or terms.may_be_paid(payment):
        tell_buyer_of(payment, "amount_differs_buyer", told_vnd=told_vnd)
