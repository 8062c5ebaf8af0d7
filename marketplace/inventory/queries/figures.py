"""How many packs of a variant may be promised now, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Join, ScalarSelect, Select, String, bindparam, cast, func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock
from marketplace.core.database import db, table_of
from marketplace.inventory.models import CapacityDay, Lot, StockItem

# how many days ahead packs made to order may be promised
HORIZON_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that decides how many packs of one variant may be promised now; `promised` counts packs by day."""

    variant_id: int
    product_id: int
    product_in_stock: bool
    keeping: Keeping
    season_months: int
    lead_days: int
    daily_capacity: int | None
    on_hand: int
    reserved: int
    expired: int = 0
    promised: Mapping[date, int] = field(default_factory=dict)

    @property
    def available(self) -> int:
        """Packs that may be promised now."""
        if self.keeping is Keeping.MADE_TO_ORDER:
            return sum(room for _day, room in self.rooms())
        return max(0, self.on_hand - self.reserved - self.expired) if self.is_in_season else 0

    @property
    def is_in_season(self) -> bool:
        """It may be sold this month; only what is kept for its season is bound to it."""
        return self.keeping is not Keeping.SEASONAL or bool(self.season_months >> (clock.today().month - 1) & 1)

    @property
    def rooms_ahead(self) -> list[tuple[date, int]]:
        """The days on which packs can still be made, for a page."""
        return list(self.rooms())

    def rooms(self) -> Iterator[tuple[date, int]]:
        """The days on which packs can still be made, with how many; nothing where no daily capacity is stated."""
        for day in workdays(self.lead_days):
            room = (self.daily_capacity or 0) - self.promised.get(day, 0)
            if room > 0:
                yield day, room


def workdays(lead_days: int) -> list[date]:
    """The days for which packs made to order may be promised now."""
    first = clock.today() + timedelta(days=lead_days)
    return [first + timedelta(days=n) for n in range(HORIZON_DAYS)]


def availability(variant_ids: Collection[int]) -> dict[int, int]:
    """Packs of each variant that may be promised now; 0 out of season; made to order: room in the coming days."""
    return {variant_id: known.available for variant_id, known in figures(variant_ids).items()}


def figures(variant_ids: Collection[int]) -> dict[int, Figures]:
    """What decides the availability of these variants, in one query."""
    if not variant_ids:
        return {}
    values = {"today": clock.today(), "variant_ids": sorted(variant_ids)}
    return figures_in(db.session.execute(_of_variants(), values))


@cache
def _of_variants() -> Select[Any]:
    wanted = _variants.c.id.in_(bindparam("variant_ids", expanding=True))
    return select(*COLUMNS).select_from(stocked()).where(wanted).order_by(_variants.c.id)


_variants, _products, _items = table_of(Variant), table_of(Product), table_of(StockItem)
_lots, _days = table_of(Lot), table_of(CapacityDay)


def _expired() -> ScalarSelect[Any]:
    """The packs of a stock item that are past their day; a statement is told `today` when it is sent."""
    past = (_lots.c.stock_item_id == _items.c.id, _lots.c.best_before < bindparam("today", type_=Date))
    return select(func.sum(_lots.c.on_hand)).where(*past).correlate(_items).scalar_subquery()


def _promised() -> ScalarSelect[Any]:
    """What is promised of a stock item from `today` on, as "day=packs" with commas between."""
    ahead = (_days.c.stock_item_id == _items.c.id, _days.c.day >= bindparam("today", type_=Date))
    each = cast(_days.c.day, String(10)) + "=" + cast(_days.c.promised, String(10))
    return select(func.aggregate_strings(each, ",")).where(*ahead).correlate(_items).scalar_subquery()


# for statements that read figures beside other things: these columns, from `stocked()`, with `today`
COLUMNS: tuple[Any, ...] = (
    _variants.c.id.label("variant_id"),
    _variants.c.product_id.label("product_id"),
    _variants.c.keeping.label("keeping"),
    _variants.c.lead_days.label("lead_days"),
    _variants.c.daily_capacity.label("daily_capacity"),
    _products.c.season_months.label("season_months"),
    _products.c.in_stock.label("product_in_stock"),
    _items.c.id.label("stock_item_id"),
    _items.c.on_hand.label("on_hand"),
    _items.c.reserved.label("reserved"),
    _expired().label("expired"),
    _promised().label("promised"),
)


def stocked() -> Join:
    """Variants with their products, and with their stock where they have any."""
    whole = _variants.join(_products, _products.c.id == _variants.c.product_id)
    return whole.outerjoin(_items, _items.c.variant_id == _variants.c.id)


def figures_in(rows: Iterable[Any]) -> dict[int, Figures]:
    """The figures that rows with the columns above say."""
    return {row.variant_id: _figures(row) for row in rows}


def _figures(row: Any) -> Figures:
    return Figures(
        variant_id=row.variant_id,
        product_id=row.product_id,
        product_in_stock=row.product_in_stock,
        keeping=row.keeping,
        season_months=row.season_months,
        lead_days=row.lead_days,
        daily_capacity=row.daily_capacity,
        on_hand=row.on_hand or 0,
        reserved=row.reserved or 0,
        expired=int(row.expired or 0),
        promised=_by_day(row.promised) if row.promised else {},
    )


def _by_day(written: str) -> dict[date, int]:
    days = (one.split("=") for one in written.split(","))
    return {date.fromisoformat(day): int(packs) for day, packs in days}


def with_packs(product: Product) -> dict[int, int]:
    """Read a product's packs with their prices by quantity, and answer how many of each may be promised; one query."""
    values = {"today": clock.today(), "product_id": product.id}
    found = db.session.execute(_packs_of_product(), values).unique().all()
    set_committed_value(product, "variants", [row.Variant for row in found])
    return {variant_id: known.available for variant_id, known in figures_in(found).items()}


@cache
def _packs_of_product() -> Select[Any]:
    wanted = Variant.product_id == bindparam("product_id")
    packs = select(Variant, *COLUMNS).select_from(stocked()).where(wanted).options(joinedload(Variant.tiers))
    return packs.order_by(Variant.position, Variant.id)


def in_stock(product_ids: Collection[int]) -> dict[int, bool]:
    """Whether any pack of each product may be promised now."""
    rows = db.session.execute(
        select(Variant.product_id, Variant.id).where(Variant.product_id.in_(product_ids), Variant.is_active)
    ).all()
    left = availability([variant_id for _product, variant_id in rows])
    found = dict.fromkeys(product_ids, False)
    for product_id, variant_id in rows:
        found[product_id] |= left[variant_id] > 0
    return found
