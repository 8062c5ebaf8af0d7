"""What may happen to carts, orders and reviews."""

from marketplace.orders.services.asking_to_cancel import (
    agree_to_cancel,
    ask_to_cancel,
    keep_to_order,
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
from marketplace.orders.services.parcels import Packed, ship
from marketplace.orders.services.paying import mark_cash_received, mark_paid
from marketplace.orders.services.placing import Checkout, TotalChanged, place
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
    "REVIEWED_IN",
    "Checkout",
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
    "confirm",
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
    "mark_refunded",
    "may_ask_for_return",
    "may_ask_to_cancel",
    "may_escalate",
    "merge_guest_cart",
    "note_sent",
    "pass_deadline",
    "pass_return_deadline",
    "place",
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
