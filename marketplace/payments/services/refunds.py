"""Refunds: the seller holds the money, the buyer names an account, the seller pays it back by a day and says so."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.links import key_of
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused
from marketplace.orders.services.telling import step
from marketplace.orders.states import Side, StepKind
from marketplace.payments.models import Payment, Refund
from marketplace.payments.services import ledger
from marketplace.payments.states import RefundAction

SELLER_PAYS_WITHIN = timedelta(days=7)


def open_refund(payment: Payment, amount_vnd: int, *, by: Actor) -> Refund | None:
    """Money has to go back: never more than was received and is not already on its way back. Amount in đồng."""
    lock(payment)
    promised = select(func.coalesce(func.sum(Refund.amount_vnd), 0)).where(Refund.payment_id == payment.id)
    amount = min(amount_vnd, payment.received_vnd - int(db.session.scalar(promised) or 0))
    if amount <= 0:
        return None
    refund = Refund(ref=next_ref("refund"), payment=payment, amount_vnd=amount, created_at=clock.now())
    db.session.add(refund)
    db.session.flush()
    audit.record(
        audit.subject_of(refund), "open", by=by, after=refund.state.value, amount_vnd=amount, payment=payment.ref
    )
    step(payment.order, StepKind.REFUND_DUE, Side.PLATFORM)
    _tell(payment.order.buyer, "refund_opened_buyer", refund, key=True)
    return refund


def name_refund_account(refund: Refund, *, bank_bin: str, number: str, holder: str, by: Actor) -> None:
    """The buyer says where her money goes; the seller gets a day to pay it by."""
    lock(refund)
    move(refund, RefundAction.NAME_ACCOUNT, by=by)
    refund.bank_bin, refund.account_number, refund.account_holder = bank_bin, number, holder
    refund.due_at = clock.now() + SELLER_PAYS_WITHIN
    _tell(refund.payment.order.seller_recipient, "refund_due_seller", refund)


def confirm_refund(refund: Refund, *, transfer_ref: str, by: Actor) -> None:
    """The seller has paid the money back and names the transfer."""
    lock(refund.payment, refund)
    if not transfer_ref:
        raise Refused(_("Please type the reference of your transfer."), field="transfer_ref")
    move(refund, RefundAction.CONFIRM, by=by, amount_vnd=refund.amount_vnd)
    refund.transfer_ref, refund.done_at = transfer_ref, clock.now()
    refund.payment.refunded_vnd += refund.amount_vnd
    order = refund.payment.order
    ledger.refunded_by_seller(order, refund.ref, refund.amount_vnd, by=by)
    step(order, StepKind.REFUNDED, Side.SELLER, transfer_ref)
    _tell(order.buyer, "refunded_buyer", refund, key=True, transfer_ref=transfer_ref)


def _tell(recipient: Recipient, template: str, refund: Refund, *, key: bool = False, **more: str) -> None:
    """Write to one side; a guest's link carries her key, guests without e-mail are not written to."""
    if not recipient.ref:
        return
    order = refund.payment.order
    opened = f"?key={key_of(order.purchase.ref)}" if recipient.kind == "contact" else ""
    url = f"/orders/{order.ref}{opened}" if key else f"/desk/orders/{order.ref}"
    notify(
        recipient,
        f"payments/{template}",
        url=url,
        order=order.ref,
        amount_vnd=refund.amount_vnd,
        seller=order.seller.name,
        due_on=clock.local(refund.due_at).date().isoformat() if refund.due_at else "",
        **more,
    )
