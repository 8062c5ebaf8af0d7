"""One product with all that its page shows, and short lists of cards for other pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, bindparam, literal, not_, or_, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, ProductSet, SlugRedirect, Variant
from marketplace.catalogue.queries.cards import Card, card_rows, cards
from marketplace.catalogue.queries.filters import in_season, no_alcohol, visible
from marketplace.catalogue.queries.names import names
from marketplace.catalogue.queries.tallies import EVERYTHING, tallies
from marketplace.core import clock, search
from marketplace.core.actors import Actor, OrganisationKind
from marketplace.core.database import db
from marketplace.places.models import Province

KIND = "product"
SHELF = 8
LONGEST_SLUG = 90
LONGEST_SKU = 20
MOST_STATEMENTS = 16


_BUT_PACKS = (
    joinedload(Product.seller).options(joinedload(Organisation.province), joinedload(Organisation.ward)),
    joinedload(Product.product_set),
    joinedload(Product.origin),
    joinedload(Product.origin_now),
    joinedload(Product.photos),
    joinedload(Product.certificates),
)
_WHOLE = (*_BUT_PACKS, selectinload(Product.variants).joinedload(Variant.tiers))


def product_by_slug(slug: str) -> Product | None:
    """A product whatever its state, with all that its page shows, in two queries; policies say who may see it."""
    found = db.session.scalars(select(Product).where(Product.slug == slug[:LONGEST_SLUG]).options(*_WHOLE))
    return found.unique().one_or_none()


def product_for_page(slug: str) -> Product | None:
    """The same but for its packs, which `inventory` reads with their stock; one query."""
    found = db.session.scalars(_for_page(), {"slug": slug[:LONGEST_SLUG]}).unique().one_or_none()
    if found is not None:
        g.product_of_page = found
    return found


@cache
def _for_page() -> Select[Product]:
    return select(Product).where(Product.slug == bindparam("slug")).options(*_BUT_PACKS)


def product_of_page(slug: str) -> Product | None:
    """The product whose page is being made, if it is this one: who hangs something there need not ask again."""
    found: Product | None = g.get("product_of_page")
    return found if found is not None and found.slug == slug else None


def products_by_slug(slugs: Sequence[str]) -> list[Product]:
    """Visible products with everything their pages show, in the order that is asked for; two queries."""
    found = db.session.scalars(select(Product).where(visible(), Product.slug.in_(slugs)).options(*_WHOLE))
    return sorted(found.unique(), key=lambda one: slugs.index(one.slug))


def variant_by_sku(sku: str) -> Variant | None:
    """A pack with its product and producer."""
    whole = joinedload(Variant.product).joinedload(Product.seller), selectinload(Variant.tiers)
    return db.session.scalar(select(Variant).where(Variant.sku == sku[:LONGEST_SKU]).options(*whole))


def moved_to(slug: str) -> str | None:
    """The present slug of a product that was renamed, or None."""
    moved = (SlugRedirect.kind == KIND) & (SlugRedirect.slug == slug[:LONGEST_SLUG])
    return db.session.scalar(select(SlugRedirect.target).where(moved))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Products that an actor may see: those on sale, her own, and all of them for the operator."""
    if actor.is_operator:
        return Product.id.is_not(None)
    own = Product.seller_id == (actor.organisation_id or 0)
    return or_(visible(), own) if actor.organisation_kind is OrganisationKind.PRODUCER else visible()


def shelf(
    *which: ColumnElement[bool], limit: int = SHELF, groups: Sequence[ColumnElement[bool]] = (true(),)
) -> list[Card]:
    """Cards of visible products; one query."""
    return cards(_shelf(*which, limit=limit, groups=groups))


def _shelf(*which: ColumnElement[bool], limit: int, groups: Sequence[ColumnElement[bool]] = (true(),)) -> Select[Any]:
    """Rows of cards.

    The first of the groups (which do not overlap) come first, in each what is in stock, then the most popular. Every
    part ends where the shelf is full, so that an index serves it and the market behind it may be of any size.
    """
    parts = [
        _part(rank, limit, *which, group, Product.in_stock.is_(in_stock))
        for rank, (group, in_stock) in enumerate(product(groups, (True, False)))
    ]
    found = union_all(*parts).subquery("shelf")
    order = (found.c.rank, Product.popularity.desc(), Product.id)
    return card_rows().join(found, found.c.id == Product.id).order_by(*order).limit(limit)


def _part(rank: int, limit: int, *which: ColumnElement[bool]) -> Select[Any]:
    best = select(Product.id).where(visible(), *which).order_by(Product.popularity.desc(), Product.id).limit(limit)
    part = best.subquery()
    return select(part.c.id, literal(rank).label("rank"))


