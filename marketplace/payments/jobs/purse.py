"""What happens to the money of producers by itself: bills on the first of a month, the rules of tax."""

from __future__ import annotations

from datetime import timedelta

from marketplace.core.actors import SYSTEM
from marketplace.core.database import writing
from marketplace.core.outbox import every
from marketplace.payments.queries import bills, money, taxes
from marketplace.payments.services.bills import make_bill
from marketplace.payments.services.tax_rules import load_tax_rules


def _somebody_is_to_be_billed() -> bool:
    return bool(bills.sellers_to_bill(money.month_after(money.this_month(), -1)))


@every(timedelta(hours=6), "payments.make_bills", when=_somebody_is_to_be_billed)
def make_bills() -> None:
    """Whoever owes something at the end of last month gets one bill for it, each in a transaction of its own."""
    month = money.month_after(money.this_month(), -1)
    for seller_id in bills.sellers_to_bill(month):
        with writing():
            make_bill(seller_id, month, by=SYSTEM)


def _no_rule_is_known() -> bool:
    return not taxes.has_tax_rules()


@every(timedelta(days=1), "payments.load_tax_rules", when=_no_rule_is_known)
def bring_in_tax_rules() -> None:
    """The rules that come with the program, where there are none yet."""
    with writing():
        load_tax_rules()
