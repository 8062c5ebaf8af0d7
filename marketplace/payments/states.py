"""The life of a payment, of a card session and of a refund; the accounts of the ledger."""

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
    REQUESTED = "requested", _l("asked of the card company")
    PENDING = "pending", _l("on its way to the card")
    FAILED = "failed", _l("did not reach the card")
    DONE = "done", _l("paid back")


class RefundAction(Labelled):
    """What may happen to a refund."""

    NAME_ACCOUNT = "name_account", _l("Name an account")
    ACCEPT = "accept", _l("Taken on by the card company")
    CONFIRM = "confirm", _l("Money given back")
    ARRIVE = "arrive", _l("Money back on the card")
    FAIL = "fail", _l("Failed")
    RETRY = "retry", _l("Try again")
    RESOLVE = "resolve", _l("Settled by the operator")


REFUND: Machine[RefundState, RefundAction] = Machine(
    {
        (RefundState.WAITING_FOR_ACCOUNT, RefundAction.NAME_ACCOUNT): RefundState.DUE,
        (RefundState.DUE, RefundAction.NAME_ACCOUNT): RefundState.DUE,
        (RefundState.DUE, RefundAction.CONFIRM): RefundState.DONE,
        (RefundState.DUE, RefundAction.RESOLVE): RefundState.DONE,
        (RefundState.REQUESTED, RefundAction.ACCEPT): RefundState.PENDING,
        (RefundState.REQUESTED, RefundAction.ARRIVE): RefundState.DONE,
        (RefundState.REQUESTED, RefundAction.FAIL): RefundState.FAILED,
        (RefundState.PENDING, RefundAction.ARRIVE): RefundState.DONE,
        (RefundState.PENDING, RefundAction.FAIL): RefundState.FAILED,
        # a card's bank may send money back days after it was paid
        (RefundState.DONE, RefundAction.FAIL): RefundState.FAILED,
        (RefundState.FAILED, RefundAction.RETRY): RefundState.REQUESTED,
        (RefundState.FAILED, RefundAction.RESOLVE): RefundState.DONE,
    }
)


class SessionState(Labelled):
    """Where a card session stands: the page of the card company on which a purchase is paid."""

    WANTED = "wanted", _l("being prepared")
    OPEN = "open", _l("ready to pay")
    PAID = "paid", _l("paid")
    ENDED = "ended", _l("ended unpaid")


class SessionAction(Labelled):
    """What may happen to a card session."""

    OPEN = "open", _l("Ready")
    PAY = "pay", _l("Paid")
    END = "end", _l("Ended")


SESSION: Machine[SessionState, SessionAction] = Machine(
    {
        (SessionState.WANTED, SessionAction.OPEN): SessionState.OPEN,
        (SessionState.WANTED, SessionAction.PAY): SessionState.PAID,
        (SessionState.WANTED, SessionAction.END): SessionState.ENDED,
        (SessionState.OPEN, SessionAction.PAY): SessionState.PAID,
        (SessionState.OPEN, SessionAction.END): SessionState.ENDED,
        # that it was paid is the last word, in whichever order we are told
        (SessionState.ENDED, SessionAction.PAY): SessionState.PAID,
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


# --- the money of sellers --------------------------------------------------------------------------------------------


class TaxKind(Labelled):
    """What a sale is for those who tax it."""

    GOODS = "goods", _l("goods")
    SERVICES = "services", _l("services")
    TRANSPORT = "transport", _l("transport, services that come with goods")
    UNKNOWN = "unknown", _l("kind unknown")


class Residency(Labelled):
    """Where a seller is taxed."""

    RESIDENT = "resident", _l("resident")
    NON_RESIDENT = "non_resident", _l("non-resident")


class Certainty(Labelled):
    """How sure a rule is."""

    HIGH = "high", _l("certain")
    MEDIUM = "medium", _l("likely, not read in the law itself")
    LOW = "low", _l("unsure")


class PayoutState(Labelled):
    """Where a payout to a seller stands."""

    PLANNED = "planned", _l("to be transferred")
    DONE = "done", _l("transferred")
    FAILED = "failed", _l("did not arrive")


class PayoutAction(Labelled):
    """What may happen to a payout."""

    CONFIRM = "confirm", _l("Transferred")
    FAIL = "fail", _l("Did not arrive")


PAYOUT: Machine[PayoutState, PayoutAction] = Machine(
    {
        (PayoutState.PLANNED, PayoutAction.CONFIRM): PayoutState.DONE,
        (PayoutState.PLANNED, PayoutAction.FAIL): PayoutState.FAILED,
        # a bank may send money back days after it left
        (PayoutState.DONE, PayoutAction.FAIL): PayoutState.FAILED,
    }
)


class BillState(Labelled):
    """Where a monthly bill of fees stands."""

    OPEN = "open", _l("to be paid")
    PAID = "paid", _l("paid")
    WITHDRAWN = "withdrawn", _l("bill withdrawn")


class BillAction(Labelled):
    """What may happen to a bill."""

    PAY = "pay", _l("Paid")
    WITHDRAW = "withdraw", _l("Withdraw the bill")


BILL: Machine[BillState, BillAction] = Machine(
    {
        (BillState.OPEN, BillAction.PAY): BillState.PAID,
        (BillState.OPEN, BillAction.WITHDRAW): BillState.WITHDRAWN,
    }
)


class Match(Labelled):
    """How a line of a bank statement fits a payment."""

    EXACT = "exact", _l("reference and amount agree")
    AGAIN = "again", _l("the same reference and amount once more")
    ENDED = "ended", _l("reference and amount agree, but the order had ended")
    AMOUNT = "amount", _l("the reference agrees, the amount differs")
    REFERENCE = "reference", _l("the amount agrees, one sign of the reference is wrong")
    UNNAMED = "unnamed", _l("only the amount agrees")
