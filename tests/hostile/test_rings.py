"""Two acts that each hold what the other needs: on PostgreSQL they would wait until one of them is shot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product, Variant
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.inventory import queries as stock
from marketplace.inventory.services import holds
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from tests import factories
from tests.access import making
from tests.access.making import a_guest, confirmation, fill, goods

Race = Callable[..., list[Any]]
LONG = 0.5


def errors(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def test_the_last_pack_is_bought_while_its_price_changes(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line points to its pack, and being sold out is written on the product; a price locks both the other way."""
    with app.app_context():
        cake, buyer = goods(1), a_guest()
        fill(buyer, (cake, 1))
        form = confirmation(buyer)
    lines_stored, check = threading.Event(), holds._check

    def slow_check(*known: Any) -> None:
        lines_stored.set()
        time.sleep(LONG)
        check(*known)

    monkeypatch.setattr(holds, "_check", slow_check)

    def act(i: int) -> Any:
        if i == 0:
            return making.place(form, buyer)
        lines_stored.wait(10)
        with writing():
            catalogue.price(db.session.get_one(Variant, cake), 70_000, tiers={}, by=SYSTEM)
        return "priced"

    assert errors(race(2, act)) == []
    with app.app_context():
        assert not db.session.scalars(select(Product.in_stock)).one()
        assert stock.stock_faults() == []


def test_two_parcels_with_the_same_goods_in_opposite_order(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = _two_parcels(app)
    add_sold = catalogue.add_sold

    def slow(product_id: int, quantity: int) -> None:
        add_sold(product_id, quantity)
        time.sleep(LONG / 2)

    monkeypatch.setattr(catalogue, "add_sold", slow)

    def ship(i: int) -> Any:
        order = db.session.scalars(select(Order).where(Order.ref == refs[i])).one()
        with writing():
            services.ship(order, carrier="VNPost", tracking="", by=making.somebody_of(order.seller))

    assert errors(race(2, ship)) == []
    with app.app_context():
        assert db.session.scalars(select(Product.sold)).all() == [2, 2]


def _two_parcels(app: Flask) -> list[str]:
    """Two confirmed orders of one seller: other packs of the same two products, put into the cart in turn."""
    with app.app_context():
        factories.province(making.TO)
        seller = factories.seller()
        first, second = (factories.product(seller, name) for name in ("Bánh", "Kẹo"))
        packs = [factories.variant(of).id for of in (first, second)]
        carts = [[factories.variant_of(first).id, factories.variant_of(second).id], packs[::-1]]
        return [_confirmed(wishes, f"091234567{place}") for place, wishes in enumerate(carts)]


def _confirmed(wishes: list[int], phone: str) -> str:
    buyer = a_guest()
    fill(buyer, *((variant_id, 1) for variant_id in wishes))
    ref = making.place(confirmation(buyer, phone=phone), buyer)
    order = db.session.scalars(select(Order).join(Purchase).where(Purchase.ref == ref)).one()
    with writing():
        services.confirm(order, ship_on=making._today(), by=making.somebody_of(order.seller))
    return order.ref
