"""Goods for the tests of stock: a producer, a product with packs, and what stands on its shelf."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.refs import next_ref
from marketplace.inventory import services
from marketplace.inventory.models import CapacityDay, Hold, Lot, Movement, StockItem
from marketplace.inventory.services import Demand, LotLabel
from marketplace.places.models import Province

_numbers = count(1)
ORDER = "DH-2026-000001"
OTHER = "DH-2026-000002"
Lots = Sequence[tuple[str, int, int]]


def a_province() -> Province:
    """The province of every test's goods."""
    found = db.session.scalar(select(Province).order_by(Province.id))
    return found or _added(
        Province,
        code="31",
        version="2025",
        slug="hai-phong",
        name="Hải Phòng",
        full_name="Thành phố Hải Phòng",
        name_en="Hai Phong",
        region="Đồng bằng sông Hồng",
        latitude=20.8,
        longitude=106.6,
        aliases=[],
    )


def _added(table: type[Any], **values: Any) -> Any:
    thing = table(**values)
    db.session.add(thing)
    db.session.flush()
    return thing


def a_seller(kind: OrganisationKind = OrganisationKind.PRODUCER) -> int:
    """The id of a producer (or of another organisation)."""
    with writing():
        number = next(_numbers)
        organisation = _added(
            Organisation,
            ref=next_ref("organisation"),
            slug=f"htx-{number}",
            kind=kind,
            legal_form=LegalForm.COOPERATIVE,
            name=f"HTX {number}",
            legal_name=f"Hợp tác xã {number}",
            representative="Phạm Thị Hoa",
            street="Thôn Đông",
            province_id=a_province().id,
        )
        return int(organisation.id)


def a_variant(stock: int = 0, *, lots: Lots = (), **of: Any) -> int:
    """The id of a pack; lots are (code, packs, days until best before), packs beyond them are loose."""
    seller_id = of.pop("seller_id", None) or a_seller()
    with writing():
        number = next(_numbers)
        product = _a_product(seller_id, number, of.pop("season_months", 4095))
        values = {"sku": f"SKU-{number:05d}", "name": "Hộp 300 g", "price_vnd": 65_000, "gross_grams": 350, **of}
        variant = _added(Variant, product_id=product.id, seller_id=seller_id, **values)
        (item,) = services.open_stock([variant.id])
        variant_id = int(variant.id)
        _fill(item, stock, lots)
    return variant_id


def _a_product(seller_id: int, number: int, season_months: int) -> Product:
    place = a_province().id
    kind = db.session.scalar(select(ProductSet)) or _added(ProductSet, number=7, industry="food", name="A", name_en="A")
    where = {"origin_id": place, "origin_now_id": place, "season_months": season_months}
    named = {"slug": f"banh-{number}", "name": f"Bánh đậu xanh {number}", "unit": "hộp"}
    made = _added(Product, seller_id=seller_id, set_id=kind.id, **where, **named)
    assert isinstance(made, Product)
    return made


def _fill(item: StockItem, stock: int, lots: Lots) -> None:
    with clock.frozen(clock.now() - timedelta(days=400)):
        for code, packs, days in lots:
            best_before = clock.today() + timedelta(days=400 + days)
            services.receive(item, packs, by=SYSTEM, lot=LotLabel(code, clock.today(), best_before))
    if stock - sum(packs for _code, packs, _days in lots) > 0:
        services.receive(item, stock - sum(packs for _code, packs, _days in lots), by=SYSTEM)


def made_to_order(capacity: int | None = 10, lead_days: int = 2, **of: Any) -> int:
    """The id of a pack that is made when it is ordered."""
    return a_variant(keeping=Keeping.MADE_TO_ORDER, daily_capacity=capacity, lead_days=lead_days, **of)


def item_of(variant_id: int) -> StockItem:
    """The stock of a pack as it is now."""
    found = select(StockItem).where(StockItem.variant_id == variant_id).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def reserved(variant_id: int, quantity: int, owner_ref: str = ORDER) -> Any:
    """Set packs aside in an act of its own; says when they are ready."""
    with writing():
        return services.reserve([Demand(variant_id, quantity, owner_ref)], by=SYSTEM)[owner_ref, variant_id]


def figures(variant_id: int) -> tuple[int, int]:
    """On hand and reserved."""
    db.session.rollback()
    item = item_of(variant_id)
    return item.on_hand, item.reserved


def lots_of(variant_id: int) -> dict[str, int]:
    """Packs by lot."""
    db.session.rollback()
    return {lot.code: lot.on_hand for lot in item_of(variant_id).lots}


def snapshot() -> list[Any]:
    """Everything that a denial must leave as it is."""
    db.session.rollback()
    counts = [db.session.scalar(select(func.count()).select_from(kind)) for kind in (Movement, AuditEntry, Lot)]
    stocks = db.session.execute(select(StockItem.id, StockItem.on_hand, StockItem.reserved).order_by(StockItem.id))
    holds = db.session.execute(select(Hold.id, Hold.state, Hold.quantity, Hold.expires_at).order_by(Hold.id))
    days = db.session.execute(select(CapacityDay.day, CapacityDay.promised).order_by(CapacityDay.id))
    return [counts, *(list(map(tuple, rows)) for rows in (stocks, holds, days))]
