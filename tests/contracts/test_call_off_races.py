"""Several at once under one contract: the last quantity, a suspension, a confirmation against a cancellation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement, CallOff
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.services import books, calling, suspending
from marketplace.contracts.states.agreements import Side
from marketplace.core import clock, database
from marketplace.core.database import db
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import CancelReason, OrderState
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture
def contract(sides: TwoSides) -> Agreement:
    return perform.contract_in_force(sides)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: no lock is taken, and SQLite begins as if only to read."""
    monkeypatch.setattr(database, "locked", plain_locked)
    monkeypatch.setattr(books, "locked", plain_locked)
    monkeypatch.setattr(database, "under_lock", plain_statement)
    monkeypatch.setattr(database, "writing", plain_writing)


def calls(contract: Agreement, sides: TwoSides, quantity: int) -> Callable[[int], str]:
    ref, by = contract.ref, sides.actor(Side.BUYER)
    db.session.rollback()

    def call(_i: int) -> str:
        mine = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        with database.writing():
            return calling.call(mine, perform.asked(L1=quantity), by=by).ref

    return call


def worked(results: list[Any]) -> list[Any]:
    """What came of it; whoever was refused heard a sentence, and nobody met an error."""
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    return [one for one in results if not isinstance(one, Exception)]


def test_two_call_offs_for_the_last_quantity_one_wins(contract: Agreement, sides: TwoSides, race: Race) -> None:
    results = race(6, calls(contract, sides, 700))
    assert len(worked(results)) == 1
    assert perform.book(contract)["called"] == 700
    assert book_faults(contract) == []


def test_many_small_call_offs_fill_the_contract_exactly(contract: Agreement, sides: TwoSides, race: Race) -> None:
    assert len(worked(race(9, calls(contract, sides, 180)))) == 7
    assert perform.book(contract)["called"] == 1260


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_they_get_into_each_others_way(contract: Agreement, sides: TwoSides, race: Race) -> None:
    """Sums are lost, or the database has to stop somebody with an error in the place of a sentence."""

    def attempt() -> bool:
        results = race(6, calls(contract, sides, 10))
        errors = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
        return bool(errors or book_faults(contract))

    meets(attempt)


def test_a_call_off_and_a_suspension_never_both_come_first(contract: Agreement, sides: TwoSides, race: Race) -> None:
    """Whatever is called stands before the suspension in the chain; after it nothing is called."""
    call, seller, ref = calls(contract, sides, 10), sides.actor(Side.SELLER), contract.ref

    def act(i: int) -> str:
        if i % 3:
            return call(i)
        mine = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        with database.writing():
            suspending.suspend(mine, "Mưa bão", clock.today(), by=seller)
        return "suspended"

    done = worked(race(6, act))
    kinds = [kind for kind in chain_of(contract) if kind in ("call_off_placed", "suspended_set")]
    assert done.count("suspended") == 1
    assert kinds == ["call_off_placed"] * (len(done) - 1) + ["suspended_set"]
    assert perform.book(contract)["called"] == 10 * (len(done) - 1)


def chain_of(contract: Agreement) -> list[str]:
    from marketplace.contracts.models import AgreementEvent

    db.session.rollback()
    mine = select(AgreementEvent).where(AgreementEvent.agreement_id == contract.id).order_by(AgreementEvent.number)
    return [event.kind for event in db.session.scalars(mine)]


def test_confirmed_or_cancelled_and_the_book_agrees(contract: Agreement, sides: TwoSides, race: Race) -> None:
    buyer, seller = sides.actor(Side.BUYER), sides.actor(Side.SELLER)
    for _ in range(3):
        ref = order_ref(perform.call(contract, sides, L1=10))

        def act(i: int, ref: str = ref) -> str:
            order = db.session.scalars(select(Order).where(Order.ref == ref)).one()
            with database.writing():
                if i % 2:
                    orders.confirm(order, ship_on=clock.today(), by=seller)
                    return "confirmed"
                orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=buyer)
                return "cancelled"

        done = worked(race(6, act))
        assert len(done) == 1
        db.session.rollback()
        state = db.session.scalars(select(Order.state).where(Order.ref == ref)).one()
        assert state is {"confirmed": OrderState.CONFIRMED, "cancelled": OrderState.CANCELLED}[done[0]]
        assert book_faults(contract) == []


def order_ref(call_off: CallOff) -> str:
    assert call_off.order is not None
    ref = call_off.order.ref
    db.session.rollback()
    return ref


def test_calls_and_steps_of_other_call_offs_never_wait_for_each_other_for_ever(
    contract: Agreement, sides: TwoSides, race: Race
) -> None:
    """New call-offs lock the contract first; so do confirmations, shipments and cancellations of earlier ones."""
    perform.stock(sides)
    seller = sides.actor(Side.SELLER)
    refs = [order_ref(perform.call(contract, sides, L1=5)) for _ in range(4)]
    call = calls(contract, sides, 5)

    def act(i: int) -> str:
        if i >= len(refs):
            return call(i)
        order = db.session.scalars(select(Order).where(Order.ref == refs[i])).one()
        with database.writing():
            orders.confirm(order, ship_on=clock.today(), by=seller)
        with database.writing():
            orders.ship(order, carrier="Xe HTX", tracking="", by=seller)
        return "shipped"

    done = worked(race(8, act, timeout=60))
    assert len(done) == 8
    figures = perform.book(contract)
    assert (figures["called"], figures["confirmed"]) == (40, 20)
    assert book_faults(contract) == []


def test_the_same_call_off_placed_by_many_is_one_order(contract: Agreement, sides: TwoSides, race: Race) -> None:
    by, same, ref = sides.actor(Side.BUYER), perform.asked(L1=25), contract.ref
    db.session.rollback()

    def call(_i: int) -> str:
        mine = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
        with database.writing():
            return calling.call(mine, same, by=by).ref

    assert len(set(worked(race(8, call)))) == 1
    assert perform.book(contract)["called"] == 25
    assert len(db.session.scalars(select(Order)).all()) == 1
