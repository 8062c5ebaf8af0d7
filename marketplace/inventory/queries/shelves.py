"""What a producer reads of her shelves: packs, lots, capacity, and each movement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock
from marketplace.core.actors import ActorKind
from marketplace.core.database import db
from marketplace.inventory.models import Hold, Lot, Movement, StockItem
from marketplace.inventory.queries.figures import Figures, figures, in_stock
from marketplace.inventory.states import HoldState

# from here on a best-before day is worth a warning
NEAR = timedelta(days=30)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """One variant as its producer sees it; there may be no stock in the book yet."""

    variant: Variant
    figures: Figures
    item: StockItem | None
    promised: int = 0

    @property
    def is_made(self) -> bool:
        """Its packs are made to order."""
        return self.variant.keeping is Keeping.MADE_TO_ORDER

    @property
    def lots(self) -> list[Lot]:
        """Lots that still have packs, in the order in which they go out."""
        return [lot for lot in self.item.lots if lot.on_hand] if self.item else []

    @property
    def loose(self) -> int:
        """Packs that belong to no lot."""
        return self.figures.on_hand - sum(lot.on_hand for lot in self.lots)

    @property
    def worries(self) -> list[Lot]:
        """Lots past their best-before day or close to it."""
        return [lot for lot in self.lots if lot.best_before <= clock.today() + NEAR]


def variants_of(seller_id: int) -> Select[Any]:
    """The packs that a producer sells, by product and size."""
    return (
        select(Variant)
        .join(Variant.product)
        .options(contains_eager(Variant.product))
        .where(Variant.seller_id == seller_id, Variant.is_active)
        .order_by(Product.name, Product.id, Variant.position, Variant.id)
    )


def shelves_of(variants: Sequence[Variant]) -> list[Shelf]:
    """The shelf of each of these variants, in their order."""
    ids = [variant.id for variant in variants]
    stocks = select(StockItem).where(StockItem.variant_id.in_(ids)).options(selectinload(StockItem.lots))
    items = {item.variant_id: item for item in db.session.scalars(stocks)}
    known = figures(ids)
    promised = _promised([item.id for item in items.values()])
    found = [(variant, known[variant.id], items.get(variant.id)) for variant in variants]
    return [Shelf(variant, seen, item, promised.get(item.id, 0) if item else 0) for variant, seen, item in found]


def _promised(item_ids: list[int]) -> dict[int, int]:
    """Packs that orders wait for, on the shelf or yet to be made."""
    held = (Hold.stock_item_id.in_(item_ids), Hold.state == HoldState.HELD)
    summed = select(Hold.stock_item_id, func.sum(Hold.quantity)).where(*held).group_by(Hold.stock_item_id)
    return {item_id: int(packs) for item_id, packs in db.session.execute(summed)}


def shelf_of(variant: Variant) -> Shelf:
    """The shelf of one variant."""
    return shelves_of([variant])[0]


def movements_of(item: StockItem | None) -> Select[Any]:
    """Every change of a stock, the youngest first."""
    moved = select(Movement).where(Movement.stock_item_id == (item.id if item else 0))
    return moved.options(joinedload(Movement.lot)).order_by(Movement.id.desc())


def names_of(movements: Sequence[Movement]) -> dict[str, str]:
    """The names of the people who made these movements, by ref."""
    refs = {moved.actor_ref for moved in movements if moved.actor_kind == ActorKind.PERSON}
    return {person.ref: person.name for person in db.session.scalars(select(Person).where(Person.ref.in_(refs)))}


def out_of_date_products() -> dict[int, bool]:
    """Products whose word "in stock" is no longer true, as after a new day, with what is true now."""
    stated = db.session.execute(select(Product.id, Product.in_stock).order_by(Product.id)).all()
    found: dict[int, bool] = {}
    for start in range(0, len(stated), BATCH):
        batch = {row.id: row.in_stock for row in stated[start : start + BATCH]}
        found |= {product_id: now for product_id, now in in_stock(batch).items() if now is not batch[product_id]}
    return found
