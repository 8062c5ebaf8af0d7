"""Monthly bills: the producer sees hers with its code, the operator sees all and marks what is paid."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import NotSeen
from marketplace.payments import bp, queries
from marketplace.payments.forms import BankRefForm
from marketplace.payments.models import FeeBill
from marketplace.payments.policies import bill_for, only_operators
from marketplace.payments.providers import vietqr
from marketplace.payments.queries import bills
from marketplace.payments.queries.papers import month_words
from marketplace.payments.services.bills import pay_bill, withdraw_bill
from marketplace.payments.states import BillState
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private, query_text
from marketplace.web.security import settings


@bp.get("/desk/money/bills/<ref>")
@needs_sign_in
def fee_bill(ref: str) -> ResponseReturnValue:
    """One bill with what it is made of and how to pay it."""
    bill = bill_for(actor(), ref)
    page = render_template(
        "payments/bill.html",
        bill=bill,
        month_words=month_words,
        overdue=bills.is_overdue(bill),
        bank=queries.bank_named(settings().operator_bank_bin),
        form=BankRefForm.shown(),
    )
    return private(make_response(page))


@bp.get("/desk/money/bills/<ref>/qr.svg")
@needs_sign_in
def fee_bill_qr(ref: str) -> ResponseReturnValue:
    """The code that pays a bill, to scan from a screen."""
    bill, to = bill_for(actor(), ref), settings()
    if bill.state is not BillState.OPEN or not (to.operator_bank_bin and to.operator_bank_account):
        raise NotSeen
    text = vietqr.payload(
        bank_bin=to.operator_bank_bin, account=to.operator_bank_account, amount_vnd=bill.amount_vnd, note=bill.memo
    )
    response = make_response(vietqr.picture_svg(text))
    response.mimetype = "image/svg+xml"
    return private(response)


@bp.get("/operator/bills")
@needs_sign_in
def operator_bills() -> ResponseReturnValue:
    """The bills of all sellers, by where they stand."""
    only_operators(actor())
    asked = query_text("state", most=20)
    state = BillState(asked) if asked in set(BillState) else BillState.OPEN
    page = page_of(bills.bills(state), per_page=40)
    words = {"state": state, "counts": bills.count_by_state(), "overdue_vnd": bills.overdue_vnd(page.items)}
    shown = {"month_words": month_words, "is_overdue": bills.is_overdue}
    return private(make_response(render_template("payments/operator_bills.html", page=page, **words, **shown)))


def _bill(ref: str) -> FeeBill:
    only_operators(actor())
    return bill_for(actor(), ref)


@bp.post("/operator/bills/<ref>/payment")
@needs_sign_in
@answers(fee_bill)
def settle_fee_bill(ref: str) -> ResponseReturnValue:
    """The seller's transfer was found."""
    bill, form = _bill(ref), BankRefForm.checked()
    with writing():
        pay_bill(bill, bank_ref=form.bank_ref.data, by=actor())
    flash(_("Bill %(ref)s is paid. The producer is told.", ref=ref), "success")
    return redirect(url_for(".operator_bills"), code=303)


@bp.post("/operator/bills/<ref>/withdrawal")
@needs_sign_in
@answers(fee_bill)
def withdraw_fee_bill(ref: str) -> ResponseReturnValue:
    """The bill is no longer asked for."""
    bill = _bill(ref)
    with writing():
        withdraw_bill(bill, by=actor())
    flash(_("Bill %(ref)s is withdrawn. The producer is told.", ref=ref), "success")
    return redirect(url_for(".operator_bills"), code=303)
