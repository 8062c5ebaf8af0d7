"""Carts, freight, purchases with their orders, and reviews."""

from marketplace.orders.models.cart import Cart, CartLine
from marketplace.orders.models.freight import FreightTable, FreightZone
from marketplace.orders.models.purchase import Order, OrderLine, OrderStep, Purchase, UnpaidGuard
from marketplace.orders.models.receipt import Receipt, ReceiptLine, ReceiptPhoto
from marketplace.orders.models.returning import Return, ReturnLine, ReturnPhoto
from marketplace.orders.models.review import Review

__all__ = [
    "Cart",
    "CartLine",
    "FreightTable",
    "FreightZone",
    "Order",
    "OrderLine",
    "OrderStep",
    "Purchase",
    "Receipt",
    "ReceiptLine",
    "ReceiptPhoto",
    "Return",
    "ReturnLine",
    "ReturnPhoto",
    "Review",
    "UnpaidGuard",
]
