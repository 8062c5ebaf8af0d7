"""Producers as the public sees them: one shop, and the list of shops with what they sell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Certificate, Product, ProductSet, SlugRedirect
from marketplace.catalogue.states import CertificateBasis, ProductState
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.places.models import Province
from marketplace.storefronts.models import Shop

MOST_PAPERS = 100
_WHOLE = (joinedload(Organisation.province).joinedload(Province.successor), joinedload(Organisation.ward))


def seller_by_slug(slug: str) -> Organisation | None:
    """The producer whose shop has this address."""
    return db.session.scalar(select(Organisation).where(Organisation.slug == slug[:80]).options(*_WHOLE))


def seller_by_id(organisation_id: int | None) -> Organisation | None:
    """The producer with this id."""
    return db.session.scalar(select(Organisation).where(Organisation.id == organisation_id).options(*_WHOLE))


def shop_of(seller: Organisation) -> Shop | None:
    """What a producer's public page says beside her goods; some have not written anything yet."""
    return db.session.scalar(select(Shop).where(Shop.organisation_id == seller.id))


def shop_moved_to(slug: str) -> str | None:
    """The present address of a shop that once had this one, or None."""
    moved = select(SlugRedirect.target).where(SlugRedirect.kind == "shop", SlugRedirect.slug == slug[:90])
    return db.session.scalar(moved)


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """How much a producer has on sale, and what buyers gave in all."""

    products: int
    rating_sum: int
    rating_count: int


def shop_figures(seller: Organisation) -> ShopFigures:
    """The figures of a producer's visible goods; one query."""
    figures = func.count(Product.id), func.sum(Product.rating_sum), func.sum(Product.rating_count)
    row = db.session.execute(select(*figures).where(Product.seller_id == seller.id, catalogue.visible())).one()
    return ShopFigures(*(int(value or 0) for value in row))


def papers_of(seller: Organisation) -> list[Certificate]:
    """The certificates in force of what a producer has on sale, the most stars first; one query."""
    day = clock.today()
    in_force = Certificate.issued_on <= day, Certificate.valid_until >= day, Certificate.revoked_on.is_(None)
    found = select(Certificate).join(Certificate.product).options(contains_eager(Certificate.product))
    found = found.where(
        Product.seller_id == seller.id, catalogue.visible(), *in_force, Certificate.basis != CertificateBasis.DECLARED
    )
    order = Certificate.star.desc(), Product.name, Certificate.id
    return list(db.session.scalars(found.order_by(*order).limit(MOST_PAPERS)))


def shop_cards(province_ids: Sequence[int] = ()) -> Select[Any]:
    """Shops with something on sale, those with most goods first."""
    on_sale = select(Product.seller_id, func.count().label("products")).where(Product.state == ProductState.PUBLISHED)
    goods = on_sale.group_by(Product.seller_id).subquery("goods")
    rows = (
        select(Organisation.id, Organisation.slug, Organisation.name, Organisation.is_illustrative, Shop.photo_sha256)
        .add_columns(Province.name.label("place"), goods.c.products)
        .join(goods, goods.c.seller_id == Organisation.id)
        .join(Province, Province.id == Organisation.province_id)
        .outerjoin(Shop, Shop.organisation_id == Organisation.id)
        .where(Organisation.kind == OrganisationKind.PRODUCER, Organisation.state == OrganisationState.VERIFIED)
        .order_by(goods.c.products.desc(), Organisation.name, Organisation.id)
    )
    return rows.where(Organisation.province_id.in_(province_ids)) if province_ids else rows


def marks_of_shops(ids: Sequence[int]) -> dict[int, tuple[int | None, int]]:
    """Of each of these sellers: the best star in force today, and the first product set of what is on sale."""
    star = func.max(case((Product.star_until >= clock.today(), Product.star)))
    found = select(Product.seller_id, star, func.min(ProductSet.number)).join(Product.product_set)
    hers = found.where(Product.seller_id.in_(ids), Product.state == ProductState.PUBLISHED)
    return {seller: (best, first) for seller, best, first in db.session.execute(hers.group_by(Product.seller_id))}
