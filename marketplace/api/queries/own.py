"""Orders, stock and prices of a token's owner, as pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalogue.models import Variant
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.inventory.models import Movement, StockItem
from marketplace.orders.models import Order, OrderStep
from marketplace.orders.queries.lists import bought_by, sold_by
from marketplace.orders.states import OrderState


def order_with_ref(statement: Select[Order], ref: str) -> int | None:
    """The place of an order among those that a statement finds."""
    return db.session.scalar(statement.order_by(None).with_only_columns(Order.id).where(Order.ref == ref))


def own_orders(actor: Actor, *, sells: bool, states: Sequence[OrderState], since: datetime | None) -> Select[Order]:
    """What the actor has bought, or sells, the newest first; `since`: something happened with it from then on."""
    statement = (sold_by if sells else bought_by)(actor, states).order_by(None).order_by(Order.id.desc())
    if since is not None:
        statement = statement.where(Order.steps.any(OrderStep.at >= since))
    return statement.options(selectinload(Order.seller)) if sells else statement


def orders_page(statement: Select[Order], *, before: int | None, limit: int) -> list[Order]:
    """The next orders of a statement, one more than asked for where there are more."""
    further = statement if before is None else statement.where(Order.id < before)
    return list(db.session.scalars(further.limit(limit + 1)).unique())


def variants_page(seller_id: int, *, after: str, limit: int) -> list[Variant]:
    """A producer's packs on sale by SKU, one more than asked for where there are more."""
    own = select(Variant).where(Variant.seller_id == seller_id, Variant.is_active, Variant.sku > after)
    whole = joinedload(Variant.product), selectinload(Variant.tiers)
    return list(db.session.scalars(own.options(*whole).order_by(Variant.sku).limit(limit + 1)))


def last_movements(items: Sequence[StockItem]) -> dict[int, int]:
    """The last change of each stock, by the stock's id."""
    moved = select(Movement.stock_item_id, func.max(Movement.id)).group_by(Movement.stock_item_id)
    found = db.session.execute(moved.where(Movement.stock_item_id.in_([item.id for item in items])))
    return {item_id: int(last) for item_id, last in found}
