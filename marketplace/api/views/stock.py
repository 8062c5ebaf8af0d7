"""Stock of a token's owner: read, and corrected by what was counted."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.api.formats import Fault, Rule
from marketplace.api.operations import Answer, api
from marketplace.api.problems import Problem
from marketplace.api.queries import own
from marketplace.api.shapes.goods import Named
from marketplace.api.shapes.own import Count, ListQuery, LotItem, StockLevel, StockPage
from marketplace.api.states import Scope
from marketplace.api.views.acting import expect, tag_of
from marketplace.catalogue.models import Variant
from marketplace.core.database import writing
from marketplace.core.i18n import gettext as _
from marketplace.core.permissions import Permission
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as inventory
from marketplace.inventory import services
from marketplace.inventory.models import StockItem
from marketplace.inventory.policies import own_seller_id, variant_for
from marketplace.inventory.queries import Shelf
from marketplace.web.requests import actor

SKU = {"sku": Rule(longest=20, example="OC7K2M9PQ")}
# what the book says where a program gives no reason
REASON = "API"


@api.get("/me/stock", tag="Stock", answer=StockPage, query=ListQuery, scope=Scope.STOCK_WRITE)
def own_stock(asked: ListQuery) -> StockPage:
    """How many packs there are of everything that the owner's producer has on sale, by SKU."""
    found = own.variants_page(own_seller_id(actor()), after=asked.cursor, limit=asked.limit)
    shown = found[: asked.limit]
    items = tuple(level for level, _tag in _levels(shown))
    return StockPage(items=items, next_cursor=shown[-1].sku if len(found) > asked.limit else None)


@api.get("/me/stock/<sku>", tag="Stock", answer=StockLevel, scope=Scope.STOCK_WRITE, path_rules=SKU, found=True)
def own_stock_of(sku: str) -> Answer:
    """How many packs there are of one variant; its ETag is what a PUT sends as If-Match."""
    return _answer(variant_for(actor(), sku))


def _answer(variant: Variant) -> Answer:
    ((level, tag),) = _levels([variant])
    return Answer(level, tag=tag)


def _levels(variants: Sequence[Variant]) -> list[tuple[StockLevel, str]]:
    """What the shelves hold, each with the name of this version of it; a few queries for all."""
    shelves = inventory.shelves_of(variants)
    last = own.last_movements([shelf.item for shelf in shelves if shelf.item])
    return [_level(shelf, last.get(shelf.item.id, 0) if shelf.item else 0) for shelf in shelves]


def _level(shelf: Shelf, last_movement: int) -> tuple[StockLevel, str]:
    variant, figures = shelf.variant, shelf.figures
    tag = tag_of(variant.sku, figures.on_hand, figures.reserved, last_movement)
    lots = tuple(
        LotItem(code=lot.code, made_on=lot.made_on, best_before=lot.best_before, on_hand=lot.on_hand)
        for lot in shelf.lots
    )
    level = StockLevel(
        sku=variant.sku,
        seller_code=variant.seller_code,
        product=Named(variant.product.slug, variant.product.name),
        variant=variant.name,
        keeping=variant.keeping,
        on_hand=figures.on_hand,
        reserved=figures.reserved,
        available=figures.available,
        lots=lots,
        etag=f'"{tag}"',
    )
    return level, tag


@api.put(
    "/me/stock/<sku>", tag="Stock", answer=StockLevel, body=Count, scope=Scope.STOCK_WRITE, path_rules=SKU, found=True
)
def set_stock(sku: str, sent: Count) -> Answer:
    """The book follows what was counted, by a correction, if it still says what the program has read.

    Packs promised to orders have to stay. Where a variant has lots, packs that are missing are taken from those
    without a lot; else the lot has to be named.
    """
    variant = variant_for(actor(), sku, Permission.STOCK_EDIT)
    with writing():
        (item,) = services.open_stock([variant.id])
        ((level, tag),) = _levels([variant])
        expect(tag, on_hand=level.on_hand)
        _correct(item, level, sent)
    return _answer(variant)


def _correct(item: StockItem, level: StockLevel, sent: Count) -> None:
    """One correction of one pile; a count that agrees with the book changes nothing."""
    piles = {lot.code: lot.on_hand for lot in item.lots}
    if sent.lot and sent.lot not in piles:
        raise Problem(422, errors=[Fault("lot", _("This stock has no lot %(code)s.", code=sent.lot))])
    loose = level.on_hand - sum(piles.values())
    counted = sent.on_hand if sent.lot else loose + sent.on_hand - level.on_hand
    if counted < 0:
        sentence = _("Please name the lot that the missing packs belonged to.")
        raise Problem(422, errors=[Fault("lot", sentence)])
    if counted == (piles[sent.lot] if sent.lot else loose):
        return
    try:
        services.correct(item, counted, reason=sent.reason or REASON, lot=sent.lot or None, by=actor())
    except Refused as refusal:
        raise Refused(refusal.sentence, field="on_hand") from None
