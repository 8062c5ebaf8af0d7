"""The producer's bank statement: sent, looked at beside her open payments, and settled as she says."""

from __future__ import annotations

from collections import Counter

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core.database import db, writing
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Refused
from marketplace.core.sheets import read_rows
from marketplace.payments import bp
from marketplace.payments.forms import StatementForm
from marketplace.payments.models import BankStatement
from marketplace.payments.policies import statement_for
from marketplace.payments.queries import statements
from marketplace.payments.services.bank_lines import transfers
from marketplace.payments.services.matching import settle_line, stage
from marketplace.storefronts.policies import own_seller
from marketplace.web.requests import actor, answers, private

MOST_ROWS = 10_000
MOST_BYTES = 5 * 1024 * 1024
MOST_AT_ONCE = 300


def _own_seller() -> Organisation:
    return own_seller(actor(), Permission.STATEMENT_MATCH)


@bp.get("/desk/money/bank-statement")
@needs_sign_in
def bank_statements() -> ResponseReturnValue:
    """Where a statement is sent, and those sent before."""
    seller = _own_seller()
    page = render_template(
        "payments/bank_statements.html",
        form=StatementForm.shown(),
        statements=statements.statements_of(seller.id, most=10),
        waiting=len([one for one in statements.payments_to_find(seller.id) if one.state != "received"]),
        most_rows=MOST_ROWS,
    )
    return private(make_response(page))


@bp.post("/desk/money/bank-statement")
@needs_sign_in
@answers(bank_statements)
def send_bank_statement() -> ResponseReturnValue:
    """Read a statement and keep what may be one of her payments."""
    seller, form = _own_seller(), StatementForm.checked()
    content = form.content(MOST_BYTES)
    try:
        told = transfers(read_rows(content, most=MOST_ROWS))
    except Refused as refusal:
        form.refuse("statement", refusal.sentence)
    with writing():
        payments = statements.payments_to_find(seller.id)
        ref = stage(seller.id, form.name, told, payments, by=actor()).ref
    return redirect(url_for(".bank_statement", ref=ref), code=303)


@bp.get("/desk/money/bank-statement/<ref>")
@needs_sign_in
def bank_statement(ref: str) -> ResponseReturnValue:
    """What a statement may settle, and what it has settled."""
    statement = statement_for(actor(), ref)
    ticked = set(request.form.getlist("line")) if request.method == "POST" else None
    return private(make_response(render_template("payments/bank_statement.html", statement=statement, ticked=ticked)))


@bp.post("/desk/money/bank-statement/<ref>")
@needs_sign_in
@answers(bank_statement)
def settle_bank_statement(ref: str) -> ResponseReturnValue:
    """The ticked lines are settled, each in a transaction of its own."""
    statement = statement_for(actor(), ref)
    wanted = [int(one) for one in request.form.getlist("line")[:MOST_AT_ONCE] if one.isascii() and one.isdecimal()]
    if not wanted:
        raise Refused(_("Please tick at least one transfer."))
    outcomes = _settled(statement, wanted)
    flash(_said(outcomes), "success" if outcomes["received"] else "info")
    return redirect(url_for(".bank_statement", ref=ref), code=303)


def _settled(statement: BankStatement, wanted: list[int]) -> Counter[str]:
    """What became of each line that was not settled before."""
    ids = {line.id for line in statement.lines if not line.outcome} & set(wanted)
    outcomes: Counter[str] = Counter()
    for line_id in sorted(ids):
        line = statements.line_of(statement, line_id)
        assert line is not None
        with writing():
            outcomes[settle_line(line, by=actor())] += 1
    db.session.rollback()
    return outcomes


def _said(outcomes: Counter[str]) -> str:
    if not outcomes["received"]:
        return _("Noted. What became of each transfer is written beside it.")
    return ngettext("%(num)s payment is confirmed.", "%(num)s payments are confirmed.", outcomes["received"])
