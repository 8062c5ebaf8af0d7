"""What people read of payments, banks and the ledger."""

from marketplace.payments.queries.banks import Bank, bank_named, receiving_banks
from marketplace.payments.queries.ledger import balance_of, ledger_faults
from marketplace.payments.queries.payments import (
    SAID_BY_SELLER,
    account_of,
    arrived,
    open_transfers,
    overdue_refunds,
    payments_of,
    refunds_of,
    refunds_to_pay,
    reviews_to_end,
    said_by_seller,
    transfers_to_look_for,
    waiting_for_seller,
    without_account,
)

__all__ = [
    "SAID_BY_SELLER",
    "Bank",
    "account_of",
    "arrived",
    "balance_of",
    "bank_named",
    "ledger_faults",
    "open_transfers",
    "overdue_refunds",
    "payments_of",
    "receiving_banks",
    "refunds_of",
    "refunds_to_pay",
    "reviews_to_end",
    "said_by_seller",
    "transfers_to_look_for",
    "waiting_for_seller",
    "without_account",
]
