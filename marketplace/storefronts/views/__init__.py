"""The public pages and the producer's desk, one module a noun."""

from marketplace.storefronts.views import (
    comparison,
    desk,
    desk_certificates,
    desk_details,
    desk_imports,
    desk_packs,
    desk_products,
    desk_shop,
    favourites,
    home,
    legal,
    machine,
    products,
    provinces,
    shops,
    suggestions,
)

__all__ = [
    "comparison",
    "desk",
    "desk_certificates",
    "desk_details",
    "desk_imports",
    "desk_packs",
    "desk_products",
    "desk_shop",
    "favourites",
    "home",
    "legal",
    "machine",
    "products",
    "provinces",
    "shops",
    "suggestions",
]
