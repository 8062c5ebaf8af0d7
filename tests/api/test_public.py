"""What everybody may read: the same goods and totals as the pages, kept by caches, open to other sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import OrganisationState
from marketplace.catalogue.models import SlugRedirect
from marketplace.catalogue.queries import Filters, listing
from marketplace.catalogue.states import ProductState
from marketplace.core.database import db, writing
from tests import factories
from tests.api.program import Seller, wrong_fields
from tests.clients import Client

Get = Callable[..., TestResponse]


def test_an_item_says_what_programs_rely_on(get: Get, shop: Seller) -> None:
    told = get("/products").get_json()
    assert (told["total"], told["page"], told["per_page"]) == (1, 1, 24)
    slug = shop.product.slug
    assert told["items"] == [
        {
            "slug": slug,
            "name": "Bánh đậu xanh",
            "price_vnd": 65_000,
            "unit": "hộp",
            "star": 4,
            "star_is_illustrative": True,
            "province": {"slug": "hai-phong", "name": "Hải Phòng"},
            "origin": {"slug": "hai-duong", "name": "Hải Dương"},
            "seller": {"slug": shop.organisation.slug, "name": "Bánh Bà Hường"},
            "in_stock": True,
            "url": f"http://localhost/products/{slug}",
        }
    ]


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", {}),
        ("province=hai-duong", {"provinces": ("hai-duong",)}),
        ("province=hai-phong&province=quang-tri", {"provinces": ("hai-phong", "quang-tri")}),
        ("set=6&star=4", {"sets": (6,), "stars": (4,)}),
        ("in_stock=1", {"in_stock": True}),
        ("wholesale=1&price_max=70000", {"wholesale": True, "price_max": 70_000}),
        ("sort=-price&per_page=1&page=2", {}),
    ],
)
def test_totals_are_those_of_the_page(app: Flask, get: Get, shop: Seller, query: str, filters: dict[str, Any]) -> None:
    with app.app_context():
        rice = factories.seller("Gạo Triệu Phong", "quang-tri")
        factories.product(rice, "Gạo sạch", origin="quang-tri", set_number=3, price_vnd=30_000, stock=0)
        total = listing(Filters(**filters)).total
    assert get(f"/products?{query}").get_json()["total"] == total


def test_a_product_has_its_packs_and_its_certificate(get: Get, shop: Seller) -> None:
    told = get(f"/products/{shop.product.slug}").get_json()
    (pack,) = told["variants"]
    assert (pack["sku"], pack["available"], pack["minimum"], pack["multiple"]) == (shop.variant.sku, 50, 1, 1)
    assert pack["tiers"] == [{"from_quantity": 10, "price_vnd": 60_000}]
    assert {"star", "number", "issued_by", "valid_until", "basis"} <= set(told["certificate"])
    assert told["season"] == list(range(1, 13))


def test_pages_lead_to_each_other(app: Flask, get: Get, shop: Seller) -> None:
    with app.app_context():
        for number in range(4):
            factories.product(shop.organisation, f"Bánh {number}")
    seen, address = [], "/products?per_page=2&sort=newest"
    while address:
        answer = get(address)
        told = answer.get_json()
        seen += [one["slug"] for one in told["items"]]
        address = (told["links"]["next"] or "").partition("/api/v1")[2]
        assert ('rel="next"' in answer.headers["Link"]) is bool(address)
    assert len(seen) == len(set(seen)) == 5
    assert get("/products?per_page=2&page=9").get_json()["items"] == []


def test_nothing_is_sent_twice_to_who_has_it(get: Get, shop: Seller) -> None:
    first = get(f"/products/{shop.product.slug}")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = get(f"/products/{shop.product.slug}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_other_sites_may_read_what_is_public_and_nothing_else(get: Get, shop: Seller) -> None:
    answer = get("/products")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_no_cookie_changes_what_is_public(
    app: Flask, shop: Seller, client_of: Callable[..., Client], client: Client
) -> None:
    with app.app_context():
        draft = factories.product(shop.organisation, "Bánh nháp", state=ProductState.DRAFT).slug
    hers = client_of(shop.manager)
    hers.get("/?lang=en")
    assert hers.get(f"/products/{draft}").status_code == 200
    assert hers.get(f"/api/v1/products/{draft}").status_code == 404
    assert hers.get("/api/v1/products").get_data() == client.get("/api/v1/products").get_data()


def test_words_follow_the_reader(app: Flask, get: Get) -> None:
    with app.app_context():
        factories.product(factories.seller(), "Mật ong", name_en="Honey")
    assert get("/products").get_json()["items"][0]["name"] == "Mật ong"
    assert get("/products?lang=en").get_json()["items"][0]["name"] == "Honey"
    answer = get("/products", Accept_Language="en-GB,en;q=0.9")
    assert answer.get_json()["items"][0]["name"] == "Honey"
    assert "Accept-Language" in answer.headers["Vary"]


def test_an_old_province_says_what_became_of_it(get: Get, shop: Seller) -> None:
    old, today = get("/provinces/hai-duong").get_json(), get("/provinces/hai-phong").get_json()
    assert old["successor"] == {"slug": "hai-phong", "name": "Hải Phòng"}
    assert {"slug": "hai-duong", "name": "Hải Dương"} in today["predecessors"]
    assert today["successor"] is None
    assert today["wards"]
    assert set(today["wards"][0]) == {"code", "name"}
    assert (old["products"], today["products"]) == (1, 1)
    assert get("/provinces").get_json()["total"] == 34


def test_shops_and_sets(get: Get, shop: Seller) -> None:
    (one,) = get("/shops?province=hai-duong").get_json()["items"]
    assert (one["slug"], one["products"], one["star"]) == (shop.organisation.slug, 1, 4)
    told = get(f"/shops/{shop.organisation.slug}").get_json()
    assert told["legal_name"] == shop.organisation.legal_name
    assert [one["number"] for one in get("/product-sets").get_json()["items"]] == [6]


def test_a_personal_tax_code_is_not_told(app: Flask, get: Get) -> None:
    with app.app_context():
        slug = factories.organisation(tax_code="030185001234").slug
    assert get(f"/shops/{slug}").get_json()["tax_code"] == "030••••••234"


def test_what_is_not_for_everybody_is_not_there(app: Flask, get: Get, shop: Seller) -> None:
    with app.app_context(), writing():
        organisation = db.session.get_one(Organisation, shop.organisation.id)
        organisation.state = OrganisationState.SUSPENDED
    assert get(f"/shops/{shop.organisation.slug}").status_code == 404
    assert get(f"/products/{shop.product.slug}").status_code == 404
    assert get("/products").get_json()["total"] == 0


def test_a_renamed_product_leads_to_its_present_address(app: Flask, get: Get, shop: Seller) -> None:
    with app.app_context():
        factories.stored(SlugRedirect(kind="product", slug="banh-cu", target=shop.product.slug))
    answer = get("/products/banh-cu?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/api/v1/products/{shop.product.slug}?lang=en")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("colour=red", ["colour"]),
        ("per_page=101", ["per_page"]),
        ("per_page=viele&page=0", ["per_page", "page"]),
        ("star=2", ["star"]),
        ("set=27", ["set"]),
        ("province=nowhere", ["province"]),
        ("in_stock=yes", ["in_stock"]),
        ("price_min=-1", ["price_min"]),
        ("price_min=1&price_min=2", ["price_min"]),
        ("sort=cheapest", ["sort"]),
        ("lang=fr", ["lang"]),
        ("q=" + "a" * 201, ["q"]),
    ],
)
def test_a_wrong_parameter_is_named(get: Get, shop: Seller, query: str, fields: list[str]) -> None:
    answer = get(f"/products?{query}")
    assert answer.status_code == 422
    assert sorted(wrong_fields(answer)) == sorted(fields)


def test_a_list_asks_as_much_for_one_product_as_for_many(
    app: Flask, get: Get, shop: Seller, queries: Callable[[Callable[[], Any]], int]
) -> None:
    # the names of places and sets are read once a process
    get("/products")
    one = queries(lambda: get("/products"))
    with app.app_context():
        for number in range(2):
            factories.product(shop.organisation, f"Bánh {number}", origin="quang-tri")
    assert queries(lambda: get("/products")) == one
