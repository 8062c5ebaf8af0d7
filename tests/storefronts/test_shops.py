"""Shops: the list, one producer's page, and what the law wants to be said of her."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.catalogue.models import SlugRedirect
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.storefronts.models import Shop
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, linked_data, on_sale, shown_products


def test_shops_with_goods_are_listed(app: Flask, client: Client) -> None:
    with app.app_context():
        busy, idle = factories.seller("HTX Có Hàng"), factories.seller("HTX Chưa Có Hàng")
        on_sale(seller=busy)
    text = client.get("/shops").text
    assert busy.name in text
    assert idle.name not in text
    assert "1 gian hàng." in text


def test_shops_of_one_province(app: Flask, client: Client) -> None:
    with app.app_context():
        here = factories.seller("HTX Ở Đây", "hai-duong")
        there = factories.seller("HTX Ở Kia", "quang-tri-cu")
        on_sale(seller=here)
        on_sale(seller=there)
    text = client.get("/shops?province=hai-duong").text
    assert here.name in text
    assert there.name not in text


def test_a_shop_says_who_it_is(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.organisation(name="HTX Bánh", legal_name="Hợp tác xã Bánh", tax_code="0100233488")
        factories.stored(Shop(organisation_id=seller.id, story="Lò bánh.\n\nĐỏ lửa.", since_year=1998, households=24))
        made = on_sale(seller=seller)
    page = client.get(f"/shops/{seller.slug}")
    for words in ("Hợp tác xã Bánh", "0100233488", "Trần Văn Bình", "Thôn 1, Thành phố Hải Phòng", "Từ năm 1998"):
        assert words in page.text
    assert "<p>Lò bánh.</p><p>Đỏ lửa.</p>" in page.text
    assert shown_products(page) == [made.slug]
    assert linked_data(page)["Organization"]["legalName"] == "Hợp tác xã Bánh"


def test_a_personal_tax_code_shows_only_its_ends(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.organisation(tax_code="030080990003", legal_form=LegalForm.HOUSEHOLD_BUSINESS)
    text = client.get(f"/shops/{seller.slug}").text
    assert "030080990003" not in text
    assert "030••••••003" in text


def test_a_shop_without_words_or_goods_says_so(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller()
    text = client.get(f"/shops/{seller.slug}").text
    assert "Chủ thể chưa kể câu chuyện của mình." in text
    assert "Hiện gian hàng chưa bán sản phẩm nào." in text


def test_a_producer_who_is_not_verified_is_seen_by_her_own_people_only(
    app: Flask, client: Client, client_of: Any
) -> None:
    with app.app_context():
        seller = factories.organisation(verified=False)
        hers = client_of(factories.manager_of(seller))
    assert client.get(f"/shops/{seller.slug}").status_code == 404
    assert hers.get(f"/shops/{seller.slug}").status_code == 200


def test_a_buyers_organisation_has_no_shop(app: Flask, client: Client) -> None:
    with app.app_context():
        buyer = factories.organisation(OrganisationKind.BUYER)
    assert client.get(f"/shops/{buyer.slug}").status_code == 404


def test_an_old_address_of_a_shop_leads_to_the_new_one(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller()
        factories.stored(SlugRedirect(kind="shop", slug="ten-cu", target=seller.slug))
    answer = client.get("/shops/ten-cu")
    assert (answer.status_code, answer.location) == (301, f"/shops/{seller.slug}")


@pytest.mark.parametrize("address", ["/shops", "/shops/{slug}"])
def test_the_number_of_queries_does_not_grow(app: Flask, client: Client, address: str) -> None:
    with app.app_context():
        seller = factories.seller()
        slug, seller_id = seller.slug, seller.id

    def one_more() -> None:
        on_sale(seller=db.session.get_one(Organisation, seller_id))
        on_sale()

    assert_steady(app, client, address.format(slug=slug), one_more)


def test_a_search_in_a_shop_names_the_words_that_were_left_out(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller()
        made = on_sale("Bánh đậu xanh", seller=seller)
    page = client.get(f"/shops/{seller.slug}", query_string={"q": "bánh đậu xanh iphone"})
    assert shown_products(page) == [made.slug]
    assert "phù hợp khi bỏ “iphone”." in page.text
    assert "phù hợp khi bỏ" not in client.get(f"/shops/{seller.slug}", query_string={"q": "bánh đậu xanh"}).text
    assert "phù hợp khi bỏ" not in client.get(f"/shops/{seller.slug}", query_string={"q": "xyzzyqwk"}).text
