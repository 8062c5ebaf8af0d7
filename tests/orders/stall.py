"""Two producers with goods, and a buyer who fills carts and forms through the pages as a browser would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Product, Variant
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from marketplace.inventory.models import StockItem
from marketplace.orders.models import Order, Purchase
from marketplace.payments.models import Payment
from marketplace.places import queries as places
from tests import factories
from tests.clients import Client

HIDDEN = re.compile(r'<input type="hidden" name="(token|expected_total|seen)" value="([^"]*)"')


@dataclass
class Stall:
    """Cakes from Hải Dương at 65.000 ₫, rice from Quảng Trị at 210.000 ₫ a pack, and a ward in Hà Nội."""

    app: Flask
    cakes: Organisation
    rice: Organisation
    cake: str
    bag: str
    ward: str
    cake_product: Product

    def of(self, name: str) -> Any:
        """A row of the database by what it is."""
        return {"orders": Order, "purchases": Purchase, "payments": Payment, "notices": Notice}[name]

    def all(self, name: str) -> list[Any]:
        """Every row of a kind, oldest first."""
        kind = self.of(name)
        return list(db.session.scalars(select(kind).order_by(kind.id)))

    def count(self, name: str) -> int:
        """How many rows of a kind there are."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(self.of(name))) or 0

    def stock(self, sku: str) -> tuple[int, int]:
        """On hand and reserved of a pack."""
        with self.app.app_context():
            row = select(StockItem.on_hand, StockItem.reserved).join(Variant).where(Variant.sku == sku)
            on_hand, reserved = db.session.execute(row).one()
            return on_hand, reserved

    def states(self) -> list[str]:
        """The states of all orders, oldest first."""
        with self.app.app_context():
            return [order.state.value for order in self.all("orders")]

    def told(self) -> list[str]:
        """The templates of all notices, oldest first."""
        with self.app.app_context():
            return [notice.template for notice in self.all("notices")]


def set_up(app: Flask) -> Stall:
    """A market of two producers."""
    with app.app_context():
        cakes = factories.seller("Bánh kẹo Tứ Minh")
        rice = factories.seller("HTX Triệu Phong", "quang-tri")
        cake = factories.product(cakes, star=4)
        bag = factories.product(rice, "Gạo hữu cơ", origin="quang-tri", set_number=3, price_vnd=210_000)
        ward = places.wards_of(factories.province("ha-noi"))[0].code
        skus = [factories.variant_of(one).sku for one in (cake, bag)]
        return Stall(app, cakes, rice, *skus, ward, cake)


def on(days: int) -> str:
    """A day as a browser sends it."""
    return (clock.today() + timedelta(days=days)).isoformat()


def manager(app: Flask, of: Organisation) -> Person:
    """Somebody who runs a producer."""
    with app.app_context():
        return factories.manager_of(of)


def put(client: Client, sku: str, quantity: Any = 1) -> TestResponse:
    """Put packs into the cart."""
    return client.post("/cart/lines", data={"variant": sku, "quantity": quantity})


def filled(client: Client, stall: Stall, **changes: Any) -> dict[str, Any]:
    """The checkout's form as a buyer in Hà Nội fills it in, with what the page hid in it."""
    page = client.get(f"/checkout?province=ha-noi&ward={stall.ward}").get_data(as_text=True)
    hidden: dict[str, Any] = {}
    for name, value in HIDDEN.findall(page):
        hidden.setdefault(name, []).append(value)
    typed = {
        "token": hidden["token"][0],
        "expected_total": hidden["expected_total"][0],
        "seen": hidden["seen"],
        "name": "Nguyễn Thị Lan",
        "phone": "0912 345 678",
        "email": "",
        "province": "ha-noi",
        "ward": stall.ward,
        "street": "Số 5 ngõ 12",
        "payment": "cod",
    }
    return {**typed, **changes}


def ordered(client: Client, stall: Stall, *skus: str, **changes: Any) -> str:
    """A purchase of one pack each (a cake where nothing is named); its ref."""
    for sku in skus or (stall.cake,):
        put(client, sku)
    answer = client.post("/checkout", data=filled(client, stall, **changes))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location).rpartition("/")[2]


def orders_of(stall: Stall, purchase_ref: str) -> list[str]:
    """The refs of a purchase's orders."""
    with stall.app.app_context():
        found = select(Order.ref).join(Purchase).where(Purchase.ref == purchase_ref).order_by(Order.id)
        return list(db.session.scalars(found))


def text_of(answer: TestResponse) -> str:
    """The page without hard spaces."""
    return answer.get_data(as_text=True).replace("\u00a0", " ")
