"""A product's page: what a buyer decides on, what proves it, and who may see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import Organisation
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product
from marketplace.core import clock
from marketplace.core.database import db, writing
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, linked_data, on_sale, shown_products

BREAKING_OUT = "</script><script>alert(1)</script>"


def plain(text: str) -> str:
    """A page's words without its tags, spaces made alike."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def test_price_pack_place_and_seller_are_there(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller("HTX Bánh Hải Dương")
        made = on_sale("Bánh đậu xanh", seller=seller, summary="Tan ngay trên lưỡi.", story="Đoạn một.\n\nĐoạn hai.")
    page = client.get(f"/products/{made.slug}")
    words = plain(page.text)
    assert "65.000 ₫" in words
    assert "216.667 ₫ / kg" in words
    assert "nay thuộc Hải Phòng" in words
    assert "HTX Bánh Hải Dương" in words
    assert "<p>Đoạn một.</p><p>Đoạn hai.</p>" in page.text


def test_the_drawing_is_named_in_the_readers_language(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Bánh đậu xanh")
        kind = made.product_set
    assert f'alt="Hình vẽ: {kind.name}"' in client.get(f"/products/{made.slug}").text
    assert f'alt="Drawing: {kind.name_en}"' in client.get(f"/products/{made.slug}?lang=en", follow_redirects=True).text


def test_one_form_puts_a_pack_into_the_cart(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
        sku = factories.variant_of(made).sku
    text = client.get(f"/products/{made.slug}").text
    form = re.search(r'<form class="stack decision".*?</form>', text, re.DOTALL)
    assert form is not None
    assert 'action="/cart/lines"' in form[0]
    assert f'name="variant" value="{sku}"' in form[0]
    assert 'name="quantity"' in form[0]
    assert form[0].count("button-primary") == 1


def test_several_packs_are_a_choice_and_one_sold_out_cannot_be_chosen(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(stock=0)
        gone = factories.variant_of(made).sku
        here = factories.variant(made, name="Lốc 5 hộp", price_vnd=300_000, stock=4, position=1).sku
    text = client.get(f"/products/{made.slug}").text
    assert re.search(rf'value="{gone}"[^>]* disabled', text)
    assert re.search(rf'value="{here}"[^>]* checked', text)


def test_a_litre_has_its_price(app: Flask, client: Client) -> None:
    with app.app_context():
        made = factories.product(factories.seller(), "Nước mắm", set_number=9, stock=None)
        factories.variant(made, name="Chai 500 ml", price_vnd=150_000, net_grams=560)
        catalogue_price(made)
        factories.variant(made, name="Thùng 6 chai", price_vnd=840_000, net_grams=3_360, position=1)
    words = plain(client.get(f"/products/{made.slug}").text)
    assert "300.000 ₫ / lít" in words
    assert "280.000 ₫ / lít" in words
    assert "/ kg" not in words


def catalogue_price(made: Product) -> None:
    """Leave only the pack that was added last."""
    with writing():
        product = db.session.get_one(Product, made.id)
        catalogue.retire_variant(product.variants[0], by=factories.actor(factories.person()))


def test_wholesale_prices_are_a_table(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(tiers=[(10, 60_000), (50, 55_000)])
    words = plain(client.get(f"/products/{made.slug}").text)
    assert "từ 10 60.000 ₫ từ 50 55.000 ₫" in words


def test_a_star_stands_with_its_certificate(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(star=4)
        number = db.session.get_one(Product, made.id).certificates[0].number
    words = plain(client.get(f"/products/{made.slug}").text)
    assert "OCOP 4 sao" in words
    assert f"Số {number} Nơi cấp UBND tỉnh" in words
    assert "dữ liệu minh họa" in words


def test_a_star_that_has_run_out_is_not_shown(app: Flask, client: Client, frozen: Any) -> None:
    with app.app_context():
        made = on_sale(star=4)
    frozen(clock.now() + timedelta(days=2000))
    words = plain(client.get(f"/products/{made.slug}").text)
    assert "OCOP 4 sao" not in words
    assert "Chưa ghi nhận giấy chứng nhận còn hiệu lực" in words


def test_tourism_is_asked_for_and_not_put_into_a_cart(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Homestay", set_number=26, stock=None)
    text = client.get(f"/products/{made.slug}").text
    assert "Đặt theo yêu cầu" in text
    assert "/cart/lines" not in text


def test_alcohol_names_its_age_and_is_never_suggested(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Rượu nếp", set_number=14)
        on_sale("Rượu men lá", set_number=14)
        cake = on_sale("Bánh")
    page = client.get(f"/products/{made.slug}")
    assert "từ đủ 18 tuổi" in page.text
    assert shown_products(page) == []
    assert made.slug not in shown_products(client.get(f"/products/{cake.slug}"))


def test_sold_out_is_said_and_has_no_button(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(stock=0)
    text = client.get(f"/products/{made.slug}").text
    assert "Tạm hết hàng" in text
    assert "/cart/lines" not in text


def test_goods_made_to_order_say_how_long_they_take(app: Flask, client: Client) -> None:
    with app.app_context():
        made = factories.product(factories.seller(), "Bình gốm", stock=None)
        order: dict[str, Any] = {"keeping": "made_to_order", "lead_days": 7, "daily_capacity": 2}
        factories.variant(made, name="Bình cao 30 cm", price_vnd=850_000, stock=None, **order)
        catalogue_price(made)
    words = plain(client.get(f"/products/{made.slug}").text)
    assert "Làm theo đơn: xong sau 7 ngày. Mỗi ngày làm được tối đa 2." in words


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_on_sale_is_seen_by_its_own_people_only(
    app: Flask, client: Client, client_of: Any, state: str
) -> None:
    with app.app_context():
        seller, other = factories.seller(), factories.seller()
        made = factories.product(seller, state=state)
        hers, somebody = client_of(factories.manager_of(seller)), client_of(factories.manager_of(other))
    address = f"/products/{made.slug}"
    assert [one.get(address).status_code for one in (hers, somebody, client)] == [200, 404, 404]
    assert "Chỉ bạn và đồng nghiệp thấy trang này" in hers.get(address).text


def test_goods_of_a_producer_who_is_not_verified_are_unseen(app: Flask, client: Client) -> None:
    with app.app_context():
        made = factories.product(factories.organisation(verified=False))
    assert client.get(f"/products/{made.slug}").status_code == 404


def test_an_old_address_leads_to_the_new_one_for_good(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Bánh đậu xanh")
        old = made.slug
        with writing():
            product = db.session.get_one(Product, made.id)
            catalogue.rename(product, "Bánh đậu xanh thượng hạng", by=factories.actor(factories.person()))
            new = product.slug
    answer = client.get(f"/products/{old}")
    assert (answer.status_code, answer.location) == (301, f"/products/{new}")


def test_search_engines_read_product_offer_rating_and_trail(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(rating_sum=23, rating_count=5)
    facts = linked_data(client.get(f"/products/{made.slug}"))
    offer = facts["Product"]["offers"][0]
    assert (offer["price"], offer["priceCurrency"]) == (65_000, "VND")
    assert offer["availability"] == "https://schema.org/InStock"
    assert facts["Product"]["aggregateRating"]["ratingValue"] == 4.6
    assert len(facts["BreadcrumbList"]["itemListElement"]) == 3


def test_without_reviews_there_is_no_rating(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
    assert "aggregateRating" not in linked_data(client.get(f"/products/{made.slug}"))["Product"]


def test_no_name_breaks_out_of_the_facts(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(BREAKING_OUT, summary=BREAKING_OUT, story=BREAKING_OUT)
    page = client.get(f"/products/{made.slug}")
    assert BREAKING_OUT not in page.text
    assert "<script>alert" not in page.text
    assert linked_data(page)["Product"]["name"] == BREAKING_OUT


def test_the_page_names_its_address_and_its_other_language(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(name_en="Mung-bean cake")
    text = client.get(f"/products/{made.slug}?lang=en").text
    assert f'<link rel="canonical" href="http://localhost/products/{made.slug}">' in text
    assert f'hreflang="vi" href="http://localhost/products/{made.slug}?lang=vi"' in text
    assert '<meta property="og:title" content="Mung-bean cake">' in text


def test_vietnamese_words_are_marked_in_an_english_page(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale("Bánh đậu xanh", story="Chuyện.", ingredients="Đậu xanh")
    text = client.get(f"/products/{made.slug}?lang=en").text
    assert '<h1><span lang="vi">Bánh đậu xanh</span></h1>' in text
    assert '<div class="prose" lang="vi"><p>Chuyện.</p></div>' in text


def test_the_number_of_queries_does_not_grow(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
        address, seller = f"/products/{made.slug}", made.seller_id

    def one_more() -> None:
        with writing():
            product = db.session.get_one(Product, made.id)
            factories.certificate(product)
            factories.variant(product, name=f"Gói {factories.number()}", tiers=[(10, 60_000)])
        on_sale(seller=db.session.get_one(Organisation, seller))

    assert_steady(app, client, address, one_more)
