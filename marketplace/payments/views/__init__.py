"""Routes of payments: transfers and their codes, refunds, bank accounts, the money of producers."""

from marketplace.payments.views import (
    bank_account,
    bills,
    filled_in,
    matching,
    money,
    oversight,
    payouts,
    refunds,
    stripe,
    tax_rules,
    transfers,
)

__all__ = [
    "bank_account",
    "bills",
    "filled_in",
    "matching",
    "money",
    "oversight",
    "payouts",
    "refunds",
    "stripe",
    "tax_rules",
    "transfers",
]
