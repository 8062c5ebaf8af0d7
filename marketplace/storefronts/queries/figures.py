"""How large the market is, counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import distinct, func, select

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.core.database import db


@dataclass(frozen=True, slots=True)
class Figures:
    """What is on sale now: goods, the producers who sell them, the provinces of today they come from."""

    products: int
    producers: int
    provinces: int


def market_figures() -> Figures:
    """The figures of this moment."""
    counted = select(
        func.count(Product.id), func.count(distinct(Product.seller_id)), func.count(distinct(Product.origin_now_id))
    ).where(catalogue.visible())
    products, producers, provinces = db.session.execute(counted).one()
    return Figures(products, producers, provinces)
