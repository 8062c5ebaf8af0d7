"""Two tabs ship, two hands accept a return, the buyer withdraws while the seller receives: one of them, never both.

Each race is run once more without its lock, to see that it is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from marketplace.core import clock, database, i18n
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.events import _reactions
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as stock
from marketplace.inventory.services import shelf, telling
from marketplace.orders import services
from marketplace.orders.events import OrderReduced
from marketplace.orders.models import Order, Return
from marketplace.orders.services import Packed, parcels, returns
from marketplace.orders.states import OrderState, ReturnReason, ReturnState, ShortReason
from tests.access import making
from tests.access.digest import digests
from tests.races.thinking import meets, thinks_after
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]
ROUNDS = 4


@dataclass
class Deal:
    """An order of two packs and the two who deal."""

    order_id: int
    buyer: Actor
    seller: Actor

    @property
    def order(self) -> Order:
        return db.session.get_one(Order, self.order_id)

    @property
    def back(self) -> Return:
        return db.session.query(Return).filter_by(order_id=self.order_id).one()


@pytest.fixture(autouse=True)
def vietnamese(app: Flask) -> Iterator[None]:
    with app.app_context(), i18n.speaking("en"):
        yield


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone thinks for a moment between looking and writing, with the lock and without it."""
    thinks_after(monkeypatch, parcels, "_pack")
    thinks_after(monkeypatch, returns, "_lock")
    thinks_after(monkeypatch, returns, "may_ask_for_return")


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row of an order, a return or a stock is locked, and SQLite lets everybody begin at once."""
    monkeypatch.setattr(parcels, "lock_order", lambda _order: None)
    monkeypatch.setattr(returns, "lock", lambda *_things: None)
    for place in (shelf, telling):
        monkeypatch.setattr(place, "locked", plain_locked)
    monkeypatch.setattr(shelf, "under_lock", plain_statement)
    monkeypatch.setattr(database, "writing", plain_writing)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of everything that orders were reduced by."""
    sources: list[str] = []
    more = [*_reactions[OrderReduced], lambda event: sources.append(event.source_ref)]
    monkeypatch.setitem(_reactions, OrderReduced, more)
    return sources


def deal(state: OrderState) -> Deal:
    buyer = making.a_guest()
    making.fill(buyer, (making.goods(), 2))
    ref = making.place(making.confirmation(buyer), buyer)
    order = db.session.query(Order).join(Order.purchase).filter_by(ref=ref).one()
    seller = making.somebody_of(order.seller)
    for action in making.PATHS[state]:
        with database.writing():
            making.STEPS[action](order, seller)
    return Deal(order.id, buyer, seller)


def returned(state: ReturnState = ReturnState.REQUESTED) -> Deal:
    """A deal whose buyer wants one pack back."""
    made = deal(OrderState.DELIVERED)
    ask(made)
    if state is ReturnState.APPROVED:
        with database.writing():
            services.approve(made.back, by=made.seller)
    return made


def ask(made: Deal) -> None:
    order = made.order
    wanted = {order.lines[0].id: 1}
    with database.writing():
        services.ask_for_return(order, wanted, reason=ReturnReason.OTHER, note="x", by=made.buyer)


def ship(made: Deal, packs: int) -> None:
    order = made.order
    inside = [Packed(sku=order.lines[0].sku, packs=packs, reason=ShortReason.OTHER)]
    with database.writing():
        services.ship(order, carrier="GHN", tracking="", packed=inside, by=made.seller)


def act(made: Deal, name: str, **options: Any) -> None:
    back = made.back
    with database.writing():
        getattr(services, name)(back, by=made.buyer if name == "withdraw" else made.seller, **options)


def outcome(do: Callable[..., Any], *args: Any, **options: Any) -> str:
    """What came of an act: it was done, refused, or broke."""
    try:
        do(*args, **options)
    except Refused:
        return "refused"
    return "done"


def fresh(made: Deal) -> Order:
    db.session.rollback()
    db.session.expire_all()
    return made.order


def clean(results: list[Any]) -> bool:
    """One was done, the other refused."""
    return sorted(map(str, results)) == ["done", "refused"]


