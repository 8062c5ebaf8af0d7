"""Many buyers at once: nothing is sold twice. Each race is run once more without its lock, to see that it is one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.catalogue.models import Product, Variant
from marketplace.core import database
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db
from marketplace.inventory import queries, services
from marketplace.inventory.models import Hold
from marketplace.inventory.services import Demand, Shortage, holds, shelf, telling
from tests.inventory.goods import a_variant, figures, item_of, made_to_order
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]
MOMENT = 0.01


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing, with the lock and without it."""

    def after(seen: Callable[..., Any], seconds: float = MOMENT) -> Callable[..., Any]:
        def looked(*args: Any, **options: Any) -> Any:
            result = seen(*args, **options)
            time.sleep(seconds)
            return result

        return looked

    monkeypatch.setattr(holds, "_check", after(holds._check))
    monkeypatch.setattr(holds, "_held", after(holds._held))
    monkeypatch.setattr(shelf, "_packs_in", after(shelf._packs_in))
    monkeypatch.setattr(telling.queries, "in_stock", after(queries.in_stock, 10 * MOMENT))


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked, and on SQLite a transaction begins as one that only reads."""
    for room in (shelf, telling):
        monkeypatch.setattr(room, "locked", plain_locked)
    monkeypatch.setattr(shelf, "under_lock", plain_statement)
    monkeypatch.setattr(database, "writing", plain_writing)


def buy(variant_id: int, owner_ref: str, packs: int = 1) -> str:
    try:
        with database.writing():
            services.reserve([Demand(variant_id, packs, owner_ref)], by=SYSTEM)
    except Shortage:
        return "sold out"
    return "sold"


def broken(results: list[Any]) -> bool:
    """Somebody got an error, or the book contradicts itself."""
    db.session.rollback()
    return any(isinstance(result, Exception) for result in results) or queries.stock_faults() != []


def torn(app: Flask, results: list[Any]) -> bool:
    """Somebody got an error in the place of a sentence, or the book contradicts itself."""
    errors = {type(result).__name__ for result in results if isinstance(result, Exception)}
    with app.app_context():
        return bool(errors - {"Refused"}) or queries.stock_faults() != []


def fifty_buyers(race: Race, app: Flask) -> tuple[list[Any], int]:
    with app.app_context():
        cake = a_variant(10)
    return race(50, lambda i: buy(cake, f"DH-{i}"), timeout=60), cake


def test_fifty_buyers_get_ten_pieces(app: Flask, race: Race) -> None:
    results, cake = fifty_buyers(race, app)
    assert sorted(map(str, results)) == ["sold"] * 10 + ["sold out"] * 40
    with app.app_context():
        assert figures(cake) == (10, 10)
        assert queries.availability([cake]) == {cake: 0}
        assert len(db.session.scalars(select(Hold)).all()) == 10
        assert db.session.scalar(select(Product.in_stock)) is False
        assert not broken(results)


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_fifty_buyers_break_the_book(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results, _cake = fifty_buyers(race, app)
        with app.app_context():
            return broken(results)

    meets(attempt)


def days_of_work(race: Race, app: Flask) -> list[Any]:
    with app.app_context():
        cake = made_to_order(capacity=1)
    return race(40, lambda i: buy(cake, f"DH-{i}"), timeout=60)


def test_days_of_work_are_promised_once(app: Flask, race: Race) -> None:
    results = days_of_work(race, app)
    assert sorted(map(str, results)) == ["sold"] * 30 + ["sold out"] * 10
    with app.app_context():
        assert not broken(results)


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_days_are_promised_twice(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results = days_of_work(race, app)
        with app.app_context():
            return broken(results)

    meets(attempt)


# --- two lines in opposite order -------------------------------------------------------------------------------------


def opposite(race: Race, app: Flask, reserve: Callable[[list[Demand]], None]) -> list[Any]:
    """Two orders over the same two goods, in opposite order, again and again."""
    with app.app_context():
        goods = [a_variant(100), a_variant(100)]

    def both(i: int) -> None:
        for number in range(25):
            ref = f"DH-{i}-{number}"
            with database.writing():
                reserve([Demand(variant_id, 1, ref) for variant_id in (goods if i else goods[::-1])])
            with database.writing():
                services.release(ref, by=SYSTEM)

    return race(2, both, timeout=60)


def together(demands: list[Demand]) -> None:
    services.reserve(demands, by=SYSTEM)


def test_two_orders_in_opposite_order_never_wait_for_each_other(app: Flask, race: Race) -> None:
    results = opposite(race, app, together)
    assert results == [None, None]
    with app.app_context():
        assert not broken(results)


@pytest.mark.postgresql
def test_line_by_line_they_would(app: Flask, race: Race) -> None:
    def one_by_one(demands: list[Demand]) -> None:
        for demand in demands:
            services.reserve([demand], by=SYSTEM)

    meets(lambda: any("deadlock" in str(result) for result in opposite(race, app, one_by_one)))


@pytest.mark.sqlite
@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_opposite_orders_break(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results = opposite(race, app, together)
        with app.app_context():
            return broken(results)

    meets(attempt)


# --- one parcel ------------------------------------------------------------------------------------------------------


def shipped_and_cancelled(race: Race, app: Flask) -> tuple[list[Any], int]:
    """The seller ships while the order is being cancelled, each several times."""
    with app.app_context():
        cake = a_variant(10)
        ref = f"DH-{cake}"
        buy(cake, ref, 4)

    def end(i: int) -> Any:
        with database.writing():
            return services.take(ref, by=SYSTEM) if i % 2 else services.release(ref, by=SYSTEM)

    return race(8, end, timeout=60), cake


def test_a_hold_ends_once(app: Flask, race: Race) -> None:
    results, cake = shipped_and_cancelled(race, app)
    shipped = sum(result == {cake: []} for result in results)
    with app.app_context():
        assert figures(cake) == ((6, 0) if shipped else (10, 0))
        assert shipped <= 1
        assert queries.stock_faults() == []
    refused = [result for result in results if isinstance(result, Exception)]
    assert {type(result).__name__ for result in refused} <= {"Refused"}


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_a_hold_ends_twice(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results, cake = shipped_and_cancelled(race, app)
        twice = sum(result is None or result == {cake: []} for result in results) > 5
        return twice or torn(app, results)

    meets(attempt)


# --- the shelf -------------------------------------------------------------------------------------------------------


def counted_and_sold(race: Race, app: Flask) -> tuple[list[Any], int]:
    """Packs spoil while others are bought."""
    with app.app_context():
        cake = a_variant(20)

    def act(i: int) -> Any:
        if i % 2:
            return buy(cake, f"DH-{i}")
        with database.writing():
            return services.spoil(item_of(cake), 1, reason="wet", by=SYSTEM)

    return race(30, act, timeout=60), cake


def test_spoilage_and_sales_agree(app: Flask, race: Race) -> None:
    results, cake = counted_and_sold(race, app)
    with app.app_context():
        on_hand, reserved = figures(cake)
        assert 20 - on_hand == results.count(None)
        assert reserved == results.count("sold")
        assert on_hand == reserved + queries.availability([cake])[cake]
        assert queries.stock_faults() == []


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_spoilage_and_sales_disagree(app: Flask, race: Race) -> None:
    meets(lambda: torn(app, counted_and_sold(race, app)[0]))


def two_last_packs(race: Race, app: Flask) -> list[Any]:
    """Two sizes of one product sell out at the same moment."""
    with app.app_context():
        small = a_variant(1)
        with database.writing():
            one = db.session.get_one(Variant, small)
            big = Variant(
                product_id=one.product_id, seller_id=one.seller_id, sku=f"BIG-{small}", name="Hộp lớn", price_vnd=90_000
            )
            big.gross_grams = 700
            db.session.add(big)
            db.session.flush()
            (item,) = services.open_stock([big.id])
            services.receive(item, 1, by=SYSTEM)
            sizes = [small, big.id]
    return race(2, lambda i: buy(sizes[i], f"DH-{i}"), timeout=60)


def test_a_product_whose_last_two_packs_go_at_once_is_sold_out(app: Flask, race: Race) -> None:
    assert two_last_packs(race, app) == ["sold", "sold"]
    with app.app_context():
        assert db.session.scalar(select(Product.in_stock)) is False


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_it_stays_in_stock(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results = two_last_packs(race, app)
        with app.app_context():
            last = select(Product.in_stock).order_by(Product.id.desc()).limit(1)
            return db.session.scalar(last) is True or broken(results)

    meets(attempt)


def test_first_stock_of_a_pack_is_opened_once(app: Flask, race: Race) -> None:
    with app.app_context():
        cake = a_variant()
        with database.writing():
            db.session.delete(item_of(cake))

    def first(i: int) -> None:
        with database.writing():
            (item,) = services.open_stock([cake])
            services.receive(item, 1, by=SYSTEM)

    assert race(10, first) == [None] * 10
    with app.app_context():
        assert figures(cake) == (10, 0)
