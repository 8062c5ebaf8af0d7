"""Holds: packs are set aside for orders, kept, let go, shipped and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.catalogue.models import Variant
from marketplace.catalogue.states import Keeping
from marketplace.core.actors import Actor
from marketplace.core.database import db, table_of
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import ngettext
from marketplace.core.lifecycle import move
from marketplace.core.refusals import Refused
from marketplace.inventory import queries
from marketplace.inventory.models import CapacityDay, Hold, Lot, Movement, StockItem
from marketplace.inventory.queries import Figures
from marketplace.inventory.services.shelf import lock_items, look_again, loose, open_stock, record, shift, tell
from marketplace.inventory.states import HoldAction, HoldState, MovementKind
from marketplace.web.filters import months

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Demand:
    """Packs of a variant wanted for an order (`owner_ref`), set aside until `expires_at` or for good."""

    variant_id: int
    quantity: int
    owner_ref: str
    expires_at: datetime | None = None


class Shortage(Refused):
    """Not enough can be promised; `detail` says how many packs of each lacking variant could be."""

    detail: dict[int, int]


# --- setting aside ---------------------------------------------------------------------------------------------------


def reserve(demands: Sequence[Demand], *, by: Actor) -> dict[Key, date | None]:
    """Set packs aside for all demands or for none; says the day on which packs made to order will be ready.

    Raises `Shortage` where the packs wanted of a variant, summed over all demands, cannot be promised.
    """
    wanted = _summed(demands)
    items = {item.variant_id: item for item in open_stock({demand.variant_id for demand in wanted.values()})}
    known = queries.figures(items)
    _check(wanted, items, known)
    ready = {
        key: _put_by(demand, items[demand.variant_id], known[demand.variant_id].keeping, by)
        for key, demand in sorted(wanted.items())
    }
    _hold(wanted, items, ready, by)
    _note_ends(wanted, known, items)
    return ready


def _summed(demands: Sequence[Demand]) -> dict[Key, Demand]:
    """One demand for each order and variant: two lines of one variant count together."""
    summed: dict[Key, Demand] = {}
    for demand in demands:
        if demand.quantity < 1:
            raise Refused(_("Please order at least one pack."), field="quantity")
        key = (demand.owner_ref, demand.variant_id)
        before = summed[key].quantity if key in summed else 0
        summed[key] = replace(demand, quantity=before + demand.quantity)
    return summed


def _check(wanted: Mapping[Key, Demand], items: Mapping[int, StockItem], known: Mapping[int, Figures]) -> None:
    lacking: dict[int, int] = {}
    for variant_id, figures in known.items():
        asked = sum(demand.quantity for demand in wanted.values() if demand.variant_id == variant_id)
        if asked > figures.available:
            lacking[variant_id] = figures.available
    if lacking:
        sentences = [_lacking(items[variant_id].variant, known[variant_id]) for variant_id in lacking]
        raise Shortage(" ".join(sentences), detail=lacking)


def _lacking(variant: Variant, figures: Figures) -> str:
    name = f"{variant.product.name} ({variant.name})" if variant.name else variant.product.name
    if not figures.is_in_season:
        season = months(variant.product.months)
        return _("%(name)s is sold only in its season: months %(months)s.", name=name, months=season)
    if not figures.available:
        return _("%(name)s is sold out.", name=name)
    return ngettext(
        "Only %(num)s pack of %(name)s is left.",
        "Only %(num)s packs of %(name)s are left.",
        figures.available,
        name=name,
    )


def _put_by(demand: Demand, item: StockItem, keeping: Keeping, by: Actor) -> date | None:
    ready_on = None
    if keeping is Keeping.MADE_TO_ORDER:
        ready_on = _book_days(item, demand.quantity)
    else:
        item.reserved += demand.quantity
    record(item, "reserve", demand.quantity, by=by, owner_ref=demand.owner_ref)
    return ready_on


def _hold(
    wanted: Mapping[Key, Demand], items: Mapping[int, StockItem], ready: Mapping[Key, date | None], by: Actor
) -> None:
    """A hold for each demand: new ones in one statement, or those that their orders let go earlier."""
    earlier = _earlier(wanted, items)
    fresh = []
    for key, demand in sorted(wanted.items()):
        item_id = items[demand.variant_id].id
        values = {"quantity": demand.quantity, "expires_at": demand.expires_at, "ready_on": ready[key]}
        hold = earlier.get((demand.owner_ref, item_id))
        if hold is None:
            fresh.append(values | {"stock_item_id": item_id, "owner_ref": demand.owner_ref, "state": HoldState.HELD})
            continue
        move(hold, HoldAction.RENEW, by=by)
        hold.quantity, hold.expires_at, hold.ready_on = demand.quantity, demand.expires_at, ready[key]
    if fresh:
        db.session.execute(_inserted(), fresh)


@cache
def _inserted() -> Any:
    return _holds.insert().returning(_holds.c.id)


_holds = table_of(Hold)


def _earlier(wanted: Mapping[Key, Demand], items: Mapping[int, StockItem]) -> dict[Key, Hold]:
    """What these orders let go earlier; one that still stands cannot be set aside twice."""
    item_ids = [item.id for item in items.values()]
    owners = sorted({demand.owner_ref for demand in wanted.values()})
    known = (_holds.c.stock_item_id.in_(item_ids), _holds.c.owner_ref.in_(owners))
    with db.session.no_autoflush:
        ids = db.session.execute(select(_holds.c.id).where(*known)).scalars().all()
    if not ids:
        return {}
    found = db.session.scalars(select(Hold).where(Hold.id.in_(ids)).execution_options(populate_existing=True))
    return {(hold.owner_ref, hold.stock_item_id): hold for hold in found}


def _note_ends(wanted: Mapping[Key, Demand], known: Mapping[int, Figures], items: Mapping[int, StockItem]) -> None:
    """Only where nothing is left, or was said to be left, the product is asked; under lock nobody else takes packs."""
    for variant_id, before in known.items():
        taken = sum(demand.quantity for demand in wanted.values() if demand.variant_id == variant_id)
        if (before.available > taken) is not before.product_in_stock:
            look_again(items[variant_id])


# --- days of work for packs made to order ----------------------------------------------------------------------------


def _book_days(item: StockItem, packs: int) -> date:
    """Promise packs on the first days with room, on as many as it takes; the last one is when all are ready."""
    figures = queries.figures([item.variant_id])[item.variant_id]
    booked = {day.day: day for day in _capacity_days(item)}
    last = None
    for day, room in figures.rooms():
        if packs > 0:
            row = booked.get(day) or CapacityDay(stock_item_id=item.id, day=day, promised=0)
            row.promised += min(room, packs)
            db.session.add(row)
            packs, last = packs - room, day
    assert last is not None
    return last


def _free_days(item: StockItem, packs: int, ready_on: date) -> None:
    """Free the latest days up to the one promised: what is left still ends before every other order's day."""
    for day in reversed(_capacity_days(item)):
        if day.day <= ready_on:
            freed = min(day.promised, packs)
            day.promised -= freed
            packs -= freed


