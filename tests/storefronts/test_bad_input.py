"""Whatever stands in an address, nothing breaks: a page, or a page that says there is none."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from tests.clients import Client
from tests.storefronts.stage import on_sale

PARAMETERS = [
    "q", "province", "set", "star", "price_min", "price_max", "in_stock", "wholesale", "season", "sort", "page",
    "lang", "key", "khong_co",
]  # fmt: skip
NONSENSE = [
    "", " ", "0", "-1", "1.5", "1e9", "99999999999999999999999", "٣", "½", "\x00", "a\x00b", "%", "%%", "\\", "'", '"',
    "'; DROP TABLE products; --", "<script>alert(1)</script>", "../../etc/passwd", "☃", "e\u0301", "🍚",
    "{{ 7*7 }}", "NEAR(", '"a" OR', "*", "a*", "AND", "^a", "-a", "a:b", "true", "null", "\u202e", "\ufffd", "x" * 5000,
]  # fmt: skip
LISTS = ["/products", "/shops", "/", "/provinces", "/provinces/hai-duong"]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_nonsense_in_a_parameter_of_the_listing(app: Flask, client: Client, parameter: str) -> None:
    with app.app_context():
        on_sale()
    codes = {value[:20]: client.get("/products", query_string={parameter: value}).status_code for value in NONSENSE}
    assert {value: code for value, code in codes.items() if code != 200} == {}


@pytest.mark.parametrize("address", LISTS)
def test_all_parameters_at_once_and_repeated(app: Flask, client: Client, address: str) -> None:
    with app.app_context():
        on_sale()
    for value in NONSENSE:
        pairs = "&".join(f"{name}={quote(value)}&{name}=1&{name}={quote(value)}" for name in PARAMETERS)
        assert client.get(f"{address}?{pairs}").status_code == 200


@pytest.mark.parametrize("raw", ["?q=%ff%fe", "?q=%", "?%00=1", "?" + "province=a&" * 900, "?q=%ED%A0%80", "?;;;&&&=="])
def test_bytes_that_are_no_text(client: Client, raw: str) -> None:
    assert client.get(f"/products{raw}").status_code in {200, 400}


@pytest.mark.parametrize("kind", ["products", "shops", "provinces"])
def test_pages_that_do_not_exist(client: Client, kind: str) -> None:
    codes = {value[:20]: client.get(f"/{kind}/x{quote(value, safe='')}").status_code for value in NONSENSE}
    assert {value: code for value, code in codes.items() if code != 404} == {}


def test_what_was_searched_is_shown_as_text(client: Client) -> None:
    text = client.get("/products", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text


def test_a_far_page_is_the_last_one(app: Flask, client: Client) -> None:
    with app.app_context():
        made = on_sale()
    assert made.slug in client.get("/products?page=9999").text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_public_pages_only_read(client: Client, method: str) -> None:
    send: Any = getattr(client, method)
    assert {address: send(address).status_code for address in LISTS} == dict.fromkeys(LISTS, 405)
