"""A large market for measurements: invented producers and goods in any number, all marked as illustrative.

Names are made of the demonstration's kinds, real communes and running numbers. Each batch is one short transaction, and
a second call only adds what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue import jobs as catalogue
from marketplace.catalogue.models import ALL_MONTHS, Certificate, Product, ProductSet, TierPrice, Variant
from marketplace.catalogue.services.indexing import document_of
from marketplace.catalogue.states import CertificateBasis, Keeping, ProductState
from marketplace.core import clock, search
from marketplace.core.database import db, gather_statistics, writing
from marketplace.core.text import slugify
from marketplace.demo import loading, producers, scaled_trade
from marketplace.demo.reading import Row, months_before, rows
from marketplace.inventory.models import Movement, StockItem
from marketplace.inventory.states import MovementKind
from marketplace.orders.models import Order
from marketplace.places.models import Province, Ward

SEED = 2026
GOODS_OF_ONE = 50
PRODUCERS_A_BATCH = 4
# of a hundred products that many have this star; the rest have none
STARS = {3: 52, 4: 30, 5: 6}
PREFIX = re.compile(r"^(Phường|Xã|Đặc khu|phường|xã|đặc khu)\s+")


@dataclass(frozen=True)
class Ground:
    """What goods are made of: kinds, units of old and of today, communes; read once and no longer in a session."""

    kinds: list[tuple[Row, str]]
    today: list[Province]
    origins: dict[int, list[Province]]
    wards: dict[int, list[Ward]]
    sets: dict[int, ProductSet]


def load(products: int, orders: int) -> str:
    """The demonstration and as many goods and orders as are asked for in all. Answers a sentence."""
    loading.load()
    ground = _ground()
    number = _count(Product)
    while number < products:
        number += _batch(ground, number, products - number)
    scaled_trade.add(orders - _count(Order))
    catalogue.add_up_counts()
    with writing():
        gather_statistics()
    return f"The market holds {_count(Product)} products and {_count(Order)} orders."


def _count(kind: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(kind)) or 0
    db.session.rollback()
    return int(found)


def _ground() -> Ground:
    units = list(db.session.scalars(select(Province).options(selectinload(Province.successor))))
    wards: dict[int, list[Ward]] = {}
    for ward in db.session.scalars(select(Ward).order_by(Ward.code)):
        wards.setdefault(ward.province_id, []).append(ward)
    sets = {one.number: one for one in db.session.scalars(select(ProductSet))}
    names = {unit.slug: unit.name for unit in units}
    db.session.expunge_all()
    origins = {unit.id: [one for one in units if one.now.id == unit.id] for unit in units if unit.is_today}
    kinds = [(row, _bare(row, names[row["origin"]])) for row in rows("listings")]
    return Ground(kinds, [unit for unit in units if unit.is_today], origins, wards, sets)


def _bare(row: Row, province: str) -> str:
    """The kind's name without the place it comes from."""
    place = re.sub(r"^\S*(xã|huyện|TP|phường|thị trấn|bản|làng)\s+", "", row["place"])
    name = row["kind"]
    for said in (place, province):
        name = name.replace(said, "").strip() or name
    return " ".join(name.split())


