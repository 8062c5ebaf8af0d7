"""What bookmarks, programs of partners and checks from outside rely on: addresses, fields, commands, settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click import Context, Group
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from config import Settings
from marketplace.demo.accounts import ACCOUNTS, PASSWORD
from tests import factories
from tests.clients import Client

ROOT = Path(__file__).resolve().parent.parent


def words(text: str) -> list[str]:
    return text.split()


PAGES = words(
    """
    / /products /products/x /shops /shops/x /provinces /provinces/x /sign-in /sign-up /me /me/tokens /cart /checkout
    /purchases/x /orders /orders/x /desk /desk/products /desk/stock /desk/orders /desk/import /desk/money /desk/shop
    /messages /requests /demand /supply /quotes/x /agreements /agreements/x /verify /department /open-data /healthz
    /readyz /sitemap.xml /robots.txt /manifest.webmanifest /api/v1/openapi.json /api/v1/products /api/v1/products/x
    /api/v1/provinces /api/v1/provinces/x /api/v1/shops /api/v1/shops/x /api/v1/product-sets /api/v1/me/orders
    /api/v1/me/stock/x /api/v1/me/agreements /api/v1/me/call-offs
    """
)
FORMS = ("/sign-in", "/sign-out", "/cart/lines", "/cart/lines/x", "/checkout", "/verify", "/webhooks/stripe")
COMMANDS = """
demo load; demo reset; db upgrade; jobs work; jobs list; audit verify; backup; restore; users create; search rebuild
""".strip().split("; ")
SETTINGS = words(
    """
    DATABASE_URL SECRET_KEY MEDIA_URL MAIL_URL SMS_URL AUDIT_KEY STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET STRIPE_API_BASE
    REDIS_URL
    """
)
PEOPLE = words(
    """
    operator operator2 producer.haiduong producer.quangtri producer.caobang producer.namdinh signatory.quangtri buyer
    supermarket signatory.supermarket sct.haiphong sct.quangtri sct.quangninh sct.hanoi leader.sct.haiphong
    leader.sct.quangtri leader.sct.quangninh leader.sct.hanoi
    """
)
CARD = {"slug", "name", "price_vnd", "unit", "star", "province", "origin", "seller", "in_stock", "url"}
PACK = {"sku", "name", "price_vnd", "tiers", "available", "minimum", "multiple"}
CERTIFICATE = {"star", "number", "issued_by", "valid_until", "basis"}


def is_known(app: Flask, method: str, path: str) -> bool:
    try:
        app.url_map.bind("localhost").match(path, method)
    except RequestRedirect:
        return True
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("path", PAGES)
def test_an_address_that_people_keep_is_there(path: str, app: Flask) -> None:
    assert is_known(app, "GET", path)


@pytest.mark.parametrize("path", FORMS)
def test_an_address_that_forms_are_sent_to_is_there(path: str, app: Flask) -> None:
    assert is_known(app, "POST", path)


def test_stock_is_set_by_put(app: Flask) -> None:
    assert is_known(app, "PUT", "/api/v1/me/stock/x")


def test_an_address_that_nobody_promised_is_not_there(app: Flask) -> None:
    assert not is_known(app, "GET", "/khong-co-trang-nay")


@pytest.mark.parametrize("named", COMMANDS)
def test_a_command_keeps_its_name(named: str, app: Flask) -> None:
    command: Any = app.cli
    for word in named.split():
        assert isinstance(command, Group)
        command = command.get_command(Context(command), word)
    assert command is not None


def test_settings_are_read_by_their_names() -> None:
    given = {name: f"sqlite:///{name}" if name == "DATABASE_URL" else name for name in SETTINGS}
    read = Settings.from_environment(given)
    assert {name: getattr(read, name.lower()) for name in SETTINGS} == given


def test_the_demo_accounts_are_those_that_were_told() -> None:
    assert {f"{name}@demo.example" for name in PEOPLE} <= {known.email for known in ACCOUNTS}
    assert PASSWORD == "ocop-demo-2026"


@dataclass(frozen=True)
class Cakes:
    """Goods with a star, on sale: their slug, the shop's, and the pack."""

    slug: str
    shop: str
    sku: str


@pytest.fixture
def cakes(app: Flask) -> Cakes:
    with app.app_context():
        seller = factories.seller("Bánh kẹo Tứ Minh")
        product = factories.product(seller, "Bánh đậu xanh", star=4)
        return Cakes(product.slug, str(seller.slug), factories.variant_of(product).sku)


def fields_of(page: str) -> set[str]:
    return set(re.findall(r'<(?:input|select|textarea)[^>]*? name="([^"]+)"', page))


def test_forms_keep_the_names_of_their_fields(client: Client, cakes: Cakes) -> None:
    assert {"csrf_token", "email", "password"} <= fields_of(client.get("/sign-in").text)
    assert {"csrf_token", "variant", "quantity"} <= fields_of(client.get(f"/products/{cakes.slug}").text)
    assert client.post("/cart/lines", data={"variant": cakes.sku, "quantity": "1"}).status_code == 303
    checkout = client.get("/checkout?province=ha-noi").text
    wanted = {
        "csrf_token",
        "token",
        "expected_total",
        "name",
        "phone",
        "email",
        "province",
        "ward",
        "street",
        "payment",
    }
    assert wanted | {f"delivery-{cakes.shop}"} <= fields_of(checkout)
    assert {"cod", "vietqr"} <= set(re.findall(r'name="payment" value="([^"]+)"', checkout))
    assert client.post(f"/cart/lines/{cakes.sku}", data={"quantity": "0"}).status_code == 303
    assert client.get("/checkout").location == "/cart"


def test_a_card_names_its_product(client: Client, cakes: Cakes) -> None:
    listed = r'<article[^>]* data-product="([^"]+)"'
    assert re.findall(listed, client.get("/products?star=4").text) == [cakes.slug]


def test_the_api_keeps_the_names_of_its_fields(client: Client, cakes: Cakes) -> None:
    listed = client.get("/api/v1/products?per_page=100").get_json()
    assert {"items", "total", "page", "per_page"} <= set(listed)
    assert set(listed["items"][0]) >= CARD
    product = client.get(f"/api/v1/products/{cakes.slug}").get_json()
    assert CARD | {"variants", "certificate", "story", "season"} <= set(product)
    assert set(product["variants"][0]) >= PACK
    assert set(product["certificate"]) >= CERTIFICATE
    province = client.get("/api/v1/provinces/hai-phong").get_json()
    assert {"wards", "predecessors", "successor"} <= set(province)
    assert {"code", "name"} <= set(province["wards"][0])


def dev(*told: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), *told],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def test_dev_tells_its_commands() -> None:
    told = dev()
    assert told.returncode == 0
    assert re.findall(r"python3 dev.py (\w+)", told.stdout) == ["run", "test", "check", "bench"]
    assert dev("fly").returncode == 2


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "٣"])
def test_a_port_that_is_none_stops_the_start_with_a_sentence(port: str) -> None:
    told = dev("run", PORT=port)
    assert told.returncode == 1
    assert told.stderr == f"dev.py: PORT must be a number from 1 to 65535, not {port!r}.\n"


@pytest.mark.parametrize("asked", [["--products", "-1"], ["--products", "1000000"], ["--orders", "x"]])
def test_a_size_of_the_demo_that_cannot_be_is_refused(app: Flask, asked: list[str]) -> None:
    told = app.test_cli_runner().invoke(args=["demo", "load", *asked])
    assert (told.exit_code, "Invalid value" in told.output) == (2, True)
