"""A seller's month on paper and in a spreadsheet; the words for what the ledger's facts are to her."""

from __future__ import annotations

from datetime import date
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import locale
from marketplace.core.sheets import Sheet
from marketplace.payments.queries.money import Group, Movement, Statement
from marketplace.web.filters import day, moment, vnd

SITE = "Chợ OCOP liên tỉnh"
WORDS: dict[str, Any] = {
    "receipt": _l("Money for goods"),
    "fee": _l("Commission"),
    "fee_reduced": _l("Commission lowered"),
    "fee_called_off": _l("Commission given back"),
    "tax": _l("Tax withheld"),
    "tax_reduced": _l("Withheld tax lowered"),
    "tax_called_off": _l("Withheld tax given back"),
    "sale_reduced": _l("Order came to cost less"),
    "sale_called_off": _l("Order called off"),
    "refund": _l("Paid back to the buyer"),
    "refund_came_back": _l("Refund came back"),
    "payout": _l("Paid out to you"),
    "payout_returned": _l("Payout came back"),
    "bill": _l("Your payment of a bill"),
}
GROUP_WORDS: dict[Group, Any] = {
    Group.SALES: _l("Sales through the marketplace's account"),
    Group.FEES: _l("Commission"),
    Group.TAX: _l("Tax withheld"),
    Group.REFUNDS: _l("Reductions and refunds"),
    Group.PAYOUTS: _l("Payouts to you"),
    Group.BILLS: _l("Bills you paid"),
}


def word_for(movement: Movement) -> str:
    """What a fact is to a seller."""
    if movement.kind == "receipt" and movement.effect_vnd < 0:
        return _("Money to be given back")
    if movement.kind == "receipt" and movement.direct_vnd:
        return _("Paid straight to you")
    if movement.kind == "receipt":
        return _("Paid by card")
    return str(WORDS.get(movement.kind, movement.kind))


def month_words(first: date) -> str:
    """A month as people write it: 11/2026."""
    return f"{first:%m/%Y}"


def signed(amount_vnd: int) -> str:
    """An amount with its sign, as a statement shows it."""
    return f"+{vnd(amount_vnd)}" if amount_vnd > 0 else vnd(amount_vnd).replace("-", "−")


def sheet_of(seller: Organisation, month: Statement) -> Sheet:
    """The month as a spreadsheet; amounts are numbers."""
    rows: list[list[Any]] = [[None, _("Opening balance"), None, None, month.opening_vnd]]
    rows += [
        [clock.local(one.at).date(), word_for(one), one.named, one.amount_vnd, one.effect_vnd]
        for one in month.movements
    ]
    rows.append([None, _("Closing balance"), None, None, month.closing_vnd])
    return Sheet(
        name=_("Statement %(month)s", month=f"{month.first:%m-%Y}"),
        above=[_title(month), seller.legal_name, *_tax_code(seller), _explained()],
        heads=[_("Day"), _("What"), _("Order or paper"), _("Amount (đồng)"), _("Effect on balance (đồng)")],
        rows=rows,
        widths=[14, 34, 20, 18, 24],
    )


def paper_of(seller: Organisation, month: Statement) -> dict[str, Any]:
    """The month as a paper."""
    columns = [
        _column(_("Day")),
        _column(_("What"), "name"),
        _column(_("Order or paper")),
        _column(_("Amount"), "number"),
        _column(_("Effect on balance"), "number"),
    ]
    return {
        "site": SITE,
        "lang": locale(),
        "ref": month_words(month.first),
        "title": _("Statement"),
        "dated": _("as of %(day)s", day=day(clock.today())),
        "footer": _("Statement %(month)s, %(seller)s", month=month_words(month.first), seller=seller.name),
        "blocks": [{"title": _("Seller"), "lines": [seller.legal_name, *_tax_code(seller)]}],
        "columns": columns,
        "rows": [
            [
                moment(one.at),
                word_for(one),
                one.named,
                vnd(one.amount_vnd),
                signed(one.effect_vnd),
            ]
            for one in month.movements
        ],
        "sums": _sums(month),
        "notes": [_explained()],
    }


def _sums(month: Statement) -> list[dict[str, Any]]:
    shown = [(group, amount) for group, amount in month.sums.items() if amount]
    return [
        {"label": _("Opening balance"), "amount": vnd(month.opening_vnd), "strong": False},
        *({"label": str(GROUP_WORDS[group]), "amount": signed(amount), "strong": False} for group, amount in shown),
        {"label": _("Closing balance"), "amount": vnd(month.closing_vnd), "strong": True},
    ]


def _column(label: str, kind: str = "text") -> dict[str, str]:
    return {"label": label, "kind": kind}


def _title(month: Statement) -> str:
    return _("Statement %(month)s", month=month_words(month.first))


def _tax_code(seller: Organisation) -> list[str]:
    return [_("Tax code: %(code)s", code=seller.tax_code)] if seller.tax_code else []


def _explained() -> str:
    return _(
        "The balance is what the marketplace owes you; below zero you owe it. Money that buyers pay straight to your "
        "own account does not change it."
    )
