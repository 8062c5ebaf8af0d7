"""Forms inside panels: fresh ones, or the one just posted for this very payment or refund with its errors."""

from __future__ import annotations

from flask import request

from marketplace.payments import bp
from marketplace.payments.forms import ReceiptForm, RefundAccountForm, RefundReceiptForm
from marketplace.payments.models import Payment, Refund


def _was_sent(ref: str) -> bool:
    return request.method == "POST" and (request.view_args or {}).get("ref") == ref


@bp.app_template_global()
def receipt_form(payment: Payment) -> ReceiptForm:
    """Filled with what is expected."""
    known = {"amount_vnd": payment.amount_vnd}
    return ReceiptForm.shown(**known) if _was_sent(payment.ref) else ReceiptForm(data=known)


@bp.app_template_global()
def refund_account_form(refund: Refund) -> RefundAccountForm:
    """Where this refund should go."""
    return RefundAccountForm.shown() if _was_sent(refund.ref) else RefundAccountForm()


@bp.app_template_global()
def refund_receipt_form(refund: Refund) -> RefundReceiptForm:
    """Under which reference this refund was paid."""
    return RefundReceiptForm.shown() if _was_sent(refund.ref) else RefundReceiptForm()
