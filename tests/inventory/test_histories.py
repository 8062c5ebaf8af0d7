"""Whatever happens to a stock, in whatever order: the book adds up, and what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory import queries, services
from marketplace.inventory.models import Hold
from marketplace.inventory.services import Demand, LotLabel
from marketplace.inventory.states import HoldState
from tests.inventory.goods import a_variant, item_of, made_to_order, snapshot

START = datetime(2026, 11, 22, 3, tzinfo=UTC)
OWNERS = ("DH-A", "DH-B", "DH-C")
packs = st.integers(1, 12)
owner = st.sampled_from(OWNERS)
lot = st.sampled_from(["L1", "L2", None])
ACTS = st.one_of(
    st.tuples(st.just("receive"), packs, lot),
    st.tuples(st.just("reserve"), owner, packs, packs),
    st.tuples(st.just("release"), owner),
    st.tuples(st.just("take"), owner, st.integers(0, 12)),
    st.tuples(st.just("put_back"), owner),
    st.tuples(st.just("spoil"), packs, lot),
    st.tuples(st.just("correct"), st.integers(0, 20), lot),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)
HISTORY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Stocks:
    """A stocked cake and one made to order, and what may happen to them."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.cake, self.fresh = a_variant(6), made_to_order(capacity=3, lead_days=1)

    def ref(self, name: str) -> str:
        return f"{name}-{self.run}"

    def receive(self, quantity: int, code: str | None) -> None:
        days = {"L1": (10, 12), "L2": (5, 40)}
        made_on = START.date() - timedelta(days=days[code][0]) if code else None
        label = LotLabel(code, made_on, START.date() + timedelta(days=days[code][1])) if code and made_on else None
        services.receive(item_of(self.cake), quantity, by=SYSTEM, lot=label)

    def reserve(self, name: str, cakes: int, fresh: int) -> None:
        wanted = [Demand(self.cake, cakes, self.ref(name)), Demand(self.fresh, fresh, self.ref(name))]
        left = queries.availability([self.cake, self.fresh])
        enough = cakes <= left[self.cake] and fresh <= left[self.fresh]
        try:
            services.reserve(wanted, by=SYSTEM)
        except services.Shortage:
            assert not enough
            raise
        assert enough

    def release(self, name: str) -> None:
        services.release(self.ref(name), by=SYSTEM)

    def take(self, name: str, cakes: int) -> None:
        services.take(self.ref(name), {self.cake: cakes, self.fresh: cakes // 2}, by=SYSTEM)

    def put_back(self, name: str) -> None:
        services.put_back(self.ref(name), by=SYSTEM)

    def spoil(self, quantity: int, code: str | None) -> None:
        services.spoil(item_of(self.cake), quantity, by=SYSTEM, lot=code, reason="wet")

    def correct(self, counted: int, code: str | None) -> None:
        services.correct(item_of(self.cake), counted, by=SYSTEM, lot=code, reason="counted")


def happen(act: Callable[..., None], values: tuple[Any, ...]) -> None:
    """One act in its own transaction; refused, it leaves no trace."""
    before = snapshot()
    try:
        with writing():
            act(*values)
    except Refused:
        assert snapshot() == before


def check(stocks: Stocks) -> None:
    """What holds at every moment."""
    db.session.rollback()
    assert queries.stock_faults() == []
    cake = item_of(stocks.cake)
    assert 0 <= cake.reserved <= cake.on_hand
    assert sum(one.on_hand for one in cake.lots) <= cake.on_hand
    left = queries.availability([stocks.cake, stocks.fresh])
    assert left[stocks.cake] == max(0, cake.on_hand - cake.reserved - cake.expired)
    assert 0 <= left[stocks.fresh] <= 3 * queries.HORIZON_DAYS


def settle(stocks: Stocks) -> None:
    """Once every order has let go, nothing is reserved."""
    for name in OWNERS:
        with suppress(Refused), writing():
            stocks.release(name)
    check(stocks)
    assert item_of(stocks.cake).reserved == 0
    assert db.session.scalars(select(Hold).where(Hold.state == HoldState.HELD)).all() == []


runs = iter(range(10_000))


@HISTORY
@given(history=st.lists(ACTS, max_size=18))
def test_every_history_adds_up(app: Flask, history: list[tuple[Any, ...]]) -> None:
    with app.app_context(), clock.frozen(START):
        stocks = Stocks(str(next(runs)))
        now = START
        for name, *values in history:
            now += timedelta(days=values[0]) if name == "wait" else timedelta()
            with clock.frozen(now):
                if name != "wait":
                    happen(getattr(stocks, name), tuple(values))
                check(stocks)
        with clock.frozen(now):
            settle(stocks)
