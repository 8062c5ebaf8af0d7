"""Wares: packs as carts and checkouts read them, whole and light, in one query with the figures of their stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import ALCOHOL_SETS, TOURISM_SET, Photo, Product, ProductSet, TierPrice, Variant
from marketplace.catalogue.states import Keeping, ProductState
from marketplace.core import clock
from marketplace.core.database import db, table_of
from marketplace.inventory import queries as stock
from marketplace.inventory.queries import Figures
from marketplace.places.models import Province

LONGEST_SKU = 20


@dataclass(frozen=True, slots=True)
class Home:
    """Where a seller is: its province by name, and the unit of today with its region, by which freight is counted."""

    name: str
    now_id: int
    region: str


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sells."""

    id: int
    ref: str
    slug: str
    name: str
    legal_name: str
    state: OrganisationState
    street: str
    province: Home


@dataclass(frozen=True, slots=True)
class Goods:
    """What a pack holds."""

    id: int
    slug: str
    state: ProductState
    name: str
    name_en: str
    season_months: int
    vat_percent: int
    set_number: int
    picture: str | None
    seller: Shop

    @property
    def seller_id(self) -> int:
        """The producer's id, as policies ask for it."""
        return self.seller.id

    @property
    def months(self) -> list[int]:
        """The months of its season."""
        return [month for month in range(1, 13) if self.season_months >> (month - 1) & 1]

    @property
    def is_in_season(self) -> bool:
        """Its season includes this month."""
        return bool(self.season_months >> (clock.today().month - 1) & 1)

    @property
    def is_alcohol(self) -> bool:
        """Sold only to adults, never on delivery."""
        return self.set_number in ALCOHOL_SETS

    @property
    def is_by_request(self) -> bool:
        """Tourism is arranged by request, not put into a cart."""
        return self.set_number == TOURISM_SET


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as it can be bought now; `tiers` are (from how many, đồng a pack)."""

    id: int
    sku: str
    name: str
    is_active: bool
    price_vnd: int
    net_grams: int
    gross_grams: int
    minimum: int
    multiple: int
    keeping: Keeping
    lead_days: int
    daily_capacity: int | None
    is_actual_weight: bool
    tiers: tuple[tuple[int, int], ...]
    product: Goods
    figures: Figures

    @property
    def seller_id(self) -> int:
        """The producer's id."""
        return self.product.seller.id

    @property
    def is_by_weight(self) -> bool:
        """What it really weighs is known when it is packed, and priced then."""
        return self.is_actual_weight and self.net_grams > 0

    def price_for(self, quantity: int) -> int:
        """The price of one pack when this many are bought, in đồng."""
        return min([self.price_vnd, *(price for least, price in self.tiers if least <= quantity)])


# --- reading ---------------------------------------------------------------------------------------------------------

_variants, _products, _sets = table_of(Variant), table_of(Product), table_of(ProductSet)
_sellers, _homes, _tiers, _photos = table_of(Organisation), table_of(Province), table_of(TierPrice), table_of(Photo)


def pack_by_sku(sku: str) -> Pack | None:
    """The pack with this SKU, whatever its state; policies say who may see it."""
    return next(iter(packs_in(_sent(_by_sku(), sku=sku[:LONGEST_SKU]))), None)


def pack_by_id(variant_id: int) -> Pack:
    """The pack that a variant is."""
    return packs_in(_sent(_by_id(), variant_id=variant_id))[0]


def first_packs(slugs: Iterable[str]) -> dict[str, Pack]:
    """The pack of each of these products that is put into carts, where it has one."""
    found: dict[str, Pack] = {}
    for pack in packs_in(_sent(_on_sale(), slugs=sorted(slugs))):
        found.setdefault(pack.product.slug, pack)
    return found


def _sent(statement: Select[Any], **values: Any) -> list[Any]:
    return list(db.session.execute(statement, {"today": clock.today(), **values}).all())


@cache
def _by_sku() -> Select[Any]:
    return whole().where(_variants.c.sku == bindparam("sku"))


@cache
def _by_id() -> Select[Any]:
    return whole().where(_variants.c.id == bindparam("variant_id"))


@cache
def _on_sale() -> Select[Any]:
    wanted = _products.c.slug.in_(bindparam("slugs", expanding=True))
    return whole().where(wanted, _variants.c.is_active).order_by(_variants.c.position, _variants.c.id)


