"""The first page: what it is, what is in season, the country, and nothing promised that is not there."""

from __future__ import annotations

import re

from flask import Flask

from marketplace.core import clock
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, linked_data, on_sale, shown_products


def test_an_empty_market_still_has_a_first_page(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Đặc sản mỗi xã, đến mọi tỉnh thành" in page.text
    assert "Xem tất cả 0 sản phẩm" in page.text


def test_figures_are_counted(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller()
        on_sale("Bánh đậu xanh", seller=seller)
        on_sale("Gạo sạch", origin="quang-tri-cu")
        factories.product(seller, "Bản nháp", state="draft")
    figures = re.findall(r'<p class="stat-figure">(\d+)</p>', client.get("/").text)
    assert figures == ["2", "2", "2"]


def test_goods_of_a_producer_who_is_not_verified_are_not_counted(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.product(factories.organisation(verified=False))
    assert re.findall(r'<p class="stat-figure">(\d+)</p>', client.get("/").text) == ["0", "0", "0"]


def test_goods_of_this_months_season_are_shown(app: Flask, client: Client) -> None:
    month = clock.today().month
    with app.app_context():
        now = on_sale("Cam", season_months=1 << (month - 1), popularity=0)
        on_sale("Vải", season_months=1 << (month % 12), popularity=9)
    page = client.get("/")
    assert shown_products(page)[0] == now.slug
    assert f"Đang vào vụ tháng {month}" in page.text


def test_the_map_shows_each_province_with_its_goods_and_both_archipelagos(app: Flask, client: Client) -> None:
    with app.app_context():
        on_sale()
    text = client.get("/").text
    assert text.count('class="tile tile-') == 34
    assert 'aria-label="Hải Phòng: 1 sản phẩm"' in text
    assert "Hoàng Sa" in text
    assert "Trường Sa" in text


def test_every_set_leads_to_its_goods(app: Flask, client: Client) -> None:
    with app.app_context():
        for number in range(1, 27):
            factories.product_set(number)
    links = re.findall(r'class="set-tile" href="/products\?set=(\d+)"', client.get("/").text)
    assert [int(number) for number in links] == list(range(1, 27))


def test_what_is_being_prepared_is_said_and_what_is_there_has_its_way(client: Client) -> None:
    text = client.get("/").text
    assert text.count("Đang chuẩn bị:") == 1
    ways = ("/department", "/agreements", "/requests", "/demand", "/supply")
    assert [way for way in ways if f'href="{way}"' not in text] == []


def test_every_link_of_the_first_page_leads_somewhere(app: Flask, client: Client) -> None:
    with app.app_context():
        on_sale()
    links = {link for link in re.findall(r'href="(/[^"#]*)', client.get("/").text) if not link.startswith("/assets")}
    answers = {link: client.get(link.replace("&amp;", "&")).status_code for link in links}
    assert {link: code for link, code in answers.items() if code not in {200, 303}} == {}


def test_the_number_of_queries_does_not_grow(app: Flask, client: Client) -> None:
    assert_steady(app, client, "/", on_sale)


def test_search_engines_learn_how_to_search(client: Client) -> None:
    assert linked_data(client.get("/"))["WebSite"]["potentialAction"]["target"].endswith("/products?q={query}")


def test_english_is_complete(client: Client) -> None:
    text = client.get("/?lang=en").text
    assert "The best of every commune, for every province" in text
    assert '<html lang="en">' in text
