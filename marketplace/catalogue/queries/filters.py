"""What a reader of the list asks for, and the conditions that this puts on products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, case, exists, or_, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ALCOHOL_SETS, ALL_MONTHS, Product, ProductSet
from marketplace.catalogue.queries.groups import sets_in
from marketplace.catalogue.queries.names import Names
from marketplace.catalogue.states import ProductState
from marketplace.core import clock, search
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled

SET_NUMBERS = range(1, 27)
STARS = (5, 4, 3)


class Sort(Labelled):
    """The orders in which a list can be read."""

    RELEVANCE = "relevance", _l("Best match")
    NEWEST = "newest", _l("Newest")
    PRICE = "price", _l("Lowest price")
    PRICE_DOWN = "-price", _l("Highest price")
    STAR = "star", _l("Most stars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address of a list says: prices in đồng, sets by number, groups and provinces (with old ones) by slug.

    `as_typed`: no word of the query is taken for a filter. `place_words`: the words of it that name the province,
    in `called`, all that was typed.
    """

    q: str = ""
    as_typed: bool = False
    place_words: str = ""
    called: str = ""
    provinces: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    sets: tuple[int, ...] = ()
    stars: tuple[int, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    wholesale: bool = False
    in_season: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 24

    @property
    def all_sets(self) -> tuple[int, ...]:
        """The sets that are asked for, one by one or by their group."""
        return tuple(dict.fromkeys((*self.sets, *sets_in(self.groups))))


def visible() -> ColumnElement[bool]:
    """Everybody may see the product: it is on sale and its producer is verified."""
    verified = exists().where(Organisation.id == Product.seller_id, Organisation.state == OrganisationState.VERIFIED)
    return and_(Product.state == ProductState.PUBLISHED, verified.correlate(Product))


# the day is asked for whenever a statement is sent, so that statements can be kept
TODAY: BindParameter[date] = bindparam("today", type_=Date, callable_=clock.today)


def star_now() -> ColumnElement[int | None]:
    """The star that may be shown today."""
    return case((Product.star_until >= TODAY, Product.star))


def in_season(*, all_year: bool = True) -> ColumnElement[bool]:
    """The season includes this month; goods of all the year count unless told otherwise."""
    month = Product.season_months.bitwise_and(1 << (clock.today().month - 1)) != 0
    return month if all_year else and_(month, Product.season_months != ALL_MONTHS)


def from_places(slugs: Sequence[str], names: Names) -> ColumnElement[bool]:
    """The product comes from one of these units or from a predecessor of one."""
    today = names.one_of_today(slugs)
    return Product.origin_id.in_(names.units(slugs)) if today is None else Product.origin_now_id == today


def _from_places_or_named_so(filters: Filters, names: Names) -> ColumnElement[bool]:
    """Where the words of a query name the province, goods that are called by all of them are meant too."""
    origin = from_places(filters.provinces, names)
    if not filters.place_words:
        return origin
    return or_(origin, Product.id.in_(search.titled("product", filters.called, filters.place_words)))


def of_sets(numbers: Sequence[int], names: Names) -> ColumnElement[bool]:
    """The product belongs to one of these sets; a single one is compared, so that an index gives the order too."""
    ids = names.set_ids(numbers)
    return Product.set_id == ids[0] if len(ids) == 1 else Product.set_id.in_(ids)


def of_stars(stars: Sequence[int]) -> ColumnElement[bool]:
    """The product may be shown with one of these stars today; a single one is compared, as a single set is."""
    one = Product.star == stars[0] if len(stars) == 1 else Product.star.in_(stars)
    return and_(one, Product.star_until >= clock.today())


def no_alcohol() -> ColumnElement[bool]:
    """The product may be suggested to anybody."""
    return Product.set_id.not_in(select(ProductSet.id).where(ProductSet.number.in_(ALCOHOL_SETS)))


def conditions(filters: Filters, names: Names, *, by_price: bool = True) -> dict[str, ColumnElement[bool]]:
    """Each condition by the name of its facet, so that a facet can be counted without its own.

    Not `by_price`: among so many products of a price the index of prices is the long way, and is not to be taken.
    """
    price = Product.price_from_vnd if by_price else Product.price_from_vnd + 0
    asked = {
        "province": _from_places_or_named_so(filters, names) if filters.provinces else None,
        "set": of_sets(filters.all_sets, names) if filters.all_sets else None,
        "star": of_stars(filters.stars) if filters.stars else None,
        "price_min": price >= filters.price_min if filters.price_min is not None else None,
        "price_max": price <= filters.price_max if filters.price_max is not None else None,
        "in_stock": Product.in_stock.is_(True) if filters.in_stock else None,
        "wholesale": Product.has_wholesale.is_(True) if filters.wholesale else None,
        "season": in_season() if filters.in_season else None,
    }
    return {name: condition for name, condition in asked.items() if condition is not None}