def whole() -> Select[Any]:
    """All that `packs_in` reads, one row a pack; more columns and conditions may be added, `today` is to be given."""
    now = _homes.alias("homes_now")
    came_from = (
        stock.stocked()
        .join(_sets, _sets.c.id == _products.c.set_id)
        .join(_sellers, _sellers.c.id == _products.c.seller_id)
        .join(_homes, _homes.c.id == _sellers.c.province_id)
        .join(now, now.c.id == func.coalesce(_homes.c.successor_id, _homes.c.id))
    )
    first = select(_photos.c.sha256).where(_photos.c.product_id == _products.c.id)
    first = first.order_by(_photos.c.position, _photos.c.id).limit(1)
    beside = [
        now.c.id.label("home_now_id"),
        now.c.region.label("home_region"),
        _sets.c.number.label("set_number"),
        first.scalar_subquery().label("picture"),
        exists().where(_tiers.c.variant_id == _variants.c.id).label("has_tiers"),
    ]
    named = [
        table.c[name].label(f"{prefix}_{name}")
        for table, prefix, names in (
            (_variants, "pack", _PACK),
            (_products, "goods", _GOODS),
            (_sellers, "shop", _SHOP),
            (_homes, "home", ("name",)),
        )
        for name in names
    ]
    return select(*stock.COLUMNS, *named, *beside).select_from(came_from)


_PACK = ("sku", "name", "is_active", "price_vnd", "net_grams", "gross_grams", "minimum", "multiple", "is_actual_weight")
_GOODS = ("slug", "state", "name", "name_en", "vat_percent")
_SHOP = ("id", "ref", "slug", "name", "legal_name", "state", "street")


def packs_in(rows: Iterable[Any]) -> list[Pack]:
    """The packs that rows of `whole()` say, in their order; one more query where some have tier prices."""
    found = list(rows)
    figures = stock.figures_in(found)
    tiers = _tiers_of([row.variant_id for row in found if row.has_tiers])
    shops: dict[int, Shop] = {}
    return [_pack(row, figures[row.variant_id], tiers, shops) for row in found]


def _tiers_of(variant_ids: list[int]) -> Mapping[int, tuple[tuple[int, int], ...]]:
    if not variant_ids:
        return {}
    found: defaultdict[int, tuple[tuple[int, int], ...]] = defaultdict(tuple)
    wanted = _tiers.c.variant_id.in_(variant_ids)
    rows = select(_tiers.c.variant_id, _tiers.c.least_quantity, _tiers.c.price_vnd).where(wanted)
    for variant_id, least, price in db.session.execute(rows.order_by(_tiers.c.least_quantity)):
        found[variant_id] += ((least, price),)
    return found


def _pack(row: Any, figures: Figures, tiers: Mapping[int, tuple[tuple[int, int], ...]], shops: dict[int, Shop]) -> Pack:
    seller = shops.get(row.shop_id) or shops.setdefault(row.shop_id, _shop(row))
    return Pack(
        id=row.variant_id,
        sku=row.pack_sku,
        name=row.pack_name,
        is_active=row.pack_is_active,
        price_vnd=row.pack_price_vnd,
        net_grams=row.pack_net_grams,
        gross_grams=row.pack_gross_grams,
        minimum=row.pack_minimum,
        multiple=row.pack_multiple,
        keeping=row.keeping,
        lead_days=row.lead_days,
        daily_capacity=row.daily_capacity,
        is_actual_weight=row.pack_is_actual_weight,
        tiers=tiers.get(row.variant_id, ()),
        product=_goods(row, seller),
        figures=figures,
    )


def _goods(row: Any, seller: Shop) -> Goods:
    return Goods(
        id=row.product_id,
        slug=row.goods_slug,
        state=row.goods_state,
        name=row.goods_name,
        name_en=row.goods_name_en,
        season_months=row.season_months,
        vat_percent=row.goods_vat_percent,
        set_number=row.set_number,
        picture=row.picture,
        seller=seller,
    )


def shop_of(seller: Shop | Organisation) -> Shop:
    """A seller as freight knows her."""
    if isinstance(seller, Shop):
        return seller
    home = Home(seller.province.name, seller.province.now.id, seller.province.now.region)
    named: dict[str, Any] = {name: getattr(seller, name) for name in _SHOP}
    return Shop(**named, province=home)


def _shop(row: Any) -> Shop:
    return Shop(
        id=row.shop_id,
        ref=row.shop_ref,
        slug=row.shop_slug,
        name=row.shop_name,
        legal_name=row.shop_legal_name,
        state=row.shop_state,
        street=row.shop_street,
        province=Home(row.home_name, row.home_now_id, row.home_region),
    )
