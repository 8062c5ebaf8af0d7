"""Figures that higher features write down beside a product: in stock, sold, rated; and how popular that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from marketplace.catalogue.models import Product
from marketplace.core import search
from marketplace.core.database import db, locked

KIND = "product"


def set_availability(available: Mapping[int, bool]) -> None:
    """Say which products (by id) can be had now and which cannot."""
    for product in locked(Product, available):
        product.in_stock = available[product.id]


def set_rating(product_id: int, rating_sum: int, rating_count: int) -> None:
    """Write down the sum and the number of the ratings that buyers gave."""
    figures = {"rating_sum": rating_sum, "rating_count": rating_count}
    db.session.execute(update(Product).where(Product.id == product_id).values(**figures))


def add_sold(product_id: int, quantity: int) -> None:
    """Count packs that were shipped (below zero: that came back)."""
    sold = Product.sold + quantity
    db.session.execute(update(Product).where(Product.id == product_id, sold >= 0).values(sold=sold))


def refresh_popularity(product_ids: Iterable[int] | None = None) -> None:
    """Order products (or all of them) anew by what people bought and said of them."""
    products = locked(Product, db.session.scalars(select(Product.id)) if product_ids is None else product_ids)
    with_photos = select(Product).where(Product.id.in_([product.id for product in products]))
    db.session.scalars(with_photos.options(selectinload(Product.photos))).all()
    for product in products:
        product.popularity = popularity_of(product)
    search.set_weights(KIND, {product.id: product.popularity for product in products})


def popularity_of(product: Product) -> int:
    """A whole number that grows with sales, good ratings and stars; single sales count more while they are few."""
    bought = min(product.sold, 20) * 5 + min(product.sold, 2000)
    praised = 10 * product.rating_sum - 25 * product.rating_count
    return bought + praised + 10 * (product.star_now or 0) + (15 if product.photos else 0)
