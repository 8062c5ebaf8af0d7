"""The shelf: packs come in, are counted and spoil. Here stands the one door to `on_hand`: `shift()`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from marketplace.catalogue.models import Product, Variant
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import before_commit, db, insert_into, locked, under_lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.inventory import queries
from marketplace.inventory.models import Hold, Lot, Movement, StockItem
from marketplace.inventory.services.telling import tell_catalogue
from marketplace.inventory.states import HoldState, MovementKind

MOST_ON_HAND = 1_000_000
TOUCHED = "stock_touched"


@dataclass(frozen=True, slots=True)
class LotLabel:
    """What is printed on the packs of one lot."""

    code: str
    made_on: date
    best_before: date


# --- verbs -----------------------------------------------------------------------------------------------------------


def open_stock(variant_ids: Collection[int]) -> list[StockItem]:
    """Give each of these variants its (empty) stock where it has none yet, and lock the stock of all of them."""
    wanted = sorted(set(variant_ids))
    items = _locked_of(wanted)
    if missing := sorted(set(wanted) - {item.variant_id for item in items}):
        rows = [{"variant_id": variant_id, "on_hand": 0, "reserved": 0} for variant_id in missing]
        db.session.execute(insert_into(StockItem).values(rows).on_conflict_do_nothing(index_elements=["variant_id"]))
        items = _locked_of(wanted)
    return items


def _locked_of(variant_ids: Collection[int]) -> list[StockItem]:
    """The stock of each of these variants that has one, under lock in id order, with its names."""
    return list(db.session.scalars(under_lock(StockItem, _of_variants()), {"variant_ids": sorted(variant_ids)}))


@cache
def _of_variants() -> Select[StockItem]:
    naming = joinedload(StockItem.variant, innerjoin=True).load_only(Variant.sku, Variant.name)
    product = joinedload(Variant.product, innerjoin=True).load_only(Product.slug, Product.name, Product.season_months)
    wanted = StockItem.variant_id.in_(bindparam("variant_ids", expanding=True))
    return select(StockItem).where(wanted).order_by(StockItem.id).options(naming.options(product))


def receive(item: StockItem, quantity: int, *, by: Actor, lot: LotLabel | None = None, reason: str = "") -> None:
    """Packs come onto the shelf, in a lot or loose; a lot known by its code grows."""
    (item,) = lock_items([item.id])
    if quantity < 1:
        raise Refused(_("Please take in at least one pack."), field="quantity")
    if item.on_hand + quantity > MOST_ON_HAND:
        raise Refused(_("One stock holds at most %(most)s packs.", most=MOST_ON_HAND), field="quantity")
    shift(item, MovementKind.RECEIPT, quantity, by=by, lot=_lot_for(item, lot) if lot else None, reason=reason)


def correct(item: StockItem, counted: int, *, reason: str, by: Actor, lot: str | None = None) -> None:
    """The book follows the count of one pile: the lot with this code, or the packs without a lot."""
    (item,) = lock_items([item.id])
    pile = _pile(item, lot)
    difference = counted - _packs_in(item, pile)
    if counted < 0 or item.on_hand + difference > MOST_ON_HAND:
        raise Refused(_("One stock holds at most %(most)s packs.", most=MOST_ON_HAND), field="counted")
    if not difference:
        raise Refused(_("The count agrees with the book: there is nothing to correct."), field="counted")
    _spare_promises(item, pile, -difference)
    shift(item, MovementKind.CORRECTION, difference, by=by, lot=pile, reason=_given(reason))


def spoil(item: StockItem, quantity: int, *, reason: str, by: Actor, lot: str | None = None) -> None:
    """Packs of one pile can no longer be sold: they leave the book."""
    (item,) = lock_items([item.id])
    pile = _pile(item, lot)
    there = _packs_in(item, pile)
    if not 1 <= quantity <= there:
        raise Refused(_("There are %(there)s packs of this lot in the book.", there=there), field="quantity")
    _spare_promises(item, pile, quantity)
    shift(item, MovementKind.SPOILAGE, -quantity, by=by, lot=pile, reason=_given(reason))


# --- the lock and the one door to on_hand ----------------------------------------------------------------------------


def lock_items(ids: Iterable[int]) -> list[StockItem]:
    """Stocks under lock in id order, with their lots and what they are the stock of, all read after the lock."""
    ids = sorted(set(ids))
    locked(StockItem, ids)
    fresh = select(StockItem).where(StockItem.id.in_(ids)).order_by(StockItem.id)
    fresh = fresh.options(selectinload(StockItem.lots), joinedload(StockItem.variant).joinedload(Variant.product))
    return list(db.session.scalars(fresh.execution_options(populate_existing=True)))


def shift(
    item: StockItem,
    kind: MovementKind,
    quantity: int,
    *,
    by: Actor,
    lot: Lot | None = None,
    reason: str = "",
    owner_ref: str | None = None,
) -> None:
    """Change a locked stock (and lot) by one movement, written into the book and the trail."""
    item.on_hand += quantity
    if lot is not None:
        lot.on_hand += quantity
    moved = Movement(kind=kind, quantity=quantity, reason=reason, owner_ref=owner_ref)
    moved.stock_item_id, moved.lot_id = item.id, lot.id if lot else None
    moved.actor_kind, moved.actor_ref = by.kind.value, by.ref
    db.session.add(moved)
    tell(item, kind.value, quantity, by=by, owner_ref=owner_ref, lot=lot.code if lot else None)


def tell(
    item: StockItem, action: str, quantity: int, *, by: Actor, owner_ref: str | None, lot: str | None = None
) -> None:
    """Write an act into the trail of its stock, and remember to look whether the product can still be had."""
    record(item, action, quantity, by=by, owner_ref=owner_ref, lot=lot)
    look_again(item)


def record(
    item: StockItem, action: str, quantity: int, *, by: Actor, owner_ref: str | None, lot: str | None = None
) -> None:
    """Write an act into the trail of its stock."""
    known: dict[str, Any] = {"owner": owner_ref} if owner_ref else {}
    known |= {"lot": lot} if lot else {}
    known |= {"quantity": quantity, "on_hand": item.on_hand, "reserved": item.reserved}
    audit.record(audit.subject_of(item), action, by=by, **known)


def look_again(item: StockItem) -> None:
    """Before this act is committed, look whether the product of a stock can still be had."""
    db.session().info.setdefault(TOUCHED, set()).add(item.variant_id)


@before_commit
def _tell_of_touched(session: Session) -> None:
    """Products are locked last and once in an act, so that acts on several stocks never wait in a ring."""
    touched: set[int] = session.info.pop(TOUCHED, set())
    known = queries.figures(touched).values()
    doubtful = {one.product_id for one in known if (one.available > 0) is not one.product_in_stock}
    if doubtful:
        tell_catalogue(doubtful)


# --- piles: a lot, or the packs without one --------------------------------------------------------------------------


def loose(item: StockItem) -> int:
    """Packs that belong to no lot."""
    return item.on_hand - sum(lot.on_hand for lot in item.lots)


def _pile(item: StockItem, code: str | None) -> Lot | None:
    if not code:
        return None
    for lot in item.lots:
        if lot.code == code:
            return lot
    raise Refused(_("This stock has no lot %(code)s.", code=code), field="lot")


def _packs_in(item: StockItem, pile: Lot | None) -> int:
    return pile.on_hand if pile else loose(item)


def _lot_for(item: StockItem, label: LotLabel) -> Lot:
    known = next((lot for lot in item.lots if lot.code == label.code), None)
    if known and (known.made_on, known.best_before) != (label.made_on, label.best_before):
        raise Refused(_("Lot %(code)s is in the book with other days.", code=label.code), field="code")
    _check_days(label)
    if known:
        return known
    lot = Lot(code=label.code, made_on=label.made_on, best_before=label.best_before, on_hand=0)
    item.lots.append(lot)
    db.session.flush()
    return lot


def _check_days(label: LotLabel) -> None:
    if label.made_on > clock.today():
        raise Refused(_("The day of making cannot lie in the future."), field="made_on")
    if label.best_before < max(label.made_on, clock.today()):
        raise Refused(_("The best-before day has passed already: such packs cannot be sold."), field="best_before")


# --- promises --------------------------------------------------------------------------------------------------------


def _given(reason: str) -> str:
    if not reason.strip():
        raise Refused(_("Please say why."), field="reason")
    return reason


def _spare_promises(item: StockItem, pile: Lot | None, leaving: int) -> None:
    """Packs may only leave as far as every promise can still be kept with good ones; else the orders are named."""
    expired = 0 if pile and pile.is_expired else item.expired
    lacking = item.reserved - (item.on_hand - expired - leaving)
    if leaving > 0 and lacking > 0:
        refs = _last_promised(item, lacking)
        sentence = _(
            "%(packs)s of these packs are promised to %(orders)s. Shorten or cancel these orders first.",
            packs=lacking,
            orders=", ".join(refs),
        )
        raise Refused(sentence, detail=refs)


def _last_promised(item: StockItem, lacking: int) -> list[str]:
    """Who would go short: those who came last, as many as it takes."""
    held = select(Hold).where(Hold.stock_item_id == item.id, Hold.state == HoldState.HELD, Hold.ready_on.is_(None))
    refs: list[str] = []
    for hold in db.session.scalars(held.order_by(Hold.id.desc())):
        if lacking > 0:
            refs.append(hold.owner_ref)
            lacking -= hold.quantity
    return refs
