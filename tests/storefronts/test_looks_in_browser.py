"""What a page of goods looks like in a real browser: pictures keep their shape, parts their distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests import factories
from tests.storefronts.stage import on_sale

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def slug(live_app: Flask) -> str:
    with live_app.app_context():
        return str(on_sale("Gạo sạch", seller=factories.seller(), star=4).slug)


@pytest.fixture(scope="module")
def shop(live_app: Flask) -> str:
    """The page of a seller who delivers, with her table of freight."""
    with live_app.app_context():
        seller = factories.seller()
        on_sale("Mật ong", seller=seller)
        return str(seller.slug)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_picture_of_a_single_product_keeps_its_shape(page: Page, slug: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/compare?p={slug}")
    box = page.locator(".compare-table thead img").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02)
    star = page.locator(".compare-table thead .stars").bounding_box()
    assert star is not None
    assert star["y"] >= box["y"] + box["height"]


def test_what_is_wrong_keeps_its_distance_from_the_first_question(page: Page, slug: str) -> None:
    page.goto("/sign-up")
    page.locator("form[action='/sign-up'] button").click()
    said, form = page.locator(".notice-danger").bounding_box(), page.locator("form[action='/sign-up']").bounding_box()
    assert said is not None
    assert form is not None
    assert form["y"] - (said["y"] + said["height"]) >= 12


def test_the_last_row_of_a_table_is_a_whole_card_on_a_phone(page: Page, shop: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/shops/{shop}")
    rows = page.locator(".table tbody tr")
    assert rows.count() > 0
    drawn = rows.last.evaluate(
        "row => { const css = getComputedStyle(row); return [css.borderTop, css.borderBottom]; }"
    )
    assert drawn[0] == drawn[1]
    assert drawn[1].startswith("1px solid")


def test_words_beside_a_number_keep_their_distance(page: Page, shop: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/shops/{shop}")
    beside = page.locator(".table thead .number + :not(.number)").first
    assert beside.evaluate("cell => parseFloat(getComputedStyle(cell).paddingInlineStart)") >= 24