# --- two tabs ship ---------------------------------------------------------------------------------------------------


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that somebody reaches for the goods of an order."""
    reached: list[str] = []
    take = parcels._take

    def noted(order: Order, by: Actor) -> None:
        reached.append(order.ref)
        take(order, by)

    monkeypatch.setattr(parcels, "_take", noted)
    return reached


def two_tabs_ship(race: Race) -> tuple[Deal, list[Any]]:
    made = deal(OrderState.CONFIRMED)
    db.session.rollback()
    return made, race(2, lambda i: outcome(ship, made, 1))


def test_two_tabs_ship_one_parcel(race: Race, told: list[str], taken: list[str]) -> None:
    for _round in range(ROUNDS):
        told.clear()
        taken.clear()
        made, results = two_tabs_ship(race)
        assert clean(results), results
        order = fresh(made)
        assert (order.lines[0].shipped_quantity, order.reduced_vnd) == (1, order.lines[0].unit_price_vnd)
        assert told == [f"{order.hold_ref}/short"]
        assert taken == [order.ref]
        assert stock.stock_faults() == []


def test_without_its_lock_both_reach_for_the_goods_or_one_breaks(race: Race, taken: list[str], unlocked: None) -> None:
    def attempt() -> bool:
        taken.clear()
        _made, results = two_tabs_ship(race)
        return len(taken) > 1 or not clean(results)

    meets(attempt)


# --- two hands accept one return -------------------------------------------------------------------------------------


def two_accept(race: Race) -> tuple[Deal, list[Any]]:
    made = returned()
    db.session.rollback()
    return made, race(2, lambda i: outcome(act, made, "refund_without_goods"))


def test_a_return_accepted_twice_at_once_is_paid_once(race: Race, told: list[str]) -> None:
    for _round in range(ROUNDS):
        told.clear()
        made, results = two_accept(race)
        assert clean(results), results
        order = fresh(made)
        assert told == [made.back.ref]
        assert (order.reduced_vnd, order.lines[0].returned_quantity) == (order.lines[0].unit_price_vnd, 1)


def test_without_its_lock_it_is_told_twice_or_breaks(race: Race, told: list[str], unlocked: None) -> None:
    meets(lambda: not clean(two_accept(race)[1]))


# --- the buyer withdraws while the seller receives -------------------------------------------------------------------


def withdraw_and_receive(race: Race) -> tuple[Deal, list[Any]]:
    made = returned(ReturnState.APPROVED)
    db.session.rollback()
    acts: list[tuple[str, dict[str, Any]]] = [("withdraw", {}), ("receive", {"is_on_shelf": True})]
    return made, race(2, lambda i: outcome(act, made, acts[i][0], **acts[i][1]))


def test_withdrawn_or_received_but_never_both(race: Race, told: list[str]) -> None:
    for _round in range(ROUNDS):
        told.clear()
        made, results = withdraw_and_receive(race)
        assert clean(results), results
        order, received = fresh(made), results[1] == "done"
        assert (made.back.state is ReturnState.RECEIVED) == received
        assert (bool(order.reduced_vnd), order.lines[0].returned_quantity, len(told)) == (received, received, received)
        assert stock.stock_faults() == []


def test_without_its_lock_both_happen_or_one_breaks(race: Race, told: list[str], unlocked: None) -> None:
    meets(lambda: not clean(withdraw_and_receive(race)[1]))


# --- asked twice, and asked while time completes the order -----------------------------------------------------------


def test_two_tabs_ask_for_one_return(race: Race) -> None:
    for _round in range(ROUNDS):
        made = deal(OrderState.DELIVERED)
        db.session.rollback()
        results = race(2, lambda i, made=made: outcome(ask, made))
        assert clean(results), results
        assert fresh(made).returns[0].state is ReturnState.REQUESTED


def complete(made: Deal) -> None:
    order = made.order
    with database.writing():
        order.due_at = clock.now()
        db.session.flush()
        if not services.pass_deadline(order) or order.state is not OrderState.COMPLETED:
            raise Refused("kept")


def test_an_order_is_completed_or_goods_go_back(race: Race) -> None:
    for _round in range(ROUNDS):
        made = deal(OrderState.DELIVERED)
        db.session.rollback()
        results = race(2, lambda i, made=made: outcome((ask, complete)[i], made))
        assert clean(results), results
        order = fresh(made)
        assert (order.state is OrderState.COMPLETED) != any(back.is_open for back in order.returns)


# --- what breaks leaves nothing --------------------------------------------------------------------------------------


def broken(_event: OrderReduced) -> None:
    raise RuntimeError("the ledger is full")


@pytest.mark.parametrize("part", ["parcel", "return"])
def test_what_breaks_at_the_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    made = deal(OrderState.CONFIRMED) if part == "parcel" else returned(ReturnState.APPROVED)
    db.session.rollback()
    monkeypatch.setitem(_reactions, OrderReduced, [*_reactions[OrderReduced], broken])
    before = digests()
    with pytest.raises(RuntimeError):
        ship(made, 1) if part == "parcel" else act(made, "receive", is_on_shelf=True)
    db.session.rollback()
    assert digests() == before
