"""What may happen to carts, orders and reviews."""

from marketplace.orders.services.carts import add_line, change_line, merge_guest_cart
from marketplace.orders.services.deadlines import extend, pass_deadline
from marketplace.orders.services.fulfilment import (
    BUYER_MAY_CANCEL,
    buyer_may_cancel,
    cancel,
    confirm,
    deliver,
    fail_delivery,
    ship,
    take_back,
)
from marketplace.orders.services.paying import mark_cash_received, mark_paid
from marketplace.orders.services.placing import Checkout, TotalChanged, place
from marketplace.orders.services.reviews import REVIEWED_IN, reply_to, review

__all__ = [
    "BUYER_MAY_CANCEL",
    "REVIEWED_IN",
    "Checkout",
    "TotalChanged",
    "add_line",
    "buyer_may_cancel",
    "cancel",
    "change_line",
    "confirm",
    "deliver",
    "extend",
    "fail_delivery",
    "mark_cash_received",
    "mark_paid",
    "merge_guest_cart",
    "pass_deadline",
    "place",
    "reply_to",
    "review",
    "ship",
    "take_back",
]
