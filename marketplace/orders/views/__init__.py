"""The pages of carts and orders."""

from marketplace.orders.views import buying, carts, checkout, reviewing, selling

__all__ = ["buying", "carts", "checkout", "reviewing", "selling"]