def _batch(ground: Ground, number: int, missing: int) -> int:
    """Some producers with their goods, from a running number on; answers how many goods."""
    chance = Random(SEED + number)  # noqa: S311 (the same seed gives the same market)
    shares = [chance.randint(GOODS_OF_ONE // 2, GOODS_OF_ONE * 3 // 2) for _ in range(PRODUCERS_A_BATCH)]
    with writing():
        sellers = [_producer(ground, chance, number + place) for place in range(len(shares))]
        db.session.flush()
        made = [
            _goods(ground, chance, seller) for seller, share in zip(sellers, shares, strict=True) for _ in range(share)
        ]
        made = made[:missing]
        for place, one in enumerate(made, start=number + 1):
            one["slug"] = f"{slugify(one['name'], most=70)}-{place}"
            one["name"] = f"{one['name']} số {place}"
        _write(ground, {seller.id: seller for seller in sellers}, made, chance, number)
    db.session.expunge_all()
    return len(made)


def _producer(ground: Ground, chance: Random, number: int) -> Organisation:
    province = chance.choice(ground.today)
    ward = chance.choice(ground.wards[province.id])
    pattern = chance.choice(rows("producers"))
    is_household = number % 3 == 0
    name = f"{'Cơ sở' if is_household else 'HTX Nông sản'} {PREFIX.sub('', ward.name)} {number}"
    row = {
        **pattern,
        "slug": slugify(name),
        "name": name,
        "legal_name": name if is_household else f"Hợp tác xã Nông sản {PREFIX.sub('', ward.name)} {number}",
        "legal_form": "household_business" if is_household else "cooperative",
        "tax_code": None,
        "email": f"scaled{number}@producers.example",
        "street": f"Số {number % 200 + 1}",
    }
    freight = {one["id"]: one for one in rows("freight")}["parcel"]
    return producers.add(row, db.session.merge(province, load=False), db.session.merge(ward, load=False), freight)


# --- goods -----------------------------------------------------------------------------------------------------------


def _goods(ground: Ground, chance: Random, seller: Organisation) -> dict[str, Any]:
    """One product's row; its name has no number yet."""
    kind, bare = chance.choice(ground.kinds)
    origin = chance.choice(ground.origins[seller.province_id])
    ward = chance.choice(ground.wards[seller.province_id])
    star = chance.choices([*STARS, None], [*STARS.values(), 100 - sum(STARS.values())])[0]
    price = max(10_000, round(kind["price_vnd"] * chance.uniform(0.6, 1.8), -3))
    is_there = chance.random() < 0.93
    return {
        "seller_id": seller.id,
        "set_id": ground.sets[kind["set"]].id,
        "state": ProductState.PUBLISHED,
        "name": f"{bare} {PREFIX.sub('', ward.name)}",
        "name_en": kind["name_en"],
        "summary": kind["summary_vi"],
        "summary_en": kind["summary_en"],
        "story": kind["story_vi"],
        "ingredients": kind["ingredients_vi"] or "",
        "storage": kind["storage_vi"] or "",
        "shelf_life": kind["shelf_life_vi"] or "",
        "keywords": ", ".join(kind["keywords"]),
        "origin_id": origin.id,
        "origin_now_id": seller.province_id,
        "place": ward.name,
        "unit": kind["unit"],
        "season_months": sum(1 << (month - 1) for month in kind["season"]) if kind["season"] else ALL_MONTHS,
        "vat_percent": kind["vat_percent"],
        "published_at": clock.now() - timedelta(minutes=chance.randint(1, 400_000)),
        "price_from_vnd": int(price),
        "has_wholesale": chance.random() < 0.4,
        "in_stock": is_there,
        "star": star,
        "star_until": months_before(clock.today(), -chance.randint(1, 35)) if star else None,
        "star_is_illustrative": bool(star),
        "popularity": 10 * (star or 0),
    }


def _write(
    ground: Ground, sellers: dict[int, Organisation], made: list[dict[str, Any]], chance: Random, number: int
) -> None:
    ids = _inserted(Product, made)
    packs = [_pack(row, one, number + place) for place, (row, one) in enumerate(zip(made, ids, strict=True), start=1)]
    variants = _inserted(Variant, packs)
    tiers = [
        {"variant_id": variant, "least_quantity": 10, "price_vnd": row["price_from_vnd"] * 9 // 10}
        for row, variant in zip(made, variants, strict=True)
        if row["has_wholesale"]
    ]
    _insert(TierPrice, tiers)
    _insert(Certificate, [_certificate(row, one) for row, one in zip(made, ids, strict=True) if row["star"]])
    _stock(made, variants, chance)
    search.put(document_of(one) for one in _shown(ground, sellers, made, ids, packs))


def _inserted(kind: Any, found: Sequence[dict[str, Any]]) -> list[int]:
    """The ids of the new rows, in their order."""
    return list(db.session.scalars(insert(kind.__table__).returning(kind.id, sort_by_parameter_order=True), found))


def _insert(kind: Any, found: Sequence[dict[str, Any]]) -> None:
    if found:
        db.session.execute(insert(kind.__table__), found)


def _pack(row: dict[str, Any], product_id: int, number: int) -> dict[str, Any]:
    return {
        "sku": f"OM{number:06d}-1",
        "product_id": product_id,
        "seller_id": row["seller_id"],
        "name": f"{row['unit']} 500 g",
        "price_vnd": row["price_from_vnd"],
        "net_grams": 500,
        "gross_grams": 560,
        "keeping": Keeping.STOCKED,
    }


def _certificate(row: dict[str, Any], product_id: int) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "star": row["star"],
        "number": f"MH-{product_id:06d}",
        "issued_by": "Dữ liệu minh họa",
        "issued_on": months_before(row["star_until"], 36),
        "valid_until": row["star_until"],
        "basis": CertificateBasis.ILLUSTRATIVE,
    }


def _stock(made: list[dict[str, Any]], variants: list[int], chance: Random) -> None:
    shelves = [
        {"variant_id": variant, "on_hand": chance.randint(200, 2000) if row["in_stock"] else 0, "reserved": 0}
        for row, variant in zip(made, variants, strict=True)
    ]
    items = _inserted(StockItem, shelves)
    receipt = {
        "kind": MovementKind.RECEIPT,
        "reason": "dữ liệu minh họa",
        "actor_kind": "system",
        "actor_ref": "scaling",
    }
    pairs = [(item, shelf["on_hand"]) for item, shelf in zip(items, shelves, strict=True) if shelf["on_hand"]]
    _insert(Movement, [{**receipt, "stock_item_id": item, "quantity": packs} for item, packs in pairs])


def _shown(
    ground: Ground,
    sellers: dict[int, Organisation],
    made: list[dict[str, Any]],
    ids: list[int],
    packs: list[dict[str, Any]],
) -> list[Product]:
    """The goods as objects that no session knows, for the search index to read."""
    units = {unit.id: unit for same in ground.origins.values() for unit in same}
    sets = {one.id: one for one in ground.sets.values()}
    found = []
    for row, one, pack in zip(made, ids, packs, strict=True):
        product = Product(id=one, **row)
        product.seller, product.product_set = sellers[row["seller_id"]], sets[row["set_id"]]
        product.origin, product.origin_now = units[row["origin_id"]], units[row["origin_now_id"]]
        product.variants = [Variant(**pack)]
        found.append(product)
    return found
