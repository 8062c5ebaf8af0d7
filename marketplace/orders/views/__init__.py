"""The pages of carts and orders."""

from marketplace.orders.views import buying, carts, checkout, selling

__all__ = ["buying", "carts", "checkout", "selling"]
