"""The list of products: filters, chips, sort, pages, and an empty result that helps on."""

from __future__ import annotations

import re

from flask import Flask

from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, on_sale, shown_products


def test_goods_are_found_without_accents(app: Flask, client: Client) -> None:
    with app.app_context():
        wanted = on_sale("Bánh đậu xanh")
        on_sale("Gạo sạch")
    page = client.get("/products?q=banh dau xanh")
    assert shown_products(page) == [wanted.slug]
    assert "Kết quả cho “banh dau xanh”" in page.text


def test_a_province_matches_what_comes_from_its_predecessors(app: Flask, client: Client) -> None:
    with app.app_context():
        wanted = on_sale("Bánh đậu xanh", origin="hai-duong")
        on_sale("Gạo sạch", origin="quang-tri-cu")
    for slug in ("hai-phong", "hai-duong"):
        assert shown_products(client.get(f"/products?province={slug}")) == [wanted.slug]
    assert "Chưa có kết quả phù hợp" in client.get("/products?province=hai-phong-cu").text


def test_filters_work_together(app: Flask, client: Client) -> None:
    with app.app_context():
        wanted = on_sale("Chè", set_number=11, star=4, price_vnd=90_000, tiers=[(10, 80_000)])
        on_sale("Chè khác", set_number=11, star=3, price_vnd=90_000)
        on_sale("Rượu", set_number=14, star=4, price_vnd=90_000)
    address = "/products?set=11&star=4&price_min=80000&price_max=100000&in_stock=1&wholesale=1"
    assert shown_products(client.get(address)) == [wanted.slug]


def test_each_filter_in_force_can_be_taken_off(app: Flask, client: Client) -> None:
    with app.app_context():
        on_sale("Chè", set_number=11, star=4)
    text = client.get("/products?set=11&star=4&price_max=100000&in_stock=1&season=1").text
    chips = dict(re.findall(r'chip-chosen" href="([^"]+)".*?</span>([^<]+)<', text))
    assert {label.replace("\xa0", " ") for label in chips.values()} == {
        "Bộ 11",
        "4 sao",
        "đến 100.000 ₫",
        "Còn hàng",
        "Đang vào vụ",
    }
    assert all("set=11" in address for address, label in chips.items() if label != "Bộ 11")


def test_pages_follow_each_other_and_keep_the_filters(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller()
        for number in range(26):
            factories.product(seller, f"Bánh {number}", popularity=number)
    first, second = client.get("/products?set=6"), client.get("/products?set=6&page=2")
    assert len(shown_products(first)) == 24
    assert len(shown_products(second)) == 2
    assert set(shown_products(first)).isdisjoint(shown_products(second))
    assert 'href="/products?set=6&amp;page=2"' in first.text


def test_prices_sort_both_ways(app: Flask, client: Client) -> None:
    with app.app_context():
        cheap, dear = on_sale("Một", price_vnd=10_000), on_sale("Hai", price_vnd=20_000)
    assert shown_products(client.get("/products?sort=price")) == [cheap.slug, dear.slug]
    assert shown_products(client.get("/products?sort=-price")) == [dear.slug, cheap.slug]


def test_an_empty_result_says_so_and_suggests_something(app: Flask, client: Client) -> None:
    with app.app_context():
        other = on_sale("Gạo sạch")
    page = client.get("/products?q=xyzxyz")
    assert page.status_code == 200
    assert "Không tìm thấy sản phẩm nào cho “xyzxyz”" in page.text
    assert shown_products(page) == []
    assert f'data-instead="{other.slug}"' in page.text
    assert '<meta name="robots" content="noindex, follow">' in page.text


def test_only_what_is_on_sale_by_verified_producers_is_listed(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.product(factories.seller(), "Nháp", state="draft")
        factories.product(factories.seller(), "Đã ngừng", state="withdrawn")
        factories.product(factories.organisation(verified=False), "Chưa xác thực")
    assert shown_products(client.get("/products")) == []


def test_the_number_of_queries_does_not_grow(app: Flask, client: Client) -> None:
    assert assert_steady(app, client, "/products", on_sale) <= 6
