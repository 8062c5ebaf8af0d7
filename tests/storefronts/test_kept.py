"""Public pages are kept for guests while nothing on them changes, and never show anybody another reader's things."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import Product, TierPrice, Variant
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.inventory.models import Lot, StockItem
from marketplace.orders.models import FreightTable
from marketplace.web import kept
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import counted_queries

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def slug(app: Flask) -> str:
    """A product of a producer who delivers."""
    with app.app_context():
        seller = factories.seller()
        return factories.product(seller, name="Mật ong bạc hà", stock=7).slug


def read(client: Client, address: str, times: int = 3) -> str:
    """A page after it was read often enough to be kept."""
    return [client.get(address).get_data(as_text=True) for _ in range(times)][-1]


def asked(client: Client, address: str) -> int:
    with client.application.app_context(), counted_queries() as statements:
        assert client.get(address).status_code == 200
    return len(statements)


@pytest.mark.parametrize("address", ["/", "/products", "/products?q=mat+ong", "/products/{slug}", "/provinces"])
def test_a_kept_page_asks_one_question(app: Flask, slug: str, address: str) -> None:
    client, where = Client(app), address.format(slug=slug)
    first = read(client, where)
    assert asked(client, where) == 1
    assert read(client, where) == first


def changed(app: Flask, statement: Any) -> None:
    with app.app_context(), writing():
        db.session.execute(statement)


CHANGES: dict[str, Callable[[], Any]] = {
    "price": lambda: update(Product).values(price_from_vnd=1),
    "pack": lambda: update(Variant).values(price_vnd=1),
    "stock": lambda: update(StockItem).values(on_hand=3),
    "seller": lambda: update(Organisation).values(name="Tên khác"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen_at_once(app: Flask, slug: str, what: str) -> None:
    client, address = Client(app), f"/products/{slug}"
    read(client, address)
    changed(app, CHANGES[what]())
    assert asked(client, address) > 1


STOCKED: dict[str, tuple[dict[str, int], dict[str, int], bool]] = {
    "among plenty": ({"on_hand": 500}, {"on_hand": 498}, False),
    "promised among plenty": ({"on_hand": 500}, {"reserved": 90}, False),
    "few are left": ({"on_hand": 500}, {"reserved": 495}, True),
    "plenty again": ({"on_hand": 4}, {"on_hand": 500}, True),
    "fewer than must be taken": ({"on_hand": 450, "minimum": 400}, {"on_hand": 390}, True),
    "most is past its day": ({"on_hand": 500, "expired": 490}, {"reserved": 6}, True),
}


@pytest.mark.parametrize("what", STOCKED)
def test_a_sale_is_seen_where_the_page_would_say_something_else(app: Flask, slug: str, what: str) -> None:
    before, then, seen = STOCKED[what]
    client, address = Client(app), f"/products/{slug}"
    with app.app_context(), writing():
        item = db.session.query(StockItem).one()
        item.on_hand, item.variant.minimum = before["on_hand"], before.get("minimum", 1)
        if "expired" in before:
            past = clock.today() - timedelta(days=3)
            lot = Lot(stock_item_id=item.id, code="CU", made_on=past, best_before=past, on_hand=before["expired"])
            db.session.add(lot)
    read(client, address)
    changed(app, update(StockItem).values(then))
    assert (asked(client, address) > 1) is seen


def test_rows_that_come_and_go_are_seen_at_once(app: Flask, slug: str) -> None:
    client, address = Client(app), f"/products/{slug}"
    read(client, address)
    with app.app_context(), writing():
        variant = db.session.query(Variant).one()
        db.session.add(TierPrice(variant_id=variant.id, least_quantity=10, price_vnd=50_000))
    assert "50.000" in client.get(address).get_data(as_text=True)
    read(client, address)
    with app.app_context(), writing():
        db.session.delete(db.session.query(TierPrice).one())
    assert "50.000" not in client.get(address).get_data(as_text=True)


def test_lists_change_with_their_cards_but_not_with_every_pack_sold(app: Flask, slug: str) -> None:
    client = Client(app)
    read(client, "/products")
    changed(app, update(StockItem).values(on_hand=3))
    changed(app, update(Product).values(sold=99))
    assert asked(client, "/products") == 1
    changed(app, update(Product).values(name="Mật ong rừng"))
    assert "Mật ong rừng" in client.get("/products").get_data(as_text=True)


def test_a_suspended_sellers_goods_are_gone_at_once(app: Flask, slug: str) -> None:
    client = Client(app)
    read(client, f"/products/{slug}")
    read(client, "/products")
    changed(app, update(Organisation).values(state=OrganisationState.SUSPENDED))
    assert client.get(f"/products/{slug}").status_code == 404
    assert slug not in client.get("/products").get_data(as_text=True)


def test_freight_that_changes_is_seen_at_once(app: Flask, slug: str) -> None:
    client, address = Client(app), f"/products/{slug}?province=ha-noi"
    read(client, address)
    changed(app, update(FreightTable).values(free_above_vnd=1))
    assert asked(client, address) > 1


def test_each_reader_gets_her_own_form_token(app: Flask, slug: str) -> None:
    one, other = Client(app), Client(app)
    address = f"/products/{slug}"
    tokens = [set(TOKEN.findall(read(client, address))) for client in (one, other, one)]
    assert all(len(each) == 1 for each in tokens)
    assert tokens[0] != tokens[1]
    shelf = app.extensions["kept_pages"]
    assert not any(token in page.html for page in shelf._pages.values() for each in tokens for token in each)


def test_a_kept_page_still_lets_its_reader_buy(app: Flask, slug: str) -> None:
    read(Client(app), f"/products/{slug}")
    buyer = Client(app)
    (token,) = set(TOKEN.findall(buyer.get(f"/products/{slug}").get_data(as_text=True)))
    with app.app_context():
        sku = db.session.query(Variant).one().sku
    app.config["WTF_CSRF_ENABLED"] = True
    answer = buyer.post("/cart/lines", data={"variant": sku, "quantity": "2", "csrf_token": token})
    assert answer.status_code == 303
    assert "(2)" in buyer.get(f"/products/{slug}").get_data(as_text=True)
    assert "(0)" in Client(app).get(f"/products/{slug}").get_data(as_text=True)


def test_the_place_a_guest_named_is_remembered_on_kept_pages_too(app: Flask, slug: str) -> None:
    for _each in range(3):
        guest = Client(app)
        guest.get(f"/products/{slug}?province=ha-noi")
        with guest.session_transaction() as session:
            assert session["province"] == "ha-noi"


def test_languages_and_members_have_their_own_pages(app: Flask, client_of: Callable[[Any], Client], slug: str) -> None:
    guest = Client(app)
    assert '<html lang="vi">' in read(guest, f"/products/{slug}")
    assert '<html lang="en">' in read(Client(app), f"/products/{slug}?lang=en")
    with app.app_context():
        person = factories.person()
    member = client_of(person)
    for _each in range(3):
        assert asked(member, "/products") > 1


def test_a_page_grows_old(app: Flask, slug: str, frozen: Any) -> None:
    client = Client(app)
    # in the middle of a day: at midnight every page is made anew
    at = frozen(datetime(2026, 11, 22, 5, tzinfo=UTC))
    read(client, "/products")
    frozen(at + kept.OLDEST)
    assert asked(client, "/products") == 1
    frozen(at + kept.OLDEST + timedelta(seconds=1))
    assert asked(client, "/products") > 1


def test_the_shelf_lets_go_of_what_was_not_read_for_longest(app: Flask) -> None:
    shelf = kept.Shelf(most=10)
    with app.app_context():
        for key in "abc":
            shelf.put(key, kept._Page("12345", (0,), (1,), kept.clock.now()))
        shelf.get("b")
        shelf.put("d", kept._Page("12345", (0,), (1,), kept.clock.now()))
        assert [key for key in "abcd" if shelf.get(key)] == ["b", "d"]
