"""A refund: the buyer names an account, the seller says that the money is paid back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.orders.views.selling import either_page
from marketplace.payments import bp, services
from marketplace.payments.forms import RefundAccountForm, RefundReceiptForm
from marketplace.payments.policies import refund_for
from marketplace.web.requests import actor, answers


def order_page(ref: str) -> ResponseReturnValue:
    """The page of the order that a refund belongs to, for the reader's side."""
    return either_page(refund_for(actor(), ref).payment.order.ref)


@bp.post("/refunds/<ref>/account")
@answers(order_page)
def name_refund_account(ref: str) -> ResponseReturnValue:
    """The buyer says where her money goes."""
    refund = refund_for(actor(), ref, Permission.REFUND_NAME_ACCOUNT)
    form = RefundAccountForm.checked()
    account = {"bank_bin": form.bank.data, "number": form.number.data, "holder": form.holder.data}
    with writing():
        services.name_refund_account(refund, **account, by=actor())
    flash(_("Thank you. The producer now pays your money back to this account."), "success")
    return redirect(url_for("orders.show", ref=refund.payment.order.ref), code=303)


@bp.post("/refunds/<ref>/receipt")
@answers(order_page)
def confirm_refund(ref: str) -> ResponseReturnValue:
    """The seller has paid the money back."""
    refund = refund_for(actor(), ref, Permission.REFUND_CONFIRM)
    form = RefundReceiptForm.checked()
    with writing():
        services.confirm_refund(refund, transfer_ref=form.transfer_ref.data, by=actor())
    flash(_("Noted. The buyer is told under which reference to find the money."), "success")
    return redirect(url_for("orders.desk_order", ref=refund.payment.order.ref), code=303)
