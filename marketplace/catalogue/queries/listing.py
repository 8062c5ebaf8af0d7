"""The list of products: one page of cards, and facets whose counts are what choosing them would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    UnaryExpression,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.sql import operators

from marketplace.catalogue.models import Product
from marketplace.catalogue.queries.cards import Card, card_rows, cards
from marketplace.catalogue.queries.facets import MOST_COUNTED, Counts, Facets, counted, facets_of
from marketplace.catalogue.queries.filters import (
    STARS,
    TODAY,
    Filters,
    Sort,
    conditions,
    no_alcohol,
    of_stars,
    star_now,
    visible,
)
from marketplace.catalogue.queries.names import Names, names
from marketplace.catalogue.queries.wording import NAMES, Wish, understood
from marketplace.core import clock, search
from marketplace.core.database import db
from marketplace.web.paging import Page

KIND = "product"
SUGGESTED = 5
MOST_STATEMENTS = 64
# so many are sooner put into the order of their stars than looked for in it
MOST_SORTED = 2_000


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cards with facets; `filters` as understood; `suggestions` are names to try where nothing was found.

    `ways_out` says, where nothing was found, how many products there are without the words or without one filter;
    `left_out` are words that what was found need not hold, since nothing holds them with the others.
    """

    page: Page
    facets: Facets
    filters: Filters
    wish: Wish
    suggestions: list[str]
    ways_out: dict[str, int]
    left_out: list[str]

    @property
    def cards(self) -> list[Card]:
        """The cards of this page."""
        return list(self.page.items)

    @property
    def total(self) -> int:
        """How many products there are in all."""
        return self.page.total

    @property
    def total_is_least(self) -> bool:
        """There may be more than the total says."""
        return self.page.total_is_least


def listing(filters: Filters) -> Listing:
    """The page that the filters ask for, in at most six queries; ten where words that hide everything as filters
    are looked for as words instead.
    """
    found = _found(understood(filters))
    if not found.counts.total and any(part.field in NAMES for part in found.wish.parts):
        literal = _found(understood(filters, names_too=False))
        found = literal if literal.counts.total else found
    return _page_of(found)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a wish finds, counted and not yet read."""

    wish: Wish
    asked: search.Search | None
    hits: Subquery | None
    counts: Counts


def _found(wish: Wish) -> _Found:
    asked = search.Search(KIND, wish.text) if wish.text else None
    hits = asked.hits() if asked else None
    return _Found(wish, asked, hits, counted(wish.filters, _base(hits), names(), is_search=hits is not None))


def _page_of(found: _Found) -> Listing:
    wish, asked, hits, counts, called = found.wish, found.asked, found.hits, found.counts, names()
    wanted = replace(wish.filters, page=min(wish.filters.page, max(1, -(-counts.total // wish.filters.per_page))))
    items = _cards_of_page(wanted, hits, called, counts) if counts.total else []
    suggestions = _suggestions(asked) if asked and not counts.total else []
    page = Page(items, wanted.page, wanted.per_page, counts.total, counts.total_is_least)
    ways_out = {} if counts.total else _ways_out(wish.filters, hits, called)
    left_out = asked.left_out if asked and counts.total else []
    return Listing(page, facets_of(counts, wanted, called), wanted, wish, suggestions, ways_out, left_out)


class GoodsOfShop(NamedTuple):
    """A page of one producer's goods; `left_out` are words that they need not hold, as in a `Listing`."""

    page: Page
    left_out: list[str]


