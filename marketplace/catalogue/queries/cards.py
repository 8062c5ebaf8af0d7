"""Products as cards: one row each, whatever hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import ALL_MONTHS, TOURISM_SET, Photo, Product, ProductSet, TierPrice, Variant
from marketplace.catalogue.queries.filters import star_now
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.places.models import Province
from marketplace.web.assets import asset
from marketplace.web.media import picture_url
from marketplace.web.templating import words_of

CARD_PIXELS = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a list shows of one product; prices (đồng) are those of its cheapest pack, `wholesale_vnd` by quantity."""

    slug: str
    name: Markup | str
    star: int | None
    illustrative: bool
    place: str
    place_now: str | None
    price_vnd: int
    pack: str
    price_note: str | None
    seller_name: str
    seller_slug: str
    set_number: int
    photo_sha256: str | None
    image_alt: str
    badge: str | None
    in_stock: bool
    rating_sum: int
    rating_count: int
    has_wholesale: bool = False
    wholesale_vnd: int | None = None

    @property
    def url(self) -> str:
        """The address of its page."""
        return url_for("storefronts.product", slug=self.slug)

    @property
    def image_url(self) -> str:
        """Its first photo, or the drawing of its set."""
        if self.photo_sha256:
            return picture_url(self.photo_sha256, CARD_PIXELS)
        return asset(f"img/sets/{self.set_number}.svg")


@cache
def card_rows() -> Select[Any]:
    """The columns that cards are made of; the caller says which products, and in which order."""
    now = aliased(Province)
    return (
        select(Product.id, Product.slug, Product.name, Product.name_en, Product.price_from_vnd, Product.in_stock)
        .add_columns(Product.season_months, Product.star_is_illustrative, Product.rating_sum, Product.rating_count)
        .add_columns(Product.has_wholesale, _wholesale().label("wholesale"))
        .add_columns(star_now().label("star"), Organisation.name.label("seller_name"))
        .add_columns(Organisation.slug.label("seller_slug"), ProductSet.number.label("set_number"))
        .add_columns(Province.name.label("place"), now.name.label("place_now"))
        .add_columns(_pack().label("pack"), _prices().label("prices"))
        .add_columns(_photo(Photo.sha256).label("photo"), _photo(Photo.description).label("photo_alt"))
        .join(Organisation, Organisation.id == Product.seller_id)
        .join(ProductSet, ProductSet.id == Product.set_id)
        .join(Province, Province.id == Product.origin_id)
        .join(now, now.id == Product.origin_now_id)
    )


def _active() -> ColumnElement[bool]:
    return (Variant.product_id == Product.id) & Variant.is_active.is_(True)


def _pack() -> ColumnElement[Any]:
    """The name of the cheapest pack on sale."""
    cheapest = select(Variant.name).where(_active()).order_by(Variant.price_vnd, Variant.position, Variant.id).limit(1)
    return cheapest.correlate(Product).scalar_subquery()


def _wholesale() -> ColumnElement[Any]:
    """The lowest price by quantity of the cheapest pack on sale."""
    order = (Variant.price_vnd, Variant.position, Variant.id)
    cheapest = select(Variant.id).where(_active()).order_by(*order).limit(1).correlate(Product).scalar_subquery()
    least = select(func.min(TierPrice.price_vnd)).where(TierPrice.variant_id == cheapest)
    return case((Product.has_wholesale, least.correlate(Product).scalar_subquery()))


def _prices() -> ColumnElement[Any]:
    """How many different prices its packs have."""
    counted = select(func.count(Variant.price_vnd.distinct())).where(_active())
    return counted.correlate(Product).scalar_subquery()


def _photo(column: Any) -> ColumnElement[Any]:
    first = select(column).where(Photo.product_id == Product.id).order_by(Photo.position, Photo.id).limit(1)
    return first.correlate(Product).scalar_subquery()


def cards(statement: Select[Any], values: Mapping[str, Any] | None = None) -> list[Card]:
    """The cards of a statement made from `card_rows()`, sent with these values; one query."""
    return [card_of(row) for row in db.session.execute(statement, values)]


def card_of(row: Row[Any]) -> Card:
    """One row as a card."""
    by_request = row.set_number == TOURISM_SET
    return Card(
        slug=row.slug,
        name=words_of(row, "name"),
        star=row.star,
        illustrative=bool(row.star and row.star_is_illustrative),
        place=row.place,
        place_now=row.place_now if row.place_now != row.place else None,
        price_vnd=row.price_from_vnd,
        pack=row.pack or "",
        price_note=_("from") if row.prices > 1 else None,
        seller_name=row.seller_name,
        seller_slug=row.seller_slug,
        set_number=row.set_number,
        photo_sha256=row.photo,
        image_alt=row.photo_alt or "",
        badge=_badge(row.season_months, by_request),
        in_stock=row.in_stock or by_request,
        rating_sum=row.rating_sum,
        rating_count=row.rating_count,
        has_wholesale=row.has_wholesale,
        wholesale_vnd=row.wholesale,
    )


def _badge(season_months: int, by_request: bool) -> str | None:
    if by_request:
        return _("By request")
    this_month = season_months >> (clock.today().month - 1) & 1
    return _("In season") if this_month and season_months != ALL_MONTHS else None
