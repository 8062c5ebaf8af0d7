"""Products that get the same name at the same moment each find an address of their own."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.catalogue import queries, services
from marketplace.catalogue.models import Product
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from tests import factories

TOGETHER = 4


def ready(app: Flask) -> tuple[Any, Any, Any]:
    with app.app_context():
        return factories.seller(), factories.product_set(7), factories.province("hai-duong")


def test_drafts_of_one_name_get_addresses_in_a_row(app: Flask, race: Any) -> None:
    seller, its_set, origin = ready(app)

    def make(_n: int) -> str:
        with writing():
            owner, chosen, place = (db.session.merge(one) for one in (seller, its_set, origin))
            words = services.Description(name="Kẹo lạc", unit="gói")
            return services.create(owner, words, product_set=chosen, origin=place, by=SYSTEM).slug

    assert sorted(race(TOGETHER, make)) == ["keo-lac", "keo-lac-2", "keo-lac-3", "keo-lac-4"]


def test_products_renamed_alike_get_addresses_in_a_row_and_are_found_at_the_old_ones(app: Flask, race: Any) -> None:
    seller, *_rest = ready(app)
    with app.app_context():
        old = [factories.product(seller, f"Bánh {n}").slug for n in range(TOGETHER)]

    def rename(n: int) -> str:
        with writing():
            product = db.session.scalars(select(Product).where(Product.slug == old[n])).one()
            services.rename(product, "Bánh gai", by=SYSTEM)
            return product.slug

    new = race(TOGETHER, rename)
    assert sorted(new) == ["banh-gai", "banh-gai-2", "banh-gai-3", "banh-gai-4"]
    with app.app_context():
        assert [queries.moved_to(slug) for slug in old] == new
