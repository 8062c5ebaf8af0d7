"""Refunds of card money: asked of the card company, told back by it, tried again, and in the end the operator's."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.accounts.queries import operators
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.outbox import enqueue, notify
from marketplace.core.refusals import Refused
from marketplace.orders.services.telling import step
from marketplace.orders.states import Side, StepKind
from marketplace.payments.models import Refund
from marketplace.payments.providers.stripe import RefundSeen
from marketplace.payments.services import ledger
from marketplace.payments.services.telling import of_refund, tell_buyer_of, tell_returns
from marketplace.payments.states import RefundAction, RefundState

SEND_REFUND = "payments.send_card_refund"
TRIES = 2
PAUSE = timedelta(hours=1)
ON_ITS_WAY = {"pending", "requires_action"}
FAILED = {"failed", "canceled"}


def send_soon(refund: Refund, *, run_at: datetime | None = None) -> None:
    """The worker asks the card company, once for each attempt."""
    key = f"{SEND_REFUND}:{key_of_attempt(refund)}"
    enqueue(SEND_REFUND, run_at=run_at, dedupe_key=key, refund=refund.ref, attempt=refund.attempt)


def key_of_attempt(refund: Refund) -> str:
    """What the card company knows an attempt by: asked twice, it pays once."""
    return f"{refund.ref}/{refund.attempt}"


def refund_told(refund: Refund, seen: RefundSeen, *, by: Actor) -> str:
    """Take note of how an attempt stands; answers "old" for another attempt, and what was said before changes nothing.

    That an attempt failed is the last word on it, also after it was done: a card's bank may send money back. Once the
    operator has paid it by other means, nothing that the card company repeats counts any more.
    """
    lock(refund.payment.order, refund.payment, refund)
    is_other = seen.attempt != refund.attempt or refund.provider_ref not in (None, seen.provider_ref)
    if is_other or refund.transfer_ref:
        return "old"
    refund.provider_ref = seen.provider_ref
    if seen.status == "succeeded" and can(refund, RefundAction.ARRIVE):
        _arrived(refund, by)
    elif seen.status in ON_ITS_WAY and can(refund, RefundAction.ACCEPT):
        move(refund, RefundAction.ACCEPT, by=by)
    elif seen.status in FAILED and can(refund, RefundAction.FAIL):
        fail_refund(refund, seen.failure or seen.status, by=by)
    return refund.state.value


def _arrived(refund: Refund, by: Actor) -> None:
    move(refund, RefundAction.ARRIVE, by=by, amount_vnd=refund.amount_vnd)
    refund.done_at = clock.now()
    refund.payment.refunded_vnd += refund.amount_vnd
    tell_returns(refund.payment, by=by)
    order = refund.payment.order
    ledger.refunded_by_platform(order, key_of_attempt(refund), refund.amount_vnd, by=by)
    step(order, StepKind.REFUNDED, Side.PLATFORM)
    tell_buyer_of(refund.payment, "card_refunded_buyer", **of_refund(refund))


def fail_refund(refund: Refund, why: str, *, by: Actor) -> None:
    """An attempt did not reach the card: what was booked for it is booked back; tried again, then the operator's."""
    lock(refund.payment.order, refund.payment, refund)
    if refund.state is RefundState.DONE:
        refund.payment.refunded_vnd -= refund.amount_vnd
        refund.done_at = None
        ledger.refund_came_back(refund.payment.order, key_of_attempt(refund), refund.amount_vnd, by=by)
    move(refund, RefundAction.FAIL, by=by, why=why)
    refund.failure = why[:60]
    if refund.attempt < TRIES:
        retry_refund(refund, by=SYSTEM, run_at=clock.now() + PAUSE)
        return
    for operator in operators():
        words = {"order": refund.payment.order.ref, "why": refund.failure, "url": "/operator/payments"}
        notify(operator, "payments/card_refund_failed_operator", **of_refund(refund), **words)


def retry_refund(refund: Refund, *, by: Actor, run_at: datetime | None = None) -> None:
    """Ask the card company once more, as a new attempt."""
    lock(refund.payment.order, refund.payment, refund)
    move(refund, RefundAction.RETRY, by=by)
    refund.attempt, refund.provider_ref = refund.attempt + 1, None
    send_soon(refund, run_at=run_at)


def ask_again(refund: Refund, *, by: Actor) -> None:
    """The operator has a refund tried again: one that failed anew, one that nobody answered under its old name."""
    lock(refund.payment.order, refund.payment, refund)
    if refund.state is RefundState.REQUESTED:
        key = f"{SEND_REFUND}:{key_of_attempt(refund)}:{clock.now().isoformat()}"
        enqueue(SEND_REFUND, dedupe_key=key, refund=refund.ref, attempt=refund.attempt)
        return
    retry_refund(refund, by=by)


def resolve_refund(refund: Refund, *, reference: str, by_seller: bool, by: Actor) -> None:
    """The operator says how a late or failed refund was paid after all: by the seller or by the marketplace."""
    lock(refund.payment.order, refund.payment, refund)
    if not reference:
        raise Refused(_("Please type the reference of the transfer."), field="reference")
    if by_seller and refund.payment.is_by_card:
        raise Refused(_("The marketplace holds this money, so it is the one that pays it back."), field="payer")
    move(refund, RefundAction.RESOLVE, by=by, amount_vnd=refund.amount_vnd, reference=reference)
    refund.transfer_ref, refund.done_at = reference, clock.now()
    refund.payment.refunded_vnd += refund.amount_vnd
    tell_returns(refund.payment, by=by)
    paid_by = ledger.refunded_by_seller if by_seller else ledger.refunded_by_platform
    paid_by(refund.payment.order, f"{refund.ref}/resolved", refund.amount_vnd, by=by)
    step(refund.payment.order, StepKind.REFUNDED, Side.SELLER if by_seller else Side.PLATFORM, reference)
    tell_buyer_of(refund.payment, "refund_resolved_buyer", **of_refund(refund), transfer_ref=reference)
