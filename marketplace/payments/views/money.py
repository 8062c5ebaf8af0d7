"""The producer's money: where she stands, month by month, as a page, a spreadsheet and a paper."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.signing_in import needs_sign_in
from marketplace.core import papers
from marketplace.core.permissions import Permission
from marketplace.core.refusals import NotSeen
from marketplace.core.sheets import XLSX, workbook
from marketplace.payments import bp, queries
from marketplace.payments.queries import bills, money, payouts
from marketplace.payments.queries.papers import GROUP_WORDS, month_words, paper_of, sheet_of, signed, word_for
from marketplace.storefronts.policies import own_seller
from marketplace.web.requests import actor, private
from marketplace.web.security import settings

MOST_LISTED = 12
PAPER = "orders/papers/paper.typ"


def _own_seller() -> Organisation:
    """The producer that the actor manages."""
    return own_seller(actor(), Permission.MONEY_SEE)


def _page(template: str, **words: Any) -> ResponseReturnValue:
    said = {"month_words": month_words, "signed": signed, "word_for": word_for, "group_words": GROUP_WORDS}
    return private(make_response(render_template(template, **said, **words)))


@bp.get("/desk/money")
@needs_sign_in
def money_page() -> ResponseReturnValue:
    """What she gets and owes, what happened lately, the months behind her."""
    seller = _own_seller()
    months = money.last_months()
    return _page(
        "payments/money.html",
        standing=money.standing_of(seller.id),
        latest=money.latest_movements(seller.id, MOST_LISTED),
        months=list(zip(months, money.received_by_month(seller.id, months), strict=True)),
        payouts=payouts.payouts_of(seller.id, most=5),
        bills=bills.bills_of(seller.id, most=5),
        is_overdue=bills.is_overdue,
        account=queries.account_of(seller.id),
        seller=seller,
        least_vnd=settings().payout_minimum_vnd,
    )


def _month(seller: Organisation, month: str) -> money.Statement:
    first = money.month_of(month)
    if first is None:
        raise NotSeen
    return money.statement_of(seller.id, first)


@bp.get("/desk/money/<month>")
@needs_sign_in
def month_statement(month: str) -> ResponseReturnValue:
    """One month, fact by fact, from its opening to its closing balance."""
    statement = _month(_own_seller(), month)
    after = money.month_after(statement.first)
    return _page(
        "payments/statement.html",
        statement=statement,
        months=list(reversed(money.last_months(24))),
        before=money.month_after(statement.first, -1),
        after=after if after <= money.this_month() else None,
    )


@bp.get("/desk/money/<month>.xlsx")
@needs_sign_in
def month_sheet(month: str) -> ResponseReturnValue:
    """The same month as a spreadsheet."""
    seller = _own_seller()
    return _file(workbook(sheet_of(seller, _month(seller, month))), XLSX, f"sao-ke-{month}.xlsx")


@bp.get("/desk/money/<month>.pdf")
@needs_sign_in
def month_paper(month: str) -> ResponseReturnValue:
    """The same month on paper."""
    seller = _own_seller()
    made = papers.made_of(PAPER, paper_of(seller, _month(seller, month)))
    return _file(made, "application/pdf", f"sao-ke-{month}.pdf")


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(answer)
