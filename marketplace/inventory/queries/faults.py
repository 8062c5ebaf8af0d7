"""What does not add up: every sentence names a stock whose book says two things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind, Recipient
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.inventory.models import CapacityDay, Hold, Lot, Movement, StockItem
from marketplace.inventory.states import HoldState

# whoever owns a hold ends it at its expiry; an hour later somebody forgot
GRACE = timedelta(hours=1)


def stock_faults() -> list[str]:
    """Every stock, lot, day and hold that contradicts another, as sentences; an empty list when all agrees."""
    return [*_shelf_faults(), *_lot_faults(), *_lots_above_shelf(), *_promise_faults(), *_day_faults(), *_late_holds()]


def _sum(column: Any, item_id: Any, *conditions: ColumnElement[bool]) -> Any:
    """A sum over the rows of one table that belong to a row of the statement around it."""
    summed = select(func.coalesce(func.sum(column), 0)).where(item_id, *conditions)
    return summed.correlate(StockItem, Lot).scalar_subquery()


def _differing(stated: Any, counted: Any) -> Select[Any]:
    return (
        select(Variant.sku, stated, counted)
        .select_from(StockItem)
        .join(Variant, Variant.id == StockItem.variant_id)
        .where(stated != counted)
        .order_by(Variant.sku)
    )


def _shelf_faults() -> Iterator[str]:
    moved = _sum(Movement.quantity, Movement.stock_item_id == StockItem.id)
    for sku, stated, counted in db.session.execute(_differing(StockItem.on_hand, moved)):
        yield _("Stock %(sku)s: %(a)s packs in the book, %(b)s by its movements.", sku=sku, a=stated, b=counted)


def _lot_faults() -> Iterator[str]:
    moved = select(func.coalesce(func.sum(Movement.quantity), 0)).where(Movement.lot_id == Lot.id)
    counted = moved.correlate(Lot).scalar_subquery()
    found = (
        select(Variant.sku, Lot.code, Lot.on_hand, counted)
        .select_from(Lot)
        .join(StockItem, StockItem.id == Lot.stock_item_id)
        .join(Variant, Variant.id == StockItem.variant_id)
        .where(Lot.on_hand != counted)
        .order_by(Variant.sku, Lot.code)
    )
    for sku, lot, a, b in db.session.execute(found):
        yield _("Lot %(lot)s of %(sku)s: %(a)s packs in the book, %(b)s by its movements.", lot=lot, sku=sku, a=a, b=b)


def _lots_above_shelf() -> Iterator[str]:
    in_lots = select(func.coalesce(func.sum(Lot.on_hand), 0)).where(Lot.stock_item_id == StockItem.id)
    summed = in_lots.correlate(StockItem).scalar_subquery()
    found = _differing(StockItem.on_hand, summed).where(summed > StockItem.on_hand)
    for sku, stated, counted in db.session.execute(found):
        yield _("Stock %(sku)s: %(a)s packs in the book, but %(b)s in its lots.", sku=sku, a=stated, b=counted)


def _promise_faults() -> Iterator[str]:
    held = (Hold.state == HoldState.HELD, Hold.ready_on.is_(None))
    promised = _sum(Hold.quantity, Hold.stock_item_id == StockItem.id, *held)
    for sku, stated, counted in db.session.execute(_differing(StockItem.reserved, promised)):
        yield _("Stock %(sku)s: %(a)s packs reserved, %(b)s set aside for orders.", sku=sku, a=stated, b=counted)


def _day_faults() -> Iterator[str]:
    on_days = _sum(CapacityDay.promised, CapacityDay.stock_item_id == StockItem.id)
    made = (Hold.state != HoldState.RELEASED, Hold.ready_on.is_not(None))
    promised = _sum(Hold.quantity, Hold.stock_item_id == StockItem.id, *made)
    for sku, stated, counted in db.session.execute(_differing(on_days, promised)):
        yield _(
            "Stock %(sku)s: %(a)s packs planned on its days, %(b)s promised to orders.", sku=sku, a=stated, b=counted
        )


def _late_holds() -> Iterator[str]:
    late = select(Hold).where(Hold.state == HoldState.HELD, Hold.expires_at < clock.now() - GRACE)
    for hold in db.session.scalars(late.order_by(Hold.owner_ref, Hold.id)):
        sku = hold.stock_item.ref
        yield _(
            "Stock %(sku)s: what is set aside for %(order)s should have been let go.", sku=sku, order=hold.owner_ref
        )


def operators() -> list[Recipient]:
    """Who is told of what does not add up."""
    found = select(Organisation).where(Organisation.kind == OrganisationKind.OPERATOR).order_by(Organisation.id)
    return [Recipient("organisation", operator.ref) for operator in db.session.scalars(found)]
