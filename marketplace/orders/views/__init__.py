"""The pages of carts, orders, returns and their papers."""

from marketplace.orders.views import (
    answering,
    buying,
    calling_off,
    carts,
    checkout,
    freight,
    papers,
    receiving,
    returning,
    reviewing,
    selling,
)

__all__ = [
    "answering",
    "buying",
    "calling_off",
    "carts",
    "checkout",
    "freight",
    "papers",
    "receiving",
    "returning",
    "reviewing",
    "selling",
]
