"""How many packs of a variant may be promised now, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock
from marketplace.core.database import db
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
    """What decides the availability of these variants, in one query, or two where some are made to order."""
    if not variant_ids:
        return {}
    rows = db.session.execute(
        select(Variant, Product.season_months, Product.in_stock, StockItem.id, StockItem.on_hand, StockItem.reserved)
        .add_columns(_expired())
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(StockItem, StockItem.variant_id == Variant.id)
        .where(Variant.id.in_(variant_ids))
        .order_by(Variant.id)
    ).all()
    promised = _promised([row.id for row in rows if row.id and _is_made(row.Variant)])
    return {
        variant.id: Figures(
            variant_id=variant.id,
            product_id=variant.product_id,
            product_in_stock=in_stock,
            keeping=variant.keeping,
            season_months=months,
            lead_days=variant.lead_days,
            daily_capacity=variant.daily_capacity,
            on_hand=on_hand or 0,
            reserved=reserved or 0,
            expired=int(expired or 0),
            promised=promised.get(item_id, {}),
        )
        for variant, months, in_stock, item_id, on_hand, reserved, expired in rows
    }


def _is_made(variant: Variant) -> bool:
    return variant.keeping is Keeping.MADE_TO_ORDER


def _expired() -> ScalarSelect[Any]:
    """The packs of a stock item that are past their day."""
    past = (Lot.stock_item_id == StockItem.id, Lot.best_before < clock.today())
    return select(func.sum(Lot.on_hand)).where(*past).correlate(StockItem).scalar_subquery()


def _promised(item_ids: list[int]) -> dict[int, dict[date, int]]:
    found: defaultdict[int, dict[date, int]] = defaultdict(dict)
    if item_ids:
        ahead = (CapacityDay.stock_item_id.in_(item_ids), CapacityDay.day >= clock.today())
        rows = select(CapacityDay.stock_item_id, CapacityDay.day, CapacityDay.promised).where(*ahead)
        for item_id, day, packs in db.session.execute(rows):
            found[item_id][day] = packs
    return found


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