def goods_of_shop(filters: Filters, seller_id: int, on_sale: int) -> GoodsOfShop:
    """A page of what one producer has on sale (so many things in all), found by words and sorted as is asked for."""
    asked = search.Search(KIND, filters.q) if filters.q else None
    hits = asked.hits() if asked else None
    found = _base(hits).where(Product.seller_id == seller_id)
    total = on_sale
    if hits is not None:
        total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(filters.page, max(1, -(-total // filters.per_page)))
    tier = literal(0) if hits is None else hits.c.tier
    order = _order(filters.sort, tier if hits is not None else Product.in_stock.is_(False))
    cut = found.order_by(*order).limit(filters.per_page).offset((page - 1) * filters.per_page)
    ranked = cut.with_only_columns(Product.id.label("id"), tier.label("tier")).subquery("goods")
    best = ranked.c.tier if hits is not None else Product.in_stock.is_(False)
    rows = card_rows().join(ranked, ranked.c.id == Product.id).order_by(*_order(filters.sort, best))
    goods = Page(cards(rows) if total else [], page, filters.per_page, total)
    return GoodsOfShop(goods, asked.left_out if asked and total else [])


def _ways_out(filters: Filters, hits: Subquery | None, called: Names) -> dict[str, int]:
    """How many products there are without the words ("q") or without the condition of one facet; one query."""
    asked = conditions(filters, called)
    ways = {facet: (hits, [one for name, one in asked.items() if name != facet]) for facet in asked}
    if hits is not None and asked:
        ways["q"] = (None, list(asked.values()))
    if not ways or (hits is None and len(asked) == 1):
        return {}
    counted = [_up_to_most(facet, _base(which).where(*kept)) for facet, (which, kept) in ways.items()]
    return {row.facet: row.number for row in db.session.execute(union_all(*counted)) if row.number}


def _up_to_most(facet: str, found: Select[Any]) -> Select[Any]:
    cut = found.limit(MOST_COUNTED).subquery()
    columns: list[Any] = [literal(facet).label("facet"), func.count().label("number")]
    return select(*columns).select_from(cut)


def _suggestions(asked: search.Search) -> list[str]:
    """Names of goods that come near the words that found nothing; never alcohol."""
    near = asked.nearest()
    found = select(Product.name).join(near, near.c.owner_id == Product.id).where(visible(), no_alcohol())
    return list(db.session.scalars(found.order_by(near.c.tier, Product.popularity.desc(), Product.id).limit(SUGGESTED)))


# --- one page --------------------------------------------------------------------------------------------------------


def _cards_of_page(filters: Filters, hits: Subquery | None, called: Names, counts: Counts) -> list[Card]:
    """A page beyond the middle is read from the end; what was built for a list before is used again."""
    first = (filters.page - 1) * filters.per_page
    size = min(filters.per_page, counts.total - first)
    from_the_end = counts.total - first - size
    is_turned = from_the_end < first and not counts.total_is_least
    passed = from_the_end if is_turned else first
    build = _page_rows if hits is not None else _kept_page_rows
    is_long = hits is None and counts.total > MOST_SORTED
    asked = replace(filters, q="", page=1)
    # the day, for what it tells of stars and seasons
    rows = build(asked, called, clock.today(), is_turned, is_long, not counts.total_is_least, hits)
    return cards(rows, {"size": size, "passed": passed, "reach": size + passed})


def _page_rows(
    filters: Filters,
    called: Names,
    _today: date,
    is_turned: bool,
    is_long: bool,
    by_price: bool,
    hits: Subquery | None,
) -> Select[Any]:
    """The products of the page are found by the narrow inner query; only they are joined with what cards show."""
    tier = literal(0) if hits is None else hits.c.tier
    found = _base(hits).with_only_columns(Product.id.label("id"), tier.label("tier"))
    found = found.where(*conditions(filters, called, by_price=by_price).values())
    order = _order(filters.sort, tier if hits is not None else None)
    if filters.sort is Sort.STAR and is_long:
        found, order = _by_star(found, filters.stars, is_turned)
    elif is_turned:
        order = [_turned(one) for one in order]
    cut = found.order_by(*order).limit(bindparam("size", type_=Integer)).offset(bindparam("passed", type_=Integer))
    page = cut.subquery("page")
    return card_rows().join(page, page.c.id == Product.id).order_by(*_order(filters.sort, page.c.tier))


_kept_page_rows = lru_cache(maxsize=MOST_STATEMENTS)(_page_rows)


def _by_star(found: Select[Any], stars: Sequence[int], is_turned: bool) -> tuple[Select[Any], list[Any]]:
    """The most popular of each star and of those without one, no more of each than the page may need."""
    ranks = {star: of_stars([star]) for star in stars or STARS}
    parts = [_reaching(rank, found.where(one), is_turned) for rank, one in ranks.items()]
    if not stars:
        ended = found.where(Product.star.is_not(None), Product.star_until < TODAY)
        parts += [_reaching(0, found.where(Product.star.is_(None)), is_turned)]
        # few: every night they lose their stars
        parts += [ended.add_columns(Product.popularity, literal(0).label("rank"))]
    each = union_all(*parts).subquery("by_star")
    order = [each.c.rank.desc(), each.c.popularity.desc(), each.c.id]
    return select(each.c.id, each.c.tier), [_turned(one) for one in order] if is_turned else order


def _reaching(rank: int, found: Select[Any], is_turned: bool) -> Select[Any]:
    order = _order(Sort.RELEVANCE, None)
    best = found.add_columns(Product.popularity).order_by(*((_turned(one) for one in order) if is_turned else order))
    part = best.limit(bindparam("reach", type_=Integer)).subquery()
    return select(*part.c, literal(rank).label("rank"))


def _turned(order: Any) -> Any:
    """The other direction: a page near the end is sooner reached from there."""
    if isinstance(order, UnaryExpression) and order.modifier is operators.desc_op:
        return order.element
    return order.desc()


def _base(hits: Subquery | None) -> Select[Any]:
    """Visible products, those that match the words where there are any."""
    statement = select(Product.id).where(visible())
    return statement if hits is None else statement.join(hits, hits.c.owner_id == Product.id)


def _order(sort: Sort, tier: ColumnElement[Any] | None) -> list[Any]:
    best = [tier] if tier is not None else []
    popular = [Product.popularity.desc(), Product.id]
    orders: dict[Sort, list[Any]] = {
        Sort.RELEVANCE: [*best, *popular],
        Sort.NEWEST: [Product.published_at.desc(), Product.id.desc()],
        Sort.PRICE: [Product.price_from_vnd, *popular],
        Sort.PRICE_DOWN: [Product.price_from_vnd.desc(), *popular],
        Sort.STAR: [func.coalesce(star_now(), 0).desc(), *popular],
    }
    return orders[sort]
