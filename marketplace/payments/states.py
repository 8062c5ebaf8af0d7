"""The life of a payment and of a refund; the accounts of the ledger."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class PaymentState(Labelled):
    """Where the money of an order is."""

    AWAITING = "awaiting", _l("not paid yet")
    DECLARED = "declared", _l("the buyer says it is paid")
    REVIEW = "review", _l("being looked at")
    RECEIVED = "received", _l("received")
    CANCELLED = "cancelled", _l("no longer due")


class PaymentAction(Labelled):
    """What may happen to a payment."""

    DECLARE = "declare", _l("I have made the transfer")
    DISPUTE = "dispute", _l("Not received")
    HOLD = "hold", _l("Look at it")
    SETTLE = "settle", _l("Money received")
    CANCEL = "cancel", _l("No longer due")


PAYMENT: Machine[PaymentState, PaymentAction] = Machine(
    {
        (PaymentState.AWAITING, PaymentAction.DECLARE): PaymentState.DECLARED,
        (PaymentState.DECLARED, PaymentAction.DISPUTE): PaymentState.AWAITING,
        (PaymentState.AWAITING, PaymentAction.HOLD): PaymentState.REVIEW,
        (PaymentState.DECLARED, PaymentAction.HOLD): PaymentState.REVIEW,
        (PaymentState.CANCELLED, PaymentAction.HOLD): PaymentState.REVIEW,
        (PaymentState.AWAITING, PaymentAction.SETTLE): PaymentState.RECEIVED,
        (PaymentState.DECLARED, PaymentAction.SETTLE): PaymentState.RECEIVED,
        (PaymentState.REVIEW, PaymentAction.SETTLE): PaymentState.RECEIVED,
        (PaymentState.CANCELLED, PaymentAction.SETTLE): PaymentState.RECEIVED,
        (PaymentState.AWAITING, PaymentAction.CANCEL): PaymentState.CANCELLED,
        (PaymentState.DECLARED, PaymentAction.CANCEL): PaymentState.CANCELLED,
        (PaymentState.REVIEW, PaymentAction.CANCEL): PaymentState.CANCELLED,
    }
)


class RefundState(Labelled):
    """Where a refund stands."""

    WAITING_FOR_ACCOUNT = "waiting_for_account", _l("waiting for the buyer's account")
    DUE = "due", _l("to be paid by the seller")
    DONE = "done", _l("paid back")


class RefundAction(Labelled):
    """What may happen to a refund."""

    NAME_ACCOUNT = "name_account", _l("Name an account")
    CONFIRM = "confirm", _l("Money given back")


REFUND: Machine[RefundState, RefundAction] = Machine(
    {
        (RefundState.WAITING_FOR_ACCOUNT, RefundAction.NAME_ACCOUNT): RefundState.DUE,
        (RefundState.DUE, RefundAction.CONFIRM): RefundState.DONE,
    }
)


class Account(Labelled):
    """The accounts of the double-entry ledger; amounts are signed đồng, debit above zero."""

    RECEIVABLE = "receivable", _l("receivable from buyers")
    RECEIVED_BY_PLATFORM = "received_by_platform", _l("received by the marketplace")
    RECEIVED_BY_SELLER = "received_by_seller", _l("received by the seller")
    COMMISSION = "commission", _l("commission")
    TAX_WITHHELD = "tax_withheld", _l("tax withheld")
    PAYABLE_TO_SELLER = "payable_to_seller", _l("payable to the seller")
    DUE_FROM_SELLER = "due_from_seller", _l("due from the seller")
    PAID_OUT = "paid_out", _l("paid out")
    REFUND = "refund", _l("refund")