def _capacity_days(item: StockItem) -> list[CapacityDay]:
    days = select(CapacityDay).where(CapacityDay.stock_item_id == item.id).order_by(CapacityDay.day)
    return list(db.session.scalars(days.execution_options(populate_existing=True)))


# --- keeping and letting go ------------------------------------------------------------------------------------------


def keep(owner_ref: str, expires_at: datetime | None) -> None:
    """An order's packs stay set aside until a later moment, or for good (None); refused where none are set aside."""
    for hold in _standing(owner_ref):
        hold.expires_at = expires_at


def release(owner_ref: str, *, by: Actor) -> None:
    """An order's packs may be sold to others again; what was let go or shipped before stays as it is."""
    for hold in _held(owner_ref):
        _let_go(hold, hold.quantity, by)
        move(hold, HoldAction.RELEASE, by=by)


def _held(owner_ref: str) -> list[Hold]:
    """What is set aside for an order, read again under the lock of its stocks."""
    lock_items(db.session.scalars(select(Hold.stock_item_id).where(Hold.owner_ref == owner_ref)).all())
    held = select(Hold).where(Hold.owner_ref == owner_ref, Hold.state == HoldState.HELD).order_by(Hold.stock_item_id)
    held = held.options(joinedload(Hold.stock_item)).execution_options(populate_existing=True)
    return list(db.session.scalars(held))


def _standing(owner_ref: str) -> list[Hold]:
    holds = _held(owner_ref)
    if not holds:
        raise Refused(_("Nothing is set aside for %(order)s any more.", order=owner_ref))
    return holds


def _let_go(hold: Hold, packs: int, by: Actor) -> None:
    if hold.ready_on is None:
        hold.stock_item.reserved -= packs
    else:
        _free_days(hold.stock_item, packs, hold.ready_on)
    tell(hold.stock_item, "release", packs, by=by, owner_ref=hold.owner_ref)


# --- shipping --------------------------------------------------------------------------------------------------------


