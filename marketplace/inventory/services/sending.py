"""Sending without setting aside: goods promised on terms leave the shelf as they are harvested or made."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.catalogue.states import Keeping
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.refusals import Refused
from marketplace.inventory import queries
from marketplace.inventory.models import Hold, StockItem
from marketplace.inventory.services.holds import Shortage, pick_and_send
from marketplace.inventory.services.shelf import lock_items, open_stock, shift
from marketplace.inventory.states import HoldAction, HoldState, MovementKind


def send(owner_ref: str, quantities: Mapping[int, int], *, by: Actor) -> dict[int, list[str]]:
    """Packs of each variant leave the shelf for an order that had nothing set aside, first expired first out.

    Answers the codes of the lots they came from; raises `Shortage` where fewer stand there unpromised. Packs made to
    order come into the book as they leave.
    """
    going = {variant_id: packs for variant_id, packs in quantities.items() if packs}
    if any(packs < 0 for packs in going.values()):
        raise Refused(_("Please type a number; 0 if there are none."))
    items = lock_items([item.id for item in open_stock(going)])
    keeping = {one: figures.keeping for one, figures in queries.figures([item.variant_id for item in items]).items()}
    _make({item: going[item.variant_id] for item in items if keeping[item.variant_id] is Keeping.MADE_TO_ORDER}, by)
    _check(items, going)
    return {item.variant_id: _send(item, going[item.variant_id], owner_ref, by) for item in items}


def free_packs(item: StockItem) -> int:
    """Packs on the shelf that may be eaten and are promised to nobody."""
    return max(0, item.on_hand - item.expired - item.reserved)


def _make(wanted: Mapping[StockItem, int], by: Actor) -> None:
    for item, packs in wanted.items():
        if packs > free_packs(item):
            shift(item, MovementKind.RECEIPT, packs - free_packs(item), by=by)


def _check(items: list[StockItem], going: Mapping[int, int]) -> None:
    short = {item.variant_id: free_packs(item) for item in items if going[item.variant_id] > free_packs(item)}
    if not short:
        return
    sentences = [
        _(
            "Only %(there)s packs of %(name)s are in stock and not promised to others; %(wanted)s are to leave.",
            there=short[item.variant_id],
            name=item.variant.product.name,
            wanted=going[item.variant_id],
        )
        for item in items
        if item.variant_id in short
    ]
    after = _("Enter what has come in, or send fewer and say why.")
    raise Shortage(f"{' '.join(sentences)} {after}", detail=short)


def _send(item: StockItem, packs: int, owner_ref: str, by: Actor) -> list[str]:
    """The hold of a moment, so that what comes back finds its lots as with every other order."""
    hold = Hold(stock_item=item, owner_ref=owner_ref, quantity=packs, state=HoldState.HELD)
    item.reserved += packs
    db.session.add(hold)
    db.session.flush()
    codes = pick_and_send(hold, by)
    move(hold, HoldAction.TAKE, by=by, quantity=packs)
    return codes
