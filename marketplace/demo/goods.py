"""One product of each of the 161 kinds, with packs, prices, certificates and stock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import ALL_MONTHS, Certificate, Product, ProductSet, TierPrice, Variant
from marketplace.catalogue.states import CertificateBasis, Keeping, ProductState
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db
from marketplace.demo.reading import Row, months_before, rows, sku_of
from marketplace.inventory import services as inventory
from marketplace.inventory.models import StockItem
from marketplace.inventory.services import LotLabel
from marketplace.places.models import Province

VALID_MONTHS = 36
MADE_TO_ORDER_A_DAY = 10


def make(provinces: dict[str, Province], producers: dict[str, Organisation], sets: dict[int, ProductSet]) -> None:
    """Every product, on sale."""
    for number, row in enumerate(rows("listings"), start=1):
        product = _product(row, number, producers[row["producer"]], provinces[row["origin"]], sets[row["set"]])
        db.session.add(product)
    db.session.flush()


def _product(row: Row, number: int, seller: Organisation, origin: Province, product_set: ProductSet) -> Product:
    season = sum(1 << (month - 1) for month in row["season"]) if row["season"] else ALL_MONTHS
    product = Product(
        slug=row["id"],
        seller=seller,
        product_set=product_set,
        state=ProductState.PUBLISHED,
        name=row["name"],
        name_en=row["name_en"],
        summary=row["summary_vi"],
        summary_en=row["summary_en"],
        story=row["story_vi"],
        story_en=row["story_en"],
        ingredients=row["ingredients_vi"] or "",
        usage=row["usage_vi"] or "",
        storage=row["storage_vi"] or "",
        shelf_life=row["shelf_life_vi"] or "",
        keywords=", ".join(row["keywords"]),
        origin=origin,
        origin_now=origin.now,
        place=row["place"],
        unit=row["unit"],
        season_months=season,
        vat_percent=row["vat_percent"],
        published_at=clock.now() - timedelta(days=(number * 37) % 300 + 5),
        price_from_vnd=min(variant["price_vnd"] for variant in row["variants"]),
        has_wholesale=any(variant["tiers"] for variant in row["variants"]),
    )
    product.variants = [_variant(row, place, seller) for place in range(len(row["variants"]))]
    _certify(product, row)
    return product


def _variant(row: Row, place: int, seller: Organisation) -> Variant:
    pack = row["variants"][place]
    return Variant(
        sku=sku_of(row["id"], place),
        seller_id=seller.id,
        name=pack["pack"],
        position=place,
        price_vnd=pack["price_vnd"],
        net_grams=pack["weight_g"] or 0,
        gross_grams=pack["gross_g"] or 0,
        minimum=pack["minimum"],
        multiple=pack["multiple"],
        keeping=Keeping(row["stock"]),
        lead_days=row["lead_days"] or 0,
        daily_capacity=row["daily_capacity"] or (MADE_TO_ORDER_A_DAY if row["stock"] == "made_to_order" else None),
        is_actual_weight=bool(row["actual_weight"]),
        tiers=[TierPrice(least_quantity=least, price_vnd=price) for least, price in pack["tiers"]],
    )


def _certify(product: Product, row: Row) -> None:
    if row["star"] is None:
        return
    issued = months_before(clock.today(), row["certificate"]["months_ago"])
    until = months_before(issued, -VALID_MONTHS)
    product.star, product.star_until, product.star_is_illustrative = row["star"], until, True
    product.certificates = [
        Certificate(
            star=row["star"],
            number=row["certificate"]["number"],
            issued_by=row["certificate"]["issuer"],
            issued_on=issued,
            valid_until=until,
            basis=CertificateBasis.ILLUSTRATIVE,
        )
    ]


def stock(kinds: list[Row]) -> None:
    """Take the goods of these kinds into stock, lot by lot."""
    packs = {sku_of(row["id"], place): (row, pack) for row in kinds for place, pack in enumerate(row["variants"])}
    variants = db.session.scalars(select(Variant).where(Variant.sku.in_(packs))).all()
    items = {item.variant_id: item for item in inventory.open_stock([variant.id for variant in variants])}
    for variant in variants:
        row, pack = packs[variant.sku]
        if pack.get("on_hand") and variant.keeping is not Keeping.MADE_TO_ORDER:
            _receive(items[variant.id], int(pack["on_hand"]), row)


def _receive(item: StockItem, packs: int, row: Row) -> None:
    left = packs
    for number, lot in enumerate(row["lots"] or [], start=1):
        share = left if number == len(row["lots"]) else min(left, round(packs * lot["share"]))
        made_on = clock.today() - timedelta(days=lot["made_days_ago"])
        label = LotLabel(
            f"L{made_on:%y%m%d}-{number}", made_on, clock.today() + timedelta(days=lot["best_before_days"])
        )
        if share > 0:
            inventory.receive(item, share, lot=label, by=SYSTEM)
        left -= share
    if left > 0:
        inventory.receive(item, left, by=SYSTEM)
