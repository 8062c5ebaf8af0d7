"""Money on terms: due so many days after the goods were received, sent to the seller's account, confirmed by her."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.lifecycle import can, move
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState
from marketplace.payments.models import ON_TERMS, Payment
from marketplace.payments.queries import account_of
from marketplace.payments.services.telling import tell_buyer_of, tell_seller_of
from marketplace.payments.states import PaymentAction
from marketplace.web.filters import day

OFF = (OrderState.CANCELLED, OrderState.RETURNED_TO_SELLER)


def may_be_paid(payment: Payment) -> bool:
    """Whether a buyer on terms may send the money: any time from placing on, as long as the order stands."""
    return payment.provider == ON_TERMS and payment.order.state not in OFF and payment.amount_vnd > 0


def note_paid(order: Order, by: Actor) -> bool:
    """The order is paid; False where it is off, so that the money has to go back."""
    if order.state in OFF:
        return False
    orders.mark_paid_on_terms(order, by=by)
    return True


def start_term(order: Order, *, by: Actor) -> None:
    """Goods on terms were received: their money is due so many days on; nothing is due where nothing was accepted."""
    payment = db.session.scalar(select(Payment).where(Payment.order_id == order.id))
    if payment is None or payment.provider != ON_TERMS:
        return
    lock(payment)
    if not payment.is_open:
        return
    if payment.amount_vnd == 0 and can(payment, PaymentAction.CANCEL):
        move(payment, PaymentAction.CANCEL, by=by)
        return
    payment.due_on = clock.today() + timedelta(days=order.payment_days or 0)
    _name_account(payment)
    audit.record(audit.subject_of(payment), "due", by=by, amount_vnd=payment.amount_vnd, on=payment.due_on.isoformat())
    tell_buyer_of(payment, "terms_due_buyer", due_on=day(payment.due_on))


def _name_account(payment: Payment) -> None:
    """A seller who had no account when the order was placed may have one now; one that was shown never changes."""
    account = account_of(payment.order.seller_id) if payment.account_number is None else None
    if account is not None:
        payment.bank_bin, payment.account_number, payment.account_holder = (
            account.bank_bin,
            account.number,
            account.holder,
        )


def tell_overdue(payment: Payment) -> bool:
    """Money on terms has not come by its day: both sides are told, once; False where it came meanwhile."""
    lock(payment.order, payment)
    if not payment.is_overdue or payment.overdue_told_at is not None:
        return False
    payment.overdue_told_at = clock.now()
    due = {"due_on": day(payment.due_on)}
    tell_buyer_of(payment, "terms_overdue_buyer", **due)
    tell_seller_of(payment, "terms_overdue_seller", **due)
    return True
