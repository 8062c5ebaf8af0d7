"""What it costs to bring goods to a place, and when they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.models import Variant
from marketplace.core import clock
from marketplace.core.database import db, table_of
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.orders.models import FreightTable, FreightZone
from marketplace.orders.models.freight import parcel_price
from marketplace.orders.queries.wares import Home, Pack, Shop, first_packs, shop_of
from marketplace.orders.states import DeliveryKind, Zone
from marketplace.places.models import Province
from marketplace.places.queries import Unit

Place = Province | Unit


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


@dataclass(frozen=True, slots=True)
class Distance:
    """What a seller asks for one distance: `steps` are (up to grams, đồng)."""

    steps: Sequence[Any]
    extra_grams: int
    extra_vnd: int
    days_least: int
    days_most: int

    def price(self, grams: int) -> int:
        """The price of a parcel of this weight, in đồng."""
        return parcel_price(self.steps, self.extra_grams, self.extra_vnd, grams)


@dataclass(frozen=True, slots=True)
class Freight:
    """One seller's freight table; `not_served` are codes of today's provinces."""

    free_above_vnd: int | None
    least_order_vnd: int
    pick_up: bool
    pick_up_note: str
    not_served: Sequence[str]
    distances: dict[Zone, Distance] = field(default_factory=dict)


_tables, _zones = table_of(FreightTable), table_of(FreightZone)


def tables_of(seller_ids: Iterable[int]) -> dict[int, Freight]:
    """The freight table of each seller that has one, in one query."""
    found: dict[int, Freight] = {}
    for seller_id, free, least, pick_up, note, not_served, zone, *asked in db.session.execute(
        _of_sellers(), {"seller_ids": sorted(set(seller_ids))}
    ):
        table = found.get(seller_id) or found.setdefault(seller_id, Freight(free, least, pick_up, note, not_served))
        if zone is not None:
            table.distances.setdefault(zone, Distance(*asked))
    return found


@cache
def _of_sellers() -> Select[Any]:
    of_table = ("organisation_id", "free_above_vnd", "least_order_vnd", "pick_up", "pick_up_note", "not_served")
    of_zone = ("zone", "steps", "extra_grams", "extra_vnd", "days_least", "days_most")
    return (
        select(*(_tables.c[name] for name in of_table), *(_zones.c[name] for name in of_zone))
        .select_from(_tables.outerjoin(_zones, _zones.c.table_id == _tables.c.id))
        .where(_tables.c.organisation_id.in_(bindparam("seller_ids", expanding=True)))
        .order_by(_zones.c.id)
    )


def zone_between(home: Home, province: Place) -> Zone:
    """How far a parcel goes, between units of today."""
    if home.now_id == province.now.id:
        return Zone.SAME_PROVINCE
    return Zone.SAME_REGION if home.region == province.now.region else Zone.ELSEWHERE


def ship_quote(
    table: Freight | None,
    seller: Shop,
    province: Place,
    *,
    grams: int,
    goods_vnd: int,
    ready_on: date | None = None,
) -> Quote:
    """Delivery to a province of today for a parcel of this weight and worth."""
    if table is None:
        sentence = _l(
            "%(seller)s has not set delivery prices yet. Please ask them, or look again soon.", seller=seller.name
        )
        return Quote(DeliveryKind.SHIP, refusal=sentence)
    distance = table.distances.get(zone_between(seller.province, province))
    if distance is None or province.code in table.not_served:
        sentence = _l("%(seller)s does not deliver to %(place)s.", seller=seller.name, place=province.name)
        return Quote(DeliveryKind.SHIP, refusal=sentence)
    free = table.free_above_vnd is not None and goods_vnd >= table.free_above_vnd
    start = max(clock.today(), ready_on or clock.today())
    earliest, latest = start + timedelta(days=distance.days_least), start + timedelta(days=distance.days_most)
    return Quote(DeliveryKind.SHIP, 0 if free else distance.price(grams), start, earliest, latest)


def pick_up_quote(table: Freight | None, ready_on: date | None = None) -> Quote:
    """Fetching the goods at the producer's: free, on the next day or when they are made."""
    if table is None or not table.pick_up:
        return Quote(DeliveryKind.PICK_UP, refusal=_l("Pick-up is not offered here."))
    start = max(clock.today() + timedelta(days=1), ready_on or clock.today())
    return Quote(DeliveryKind.PICK_UP, 0, start, start, start + timedelta(days=2), note=table.pick_up_note)


@dataclass(frozen=True, slots=True)
class Offer:
    """How one pack of a product reaches a place: `pack` is its name, `quotes` is empty while no place is known.

    `weighed` is the pack itself where it is sold by what it weighs.
    """

    pack: str
    quotes: Mapping[DeliveryKind, Quote]
    free_above_vnd: int | None
    weighed: Pack | Variant | None = None


def offers_of(slugs: Sequence[str], province: Place | None) -> dict[str, Offer]:
    """The way to a province for the first pack of each product that is put into carts, in two queries.

    The product whose page is being made is not asked for again.
    """
    packs = {slug: pack for slug, pack in _packs_of(slugs).items() if not pack.product.is_by_request}
    tables = tables_of(pack.seller_id for pack in packs.values()) if packs else {}
    offers = {slug: _offer(pack, tables.get(pack.seller_id), province) for slug, pack in packs.items()}
    return {slug: replace(offer, weighed=_weighed(packs[slug])) for slug, offer in offers.items()}


def _packs_of(slugs: Sequence[str]) -> dict[str, Pack | Variant]:
    of_page = {slug: known for slug in slugs if (known := catalogue.product_of_page(slug)) is not None}
    others = [slug for slug in slugs if slug not in of_page]
    first = {slug: next((one for one in known.variants if one.is_active), None) for slug, known in of_page.items()}
    read = first_packs(others) if others else {}
    return {**read, **{slug: pack for slug, pack in first.items() if pack is not None}}


def _weighed(pack: Pack | Variant) -> Pack | Variant | None:
    return pack if pack.is_by_weight else None


def _offer(pack: Pack | Variant, table: Freight | None, province: Place | None) -> Offer:
    if province is None:
        return Offer(pack.name, {}, table.free_above_vnd if table else None)
    ready = clock.today() + timedelta(days=pack.lead_days) if pack.lead_days else None
    grams, goods_vnd = pack.gross_grams * pack.minimum, pack.price_for(pack.minimum) * pack.minimum
    seller = shop_of(pack.product.seller)
    ship = ship_quote(table, seller, province, grams=grams, goods_vnd=goods_vnd, ready_on=ready)
    quotes = {DeliveryKind.SHIP: ship, DeliveryKind.PICK_UP: pick_up_quote(table, ready)}
    return Offer(pack.name, quotes, table.free_above_vnd if table else None)
