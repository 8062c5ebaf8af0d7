"""What may happen to carts, orders and reviews."""

from marketplace.orders.services.asking_to_cancel import (
    agree_to_cancel,
    ask_to_cancel,
    keep_to_order,
    may_answer_cancel,
    may_ask_to_cancel,
)
from marketplace.orders.services.carts import add_line, change_line, merge_guest_cart
from marketplace.orders.services.deadlines import extend, pass_deadline
from marketplace.orders.services.freight import set_freight
from marketplace.orders.services.fulfilment import (
    BUYER_MAY_CANCEL,
    buyer_may_cancel,
    cancel,
    confirm,
    deliver,
    fail_delivery,
    take_back,
)
from marketplace.orders.services.on_terms import ON_TERMS, Agreed, OnTerms
from marketplace.orders.services.on_terms import place as place_on_terms
from marketplace.orders.services.parcels import Packed, ship
from marketplace.orders.services.paying import mark_cash_received, mark_paid, mark_paid_on_terms
from marketplace.orders.services.placing import Checkout, TotalChanged, place
from marketplace.orders.services.receiving import (
    Checked,
    check_delivery,
    check_until,
    count_unchecked,
    may_check,
)
from marketplace.orders.services.reordering import Reordered, reorder
from marketplace.orders.services.returns import (
    MOST_PHOTOS,
    approve,
    ask_for_return,
    decide,
    decline,
    escalate,
    expected_back,
    mark_refunded,
    may_ask_for_return,
    may_escalate,
    note_sent,
    pass_return_deadline,
    receive,
    refund_without_goods,
    returnable,
    withdraw,
)
from marketplace.orders.services.reviews import REVIEWED_IN, reply_to, review

__all__ = [
    "BUYER_MAY_CANCEL",
    "MOST_PHOTOS",
    "ON_TERMS",
    "REVIEWED_IN",
    "Agreed",
    "Checked",
    "Checkout",
    "OnTerms",
    "Packed",
    "Reordered",
    "TotalChanged",
    "add_line",
    "agree_to_cancel",
    "approve",
    "ask_for_return",
    "ask_to_cancel",
    "buyer_may_cancel",
    "cancel",
    "change_line",
    "check_delivery",
    "check_until",
    "confirm",
    "count_unchecked",
    "decide",
    "decline",
    "deliver",
    "escalate",
    "expected_back",
    "extend",
    "fail_delivery",
    "keep_to_order",
    "mark_cash_received",
    "mark_paid",
    "mark_paid_on_terms",
    "mark_refunded",
    "may_answer_cancel",
    "may_ask_for_return",
    "may_ask_to_cancel",
    "may_check",
    "may_escalate",
    "merge_guest_cart",
    "note_sent",
    "pass_deadline",
    "pass_return_deadline",
    "place",
    "place_on_terms",
    "receive",
    "refund_without_goods",
    "reorder",
    "reply_to",
    "returnable",
    "review",
    "set_freight",
    "ship",
    "take_back",
    "withdraw",
]
