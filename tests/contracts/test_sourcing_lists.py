"""Lists of requests, quotes, wants and harvests cost the same number of queries with one and with three in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace.contracts.states.agreements import Side
from marketplace.contracts.states.sourcing import Audience
from marketplace.core.database import db
from tests.contracts.market import CAKE, RICE, Clients, Market, client_for, countered, market, quoted, sent, with_set
from tests.contracts.test_supply import harvest, published


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def deal(here: Market) -> str:
    """One more of everything: a request by name with a quote, a want on the board, a harvest."""
    found = sent(here, with_set(RICE), CAKE, to=(0, 1))
    quote = quoted(here, found, 0, 21_000, 50_000, with_pack=True)
    countered(here, quote, Side.BUYER, 20_000, 50_000)
    quoted(here, found, 1, 22_000, None)
    sent(here, with_set(RICE), to=(), audience=Audience.BOARD, is_named=True)
    published(here, 0, harvest(2, 2, 5_000))
    return found.ref


PAGES: dict[str, Callable[[Market], str]] = {
    "/requests?show=sent": lambda here: here.buyer,
    "/requests?show=received": lambda here: here.sellers[0],
    "/quotes": lambda here: here.sellers[0],
    "/demand": lambda here: here.sellers[1],
    "/supply": lambda here: here.buyer,
    "/desk/supply": lambda here: here.sellers[0],
    "/desk": lambda here: here.sellers[0],
}


@pytest.mark.parametrize("page", PAGES)
def test_a_list_costs_the_same_with_one_and_with_three(here: Market, client_of: Clients, page: str) -> None:
    client = client_for(here, client_of, PAGES[page](here))
    with here.app.app_context():
        deal(here)
    client.get(page)
    with counted(here.app) as with_one:
        assert client.get(page).status_code == 200
    with here.app.app_context():
        deal(here)
        deal(here)
    with counted(here.app) as with_three:
        client.get(page)
    assert len(with_three) == len(with_one), "\n".join(with_three)


@pytest.mark.parametrize("page", ["/requests/{ref}", "/requests/{ref}/comparison", "/requests/{ref}/recipients"])
def test_a_request_costs_the_same_with_one_quote_and_with_three(here: Market, client_of: Clients, page: str) -> None:
    client = client_for(here, client_of, here.buyer)
    with here.app.app_context():
        found = sent(here, with_set(RICE), CAKE, to=(0, 1, 2))
        quoted(here, found, 0, 21_000, 50_000, with_pack=True)
        address = page.format(ref=found.ref)
    client.get(address)
    with counted(here.app) as with_one:
        assert client.get(address).status_code == 200
    with here.app.app_context():
        from tests.contracts.market import request_of

        for place in (1, 2):
            quoted(here, request_of(found_ref(address)), place, 22_000, 51_000, with_pack=True)
    with counted(here.app) as with_three:
        client.get(address)
    assert len(with_three) == len(with_one), "\n".join(with_three)


def found_ref(address: str) -> str:
    return address.split("/")[2]


def test_a_quote_costs_the_same_after_one_round_and_after_three(here: Market, client_of: Clients) -> None:
    client = client_for(here, client_of, here.sellers[0])
    with here.app.app_context():
        quote = quoted(here, sent(here, with_set(RICE), CAKE), 0, 21_000, 50_000, with_pack=True)
        address = f"/quotes/{quote.ref}"
    client.get(address)
    with counted(here.app) as with_one:
        assert client.get(address).status_code == 200
    with here.app.app_context():
        from tests.contracts.market import quote_of

        countered(here, quote_of(address.split("/")[2]), Side.BUYER, 20_000, 49_000)
        countered(here, quote_of(address.split("/")[2]), Side.SELLER, 20_500, 49_500)
    with counted(here.app) as with_three:
        client.get(address)
    assert len(with_three) == len(with_one), "\n".join(with_three)
