"""The pages of carts, orders, returns and their papers."""

from marketplace.orders.views import (
    answering,
    buying,
    carts,
    checkout,
    freight,
    papers,
    returning,
    reviewing,
    selling,
)

__all__ = ["answering", "buying", "carts", "checkout", "freight", "papers", "returning", "reviewing", "selling"]
