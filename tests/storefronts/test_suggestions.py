"""What the search field offers while somebody types: few things, few queries, nothing with alcohol."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.clients import Client
from tests.storefronts.stage import counted_queries, on_sale


def offered(client: Client, typed: str, **asked: str) -> dict[str, list[str]]:
    parts = client.get("/products/suggestions.json", query_string={"q": typed, **asked}).json
    assert isinstance(parts, list)
    return {part["title"]: [one["label"] for one in part["items"]] for part in parts}


@pytest.fixture
def market(app: Flask) -> None:
    with app.app_context():
        seller = factories.seller("HTX Bánh Thanh Hà")
        on_sale("Bánh đậu xanh", seller=seller)
        on_sale("Bánh gai", seller=seller)
        on_sale("Rượu bánh men", set_number=14)


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(("typed", "title", "label"), [
    ("banh", "Sản phẩm", "Bánh đậu xanh"),
    ("bánh đ", "Sản phẩm", "Bánh đậu xanh"),
    ("thanh h", "Gian hàng", "HTX Bánh Thanh Hà"),
    ("hai du", "Tỉnh, thành phố", "Hải Dương"),
    ("hải ph", "Tỉnh, thành phố", "Hải Phòng"),
    ("gia v", "Nhóm sản phẩm", "Gia vị"),
    ("cà phê", "Nhóm sản phẩm", "Bộ 13"),
])  # fmt: skip
def test_goods_kinds_places_and_shops_are_offered(client: Client, typed: str, title: str, label: str) -> None:
    found = offered(client, typed)
    assert title in found, found
    assert label in found[title] or label.startswith("Bộ")


@pytest.mark.usefixtures("market")
def test_alcohol_is_not_offered(client: Client) -> None:
    assert "Rượu bánh men" not in offered(client, "ruou banh").get("Sản phẩm", [])
    assert "Rượu bánh men" not in offered(client, "banh")["Sản phẩm"]


@pytest.mark.usefixtures("market")
def test_an_old_province_says_what_it_belongs_to(client: Client) -> None:
    parts = client.get("/products/suggestions.json?q=hai duong").json
    (item,) = [item for part in parts for item in part["items"] if item["label"] == "Hải Dương"]  # type: ignore[union-attr]
    assert item == {"label": "Hải Dương", "note": "nay thuộc Hải Phòng", "url": "/provinces/hai-duong"}


@pytest.mark.parametrize("typed", ["", " ", "b", "%%", "__", "'\"<", "\u0300\u0301", "zzzzqqq"])
def test_nothing_is_offered_for_nothing(client: Client, typed: str) -> None:
    assert offered(client, typed) == {}


def test_a_wildcard_is_a_letter_like_others(app: Flask, client: Client) -> None:
    with app.app_context():
        factories.seller("HTX Bất Kỳ")
    assert "Gian hàng" not in offered(client, "b%k")


def test_the_answer_is_cheap_and_may_be_kept(app: Flask, client: Client, market: Any) -> None:
    answer = client.get("/products/suggestions.json?q=banh")
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    with app.app_context(), counted_queries() as seen:
        client.get("/products/suggestions.json?q=banh")
    assert len(seen) <= 4, "\n".join(seen)


def test_labels_follow_the_language(client: Client) -> None:
    assert "Seasonings and spices" in offered(client, "spices", lang="en")["Kinds of product"]
