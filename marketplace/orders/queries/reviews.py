"""Reviews as product and shop pages show them: the newest first, with the seller's reply."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product
from marketplace.core.database import db
from marketplace.orders.models import Order, Review
from marketplace.orders.states import ReviewState

MOST_SHOWN = 20


def reviews_of_products(slugs: Sequence[str]) -> dict[str, list[Review]]:
    """Shown reviews by product, in one query."""
    found: dict[str, list[Review]] = {}
    for review in db.session.scalars(_shown().where(Product.slug.in_(slugs)).limit(MOST_SHOWN * len(slugs))):
        found.setdefault(review.product.slug, []).append(review)
    return found


def reviews_of_sellers(refs: Sequence[str]) -> dict[str, list[Review]]:
    """Shown reviews of everything that a seller sells, by the seller's ref, in one query."""
    found: dict[str, list[Review]] = {}
    for review in db.session.scalars(_shown().where(Organisation.ref.in_(refs)).limit(MOST_SHOWN * len(refs))):
        found.setdefault(review.product.seller.ref, []).append(review)
    return found


def reviews_of_order(order: Order) -> dict[int, Review]:
    """What the buyer said of an order's goods, by line."""
    lines = [line.id for line in order.lines]
    return {given.line_id: given for given in db.session.scalars(select(Review).where(Review.line_id.in_(lines)))}


def _shown() -> Select[Review]:
    return (
        select(Review)
        .join(Review.product)
        .join(Product.seller)
        .where(Review.state == ReviewState.SHOWN)
        .order_by(Review.id.desc())
        .options(contains_eager(Review.product).contains_eager(Product.seller), joinedload(Review.line))
    )
