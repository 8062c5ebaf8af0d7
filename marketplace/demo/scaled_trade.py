"""Orders of a large market: completed, paid on delivery, with every row that the checks of the books ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from marketplace.accounts.models import Organisation
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.core import audit, clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.money import net_of_vat
from marketplace.core.refs import new_token, next_refs
from marketplace.inventory.models import Hold, Movement, StockItem
from marketplace.inventory.states import HoldState, MovementKind
from marketplace.orders.models import Order, OrderLine, OrderStep, Purchase
from marketplace.orders.states import DeliveryKind, OrderState, Side, StepKind
from marketplace.payments.models import LedgerEntry, LedgerTransaction, Payment
from marketplace.payments.states import Account, PaymentState
from marketplace.places.models import Province, Ward

SEED = 2027
BATCH = 400
FREIGHT_VND = 30_000
LEFT = 50
STEPS = (StepKind.PLACED, StepKind.CONFIRMED, StepKind.SHIPPED, StepKind.DELIVERED, StepKind.COMPLETED)
SIDES = (Side.BUYER, Side.SELLER, Side.SELLER, Side.BUYER, Side.PLATFORM)


@dataclass(frozen=True)
class Shelf:
    """A pack that can be had, and how many more of it may be sold."""

    row: Any
    left: int


def add(count: int) -> None:
    """So many more orders, oldest goods the most wanted; then the goods are ordered by what was sold."""
    if count <= 0:
        return
    shelves, places = _shelves(), _places()
    left = {shelf.row.item_id: shelf.left for shelf in shelves}
    chance = Random(SEED + count)  # noqa: S311 (the same seed gives the same market)
    sold: Counter[int] = Counter()
    for start in range(0, count, BATCH):
        with writing():
            _write(_chosen(shelves, left, chance, min(BATCH, count - start)), places, chance, sold)
        db.session.expunge_all()
    _count_sold(sold)


def _shelves() -> list[Shelf]:
    columns = (
        Variant.id.label("variant_id"), Variant.sku, Variant.name.label("pack"), Variant.price_vnd, Variant.gross_grams,
        Product.id.label("product_id"), Product.slug, Product.name, Product.name_en, Product.vat_percent,
        Product.seller_id, Organisation.legal_name, ProductSet.number.label("set_number"),
        StockItem.id.label("item_id"), (StockItem.on_hand - StockItem.reserved - LEFT).label("left"),
    )  # fmt: skip
    found = select(*columns).join(Product, Product.id == Variant.product_id).join(Product.seller)
    found = found.join(Product.product_set).join(StockItem, StockItem.variant_id == Variant.id)
    kept = found.where(Variant.sku.like("OM%"), StockItem.on_hand > LEFT + 5).order_by(Variant.id)
    shelves = [Shelf(row, row.left) for row in db.session.execute(kept)]
    db.session.rollback()
    return shelves


def _places() -> list[tuple[int, int]]:
    wards = select(Ward.id, Ward.province_id).join(Province).order_by(Ward.id)
    return [(ward, province) for ward, province in db.session.execute(wards)]


def _chosen(shelves: list[Shelf], left: dict[int, int], chance: Random, count: int) -> list[tuple[Any, int]]:
    """One pack and a quantity for each order; the first shelves are chosen far more often than the last."""
    chosen: list[tuple[Any, int]] = []
    for _ in range(count):
        row = shelves[int(len(shelves) * chance.random() ** 2)].row
        quantity = chance.choice((1, 1, 1, 2, 2, 3, 5))
        if left[row.item_id] < quantity:
            row = max(chance.sample(shelves, min(50, len(shelves))), key=lambda shelf: left[shelf.row.item_id]).row
        if left[row.item_id] >= quantity:
            left[row.item_id] -= quantity
            chosen.append((row, quantity))
    return chosen


def _write(chosen: list[tuple[Any, int]], places: list[tuple[int, int]], chance: Random, sold: Counter[int]) -> None:
    days = [clock.now() - timedelta(minutes=chance.randint(20 * 1440, 700 * 1440)) for _ in chosen]
    bought = [_purchase(ref, chance.choice(places), chance) for ref in next_refs("purchase", len(chosen))]
    orders = [
        _order(ref, row, quantity, at)
        for ref, (row, quantity), at in zip(next_refs("order", len(chosen)), chosen, days, strict=True)
    ]
    for purchase, order, at in zip(bought, orders, days, strict=True):
        purchase |= {"total_vnd": order["total_vnd"], "created_at": at}
    for order, purchase_id in zip(orders, _inserted(Purchase, bought), strict=True):
        order["purchase_id"] = purchase_id
    ids = _inserted(Order, orders)
    _insert(OrderLine, [_line(one, row, quantity) for one, (row, quantity) in zip(ids, chosen, strict=True)])
    _insert(OrderStep, [step for one, at in zip(ids, days, strict=True) for step in _steps(one, at)])
    _book(ids, orders)
    _ship(orders, chosen)
    for row, quantity in chosen:
        sold[row.product_id] += quantity
    audit.record(audit.Subject("demo", "scaling"), "orders", by=SYSTEM, orders=len(ids))


def _inserted(kind: Any, found: Sequence[dict[str, Any]]) -> list[int]:
    return list(db.session.scalars(insert(kind.__table__).returning(kind.id, sort_by_parameter_order=True), found))


def _insert(kind: Any, found: Sequence[dict[str, Any]]) -> None:
    if found:
        db.session.execute(insert(kind.__table__), found)


def _purchase(ref: str, place: tuple[int, int], chance: Random) -> dict[str, Any]:
    ward, province = place
    return {
        "ref": ref,
        "token": new_token(),
        "name": "Khách minh họa",
        "phone": f"07{chance.randint(10_000_000, 99_999_999)}",
        "street": f"Số {chance.randint(1, 300)}",
        "ward_id": ward,
        "province_id": province,
        "payment_method": "cod",
        "terms_version": "2026-11",
        "note": "dữ liệu minh họa",
    }


def _order(ref: str, row: Any, quantity: int, at: datetime) -> dict[str, Any]:
    goods = row.price_vnd * quantity
    day = clock.local(at).date()
    return {
        "ref": ref,
        "hold_ref": ref,
        "seller_id": row.seller_id,
        "seller_name": row.legal_name,
        "state": OrderState.COMPLETED,
        "delivery": DeliveryKind.SHIP,
        "payment_method": "cod",
        "goods_vnd": goods,
        "freight_vnd": FREIGHT_VND,
        "total_vnd": goods + FREIGHT_VND,
        "vat_vnd": goods - net_of_vat(goods, Decimal(row.vat_percent)),
        "grams": row.gross_grams * quantity,
        "ready_on": day,
        "earliest_on": day + timedelta(days=2),
        "latest_on": day + timedelta(days=4),
        "ship_on": day,
        "is_paid": True,
        "placed_at": at,
        "shipped_at": at + timedelta(days=1),
        "delivered_at": at + timedelta(days=3),
    }


def _line(order_id: int, row: Any, quantity: int) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "variant_id": row.variant_id,
        "sku": row.sku,
        "product_name": row.name,
        "product_name_en": row.name_en,
        "product_slug": row.slug,
        "variant_name": row.pack,
        "set_number": row.set_number,
        "quantity": quantity,
        "shipped_quantity": quantity,
        "unit_price_vnd": row.price_vnd,
        "list_price_vnd": row.price_vnd,
        "amount_vnd": row.price_vnd * quantity,
        "vat_percent": row.vat_percent,
    }


def _steps(order_id: int, at: datetime) -> list[dict[str, Any]]:
    return [
        {"order_id": order_id, "kind": kind, "side": side, "at": at + timedelta(days=day)}
        for day, (kind, side) in enumerate(zip(STEPS, SIDES, strict=True))
    ]


def _book(ids: list[int], orders: list[dict[str, Any]]) -> None:
    """The money of each order: due, then received by the seller at the door."""
    refs = next_refs("payment", len(ids))
    _insert(Payment, [_payment(*one) for one in zip(refs, ids, orders, strict=True)])
    facts, entries = [], []
    ledger = iter(next_refs("ledger", 2 * len(ids)))
    for ref, one, order in zip(refs, ids, orders, strict=True):
        total, seller, at = order["total_vnd"], order["seller_id"], order["delivered_at"]
        facts.append({"ref": next(ledger), "kind": "sale", "source_ref": order["ref"], "order_id": one, "at": at})
        facts.append({"ref": next(ledger), "kind": "receipt", "source_ref": ref, "order_id": one, "at": at})
        entries.append(_pair(Account.RECEIVABLE, Account.PAYABLE_TO_SELLER, total, seller))
        entries.append(_pair(Account.RECEIVED_BY_SELLER, Account.RECEIVABLE, total, seller))
    booked = zip(_inserted(LedgerTransaction, facts), entries, strict=True)
    _insert(LedgerEntry, [{**entry, "transaction_id": one} for one, pair in booked for entry in pair])


def _payment(ref: str, order_id: int, order: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": ref,
        "order_id": order_id,
        "provider": "cod",
        "state": PaymentState.RECEIVED,
        "amount_vnd": order["total_vnd"],
        "received_vnd": order["total_vnd"],
        "memo": f"OCOP {order['ref'].replace('-', '')}",
        "received_at": order["delivered_at"],
        "created_at": order["placed_at"],
    }


def _pair(debit: Account, credit: Account, amount: int, seller_id: int) -> list[dict[str, Any]]:
    return [
        {"account": debit, "seller_id": seller_id, "amount_vnd": amount},
        {"account": credit, "seller_id": seller_id, "amount_vnd": -amount},
    ]


def _ship(orders: list[dict[str, Any]], chosen: list[tuple[Any, int]]) -> None:
    """What was set aside was taken; the shelf and its book go down alike."""
    shipped = [(order, row, packs) for order, (row, packs) in zip(orders, chosen, strict=True)]
    held = {"state": HoldState.TAKEN}
    _insert(Hold, [{**held, "stock_item_id": r.item_id, "owner_ref": o["ref"], "quantity": n} for o, r, n in shipped])
    sale = {"kind": MovementKind.SALE, "actor_kind": "system", "actor_ref": "scaling"}
    _insert(
        Movement,
        [
            {**sale, "stock_item_id": r.item_id, "quantity": -n, "owner_ref": o["ref"], "at": o["shipped_at"]}
            for o, r, n in shipped
        ],
    )
    gone: Counter[int] = Counter()
    for _order_row, row, packs in shipped:
        gone[row.item_id] += packs
    _shift(StockItem, StockItem.on_hand, {item: -packs for item, packs in gone.items()})


def _shift(kind: Any, column: Any, changes: dict[int, int]) -> None:
    table = kind.__table__
    one = (
        update(table)
        .where(table.c.id == bindparam("one"))
        .values({column.name: table.c[column.name] + bindparam("by")})
    )
    db.session.execute(one, [{"one": key, "by": change} for key, change in sorted(changes.items())])


def _count_sold(sold: Counter[int]) -> None:
    ids = sorted(sold)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with writing():
            _shift(Product, Product.sold, {one: sold[one] for one in batch})
            catalogue.refresh_popularity(batch)
        db.session.expunge_all()
