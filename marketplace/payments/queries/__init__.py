"""What people read of payments, banks and the ledger."""

from marketplace.payments.queries.banks import Bank, bank_named, receiving_banks
from marketplace.payments.queries.ledger import balance_of, ledger_faults
from marketplace.payments.queries.payments import account_of, payments_of, refunds_of, waiting_for_seller

__all__ = [
    "Bank",
    "account_of",
    "balance_of",
    "bank_named",
    "ledger_faults",
    "payments_of",
    "receiving_banks",
    "refunds_of",
    "waiting_for_seller",
]
