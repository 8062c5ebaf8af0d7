"""Long lists of requests, quotes, wants, harvests and call-offs are counted up to a limit and go on beyond it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from marketplace.contracts.models import Request
from marketplace.contracts.states.sourcing import Audience
from marketplace.core.database import db, writing
from marketplace.web import paging
from tests.contracts import performing as perform
from tests.contracts.making import two_sides
from tests.contracts.market import RICE, Clients, Market, client_for, market, sent, text_of, with_set
from tests.contracts.test_sourcing_lists import counted

MOST = 40


@pytest.fixture
def here(app: Flask) -> Market:
    with app.app_context():
        return market(app)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages are counted, no more."""
    monkeypatch.setattr(paging, "MOST_COUNTED", MOST)


def wanted(here: Market, number: int) -> None:
    """So many wants on the board, the last of which ends last."""
    with here.app.app_context():
        first = sent(here, with_set(RICE), to=(), audience=Audience.BOARD, is_named=True, title="Nhu cầu 1")
        table = Request.__table__
        one = dict(db.session.execute(select(table).where(table.c.id == first.id)).mappings().one())
        own = {"id", "ref", "title", "token"}
        kept = {name: value for name, value in one.items() if name not in own}
        more = [{**kept, "ref": f"YC-1999-{place:06d}", "title": f"Nhu cầu {place}"} for place in range(2, number + 1)]
        with writing():
            db.session.execute(insert(Request), more)


def titles(page: Any) -> set[str]:
    return set(re.findall(r'class="request-title">([^<]+)<', page.text))


def numbers(page: Any) -> list[str]:
    """The pages that the pager names, and its ways on and back."""
    found = re.search(r'<nav class="pager".*?</nav>', page.text, re.S)
    return re.findall(r'<a class="pager-link"[^>]*aria-label="([^"]+)"', found[0]) if found else []


def test_a_list_within_the_limit_says_how_many_there_are(here: Market, client: Any, short: None) -> None:
    wanted(here, MOST)
    page = client.get("/demand?page=2")
    assert f"{MOST} nhu cầu" in text_of(page)
    assert "Hơn" not in text_of(page)
    assert numbers(page) == ["Trước", "Trang 1", "Trang 2"]


def test_a_longer_list_says_no_more_than_that(here: Market, client: Any, short: None) -> None:
    wanted(here, MOST + 1)
    page = client.get("/demand")
    assert f"Hơn {MOST} nhu cầu" in text_of(page)
    assert numbers(page) == ["Trang 1", "Trang 2", "Sau"]


def test_beyond_the_limit_it_goes_on_page_by_page_to_its_end(here: Market, client: Any, short: None) -> None:
    wanted(here, 2 * MOST + 5)
    seen: set[str] = set()
    for number in range(1, 6):
        page = client.get(f"/demand?page={number}")
        assert ("Sau" in numbers(page)) == (number < 5)
        assert not titles(page) & seen
        seen |= titles(page)
    assert len(seen) == 2 * MOST + 5


def test_behind_its_end_the_last_counted_page_is_shown(here: Market, client: Any, short: None) -> None:
    wanted(here, MOST + 5)
    last = client.get("/demand?page=2")
    assert len(titles(last)) == 20
    assert titles(client.get("/demand?page=999")) == titles(last)
    assert titles(client.get("/demand?page=nhieu")) == titles(client.get("/demand"))


PAGES: dict[str, Callable[[Market], str]] = {
    "/requests?show=sent": lambda here: here.buyer,
    "/requests?show=received": lambda here: here.sellers[0],
    "/quotes": lambda here: here.sellers[0],
    "/demand": lambda here: here.sellers[1],
    "/supply": lambda here: here.buyer,
    "/desk/supply": lambda here: here.sellers[0],
}


def are_counted_so_far(client: Any, app: Flask, path: str) -> bool:
    """Whether the rows of a list are counted within a limit, one more than it shows."""
    with counted(app) as asked:
        assert client.get(path).status_code == 200
    counts = [one for one in asked if re.match(r"SELECT count\(\*\) AS count_\d+ \nFROM \(SELECT", one)]
    return any("LIMIT" in one for one in counts) and all("LIMIT" in one for one in counts)


@pytest.mark.parametrize("path", PAGES)
def test_no_list_counts_all_its_rows(here: Market, client_of: Clients, path: str) -> None:
    assert are_counted_so_far(client_for(here, client_of, PAGES[path](here)), here.app, path)


def test_call_offs_are_not_counted_without_end(app: Flask, client_of: Clients) -> None:
    with app.app_context():
        sides = two_sides(departments=False)
        path = f"/agreements/{perform.contract_in_force(sides).ref}/call-offs"
    for person in (sides.manager, sides.purchaser):
        assert are_counted_so_far(client_of(person), app, path)
