"""Refunds: where the seller holds the money, the buyer names an account, the seller pays it back by a day and says so.

Money that came by card goes back to the card (`card_refunds`).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from marketplace.accounts.queries import operators
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.core.text import ascii_upper
from marketplace.orders.services.telling import step
from marketplace.orders.states import Side, StepKind
from marketplace.payments.models import Payment, Refund
from marketplace.payments.services import ledger
from marketplace.payments.services.card_refunds import send_soon
from marketplace.payments.services.telling import of_refund, tell_buyer_of, tell_returns, tell_seller_of
from marketplace.payments.states import RefundAction, RefundState

SELLER_PAYS_WITHIN = timedelta(days=7)
SELLER_PAYS_CORRECTED_WITHIN = timedelta(days=3)
# each one is a letter to the seller, and may cross her transfer
MOST_ACCOUNTS = 5


def open_refund(payment: Payment, amount_vnd: int, *, by: Actor, charge_ref: str | None = None) -> Refund | None:
    """Money has to go back: never more than was received and is not already on its way back. Amount in đồng.

    `charge_ref` is the charge that brought it, where it is not the one that paid for the goods.
    """
    lock(payment.order, payment)
    promised = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).where(Refund.payment_id == payment.id)
    amount = min(amount_vnd, payment.received_vnd - int(db.session.scalar(promised) or 0))
    if amount <= 0:
        return None
    refund = Refund(
        ref=next_ref("refund"),
        payment=payment,
        state=RefundState.REQUESTED if payment.is_by_card else RefundState.WAITING_FOR_ACCOUNT,
        amount_vnd=amount,
        charge_ref=charge_ref or payment.charge_ref,
        created_at=clock.now(),
    )
    db.session.add(refund)
    db.session.flush()
    subject = audit.subject_of(refund)
    audit.record(subject, "open", by=by, after=refund.state.value, amount_vnd=amount, payment=payment.ref)
    step(payment.order, StepKind.REFUND_DUE, Side.PLATFORM)
    way = "card_refund_opened" if payment.is_by_card else "refund_opened"
    tell_buyer_of(payment, f"{way}_buyer", **of_refund(refund))
    tell_seller_of(payment, f"{way}_seller", **of_refund(refund))
    if payment.is_by_card:
        send_soon(refund)
    return refund


def name_refund_account(refund: Refund, *, bank_bin: str, number: str, holder: str, by: Actor) -> None:
    """The buyer says where her money goes; she may correct it until it is paid, and the seller gets time to see it."""
    lock(refund.payment.order, refund.payment, refund)
    named = ascii_upper(holder, most=80)
    if not named:
        raise Refused(_("Please type the name of the account's holder."), field="holder")
    corrected = refund.state is RefundState.DUE
    if corrected and (refund.bank_bin, refund.account_number, refund.account_holder) == (bank_bin, number, named):
        return
    if corrected and _accounts_named(refund) >= MOST_ACCOUNTS:
        raise Refused(_("This account was changed several times already. Please call or write to the seller."))
    move(refund, RefundAction.NAME_ACCOUNT, by=by, number_ending=number[-4:])
    refund.bank_bin, refund.account_number, refund.account_holder = bank_bin, number, named
    if corrected and refund.due_at is not None:
        refund.due_at = max(refund.due_at, clock.now() + SELLER_PAYS_CORRECTED_WITHIN)
    else:
        refund.due_at = clock.now() + SELLER_PAYS_WITHIN
    notice = "refund_account_corrected_seller" if corrected else "refund_due_seller"
    tell_seller_of(refund.payment, notice, **of_refund(refund))


def _accounts_named(refund: Refund) -> int:
    """How often the buyer has said where her money goes."""
    subject = audit.subject_of(refund)
    named = select(func.count()).where(
        AuditEntry.subject_kind == subject.kind,
        AuditEntry.subject_ref == subject.ref,
        AuditEntry.action == RefundAction.NAME_ACCOUNT.value,
    )
    return db.session.scalar(named) or 0


def confirm_refund(refund: Refund, *, transfer_ref: str, by: Actor) -> None:
    """The seller has paid the money back and names the transfer."""
    lock(refund.payment.order, refund.payment, refund)
    if not transfer_ref:
        raise Refused(_("Please type the reference of your transfer."), field="transfer_ref")
    move(refund, RefundAction.CONFIRM, by=by, amount_vnd=refund.amount_vnd)
    refund.transfer_ref, refund.done_at = transfer_ref, clock.now()
    refund.payment.refunded_vnd += refund.amount_vnd
    tell_returns(refund.payment, by=by)
    order = refund.payment.order
    ledger.refunded_by_seller(order, refund.ref, refund.amount_vnd, by=by)
    step(order, StepKind.REFUNDED, Side.SELLER, transfer_ref)
    tell_buyer_of(refund.payment, "refunded_buyer", **of_refund(refund), transfer_ref=transfer_ref)


def report_overdue(refund: Refund) -> bool:
    """A refund that the seller owes since its day goes to the operators; False where it is paid or not yet late."""
    lock(refund)
    if refund.state is not RefundState.DUE or refund.due_at is None or refund.due_at > clock.now():
        return False
    order = refund.payment.order
    for operator in operators():
        words = {"order": order.ref, "seller": order.seller.name, "phone": order.seller.phone or ""}
        notify(operator, "payments/refund_overdue_operator", **of_refund(refund), **words, url="/operator/payments")
    return True
