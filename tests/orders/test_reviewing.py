"""Reviews: one a delivered line, by its buyer; one public reply by its seller; the product's mean follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from marketplace.accounts.models import Organisation, Person
from marketplace.catalogue.models import Product, Variant
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from marketplace.orders.models import Review
from marketplace.orders.states import OrderState
from tests import factories
from tests.access import making
from tests.clients import Client

LONG = "x" * 1001


@dataclass
class Bought:
    """One delivered line with the people on both sides."""

    ref: str
    sku: str
    slug: str
    name: str
    buyer: Client
    seller: Client
    stranger: Client

    @property
    def url(self) -> str:
        return f"/orders/{self.ref}/lines/{self.sku}"


@pytest.fixture
def bought(app: Flask, client_of: Callable[..., Client]) -> Bought:
    return _bought(app, client_of, OrderState.DELIVERED)


def _bought(app: Flask, client_of: Callable[..., Client], state: OrderState) -> Bought:
    with app.app_context():
        buyer, stranger = factories.person("Trần Thu Hà"), factories.person()
        variant_id = making.goods()
        order = making.order_in(state, factories.actor(buyer), variant_id)
        variant = db.session.get_one(Variant, variant_id)
        manager = factories.manager_of(db.session.get_one(Organisation, variant.seller_id))
        found = order.ref, variant.sku, variant.product.slug, order.purchase.name
        ids = [db.session.get_one(Person, one.id) for one in (buyer, manager, stranger)]
        for person in ids:
            db.session.refresh(person)
    return Bought(*found, *(client_of(person) for person in ids))


def reviews(app: Flask) -> list[tuple[int, str, str]]:
    with app.app_context():
        return [(one.rating, one.text, one.reply) for one in db.session.query(Review)]


def test_a_review_stands_on_the_page_of_the_product(app: Flask, bought: Bought) -> None:
    assert bought.buyer.post(f"{bought.url}/review", data={"rating": "4", "text": "Bánh mịn <b>"}).status_code == 303
    page = app.test_client().get(f"/products/{bought.slug}").text
    assert "Bánh mịn &lt;b&gt;" in page
    assert f"{bought.name[0]}. {bought.name.split()[-1]}" in page
    assert bought.name not in page
    with app.app_context():
        product = db.session.query(Product).filter_by(slug=bought.slug).one()
        assert (product.rating_sum, product.rating_count) == (4, 1)
        assert "orders/reviewed_seller" in {notice.template for notice in db.session.query(Notice)}


def test_a_second_review_is_refused_and_changes_nothing(app: Flask, bought: Bought) -> None:
    bought.buyer.post(f"{bought.url}/review", data={"rating": "5"})
    again = bought.buyer.post(f"{bought.url}/review", data={"rating": "1", "text": "Đổi ý"})
    assert again.status_code == 422
    assert "Đổi ý" in again.text
    assert reviews(app) == [(5, "", "")]


@pytest.mark.parametrize("state", [OrderState.PLACED, OrderState.SHIPPED])
def test_only_what_was_delivered_is_reviewed(app: Flask, client_of: Callable[..., Client], state: OrderState) -> None:
    early = _bought(app, client_of, state)
    assert early.buyer.post(f"{early.url}/review", data={"rating": "5"}).status_code == 422
    assert reviews(app) == []


@pytest.mark.parametrize(
    "form", [{}, {"rating": "6"}, {"rating": "-1"}, {"rating": "x"}, {"rating": "3", "text": LONG}]
)
def test_what_is_no_review_is_refused_in_words(app: Flask, bought: Bought, form: dict[str, str]) -> None:
    answer = bought.buyer.post(f"{bought.url}/review", data=form)
    assert answer.status_code == 422
    assert "aria-describedby" in answer.text
    assert reviews(app) == []


def test_the_seller_replies_once(app: Flask, bought: Bought) -> None:
    bought.buyer.post(f"{bought.url}/review", data={"rating": "2", "text": "Hơi vỡ"})
    assert "Hơi vỡ" in bought.seller.get(f"/desk/orders/{bought.ref}").text
    assert bought.seller.post(f"{bought.url}/reply", data={"text": "Mong chị thông cảm"}).status_code == 303
    assert bought.seller.post(f"{bought.url}/reply", data={"text": "Nữa"}).status_code == 422
    assert reviews(app) == [(2, "Hơi vỡ", "Mong chị thông cảm")]
    assert "Mong chị thông cảm" in bought.stranger.get(f"/products/{bought.slug}").text


def test_nobody_else_reviews_or_replies(app: Flask, bought: Bought) -> None:
    assert bought.seller.post(f"{bought.url}/review", data={"rating": "5"}).status_code == 403
    assert bought.stranger.post(f"{bought.url}/review", data={"rating": "5"}).status_code == 404
    bought.buyer.post(f"{bought.url}/review", data={"rating": "3"})
    assert bought.buyer.post(f"{bought.url}/reply", data={"text": "Tôi"}).status_code == 403
    assert bought.stranger.post(f"{bought.url}/reply", data={"text": "Tôi"}).status_code == 404
    assert reviews(app) == [(3, "", "")]


def test_the_order_page_offers_what_can_still_be_said(bought: Bought) -> None:
    assert f"{bought.url}/review" in bought.buyer.get(f"/orders/{bought.ref}").text
    bought.buyer.post(f"{bought.url}/review", data={"rating": "5", "text": "Rất ngon"})
    page = bought.buyer.get(f"/orders/{bought.ref}").text
    assert f"{bought.url}/review" not in page
    assert "Rất ngon" in page
