"""Favourites: kept once, let go again, told when they become cheaper or run out; and what a browser remembers."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from marketplace.catalogue.models import Product
from marketplace.core.database import db, writing
from marketplace.storefronts.models import Favourite
from marketplace.storefronts.queries import MOST_KEPT
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, on_sale, shown_products


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Favourite.id))) or 0


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_product_is_kept_once_and_let_go(app: Flask, client_of: Any) -> None:
    with app.app_context():
        made, buyer = on_sale("Bánh đậu xanh"), client_of(factories.person())
    for _ in range(2):
        answer = buyer.post("/me/favourites", data={"product": made.slug})
        assert answer.status_code == 303
    assert kept(app) == 1
    assert "Bánh đậu xanh" in buyer.get("/me/favourites").text
    assert buyer.get("/me/favourites.json").json["slugs"] == [made.slug]
    for _ in range(2):
        assert buyer.post(f"/me/favourites/{made.slug}/removal").status_code == 303
    assert kept(app) == 0
    assert "Chưa lưu sản phẩm nào" in buyer.get("/me/favourites").text


def test_what_a_browser_kept_joins_the_account(app: Flask, client_of: Any) -> None:
    with app.app_context():
        slugs = [on_sale(f"Bánh {number}").slug for number in range(3)]
        buyer = client_of(factories.person())
    answer = buyer.post("/me/favourites", data={"product": [*slugs, "khong-co", slugs[0]]}, follow_redirects=True)
    assert "Đã lưu 3 sản phẩm." in answer.text
    assert kept(app) == 3


def test_a_guest_without_scripts_comes_back_to_the_goods(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Bánh đậu xanh")
    page = f"/products/{made.slug}"
    told = {"Referer": f"http://localhost{page}"}
    answer = client.post("/me/favourites", data={"product": made.slug}, headers=told)
    assert (answer.status_code, answer.location) == (303, f"/sign-in?next={page}")
    assert "Bạn đăng nhập để lưu sản phẩm" in client.get(answer.location).text
    assert kept(app) == 0


def test_what_nobody_sells_is_not_kept(app: Flask, client_of: Any) -> None:
    with app.app_context():
        draft = factories.product(factories.seller(), state="draft")
        buyer = client_of(factories.person())
    for slug in (draft.slug, "khong-co", ""):
        assert buyer.post("/me/favourites", data={"product": slug}).status_code == 404
    assert buyer.post("/me/favourites").status_code == 404
    assert kept(app) == 0


def test_nobody_keeps_without_end(app: Flask, client_of: Any) -> None:
    with app.app_context():
        person, seller = factories.person(), factories.seller()
        goods = [factories.product(seller, stock=None) for _ in range(2)]
        with writing():
            many = [factories.product(seller, stock=None) for _ in range(MOST_KEPT)]
            db.session.add_all(Favourite(person_id=person.id, product_id=one.id, price_vnd=1) for one in many)
        buyer = client_of(person)
    answer = buyer.post("/me/favourites", data={"product": goods[0].slug}, follow_redirects=True)
    assert f"Bạn đã lưu {MOST_KEPT} sản phẩm" in answer.text
    assert kept(app) == MOST_KEPT


def test_a_guest_is_asked_to_sign_in_and_nothing_is_kept(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
    answer = client.post("/me/favourites", data={"product": made.slug})
    assert answer.location.startswith("/sign-in")
    assert client.get("/me/favourites.json").json == {"slugs": None}
    assert "chỉ trình duyệt này nhớ" in client.get("/me/favourites").text
    assert kept(app) == 0


def test_the_owner_sees_what_became_of_it(app: Flask, client_of: Any) -> None:
    with app.app_context():
        goods = [on_sale(name, price_vnd=65_000) for name in ("Rẻ hơn", "Hết hàng", "Thôi bán")]
        buyer = client_of(factories.person())
    buyer.post("/me/favourites", data={"product": [one.slug for one in goods]})
    changes: list[dict[str, Any]] = [{"price_from_vnd": 60_000}, {"in_stock": False}, {"state": "withdrawn"}]
    with app.app_context(), writing():
        for one, columns in zip(goods, changes, strict=True):
            db.session.execute(update(Product).where(Product.id == one.id).values(**columns))
    words = plain(buyer.get("/me/favourites").text).replace("\xa0", " ")
    assert "Rẻ hơn 5.000 ₫ so với lúc bạn lưu" in words
    assert "Hết hàng" in words
    assert "Không còn bán" in words


def test_another_persons_favourites_stay_her_own(app: Flask, client_of: Any) -> None:
    with app.app_context():
        made = on_sale()
        one, other = client_of(factories.person()), client_of(factories.person())
    one.post("/me/favourites", data={"product": made.slug})
    assert other.get("/me/favourites.json").json["slugs"] == []
    other.post(f"/me/favourites/{made.slug}/removal")
    assert kept(app) == 1


def test_the_product_page_shows_what_is_kept(app: Flask, client_of: Any) -> None:
    with app.app_context():
        made, buyer = on_sale(), client_of(factories.person())
    assert 'aria-pressed="false"' in buyer.get(f"/products/{made.slug}").text.split('id="card-tools"')[0]
    buyer.post("/me/favourites", data={"product": made.slug})
    page = buyer.get(f"/products/{made.slug}").text.split('id="card-tools"')[0]
    assert f'action="/me/favourites/{made.slug}/removal"' in page
    assert 'aria-pressed="true"' in page


def test_cards_come_in_the_order_that_is_asked_for(app: Flask, client: Client) -> None:
    with app.app_context():
        first, second = on_sale("Một"), on_sale("Hai")
        hidden = factories.product(factories.seller(), state="draft")
    page = client.get(f"/products/cards?p={second.slug}&p={hidden.slug}&p=khong-co&p={first.slug}&p={second.slug}")
    assert shown_products(page) == [second.slug, first.slug]
    assert "<html" not in page.text
    assert shown_products(client.get("/products/cards")) == []


def test_favourites_ask_the_same_for_one_and_for_many(app: Flask, client_of: Any) -> None:
    with app.app_context():
        person = factories.person()
        buyer = client_of(person)

    def one_more() -> None:
        made = on_sale()
        factories.stored(Favourite(person_id=person.id, product_id=made.id, price_vnd=70_000))

    assert_steady(app, buyer, "/me/favourites", one_more)
