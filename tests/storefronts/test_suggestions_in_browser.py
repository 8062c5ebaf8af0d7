"""The list below the search field in a real browser: what it offers, and what it says where it has nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests import factories
from tests.storefronts.stage import on_sale

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module", autouse=True)
def goods(live_app: Flask) -> None:
    with live_app.app_context():
        on_sale("Bánh đậu xanh", seller=factories.seller())


@pytest.mark.parametrize(("address", "said"), [
    ("/", "Chưa thấy gợi ý; nhấn Enter hoặc nút kính lúp để tìm “gấu $& bông”."),
    ("/?lang=en", "No suggestions yet; press Enter to search for “gấu $& bông”."),
])  # fmt: skip
def test_where_nothing_fits_one_line_says_so(page: Page, address: str, said: str) -> None:
    from playwright.sync_api import expect

    page.goto(address)
    field, line = page.locator("#search"), page.locator(".search [role=status]")
    expect(line).to_have_text("")
    field.press_sequentially(" gấu $& bông ")
    expect(line).to_have_text(said)
    expect(field).to_have_attribute("aria-expanded", "false")
    assert page.locator(".search [role=option]").count() == 0
    field.press("Escape")
    expect(line).to_have_text("")
    assert field.input_value() == " gấu $& bông "


def test_the_line_goes_with_what_is_offered_and_enter_searches(page: Page) -> None:
    from playwright.sync_api import expect

    page.goto("/")
    field, line = page.locator("#search"), page.locator(".search [role=status]")
    field.press_sequentially("xyzzyqwk")
    expect(line).not_to_have_text("")
    field.fill("bánh đ")
    expect(page.get_by_role("option", name="Bánh đậu xanh")).to_be_visible()
    expect(line).to_have_text("")
    field.fill("xyzzyqwk")
    expect(line).not_to_have_text("")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/products\?q=xyzzyqwk"))
