"""A transfer: its code, the buyer's word that it is made, the seller's that it arrived or did not."""

from __future__ import annotations

from flask import flash, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.orders.states import OrderState
from marketplace.orders.views.selling import either_page
from marketplace.payments import bp, services
from marketplace.payments.forms import ReceiptForm
from marketplace.payments.policies import payment_for
from marketplace.payments.providers import vietqr
from marketplace.payments.states import PaymentState
from marketplace.web.requests import actor, answers, private

WAITS = {PaymentState.AWAITING, PaymentState.DECLARED}


def order_page(ref: str) -> ResponseReturnValue:
    """The page of the order that a payment belongs to, for the reader's side."""
    return either_page(payment_for(actor(), ref).order.ref)


@bp.post("/payments/<ref>/declaration")
@answers(order_page)
def declare(ref: str) -> ResponseReturnValue:
    """The buyer has made the transfer."""
    payment = payment_for(actor(), ref, Permission.PAYMENT_DECLARE)
    with writing():
        services.declare(payment, by=actor())
    flash(_("Thank you. The producer looks for your transfer and confirms it here."), "success")
    return redirect(url_for("orders.show", ref=payment.order.ref), code=303)


@bp.post("/payments/<ref>/receipt")
@answers(order_page)
def confirm_receipt(ref: str) -> ResponseReturnValue:
    """The seller has found money on her account."""
    payment = payment_for(actor(), ref, Permission.PAYMENT_CONFIRM)
    form = ReceiptForm.checked()
    with writing():
        outcome = services.confirm_receipt(payment, amount_vnd=form.amount_vnd.data, by=actor())
    flash(*_said_of(outcome, is_new=payment.order.state is OrderState.PLACED))
    return redirect(url_for("orders.desk_order", ref=payment.order.ref), code=303)


def _said_of(outcome: str, *, is_new: bool) -> tuple[str, str]:
    if outcome == "review":
        return _("Noted. It is not the amount that is due, so the order stays as it is for now."), "warning"
    if outcome == "refund":
        return _("Noted. The goods are no longer set aside, so this money has to be given back."), "warning"
    if outcome == "received" and is_new:
        return _("The payment is confirmed. Now confirm the order and name a shipping day."), "success"
    if outcome == "received":
        return _("The payment is confirmed."), "success"
    return _("This was noted before; nothing has changed."), "info"


@bp.post("/payments/<ref>/dispute")
@answers(order_page)
def dispute(ref: str) -> ResponseReturnValue:
    """The seller has found nothing."""
    payment = payment_for(actor(), ref, Permission.PAYMENT_CONFIRM)
    with writing():
        services.dispute(payment, by=actor())
    flash(_("Noted. We have asked the buyer to check the transfer."), "success")
    return redirect(url_for("orders.desk_order", ref=payment.order.ref), code=303)


# --- the code --------------------------------------------------------------------------------------------------------


def _code(ref: str) -> str:
    """The text of a transfer's code, for both sides, as long as somebody should pay by it."""
    payment = payment_for(actor(), ref)
    if payment.state not in WAITS or not payment.bank_bin or not payment.account_number or not payment.amount_vnd:
        raise NotSeen
    return vietqr.payload(
        bank_bin=payment.bank_bin,
        account=payment.account_number,
        amount_vnd=payment.amount_vnd,
        note=payment.memo,
    )


@bp.get("/payments/<ref>/qr.svg")
def qr_svg(ref: str) -> ResponseReturnValue:
    """The code to scan from a screen."""
    response = make_response(vietqr.picture_svg(_code(ref)))
    response.mimetype = "image/svg+xml"
    return private(response)


@bp.get("/payments/<ref>/qr.png")
def qr_png(ref: str) -> ResponseReturnValue:
    """The code to keep and open in a bank's app, for those who pay on the phone that shows it."""
    response = make_response(vietqr.picture_png(_code(ref)))
    response.mimetype = "image/png"
    response.headers["Content-Disposition"] = f'attachment; filename="vietqr-{ref}.png"'
    return private(response)
