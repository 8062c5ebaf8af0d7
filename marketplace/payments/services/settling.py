"""Settling: the one path by which money received becomes "paid", whoever tells us of it and however often."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, insert_into, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.outbox import notify
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.services.telling import step, tell_buyer, tell_seller
from marketplace.orders.states import OrderState, Side, StepKind
from marketplace.payments.models import Payment, ProviderEvent
from marketplace.payments.services import ledger
from marketplace.payments.services.refunds import open_refund
from marketplace.payments.states import PaymentAction, PaymentState

SELLER_LOOKS_WITHIN = timedelta(hours=48)
CURRENCY = "VND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says about money: `event_id` is the same whenever the same thing is said again."""

    provider: str
    event_id: str
    kind: str
    amount_vnd: int
    currency: str = CURRENCY
    content: dict[str, Any] = field(default_factory=dict)


def settle(payment: Payment, told: Told, *, by: Actor) -> str:
    """Take note of money that came; answers "repeated", "review", "surplus", "received" or "refund"."""
    event = _stored(payment, told)
    if event is None:
        return "repeated"
    lock(payment.order, payment)
    event.outcome = _outcome(payment, told, by)
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


def _outcome(payment: Payment, told: Told, by: Actor) -> str:
    if payment.state is PaymentState.RECEIVED:
        return "surplus"
    if told.currency != CURRENCY or told.amount_vnd != payment.amount_vnd:
        if can(payment, PaymentAction.HOLD):
            move(payment, PaymentAction.HOLD, by=by, told_vnd=told.amount_vnd)
        return "review"
    return _received(payment, told, by)


def _received(payment: Payment, told: Told, by: Actor) -> str:
    order = payment.order
    move(payment, PaymentAction.SETTLE, by=by, amount_vnd=told.amount_vnd)
    payment.received_vnd, payment.received_at = told.amount_vnd, clock.now()
    if payment.provider == "cod":
        orders.mark_cash_received(order, by=by)
        kept = True
    else:
        kept = orders.mark_paid(order, by=by)
    if kept:
        ledger.sale(order, by)
    ledger.received_by_seller(order, payment.ref, told.amount_vnd, for_goods=kept, by=by)
    if kept:
        return "received"
    open_refund(payment, told.amount_vnd, by=by)
    return "refund"


def declare(payment: Payment, *, by: Actor) -> None:
    """The buyer says that her transfer is made: the seller is asked to look, and gets time to."""
    lock(payment.order, payment)
    if payment.order.state is not OrderState.AWAITING_PAYMENT:
        raise Refused(_("This order is no longer waiting for a payment."))
    move(payment, PaymentAction.DECLARE, by=by)
    orders.extend(payment.order, SELLER_LOOKS_WITHIN)
    payment.expires_at = payment.order.due_at
    step(payment.order, StepKind.PAYMENT_DECLARED, Side.BUYER)
    notify(
        payment.order.seller_recipient,
        "payments/declared_seller",
        order=payment.order.ref,
        amount_vnd=payment.amount_vnd,
        memo=payment.memo,
        buyer=payment.order.purchase.name,
        url=f"/desk/orders/{payment.order.ref}",
    )


def dispute(payment: Payment, *, by: Actor) -> None:
    """The seller looked and found nothing: the buyer is asked to check her transfer."""
    lock(payment.order, payment)
    move(payment, PaymentAction.DISPUTE, by=by)
    tell_buyer(payment.order, "not_received")


def confirm_receipt(payment: Payment, *, amount_vnd: int, by: Actor) -> str:
    """The seller says that this much arrived on her account; the same word again changes nothing."""
    if amount_vnd <= 0:
        raise Refused(_("Please type the amount that arrived."), field="amount_vnd")
    told = Told(
        provider=payment.provider,
        event_id=f"{payment.ref}:seller:{amount_vnd}",
        kind="confirmed_by_seller",
        amount_vnd=amount_vnd,
        content={"by": by.ref},
    )
    outcome = settle(payment, told, by=by)
    if outcome == "review":
        tell_seller(payment.order, "amount_differs", told_vnd=amount_vnd)
    return outcome
