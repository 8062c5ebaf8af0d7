"""What it costs to bring goods to a place, and when they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Product, Variant
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.models import FreightTable, FreightZone
from marketplace.orders.states import DeliveryKind, Zone
from marketplace.places import queries as places
from marketplace.places.models import Province


@dataclass(frozen=True, slots=True)
class Quote:
    """One way to get goods: price in đồng, when they can leave and between which days they arrive; or why not."""

    kind: DeliveryKind
    price_vnd: int = 0
    ready_on: date | None = None
    earliest_on: date | None = None
    latest_on: date | None = None
    refusal: Any = None
    note: str = ""

    @property
    def is_possible(self) -> bool:
        """The buyer may choose it."""
        return self.refusal is None


def tables_of(seller_ids: Iterable[int]) -> dict[int, FreightTable]:
    """The freight table of each seller that has one, with its zones, in two queries."""
    statement = select(FreightTable).where(FreightTable.organisation_id.in_(set(seller_ids)))
    tables = db.session.scalars(statement.options(selectinload(FreightTable.zones)))
    return {table.organisation_id: table for table in tables}


def zone_between(seller_province: Province, province: Province) -> Zone:
    """How far a parcel goes, between units of today."""
    if places.is_same_province(seller_province, province):
        return Zone.SAME_PROVINCE
    return Zone.SAME_REGION if places.is_same_region(seller_province, province) else Zone.ELSEWHERE


def ship_quote(
    table: FreightTable | None,
    seller: Organisation,
    province: Province,
    *,
    grams: int,
    goods_vnd: int,
    ready_on: date | None = None,
) -> Quote:
    """Delivery to a province of today for a parcel of this weight and worth."""
    zone = _zone_of(table, zone_between(seller.province, province)) if table else None
    if table is None or zone is None or province.code in table.not_served:
        sentence = _l("%(seller)s does not deliver to %(place)s.", seller=seller.name, place=province.name)
        return Quote(DeliveryKind.SHIP, refusal=sentence)
    free = table.free_above_vnd is not None and goods_vnd >= table.free_above_vnd
    start = max(clock.today(), ready_on or clock.today())
    earliest, latest = start + timedelta(days=zone.days_least), start + timedelta(days=zone.days_most)
    return Quote(DeliveryKind.SHIP, 0 if free else zone.price(grams), start, earliest, latest)


def pick_up_quote(table: FreightTable | None, ready_on: date | None = None) -> Quote:
    """Fetching the goods at the producer's: free, on the next day or when they are made."""
    if table is None or not table.pick_up:
        return Quote(DeliveryKind.PICK_UP, refusal=_l("Pick-up is not offered here."))
    start = max(clock.today() + timedelta(days=1), ready_on or clock.today())
    return Quote(DeliveryKind.PICK_UP, 0, start, start, start + timedelta(days=2), note=table.pick_up_note)


@dataclass(frozen=True, slots=True)
class Offer:
    """How one pack of a product reaches a place: `pack` is its name, `quotes` is empty while no place is known."""

    pack: str
    quotes: Mapping[DeliveryKind, Quote]
    free_above_vnd: int | None


def offers_of(slugs: Sequence[str], province: Province | None) -> dict[str, Offer]:
    """The way to a province for the first pack of each product that is put into carts; one query beside the packs."""
    seller = joinedload(Product.seller).joinedload(Organisation.province)
    found = (
        select(Product, FreightTable)
        .outerjoin(FreightTable, FreightTable.organisation_id == Product.seller_id)
        .where(Product.slug.in_(slugs))
        .options(load_only(Product.slug), seller, joinedload(Product.product_set), joinedload(FreightTable.zones))
    )
    rows = db.session.execute(found).unique()
    ways = [(one, table) for one, table in rows if not one.is_by_request and _first_pack(one)]
    return {product.slug: _offer(product, table, province) for product, table in ways}


def _first_pack(product: Product) -> Variant | None:
    return next((variant for variant in product.variants if variant.is_active), None)


def _offer(product: Product, table: FreightTable | None, province: Province | None) -> Offer:
    pack = _first_pack(product)
    assert pack is not None
    if province is None:
        return Offer(pack.name, {}, table.free_above_vnd if table else None)
    ready = clock.today() + timedelta(days=pack.lead_days) if pack.lead_days else None
    grams, goods_vnd = pack.gross_grams * pack.minimum, pack.price_for(pack.minimum) * pack.minimum
    ship = ship_quote(table, product.seller, province, grams=grams, goods_vnd=goods_vnd, ready_on=ready)
    quotes = {DeliveryKind.SHIP: ship, DeliveryKind.PICK_UP: pick_up_quote(table, ready)}
    return Offer(pack.name, quotes, table.free_above_vnd if table else None)


def _zone_of(table: FreightTable, zone: Zone) -> FreightZone | None:
    return next((one for one in table.zones if one.zone == zone), None)
