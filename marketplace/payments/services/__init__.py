"""What may happen to payments, refunds, bank accounts and the ledger."""

from marketplace.payments.services.accounts import name_bank_account
from marketplace.payments.services.card_refunds import (
    ask_again,
    fail_refund,
    key_of_attempt,
    refund_told,
    resolve_refund,
)
from marketplace.payments.services.cards import (
    end_session,
    note_asked,
    record_charge,
    record_page,
    settle_part,
    still_fits,
    want_session,
)
from marketplace.payments.services.events import close_event, note_event, store_event
from marketplace.payments.services.refunds import confirm_refund, name_refund_account, open_refund, report_overdue
from marketplace.payments.services.settling import Told, confirm_receipt, declare, dispute, settle
from marketplace.payments.services.standing import (
    call_off,
    end_review,
    give_back_review,
    open_payment,
    reduce,
    settle_cash,
)
from marketplace.payments.services.terms import start_term, tell_overdue

__all__ = [
    "Told",
    "ask_again",
    "call_off",
    "close_event",
    "confirm_receipt",
    "confirm_refund",
    "declare",
    "dispute",
    "end_review",
    "end_session",
    "fail_refund",
    "give_back_review",
    "key_of_attempt",
    "name_bank_account",
    "name_refund_account",
    "note_asked",
    "note_event",
    "open_payment",
    "open_refund",
    "record_charge",
    "record_page",
    "reduce",
    "refund_told",
    "report_overdue",
    "resolve_refund",
    "settle",
    "settle_cash",
    "settle_part",
    "start_term",
    "still_fits",
    "store_event",
    "tell_overdue",
    "want_session",
]
