"""Goods, shops, provinces and sets in the shapes of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Product
from marketplace.catalogue.queries import star_now
from marketplace.core.database import db
from marketplace.places.models import Province
from marketplace.storefronts import queries as storefronts


def product_rows(slugs: Sequence[str]) -> list[Row[Any]]:
    """What the items of a list say, in the order of these slugs; one query."""
    now = aliased(Province)
    rows = db.session.execute(
        select(Product.slug, Product.name, Product.name_en, Product.price_from_vnd, Product.unit, Product.in_stock)
        .add_columns(star_now().label("star"), Product.star_is_illustrative)
        .add_columns(Province.slug.label("origin"), Province.name.label("origin_name"))
        .add_columns(now.slug.label("province"), now.name.label("province_name"))
        .add_columns(Organisation.slug.label("seller"), Organisation.name.label("seller_name"))
        .join(Organisation, Organisation.id == Product.seller_id)
        .join(Province, Province.id == Product.origin_id)
        .join(now, now.id == Product.origin_now_id)
        .where(Product.slug.in_(slugs))
    )
    found = {row.slug: row for row in rows}
    return [found[slug] for slug in slugs if slug in found]


def unknown_provinces(slugs: Sequence[str]) -> list[str]:
    """Those that name no province, of today or of before."""
    known = set(db.session.scalars(select(Province.slug).where(Province.slug.in_(slugs)))) if slugs else set()
    return [slug for slug in slugs if slug not in known]


def shops(province_ids: Sequence[int], page: int, per_page: int) -> tuple[list[Row[Any]], int]:
    """One page of shops with something on sale, and how many there are."""
    statement = storefronts.shop_cards(province_ids).add_columns(Province.slug.label("place_slug"))
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return list(db.session.execute(statement.limit(per_page).offset((page - 1) * per_page))), total


def shop_figures(seller_id: int) -> tuple[int, Any]:
    """How many products a producer has on sale, and the best star in force among them."""
    on_sale = select(func.count(), func.max(star_now())).select_from(Product)
    count, star = db.session.execute(on_sale.where(Product.seller_id == seller_id, catalogue.visible())).one()
    return count, star


def provinces_today() -> list[Province]:
    """The 34 units of today with what went into them, by code; two queries."""
    today = select(Province).where(Province.successor_id.is_(None)).order_by(Province.code)
    return list(db.session.scalars(today.options(selectinload(Province.predecessors))))


def whole_province(province_id: int) -> Province:
    """One unit with its relatives."""
    whole = joinedload(Province.successor), selectinload(Province.predecessors)
    return db.session.scalars(select(Province).where(Province.id == province_id).options(*whole)).unique().one()
