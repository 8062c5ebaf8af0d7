"""Routes of payments: transfers and their codes, refunds, the producer's bank account."""

from marketplace.payments.views import bank_account, filled_in, refunds, transfers

__all__ = ["bank_account", "filled_in", "refunds", "transfers"]
