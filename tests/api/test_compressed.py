"""An ETag is good for If-Match also when it came with a compressed answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.core import clock
from tests import factories
from tests.api.program import Program, Seller


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip"])
def test_a_compressed_answer_names_the_version_too(
    app: Flask, shop: Seller, program: Callable[..., Program], coding: str
) -> None:
    with app.app_context():
        pack = factories.variant(
            factories.product(shop.organisation, "Bánh đậu xanh " * 8), name="Hộp quà " * 8, stock=None
        )
        factories.stock_item(pack, 60, best_before=clock.today() + timedelta(days=90))
        path = f"/me/stock/{pack.sku}"
    seller = program(shop.manager, shop.organisation)
    known = seller.get(path, Accept_Encoding=coding)
    assert (known.headers["Content-Encoding"], known.headers["ETag"][-len(coding) - 2 :]) == (coding, f':{coding}"')
    assert seller.put(path, {"on_hand": 60}, known.headers["ETag"]).status_code == 200
    stale = known.headers["ETag"].replace('"', '"0', 1)
    assert seller.put(path, {"on_hand": 60}, stale).status_code == 412
