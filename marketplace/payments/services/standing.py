"""What a payment does when its order is placed, delivered, reduced or called off."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import can, move
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments.models import BY_TRANSFER, BankAccount, Payment
from marketplace.payments.queries import account_of, arrived
from marketplace.payments.services import cards, ledger
from marketplace.payments.services.booking import is_booked
from marketplace.payments.services.refunds import open_refund
from marketplace.payments.services.settling import Told, settle, take_to_give_back
from marketplace.payments.services.telling import tell_seller_of
from marketplace.payments.states import PaymentAction, PaymentState


def open_payment(order: Order, *, by: Actor) -> Payment:
    """An order was placed: its payment is awaited, for a transfer with the seller's account as it is now."""
    account: BankAccount | None = account_of(order.seller_id) if order.payment_method in BY_TRANSFER else None
    payment = Payment(
        ref=next_ref("payment"),
        order=order,
        provider=order.payment_method,
        state=PaymentState.AWAITING,
        amount_vnd=order.total_vnd,
        memo=memo_of(order),
        bank_bin=account.bank_bin if account else None,
        account_number=account.number if account else None,
        account_holder=account.holder if account else None,
        expires_at=order.due_at,
        created_at=clock.now(),
    )
    db.session.add(payment)
    subject, state = audit.subject_of(payment), payment.state.value
    audit.record(subject, "open", by=by, after=state, amount_vnd=payment.amount_vnd, order=order.ref)
    ledger.sale(order, by, is_new=True)
    if payment.is_by_card:
        cards.prepare_session(order.purchase)
    return payment


def memo_of(order: Order) -> str:
    """What the transfer says, so that it can be found: "OCOP DH2026000123"."""
    return f"OCOP {order.ref.replace('-', '')}"


def settle_cash(order: Order, *, by: Actor) -> None:
    """Goods paid on delivery were delivered: the cash is with the seller."""
    payment = _payment_of(order)
    if payment is not None and payment.provider == "cod" and payment.state is not PaymentState.RECEIVED:
        event_id = f"{payment.ref}:delivered"
        settle(payment, Told(provider="cod", event_id=event_id, kind="delivered", amount_vnd=payment.amount_vnd), by=by)


def call_off(order: Order, *, by: Actor) -> None:
    """The order is off: what is not paid is no longer due, what was paid goes back."""
    payment = _payment_of(order)
    if payment is None:
        return
    lock(order, payment)
    paid = payment.state is PaymentState.RECEIVED
    ledger.sale_called_off(order, paid=paid, by=by)
    if paid:
        open_refund(payment, payment.received_vnd, by=by)
    elif payment.state is PaymentState.REVIEW:
        _give_back_what_arrived(payment, by)
    elif can(payment, PaymentAction.CANCEL):
        _stop(payment, by)
    if payment.is_by_card and not paid:
        cards.close_session(order.purchase)


def reduce(order: Order, *, source_ref: str, amount_vnd: int, commission_vnd: int, by: Actor) -> None:
    """The order comes to cost less: what was paid for that part goes back, else less is awaited. Amounts in đồng."""
    payment = _payment_of(order)
    if payment is None or payment.state is PaymentState.CANCELLED or is_booked("sale_reduced", source_ref):
        return
    lock(order, payment)
    paid = payment.state is PaymentState.RECEIVED
    ledger.sale_reduced(order, source_ref, amount_vnd, commission_vnd, paid=paid, by=by)
    if paid:
        open_refund(payment, amount_vnd, by=by)
        return
    payment.amount_vnd -= min(amount_vnd, payment.amount_vnd)
    audit.record(audit.subject_of(payment), "reduce", by=by, amount_vnd=payment.amount_vnd, source=source_ref)


def _stop(payment: Payment, by: Actor) -> None:
    declared = payment.state is PaymentState.DECLARED
    move(payment, PaymentAction.CANCEL, by=by)
    if declared:
        tell_seller_of(payment, "look_again_seller")


def end_review(payment: Payment, *, by: Actor) -> bool:
    """Money for an order that is off did not match, and nobody mended it in time: what arrived goes back."""
    lock(payment.order, payment)
    waiting = payment.expires_at is not None and payment.expires_at > clock.now()
    if payment.state is not PaymentState.REVIEW or payment.order.state is not OrderState.CANCELLED or waiting:
        return False
    _give_back_what_arrived(payment, by)
    return True


def _give_back_what_arrived(payment: Payment, by: Actor) -> None:
    """What was told but never matched is received now, and given back, each đồng once."""
    more = arrived([payment]).get(payment.id, 0) - payment.received_vnd
    move(payment, PaymentAction.CANCEL, by=by)
    if more > 0:
        take_to_give_back(payment, more, by=by)


def give_back_review(payment: Payment, *, by: Actor) -> None:
    """The operator looked at card money that does not fit: its order is called off, and all of it goes back."""
    lock(payment.order, payment)
    if payment.state is not PaymentState.REVIEW or not payment.is_by_card:
        raise Refused(_("This was settled meanwhile."))
    if payment.order.state is OrderState.AWAITING_PAYMENT:
        audit.record(audit.subject_of(payment), "give_back", by=by, order=payment.order.ref)
        orders.cancel(payment.order, reason=CancelReason.UNPAID, by=SYSTEM)
    else:
        _give_back_what_arrived(payment, by)


def _payment_of(order: Order) -> Payment | None:
    return db.session.scalar(select(Payment).where(Payment.order_id == order.id))