def take(owner_ref: str, quantities: Mapping[int, int] | None = None, *, by: Actor) -> dict[int, list[str]]:
    """Ship what is set aside for an order, first expired first out, and let go what is not shipped.

    `quantities` says how many packs of each variant go (a variant not named: none); None ships all. Answers the codes
    of the lots that each variant came from.
    """
    holds = _standing(owner_ref)
    going = _going(holds, quantities)
    return {hold.stock_item.variant_id: _ship(hold, going[hold.stock_item.variant_id], by) for hold in holds}


def _going(holds: Sequence[Hold], quantities: Mapping[int, int] | None) -> dict[int, int]:
    held = {hold.stock_item.variant_id: hold.quantity for hold in holds}
    if quantities is None:
        return held
    if any(not 0 <= packs <= held.get(variant_id, 0) for variant_id, packs in quantities.items()):
        raise Refused(_("More packs are to be shipped than are set aside."), detail=held)
    return {variant_id: quantities.get(variant_id, 0) for variant_id in held}


def _ship(hold: Hold, packs: int, by: Actor) -> list[str]:
    if packs < hold.quantity:
        _let_go(hold, hold.quantity - packs, by)
    if not packs:
        move(hold, HoldAction.RELEASE, by=by)
        return []
    hold.quantity = packs
    codes = pick_and_send(hold, by)
    move(hold, HoldAction.TAKE, by=by, quantity=packs)
    return codes


def pick_and_send(hold: Hold, by: Actor) -> list[str]:
    """What is set aside leaves the shelf; answers the codes of its lots."""
    item = hold.stock_item
    if hold.ready_on is None:
        item.reserved -= hold.quantity
    else:
        _make(hold, by)
    picked = _picked(item, hold.quantity)
    for lot, packs in picked:
        shift(item, MovementKind.SALE, -packs, by=by, lot=lot, owner_ref=hold.owner_ref)
    return [lot.code for lot, _packs in picked if lot]


def _make(hold: Hold, by: Actor) -> None:
    """Packs made to order come into the book as they leave; those that stand on the shelf unpromised go first."""
    item = hold.stock_item
    on_shelf = max(0, item.on_hand - item.expired - item.reserved)
    if hold.quantity > on_shelf:
        made = hold.quantity - on_shelf
        shift(item, MovementKind.RECEIPT, made, by=by, owner_ref=hold.owner_ref)


def _picked(item: StockItem, packs: int) -> list[tuple[Lot | None, int]]:
    """From which lots packs are taken: what expires first goes first, packs without a lot go last."""
    piles: list[tuple[Lot | None, int]] = [(lot, lot.on_hand) for lot in item.lots if not lot.is_expired]
    picked: list[tuple[Lot | None, int]] = []
    for lot, there in [*piles, (None, loose(item))]:
        going = min(packs, there)
        packs -= going
        picked += [(lot, going)] if going else []
    if packs:
        good = item.on_hand - item.expired
        raise Refused(_("Only %(good)s packs of %(sku)s are before their best-before day.", good=good, sku=item.ref))
    return picked


# --- coming back -----------------------------------------------------------------------------------------------------


def put_back(
    owner_ref: str, quantities: Mapping[int, int] | None = None, *, by: Actor, reason: str = ""
) -> dict[int, int]:
    """Packs of a parcel that came back return to their lots; answers how many of each variant.

    `quantities` says how many packs of each variant came (a variant not named: none); None takes back all that is
    still out, so a second time none.
    """
    ids = db.session.scalars(select(Hold.stock_item_id).where(Hold.owner_ref == owner_ref)).all()
    back: dict[int, int] = {}
    for item in lock_items(ids):
        left = None if quantities is None else quantities.get(item.variant_id, 0)
        for lot_id, out in _out(item, owner_ref):
            packs = out if left is None else min(out, left - back.get(item.variant_id, 0))
            if packs:
                lot = next((one for one in item.lots if one.id == lot_id), None)
                shift(item, MovementKind.RETURN, packs, by=by, lot=lot, reason=reason, owner_ref=owner_ref)
                back[item.variant_id] = back.get(item.variant_id, 0) + packs
    return back


def _out(item: StockItem, owner_ref: str) -> list[tuple[int | None, int]]:
    """Packs of an order that left and have not come back, by lot."""
    moved = (
        select(Movement.lot_id, -func.sum(Movement.quantity))
        .where(Movement.stock_item_id == item.id, Movement.owner_ref == owner_ref)
        .where(Movement.kind.in_([MovementKind.SALE, MovementKind.RETURN]))
        .group_by(Movement.lot_id)
        .order_by(Movement.lot_id)
    )
    return [(lot_id, int(packs)) for lot_id, packs in db.session.execute(moved) if packs > 0]
