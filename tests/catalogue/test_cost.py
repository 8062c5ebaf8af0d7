"""How often whole pages ask the database: a number that neither goods nor their packs, photos and papers raise."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.catalogue import queries
from marketplace.catalogue.services.indexing import other_names
from marketplace.catalogue.states import Keeping
from marketplace.core.database import writing
from tests import factories
from tests.catalogue.test_listing import cost, fill
from tests.clients import Client


@pytest.mark.parametrize(("address", "most"), [("/", 6), ("/products", 2), ("/products?set=3&star=4&price_min=1", 4)])
def test_pages_of_many_goods_ask_a_few_questions(app: Flask, client: Client, address: str, most: int) -> None:
    with app.app_context():
        fill(40)
    client.get(address)
    app.extensions["kept_pages"].clear()
    with app.app_context():
        assert cost(lambda: client.get(address)) <= most


@pytest.mark.parametrize("keeping", [Keeping.STOCKED, Keeping.MADE_TO_ORDER])
def test_a_products_page_asks_six_questions(app: Flask, client: Client, keeping: Keeping) -> None:
    """The product, its packs with their stock, similar goods, freight, reviews, public questions."""
    with app.app_context(), writing():
        made = factories.product(factories.seller(), star=4, tiers=[(10, 60_000)])
        factories.variant(made, tiers=[(5, 60_000)], keeping=keeping, daily_capacity=3)
        address = f"/products/{made.slug}"
    client.get(address)
    app.extensions["kept_pages"].clear()
    with app.app_context():
        assert cost(lambda: client.get(address)) == 6
        assert cost(lambda: client.get(f"{address}?province=ha-noi")) == 6


def test_a_name_is_recognised_as_a_whole_word_only(app: Flask) -> None:
    with app.app_context():
        seller = factories.organisation()
        assert "peanut" in [
            name.lower() for name in other_names(factories.product(seller, "Lạc rang", origin="ha-noi"))
        ]
        assert not other_names(factories.product(seller, "Lạcx", origin="ha-noi"))


def test_a_shelf_puts_what_is_in_stock_first(app: Flask) -> None:
    with app.test_request_context("/"):
        seller = factories.organisation()
        gone = factories.product(seller, "Hết", stock=None, in_stock=False, popularity=9)
        here = [factories.product(seller, f"Còn {n}", in_stock=True, popularity=n) for n in range(3)]
        slugs = [card.slug for card in queries.popular(limit=4)]
        assert slugs == [*(one.slug for one in reversed(here)), gone.slug]
        assert [card.slug for card in queries.popular(limit=2)] == slugs[:2]
