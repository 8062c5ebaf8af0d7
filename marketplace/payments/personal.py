"""Accounts that a person named for refunds: handed out, masked once the money is back, and what is still open."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import PSEUDONYM, Hindrance, Section, Subject, erases, exports, keeps, without
from marketplace.orders.models import Order
from marketplace.orders.personal import purchases_of
from marketplace.payments.models import Payment, ProviderEvent, Refund
from marketplace.payments.states import RefundState


def _refunds(subject: Subject) -> list[Refund]:
    hers = select(Refund).join(Refund.payment).join(Payment.order).join(Order.purchase).where(purchases_of(subject))
    return list(db.session.scalars(hers.order_by(Refund.id)))


@exports("refunds")
def refunds(subject: Subject) -> Section:
    """Money that went back to her, and to which account."""
    labels = {"ref": _l("Refund"), "order": _l("Order"), "amount_vnd": _l("Amount"), "state": _l("State")}
    labels |= {"bank": _l("Bank"), "account": _l("Account"), "holder": _l("Holder")}
    return Section(_l("Refunds"), labels, [_refund(one) for one in _refunds(subject)])


def _refund(one: Refund) -> dict[str, object]:
    known = {
        "ref": one.ref,
        "order": one.payment.order.ref,
        "amount_vnd": one.amount_vnd,
        "state": str(one.state.label),
    }
    return known | {"bank": one.bank_bin, "account": one.account_number, "holder": one.account_holder}


@keeps("payments")
def open_money(subject: Subject) -> list[Hindrance]:
    """Money that is on its way back to her."""
    return [
        Hindrance(
            _("Refund %(ref)s of order %(order)s is not done yet.", ref=one.ref, order=one.payment.order.ref),
            f"/orders/{one.payment.order.ref}",
        )
        for one in _refunds(subject)
        if one.state is not RefundState.DONE and one.payment.order.purchase.organisation_id is None
    ]


@erases("payments")
def forget_accounts(subject: Subject) -> None:
    """Refunds keep the amount and the last digits of the account, but not whose it was."""
    for one in _refunds(subject):
        if one.account_holder:
            one.account_holder = PSEUDONYM
            one.account_number = f"…{(one.account_number or '')[-4:]}"
    told = select(ProviderEvent).join(Payment, ProviderEvent.payment_id == Payment.id).join(Payment.order)
    for event in db.session.scalars(told.join(Order.purchase).where(purchases_of(subject))):
        event.content = without(event.content, subject)
