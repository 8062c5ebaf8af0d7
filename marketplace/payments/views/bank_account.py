"""The account on which a producer receives transfers."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission, require
from marketplace.payments import bp, queries, services
from marketplace.payments.forms import BankAccountForm
from marketplace.web.requests import actor, answers, private


def _own_seller() -> int:
    """The producer that the actor manages (403 for everyone else)."""
    require(actor(), Permission.BANK_ACCOUNT_EDIT)
    return actor().organisation_id or 0


@bp.get("/desk/bank-account")
@needs_sign_in
def bank_account() -> ResponseReturnValue:
    """The account as it is, and what a change means."""
    seller_id = _own_seller()
    account = queries.account_of(seller_id)
    known = {"bank": account.bank_bin, "number": account.number, "holder": account.holder} if account else {}
    page = render_template(
        "payments/bank_account.html",
        account=account,
        form=BankAccountForm.shown(**known),
        open_transfers=queries.open_transfers(seller_id),
    )
    return private(make_response(page))


@bp.post("/desk/bank-account")
@needs_sign_in
@answers(bank_account)
def name_bank_account() -> ResponseReturnValue:
    """Set where transfers go from now on."""
    seller_id = _own_seller()
    form = BankAccountForm.checked()
    account = {"bank_bin": form.bank.data, "number": form.number.data, "holder": form.holder.data}
    with writing():
        services.name_bank_account(seller_id, **account, by=actor())
    flash(_("New orders are paid to this account. Everyone who runs your shop is told."), "success")
    return redirect(url_for(".bank_account"), code=303)
