"""The catalogue's word "in stock" follows the stock, also when only a day has passed."""

from __future__ import annotations

from collections.abc import Collection

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product
from marketplace.core.database import locked
from marketplace.inventory import queries


def tell_catalogue(product_ids: Collection[int]) -> None:
    """Write down whether any pack of these products may be promised now.

    Another pack of the same product may be sold out at this very moment: only under the product's lock both are seen.
    """
    locked(Product, product_ids)
    catalogue.set_availability(queries.in_stock(product_ids))
