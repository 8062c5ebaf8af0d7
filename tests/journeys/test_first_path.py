"""Find, order, pay, ship: a guest in Hà Nội buys cakes and rice from two producers, who are paid and send them.

`SCREENSHOTS=folder` keeps a picture of each page on the way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from marketplace.demo.accounts import PASSWORD
from tests.servers import LiveServer

SHOTS = os.environ.get("SCREENSHOTS")
PRODUCERS = {"Bánh kẹo Tứ Minh": "producer.haiduong@demo.example", "Triệu Phong": "producer.quangtri@demo.example"}
MONEY = re.compile(r"([\d.]+)\s₫")


@pytest.fixture(scope="module")
def live_server(demo_server: LiveServer) -> LiveServer:
    """The site with the demonstration in it."""
    return demo_server


@dataclass
class Walk:
    """One walk through the pages in one language; each page is looked at by axe, and kept if asked for."""

    page: Page
    language: str
    steps: int = 0

    def go(self, path: str) -> None:
        """Open a page in the language of the walk."""
        self.page.goto(f"{path}{'&' if '?' in path else '?'}lang={self.language}")

    def look(self, name: str) -> None:
        """This page has no fault that axe knows, is as wide as the screen, and speaks the language."""
        assert self.page.evaluate("document.documentElement.lang") == self.language
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
        found = Axe().run(self.page).response["violations"]
        told = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert not told, f"{name}:\n" + "\n".join(told)
        self.steps += 1
        if SHOTS:
            size = self.page.viewport_size or {"width": 0}
            place = Path(SHOTS) / f"{size['width']}-{self.language}-{self.steps:02d}-{name}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=place, full_page=True)

    def submit(self, selector: str) -> None:
        """Press a button and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()


def amounts(text: str) -> list[int]:
    """Every sum of money in a text, in đồng."""
    return [int(found.replace(".", "")) for found in MONEY.findall(text)]


def test_from_the_search_to_the_door(page: Page, open_page: Callable[..., Page]) -> None:
    """On a phone in Vietnamese, on a desk computer in English: every page is tried in both languages by itself."""
    language = "vi" if (page.viewport_size or {"width": 0})["width"] < 600 else "en"
    buyer = Walk(page, language)
    find_cake_and_rice(buyer)
    see_freight(buyer)
    orders = confirm_once(buyer)
    assert len(orders) == 2
    for ref, seller in orders.items():
        producer = Walk(open_page(page.viewport_size), language)
        pay(buyer, ref)
        send(producer, ref, seller)
        receive(buyer, ref)
        assert timeline(buyer) == timeline_of_seller(producer, ref)
    buyer.go("/orders")
    buyer.look("orders")
    for ref in orders:
        expect(page.get_by_role("link", name=ref)).to_be_visible()


def find_cake_and_rice(buyer: Walk) -> None:
    page = buyer.page
    buyer.go("/")
    buyer.look("home")
    page.fill("#search", "banh dau xanh")
    with page.expect_navigation():
        page.press("#search", "Enter")
    buyer.look("found")
    card = page.locator("article[data-product]").first
    expect(card).to_have_attribute("data-product", re.compile("banh-dau-xanh"))
    expect(card).to_contain_text("Hải Dương")
    buyer.submit("article[data-product] a")
    expect(page.locator(".certificate")).to_contain_text("OCOP")
    expect(page.locator(".seller-name").first).to_contain_text("Tứ Minh")
    buyer.look("cake")
    buyer.submit("form.decision button[type=submit]")
    buyer.look("cart-of-one")
    buyer.go("/products?q=gao&province=quang-tri")
    buyer.submit("article[data-product] a")
    expect(page.locator(".seller-name").first).to_contain_text("Triệu Phong")
    buyer.submit("form.decision button[type=submit]")


def see_freight(buyer: Walk) -> None:
    page = buyer.page
    with page.expect_navigation():
        page.select_option("#place", "ha-noi")
    parts = page.locator("[data-seller]")
    expect(parts).to_have_count(2)
    sums = [amounts(part.locator(".sums-total").inner_text())[0] for part in parts.all()]
    for part in parts.all():
        assert len(amounts(part.locator(".sums").inner_text())) == 3, "goods, freight and total of each seller"
    assert amounts(page.locator(".summary-total").inner_text()) == [sum(sums)]
    buyer.look("cart")


def confirm_once(buyer: Walk) -> dict[str, str]:
    """The order of each seller."""
    page = buyer.page
    buyer.go("/checkout")
    buyer.look("checkout")
    page.fill("[name=name]", "Nguyễn Thị Lan")
    page.fill("[name=phone]", "0912 345 678")
    page.select_option("[name=ward]", index=1)
    page.fill("[name=street]", "Số 5 ngõ 12")
    page.check("#payment-vietqr")
    total = amounts(page.locator(".summary-total").inner_text())
    assert amounts(page.locator("aside button[type=submit]").inner_text()) == total
    buyer.submit("aside button[type=submit]")
    page.wait_for_url("**/purchases/*")
    buyer.look("purchase")
    links = page.locator("a[href^='/orders/DH-']")
    refs = [str(link.get_attribute("href")).rpartition("/")[2] for link in links.all()]
    expect(page.locator("img.payment-picture")).to_have_count(2)
    return {ref: seller_of(buyer, ref) for ref in refs}


def seller_of(buyer: Walk, ref: str) -> str:
    buyer.go(f"/orders/{ref}")
    text = buyer.page.locator(".page-head").inner_text()
    return next(name for name in PRODUCERS if name in text)


def pay(buyer: Walk, ref: str) -> None:
    buyer.go(f"/orders/{ref}")
    buyer.look("order-to-pay")
    buyer.submit("form[action$='/declaration'] button")
    expect(buyer.page.locator(".turn")).to_be_visible()
    buyer.look("order-declared")


def send(producer: Walk, ref: str, seller: str) -> None:
    page = producer.page
    producer.go("/sign-in")
    page.fill("[name=email]", PRODUCERS[seller])
    page.fill("[name=password]", PASSWORD)
    producer.submit("main form button[type=submit]")
    producer.go("/desk")
    producer.look("desk")
    producer.go("/desk/orders")
    producer.look("queue")
    with page.expect_navigation():
        page.get_by_role("link", name=ref).click()
    producer.look("desk-order-to-look-for")
    producer.submit("form[action$='/receipt'] button")
    producer.look("desk-order-to-confirm")
    producer.submit("form[action$='/confirmation'] button")
    page.fill("[name=carrier]", "Viettel Post")
    page.fill("[name=tracking]", "VTP123456")
    producer.look("desk-order-to-ship")
    producer.submit("form[action$='/shipment'] button")
    producer.look("desk-order-shipped")


def receive(buyer: Walk, ref: str) -> None:
    buyer.go(f"/orders/{ref}")
    expect(buyer.page.locator("main")).to_contain_text("VTP123456")
    buyer.look("order-shipped")
    buyer.submit("form[action$='/receipt'] button")
    buyer.look("order-received")


def timeline(walk: Walk) -> Any:
    return walk.page.locator(".timeline").all_inner_texts()


def timeline_of_seller(producer: Walk, ref: str) -> Any:
    producer.go(f"/desk/orders/{ref}")
    return timeline(producer)
