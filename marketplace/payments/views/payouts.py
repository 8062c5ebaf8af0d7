"""Payouts of card money: who is due, batches to transfer, what the bank did."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.refusals import NotSeen, Refused
from marketplace.core.sheets import XLSX, Sheet, workbook
from marketplace.payments import bp, queries
from marketplace.payments.forms import BankRefForm, FailureForm
from marketplace.payments.models import Payout, PayoutBatch
from marketplace.payments.policies import only_operators
from marketplace.payments.providers import vietqr
from marketplace.payments.queries import payouts
from marketplace.payments.services.payouts import ask_for_account, confirm_payout, fail_payout, plan_payouts
from marketplace.payments.states import PayoutState
from marketplace.web.paging import page_of
from marketplace.web.requests import actor, answers, private
from marketplace.web.security import settings

MOST_AT_ONCE = 500


def _page(template: str, **words: Any) -> ResponseReturnValue:
    return private(make_response(render_template(template, bank_named=queries.bank_named, **words)))


@bp.get("/operator/payouts")
@needs_sign_in
def operator_payouts() -> ResponseReturnValue:
    """Who is to be paid what, and the batches so far."""
    only_operators(actor())
    due = payouts.due_payouts(settings().payout_minimum_vnd)
    least = settings().payout_minimum_vnd
    return _page("payments/payouts.html", due=due, page=page_of(payouts.batches()), least_vnd=least)


def _chosen() -> list[int]:
    """The sellers whose boxes are ticked, of those who are due."""
    wanted = set(request.form.getlist("seller")[:MOST_AT_ONCE])
    due = payouts.due_payouts(settings().payout_minimum_vnd)
    return [one.seller.id for one in due if one.seller.ref in wanted]


@bp.post("/operator/payouts")
@needs_sign_in
@answers(operator_payouts)
def make_payouts() -> ResponseReturnValue:
    """A batch of the chosen ones; amounts are frozen now."""
    only_operators(actor())
    chosen = _chosen()
    if not chosen:
        raise Refused(_("Please tick at least one producer who is to be paid."))
    with writing():
        ref = plan_payouts(chosen, least_vnd=settings().payout_minimum_vnd, by=actor()).ref
    flash(_("Batch %(ref)s is prepared. Now make the transfers and confirm each one here.", ref=ref), "success")
    return redirect(url_for(".payout_batch", ref=ref), code=303)


@bp.post("/operator/payouts/account-requests")
@needs_sign_in
@answers(operator_payouts)
def ask_for_accounts() -> ResponseReturnValue:
    """Everyone whose money waits for an account is asked for one."""
    only_operators(actor())
    lacking = [one for one in payouts.due_payouts(settings().payout_minimum_vnd) if one.account is None]
    with writing():
        for one in lacking:
            ask_for_account(one.seller, amount_vnd=one.standing.payout_vnd)
    flash(ngettext("%(num)s producer is asked.", "%(num)s producers are asked.", len(lacking)), "success")
    return redirect(url_for(".operator_payouts"), code=303)


def _batch(ref: str) -> PayoutBatch:
    only_operators(actor())
    batch = payouts.batch_by_ref(ref)
    if batch is None:
        raise NotSeen
    return batch


@bp.get("/operator/payouts/<ref>")
@needs_sign_in
def payout_batch(ref: str) -> ResponseReturnValue:
    """One batch: each transfer with its code, and the forms that say what the bank did."""
    return _shown(_batch(ref))


def _shown(batch: PayoutBatch, posted: str = "") -> ResponseReturnValue:
    forms = {one.ref: _forms(one.ref, posted) for one in batch.payouts}
    return _page("payments/batch.html", batch=batch, forms=forms)


def _forms(ref: str, posted: str) -> tuple[BankRefForm, FailureForm]:
    """The two forms of one payout, whose fields are named apart from those of the others on the page."""
    forms = (BankRefForm.shown(), FailureForm.shown()) if ref == posted else (BankRefForm(), FailureForm())
    forms[0].bank_ref.id, forms[1].reason.id = f"bank-ref-{ref}", f"reason-{ref}"
    return forms


@bp.get("/operator/payouts/<ref>.xlsx")
@needs_sign_in
def payout_list(ref: str) -> ResponseReturnValue:
    """The batch as a list that a bank's bulk transfer takes."""
    batch = _batch(ref)
    answer = Response(workbook(_list_of(batch)), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{batch.ref}.xlsx"'
    return private(answer)


def _list_of(batch: PayoutBatch) -> Sheet:
    heads = [_("No."), _("Account number"), _("Account holder"), _("Bank"), _("Amount (đồng)"), _("Note")]
    planned = [one for one in batch.payouts if one.state is PayoutState.PLANNED]
    rows: list[list[Any]] = [
        [number, one.account_number, one.account_holder, _bank(one.bank_bin), one.amount_vnd, one.memo]
        for number, one in enumerate(planned, start=1)
    ]
    return Sheet(name=batch.ref, above=[], heads=heads, rows=rows, widths=[6, 22, 32, 30, 16, 26])


def _bank(bank_bin: str) -> str:
    bank = queries.bank_named(bank_bin)
    return f"{bank.short_name} – {bank.name}" if bank else bank_bin


def _payout(ref: str) -> Payout:
    only_operators(actor())
    payout = payouts.payout_by_ref(ref)
    if payout is None:
        raise NotSeen
    return payout


@bp.get("/operator/payout/<ref>/qr.svg")
@needs_sign_in
def payout_qr(ref: str) -> ResponseReturnValue:
    """The code of one transfer."""
    payout = _payout(ref)
    if payout.state is not PayoutState.PLANNED:
        raise NotSeen
    to = {"bank_bin": payout.bank_bin, "account": payout.account_number}
    response = make_response(vietqr.picture_svg(vietqr.payload(**to, amount_vnd=payout.amount_vnd, note=payout.memo)))
    response.mimetype = "image/svg+xml"
    return private(response)


def _page_of_payout(ref: str) -> ResponseReturnValue:
    return _shown(_batch(_payout(ref).batch.ref), ref)


@bp.post("/operator/payout/<ref>/confirmation")
@needs_sign_in
@answers(_page_of_payout)
def confirm_payout_sent(ref: str) -> ResponseReturnValue:
    """The bank has sent it."""
    payout, form = _payout(ref), BankRefForm.checked()
    with writing():
        confirm_payout(payout, bank_ref=form.bank_ref.data, by=actor())
    flash(_("Payout %(ref)s is confirmed. The producer is told.", ref=ref), "success")
    return redirect(url_for(".payout_batch", ref=payout.batch.ref), code=303)


@bp.post("/operator/payout/<ref>/failure")
@needs_sign_in
@answers(_page_of_payout)
def fail_payout_sent(ref: str) -> ResponseReturnValue:
    """The bank could not send it, or sent it back."""
    payout, form = _payout(ref), FailureForm.checked()
    with writing():
        fail_payout(payout, reason=form.reason.data, by=actor())
    flash(_("Noted. The amount is due to the producer again, and she is asked to look at her account."), "success")
    return redirect(url_for(".payout_batch", ref=payout.batch.ref), code=303)
