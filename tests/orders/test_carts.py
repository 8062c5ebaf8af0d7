"""The cart: filled by guests and members, honest about what stands in the way, merged at sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from marketplace.catalogue.models import Product
from marketplace.catalogue.states import ProductAction
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.lifecycle import move
from marketplace.inventory.models import StockItem
from marketplace.orders.models import Cart, CartLine, FreightTable
from tests import factories
from tests.clients import Client
from tests.orders.stall import Stall, manager, put, text_of


def lines(app: Flask) -> dict[str, int]:
    """Everything in all carts: packs by SKU."""
    with app.app_context():
        return {line.variant.sku: line.quantity for line in db.session.scalars(select(CartLine))}


def test_a_guest_fills_a_cart_from_two_sellers(client: Client, stall: Stall) -> None:
    assert put(client, stall.cake, 2).status_code == 303
    assert put(client, stall.bag).status_code == 303
    page = text_of(client.get("/cart?province=ha-noi"))
    assert lines(stall.app) == {stall.cake: 2, stall.bag: 1}
    assert page.count("data-seller=") == 2
    assert "340.000 ₫" in page
    assert "Bánh kẹo Tứ Minh" in page
    assert "HTX Triệu Phong" in page
    assert "395.000 ₫" in page  # 340.000 with 25.000 in the region and 30.000 from elsewhere


def test_putting_in_twice_adds_up(client: Client, stall: Stall) -> None:
    put(client, stall.cake, 2)
    put(client, stall.cake, 3)
    assert lines(stall.app) == {stall.cake: 5}


def test_a_line_is_changed_and_taken_out(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    assert client.post(f"/cart/lines/{stall.cake}", data={"quantity": "7"}).status_code == 303
    assert lines(stall.app) == {stall.cake: 7}
    assert client.post(f"/cart/lines/{stall.cake}", data={"quantity": "0"}).status_code == 303
    assert lines(stall.app) == {}
    assert "Giỏ hàng đang trống" in text_of(client.get("/cart"))


@pytest.mark.parametrize("typed", ["", "abc", "-1", "1.5.2e", "999999999999999", "<b>2</b>", "\x00"])
def test_a_bad_quantity_is_refused_and_changes_nothing(client: Client, stall: Stall, typed: str) -> None:
    put(client, stall.cake)
    for path, data in ((f"/cart/lines/{stall.cake}", {}), ("/cart/lines", {"variant": stall.cake})):
        answer = client.post(path, data={**data, "quantity": typed})
        assert answer.status_code == 422
        assert "-error" in text_of(answer)
    assert lines(stall.app) == {stall.cake: 1}


def test_more_than_there_is_says_how_many_are_left_and_keeps_what_was_typed(client: Client, stall: Stall) -> None:
    answer = put(client, stall.cake, 51)
    assert answer.status_code == 422
    assert "chỉ còn 50" in text_of(answer)
    assert 'value="51"' in text_of(answer)
    assert lines(stall.app) == {}


@pytest.mark.parametrize("sku", ["", "SP999999", "x" * 500, "' OR 1=1"])
def test_a_pack_that_is_not_there(client: Client, stall: Stall, sku: str) -> None:
    assert put(client, sku).status_code == (404 if sku else 422)
    assert lines(stall.app) == {}


def test_what_is_no_longer_on_sale_is_marked_and_can_be_taken_out(client: Client, stall: Stall) -> None:
    put(client, stall.cake)
    with stall.app.app_context(), writing():
        move(db.session.get_one(Product, stall.cake_product.id), ProductAction.WITHDRAW, by=SYSTEM)
    assert "hiện không còn bán" in text_of(client.get("/cart"))
    assert client.post(f"/cart/lines/{stall.cake}", data={"quantity": "0"}).status_code == 303
    assert lines(stall.app) == {}


def test_what_was_sold_meanwhile_is_said_at_the_line(client: Client, stall: Stall) -> None:
    put(client, stall.cake, 5)
    with stall.app.app_context(), writing():
        db.session.execute(update(StockItem).values(on_hand=3))
    assert "chỉ còn 3" in text_of(client.get("/cart"))


def test_a_seller_who_does_not_deliver_there_says_so_at_once(client: Client, stall: Stall) -> None:
    with stall.app.app_context(), writing():
        code = factories.province("ha-noi").code
        table = db.session.scalars(select(FreightTable).where(FreightTable.organisation_id == stall.rice.id)).one()
        table.not_served = [code]
    put(client, stall.bag)
    page = text_of(client.get("/cart?province=ha-noi"))
    assert "HTX Triệu Phong chưa giao hàng đến Hà Nội." in page
    assert 'href="/checkout"' not in page


def test_own_goods_are_not_bought(client_of: Callable[[Any], Client], stall: Stall) -> None:
    client = client_of(manager(stall.app, stall.cakes))
    answer = put(client, stall.cake)
    assert answer.status_code == 422
    assert "hàng của chính gian hàng bạn" in text_of(answer)
    assert lines(stall.app) == {}


def test_the_guests_cart_joins_the_persons_at_sign_in(client: Client, stall: Stall) -> None:
    with stall.app.app_context():
        lan = factories.person(email="lan@vidu.vn")
        with writing():
            cart = Cart(person_id=lan.id)
            cart.lines = [CartLine(variant=factories.variant_of(stall.cake_product), quantity=4)]
            db.session.add(cart)
    put(client, stall.cake, 2)
    put(client, stall.bag)
    answer = client.post("/sign-in", data={"email": "lan@vidu.vn", "password": factories.PASSWORD})
    assert answer.status_code == 303
    assert lines(stall.app) == {stall.cake: 4, stall.bag: 1}
    assert "đ" in text_of(client.get("/cart"))
    assert stall.bag in text_of(client.get("/cart"))


def test_every_page_counts_the_cart(client: Client, stall: Stall) -> None:
    put(client, stall.cake, 3)
    assert "data-cart-badge>3<" in text_of(client.get("/orders"))
