"""The public pages and the producer's desk, one module a noun."""

from marketplace.storefronts.views import (
    desk,
    desk_products,
    desk_shop,
    home,
    legal,
    machine,
    products,
    provinces,
    shops,
)

__all__ = ["desk", "desk_products", "desk_shop", "home", "legal", "machine", "products", "provinces", "shops"]
