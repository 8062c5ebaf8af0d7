"""Provinces: today's and former names, their goods, and what was reported of the programme there."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests import factories
from tests.clients import Client
from tests.storefronts.stage import assert_steady, on_sale, shown_products


@pytest.fixture(autouse=True)
def places(app: Flask) -> None:
    with app.app_context():
        factories.province()


def test_the_country_has_34_units_and_its_former_ones(client: Client) -> None:
    text = client.get("/provinces").text
    assert len(set(re.findall(r'href="/provinces/([a-z-]+)"', text))) == 34 + 52 - 23
    assert 'Hải Dương</a> <span class="muted">nay thuộc Hải Phòng' in text


def test_a_former_unit_answers_under_its_name_with_its_own_goods(app: Flask, client: Client) -> None:
    with app.app_context():
        own = on_sale("Bánh đậu xanh", origin="hai-duong")
        on_sale("Bánh đa", origin="hai-phong-cu")
    page = client.get("/provinces/hai-duong")
    assert "Hải Dương, từ ngày 1/7/2025 thuộc Hải Phòng" in page.text
    assert shown_products(page) == [own.slug]


def test_todays_unit_shows_goods_of_all_that_went_into_it(app: Flask, client: Client) -> None:
    with app.app_context():
        goods = {on_sale("Bánh đậu xanh", origin="hai-duong").slug, on_sale("Bánh đa", origin="hai-phong-cu").slug}
    assert set(shown_products(client.get("/provinces/hai-phong"))) == goods


def test_a_name_that_lives_on_belongs_to_todays_unit(client: Client) -> None:
    assert "Quảng Bình" in client.get("/provinces/quang-tri").text
    assert "trong địa giới trước ngày 1/7/2025" in client.get("/provinces/quang-tri-cu").text


def test_a_nickname_leads_to_the_units_own_address(client: Client) -> None:
    answer = client.get("/provinces/sapa")
    assert answer.status_code == 301
    assert answer.location.startswith("/provinces/lao-cai")


@pytest.mark.parametrize("slug", ["hai-duong", "hai-phong", "quang-tri", "quang-tri-cu", "cao-bang", "nam-dinh"])
def test_reported_figures_stand_with_year_and_source(client: Client, slug: str) -> None:
    text = client.get(f"/provinces/{slug}").text
    assert "Chương trình OCOP tại đây, theo báo chí" in text
    assert re.search(r"Theo bài báo năm 20\d\d", text)


def test_figures_say_what_they_are(client: Client) -> None:
    text = re.sub(r"<[^>]+>", "", client.get("/provinces/hai-duong").text)
    assert "ít nhất 50 sản phẩm/năm" in text
    assert "234 sản phẩm" in text
    assert "20/11/2021" in re.sub(r"<[^>]+>", "", client.get("/provinces/quang-tri").text)


def test_other_provinces_claim_nothing(client: Client) -> None:
    assert "theo báo chí" not in client.get("/provinces/ca-mau").text


@pytest.mark.parametrize("slug", ["khong-co", "a" * 300, "hai_duong", "%00", "..%2F"])
def test_a_place_that_does_not_exist(client: Client, slug: str) -> None:
    assert client.get(f"/provinces/{slug}").status_code == 404


@pytest.mark.parametrize("address", ["/provinces", "/provinces/hai-phong", "/provinces/hai-duong"])
def test_the_number_of_queries_does_not_grow(app: Flask, client: Client, address: str) -> None:
    assert assert_steady(app, client, address, on_sale) <= 9
