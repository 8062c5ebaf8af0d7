"""What may happen to payments, refunds, bank accounts and the ledger."""

from marketplace.payments.services.accounts import name_bank_account
from marketplace.payments.services.refunds import confirm_refund, name_refund_account, open_refund, report_overdue
from marketplace.payments.services.settling import Told, confirm_receipt, declare, dispute, settle
from marketplace.payments.services.standing import call_off, end_review, open_payment, settle_cash

__all__ = [
    "Told",
    "call_off",
    "confirm_receipt",
    "confirm_refund",
    "declare",
    "dispute",
    "end_review",
    "name_bank_account",
    "name_refund_account",
    "open_payment",
    "open_refund",
    "report_overdue",
    "settle",
    "settle_cash",
]