def similar(to: Product, *, limit: int = SHELF) -> list[Card]:
    """Goods of the same set, those of the same place first, then others of the place; never alcohol."""
    return cards(_similar(limit), {"own": to.id, "set": to.set_id, "place": to.origin_now_id})


@cache
def _similar(limit: int) -> Select[Any]:
    same_set, same_place = Product.set_id == bindparam("set"), Product.origin_now_id == bindparam("place")
    groups = (same_set & same_place, same_set & not_(same_place), same_place & not_(same_set))
    return _shelf(Product.id != bindparam("own"), no_alcohol(), limit=limit, groups=groups)


def in_season_now(*, limit: int = SHELF) -> list[Card]:
    """Goods whose season is now and not the whole year; never alcohol."""
    return cards(_in_season_in(clock.today().month, limit))


@lru_cache(maxsize=MOST_STATEMENTS)
def _in_season_in(_month: int, limit: int) -> Select[Any]:
    return _shelf(in_season(all_year=False), no_alcohol(), limit=limit)


def popular(*, limit: int = SHELF) -> list[Card]:
    """What people like most; never alcohol."""
    return cards(_popular(limit))


@lru_cache(maxsize=MOST_STATEMENTS)
def _popular(limit: int) -> Select[Any]:
    return _shelf(no_alcohol(), limit=limit)


def newest(*, limit: int = SHELF) -> list[Card]:
    """What came last; never alcohol."""
    order = (Product.published_at.desc(), Product.in_stock.desc(), Product.popularity.desc(), Product.id)
    return cards(card_rows().where(visible(), no_alcohol()).order_by(*order).limit(limit))


def cards_of_shop(seller_id: int, *, limit: int = 200) -> list[Card]:
    """Everything that one producer has on sale."""
    return shelf(Product.seller_id == seller_id, limit=limit)


def cards_of_province(province: Province, *, limit: int = 24) -> list[Card]:
    """Goods from a unit or, for a unit of today, from its predecessors too; never alcohol in front."""
    place = Product.origin_id if province.successor_id else Product.origin_now_id
    return shelf(place == province.id, groups=(no_alcohol(), not_(no_alcohol())), limit=limit)


@dataclass(frozen=True, slots=True)
class MarketCounts:
    """Visible products: all, by the slug of the very unit and of the unit of today, by the number of their set."""

    total: int
    by_origin: Mapping[str, int]
    by_province: Mapping[str, int]
    by_set: Mapping[int, int]


def market_counts() -> MarketCounts:
    """How much is on sale, in two queries whose cost does not grow with the market."""
    called, everything = names(), tallies({"": [EVERYTHING]})[""]
    slugs = {unit.id: unit.value for unit in called.provinces}
    today = {unit.id: slugs[unit.successor_id or unit.id] for unit in called.provinces}
    by_origin, by_province = Counter[str](), Counter[str]()
    for unit_id, number in everything["province"].items():
        by_origin[slugs[unit_id]] += number
        by_province[today[unit_id]] += number
    by_set = {int(group.value): everything["set"][group.id] for group in called.sets if everything["set"][group.id]}
    return MarketCounts(everything["total"][1], +by_origin, +by_province, by_set)


def counts_by_province() -> Mapping[str, int]:
    """Visible products by the slug of the unit of today that they come from."""
    return market_counts().by_province


def counts_by_origin() -> Mapping[str, int]:
    """Visible products by the slug of the very unit, old or new, that they come from."""
    return market_counts().by_origin


def counts_by_set() -> Mapping[int, int]:
    """Visible products by the number of their set."""
    return market_counts().by_set


def sets() -> list[ProductSet]:
    """The 26 sets in their order."""
    return list(db.session.scalars(select(ProductSet).order_by(ProductSet.number)))


def products_of(seller_id: int) -> list[Product]:
    """Everything that one producer has, drafts and withdrawn ones too, newest first, with packs and photos."""
    own = select(Product).where(Product.seller_id == seller_id).order_by(Product.created_at.desc(), Product.id.desc())
    whole = selectinload(Product.variants).selectinload(Variant.tiers), selectinload(Product.photos)
    return list(db.session.scalars(own.options(*whole, joinedload(Product.product_set), joinedload(Product.origin))))


def titles(prefix: str, *, limit: int = SHELF) -> list[tuple[str, str]]:
    """Names with slugs that a search beginning with these words may mean, while it is being typed; never alcohol."""
    hits = search.matching(KIND, prefix, is_typing=True)
    found = select(Product.name, Product.slug).join(hits, hits.c.owner_id == Product.id)
    found = found.where(visible(), no_alcohol()).order_by(hits.c.tier, Product.popularity.desc(), Product.id)
    return [(name, slug) for name, slug in db.session.execute(found.limit(limit))]
