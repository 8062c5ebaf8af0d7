"""What programs read of a page: product, offers, papers, shop, shared pictures, icons and lists of addresses."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from marketplace.catalogue.models import Certificate, Photo
from marketplace.catalogue.states import CertificateBasis
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.storefronts import queries
from marketplace.storefronts.queries import public
from tests import factories
from tests.clients import Client
from tests.storefronts.stage import linked_data, on_sale


def product_of(client: Client, slug: str) -> dict[str, Any]:
    facts: dict[str, Any] = linked_data(client.get(f"/products/{slug}"))["Product"]
    return facts


def meta(text: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', text)
    return dict(found)


def test_each_pack_is_an_offer_with_its_prices(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(tiers=[(10, 60_000)])
        factories.variant(made, name="Lốc 5 hộp", price_vnd=300_000, net_grams=1_500, stock=0, position=1)
    first, second = product_of(client, made.slug)["offers"]
    prices = [(one["price"], one.get("eligibleQuantity", {}).get("minValue")) for one in first["priceSpecification"]]
    assert prices == [(65_000, 1), (60_000, 10), (216_667, None)]
    assert first["priceSpecification"][2]["referenceQuantity"]["unitCode"] == "KGM"
    assert first["priceValidUntil"] == (clock.today() + timedelta(days=30)).isoformat()
    assert first["shippingDetails"]["shippingDestination"]["addressCountry"] == "VN"
    assert second["availability"] == "https://schema.org/OutOfStock"
    assert first["seller"]["@id"] == second["seller"]["@id"]


def test_an_invented_certificate_is_not_told_and_a_real_one_is(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(star=4)
    assert "hasCertification" not in product_of(client, made.slug)
    with app.app_context(), writing():
        one = update(Certificate).where(Certificate.product_id == made.id)
        db.session.execute(one.values(basis=CertificateBasis.VERIFIED))
    paper = product_of(client, made.slug)["hasCertification"]
    assert (paper["@type"], paper["name"]) == ("Certification", "OCOP 4")
    assert paper["issuedBy"]["name"].startswith("UBND")


def test_a_shop_tells_its_rating_and_no_personal_number(app: Flask, client: Client) -> None:
    with app.app_context():
        company = factories.organisation(tax_code="0100233488")
        household = factories.organisation(tax_code="030080990003", legal_form="household_business")
        on_sale(seller=company, rating_sum=9, rating_count=2)
        on_sale(seller=company, rating_sum=5, rating_count=1)
    told = linked_data(client.get(f"/shops/{company.slug}"))["Organization"]
    assert (told["taxID"], told["aggregateRating"]["ratingValue"]) == ("0100233488", 4.7)
    assert "taxID" not in linked_data(client.get(f"/shops/{household.slug}"))["Organization"]


def test_a_shared_product_has_a_picture_that_others_can_read(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(set_number=6)
    said = meta(client.get(f"/products/{made.slug}").text)
    assert said["twitter:card"] == "summary_large_image"
    answer = client.get(said["og:image"].removeprefix("http://localhost"))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")


def test_every_set_has_a_picture_to_share(client: Client) -> None:
    for number in range(1, 27):
        assert client.get(f"/assets/x/img/share/{number}.png").status_code == 200


def test_photos_come_in_sizes_with_a_way_to_the_large_one(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
        for position in range(3):
            sha256 = f"{position}" * 64
            factories.stored(Photo(product_id=made.id, sha256=sha256, width=900, height=600, position=position))
    text = client.get(f"/products/{made.slug}").text
    gallery = text[text.index('class="gallery"') : text.index("</h1>")]
    assert re.findall(r'<a href="/media/(\d)\d+/2400.webp" data-zoom', gallery) == ["0", "1", "2"]
    assert gallery.count(" 1280w") == 3
    assert len(product_of(client, made.slug)["image"]) == 3
    assert meta(text)["og:image"].endswith("/1280.webp")


def test_a_drawing_is_called_one_and_not_enlarged(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
    text = client.get(f"/products/{made.slug}").text
    assert "chủ thể chưa đăng ảnh" in text
    assert "data-zoom" not in text


def test_icons_of_the_manifest_are_there(client: Client) -> None:
    icons = client.get("/manifest.webmanifest").get_json(force=True)["icons"]
    assert {(one["sizes"], one["purpose"]) for one in icons} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    assert all(client.get(one["src"]).status_code == 200 for one in icons)
    touch = re.search(r'rel="apple-touch-icon" href="([^"]+)"', client.get("/").text)
    assert touch is not None
    assert client.get(touch[1]).status_code == 200


def test_many_addresses_are_listed_in_parts(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        slugs = {on_sale(f"Bánh {number}").slug for number in range(3)}
    monkeypatch.setattr(public, "MOST", 40)
    with app.app_context():
        parts = queries.sitemap_parts()
    index = client.get("/sitemap.xml").text
    listed = re.findall(r"<sitemap><loc>http://localhost(.*?)</loc>", index)
    assert listed == [f"/sitemap-{part}.xml" for part in range(1, parts + 1)]
    pages = [page for part in listed for page in re.findall(r"<loc>(.*?)</loc>", client.get(part).text)]
    assert len(pages) == len(set(pages))
    assert {f"http://localhost/products/{slug}" for slug in slugs} <= set(pages)
    assert client.get(f"/sitemap-{parts + 1}.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_a_card_names_its_wholesale_price(app: Flask, client: Client) -> None:
    with app.app_context():
        on_sale("Một", tiers=[(10, 60_000), (50, 55_000)])
        on_sale("Hai")
    text = client.get("/products").text.replace("\xa0", " ")
    assert text.count("giá sỉ từ 55.000 ₫") == 1
    assert text.count("giá sỉ từ") == 1


def test_a_shop_shows_papers_freight_and_its_place(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller("HTX Bánh")
        goods = [on_sale(f"Bánh {number}", seller=seller, star=star) for number, star in enumerate((3, 5))]
        factories.product(seller, "Nháp", star=4, state="draft")
    text = client.get(f"/shops/{seller.slug}").text
    papers = text[text.index('id="papers"') : text.index('id="seller"')]
    assert re.findall(r'href="/products/([^"]+)"', papers) == [goods[1].slug, goods[0].slug]
    assert 'class="here"' in text
    assert 'id="delivery"' in text
    assert "Đơn vị xác minh" in text


def test_goods_of_a_shop_are_searched_and_sorted(app: Flask, client: Client) -> None:
    with app.app_context():
        seller = factories.seller("HTX Bánh")
        for number in range(8):
            on_sale(f"Bánh {number}", seller=seller, price_vnd=90_000 - number * 1_000)
        tea = on_sale("Chè xanh", seller=seller, price_vnd=95_000)
        on_sale("Chè khác")
    found = client.get(f"/shops/{seller.slug}?q=che").text
    assert re.findall(r'data-product="([^"]+)"', found) == [tea.slug]
    names = re.findall(r'card-name"><a[^>]*>([^<]+)<', client.get(f"/shops/{seller.slug}?sort=price").text)
    assert names == [*(f"Bánh {number}" for number in range(7, -1, -1)), "Chè xanh"]
    assert "không có sản phẩm nào hợp với “ruou”" in client.get(f"/shops/{seller.slug}?q=ruou").text


def test_facts_of_all_kinds_are_json(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale(star=4)
    for address in ("/", f"/products/{made.slug}"):
        for script in re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(address).text, re.S):
            assert json.loads(script)["@context"] == "https://schema.org"
