"""A producer's own goods, whatever their state."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product


def own_products(seller: Organisation) -> Select[Any]:
    """Everything the producer has here, by name."""
    mine = select(Product).where(Product.seller_id == seller.id).order_by(Product.name, Product.id)
    return mine.options(selectinload(Product.variants), selectinload(Product.photos), selectinload(Product.product_set))
