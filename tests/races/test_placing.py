"""Confirming at once: nothing sold twice, nobody waits for ever, one confirmation is one purchase.

Each race is run once more with its lock or its check taken away, to see that it is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count as numbers
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as stock
from marketplace.inventory import services as inventory
from marketplace.inventory.models import StockItem
from marketplace.inventory.services import holds, shelf, telling
from marketplace.orders import services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.queries import basket, carts
from marketplace.orders.services import placing
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments.models import LedgerEntry, LedgerTransaction, Payment
from tests.access import making
from tests.access.making import Confirmation, a_guest, confirmation, fill, goods
from tests.clients import Client
from tests.races.thinking import meets
from tests.races.without_locks import plain_locked, plain_statement, plain_writing

Race = Callable[..., list[Any]]
MOMENT = 0.005
ROUNDS = 12
_phones = numbers(1)


def after_a_moment(seen: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever has looked thinks for a moment before she writes."""

    def looked(*args: Any, **options: Any) -> Any:
        result = seen(*args, **options)
        time.sleep(MOMENT)
        return result

    return looked


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    for room, name in ((holds, "_check"), (placing, "_placed_with"), (placing, "_check_unpaid")):
        monkeypatch.setattr(room, name, after_a_moment(getattr(room, name)))


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked, and SQLite lets everybody begin at once."""
    for room in (shelf, telling):
        monkeypatch.setattr(room, "locked", plain_locked)
    monkeypatch.setattr(shelf, "under_lock", plain_statement)
    monkeypatch.setattr(carts, "locked_cart_of", carts.cart_of)
    monkeypatch.setattr(placing, "_guard", lambda *_things: None)
    monkeypatch.setattr(making, "writing", plain_writing)


def placed(confirmed: Confirmation, buyer: Any) -> str:
    """The purchase's ref, or that it was refused."""
    try:
        return making.place(confirmed, buyer)
    except Refused:
        return "refused"


def count(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def a_phone() -> str:
    """Nobody's number yet: how many orders wait for payment is counted by it."""
    return f"09{next(_phones):08d}"


def errors(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def figures(variant_id: int) -> tuple[int, int]:
    item = db.session.scalars(select(StockItem).where(StockItem.variant_id == variant_id)).one()
    return item.on_hand, item.reserved


# --- fifty buyers, ten pieces ----------------------------------------------------------------------------------------


def ready(cake: int, number: int) -> tuple[Any, Confirmation]:
    """A guest with one pack in her cart, about to confirm."""
    buyer = a_guest()
    fill(buyer, (cake, 1))
    return buyer, confirmation(buyer, phone=a_phone(), payment="cod" if number % 2 else "vietqr")


def fifty(app: Flask, race: Race) -> tuple[list[Any], int]:
    with app.app_context():
        cake = goods(10)
        buyers = [ready(cake, number) for number in range(50)]
    return race(50, lambda i: placed(buyers[i][1], buyers[i][0]), timeout=60), cake


def test_fifty_buyers_at_once_get_the_ten_pieces(app: Flask, race: Race) -> None:
    results, cake = fifty(app, race)
    assert errors(results) == []
    assert results.count("refused") == 40
    with app.app_context():
        assert figures(cake) == (10, 10)
        assert stock.availability([cake]) == {cake: 0}
        assert stock.stock_faults() == []
        assert_only_these_are_charged(sorted(result for result in results if result != "refused"))


def assert_only_these_are_charged(sold: list[str]) -> None:
    assert sorted(db.session.scalars(select(Purchase.ref))) == sold
    assert (count(Order), count(Payment)) == (10, 10)
    assert db.session.scalar(select(func.count(func.distinct(LedgerTransaction.order_id)))) == 10
    assert db.session.scalar(select(func.sum(LedgerEntry.amount_vnd))) == 0


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_fifty_buyers_are_not_served_in_turn(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results, _cake = fifty(app, race)
        return bool(errors(results)) or results.count("refused") < 40

    meets(attempt)


def test_without_the_check_more_is_promised_than_there_is(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "_check", lambda *_figures: None)
    monkeypatch.setattr(basket, "problem_with", lambda *_figures: None)
    results, _cake = fifty(app, race)
    assert len(errors(results)) == 40  # the table's own CHECK is what still says no


# --- two carts in opposite order -------------------------------------------------------------------------------------


def rounds(buyer: Any, wishes: list[int], phone: str) -> int:
    """Order the same goods again and again, calling each order off."""
    for _number in range(ROUNDS):
        fill(buyer, *((variant_id, 1) for variant_id in wishes))
        ref = making.place(confirmation(buyer, phone=phone), buyer)
        for order in db.session.scalars(select(Order).join(Purchase).where(Purchase.ref == ref)).all():
            with writing():
                services.cancel(order, reason=CancelReason.CHANGED_MIND, by=buyer)
    return ROUNDS


def opposite(app: Flask, race: Race) -> tuple[list[Any], list[int]]:
    with app.app_context():
        two = [goods(100), goods(100)]
        buyers, phones = [a_guest(), a_guest()], [a_phone(), a_phone()]
    return race(2, lambda i: rounds(buyers[i], two[:: -1 if i else 1], phones[i]), timeout=60), two


def test_two_carts_in_opposite_order_never_wait_for_each_other(app: Flask, race: Race) -> None:
    results, two = opposite(app, race)
    assert results == [ROUNDS, ROUNDS]
    with app.app_context():
        assert [figures(variant_id) for variant_id in two] == [(100, 0), (100, 0)]
        assert stock.stock_faults() == []


@pytest.mark.postgresql
def test_line_by_line_they_would(app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = holds.reserve

    def one_by_one(demands: Any, *, by: Any) -> Any:
        ready: dict[Any, Any] = {}
        for demand in demands:
            ready |= whole([demand], by=by)
            time.sleep(20 * MOMENT)
        return ready

    monkeypatch.setattr(inventory, "reserve", one_by_one)
    meets(lambda: any("deadlock" in str(result) for result in opposite(app, race)[0]))


# --- one confirmation, twenty times ----------------------------------------------------------------------------------


def twenty(app: Flask, race: Race) -> list[Any]:
    """The same form, sent twenty times at once from one guest's session."""
    with app.app_context():
        buyer = a_guest()
        fill(buyer, (goods(10), 2))
        form = confirmation(buyer, phone=a_phone()).form()

    def post(_i: int) -> Any:
        client = app.test_client()
        assert isinstance(client, Client)
        with client.session_transaction() as session:
            session["guest"] = buyer.ref
        answer = client.post("/checkout", data=form)
        return answer.status_code, answer.headers.get("Location")

    return race(20, post, timeout=60)


def test_the_same_confirmation_twenty_times_is_one_purchase(app: Flask, race: Race) -> None:
    results = twenty(app, race)
    with app.app_context():
        (ref,) = db.session.scalars(select(Purchase.ref)).all()
        assert (count(Order), count(Payment)) == (1, 1)
    assert set(results) == {(303, f"/purchases/{ref}")}


def test_without_the_look_at_the_token_they_do_not_agree(
    app: Flask, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_placed_with", lambda *_known: None)
    meets(lambda: len({str(result) for result in twenty(app, race)}) > 1)


@pytest.mark.postgresql
@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_only_the_table_says_no(app: Flask, race: Race) -> None:
    meets(lambda: any("uq_purchases_token" in str(error) for error in errors(twenty(app, race))))


# --- how many may wait for payment -----------------------------------------------------------------------------------


def eight_sessions(app: Flask, race: Race) -> list[Any]:
    """One guest in eight browsers, all under the same phone number."""
    with app.app_context():
        cake = goods(100)
        buyers = [a_guest() for _number in range(8)]
        for buyer in buyers:
            fill(buyer, (cake, 1))
        phone = a_phone()
        forms = [confirmation(buyer, phone=phone) for buyer in buyers]
    return race(8, lambda i: placed(forms[i], buyers[i]), timeout=60)


def test_many_tabs_do_not_pass_the_limit_of_unpaid_orders(app: Flask, race: Race) -> None:
    results = eight_sessions(app, race)
    assert errors(results) == []
    assert results.count("refused") == 8 - placing.MOST_UNPAID
    with app.app_context():
        assert count(Purchase) == placing.MOST_UNPAID


@pytest.mark.usefixtures("unlocked")
def test_without_the_guard_they_do(app: Flask, race: Race) -> None:
    def attempt() -> bool:
        results = eight_sessions(app, race)
        return bool(errors(results)) or results.count("refused") < 8 - placing.MOST_UNPAID

    meets(attempt)


def test_a_late_payment_and_its_deadline_agree(app: Flask, race: Race) -> None:
    """The hold runs out while the seller confirms the transfer: paid with goods, or called off and given back."""
    with app.app_context():
        cake = goods(10)
        order = making.order_in(OrderState.AWAITING_PAYMENT, a_guest(), cake)
        order_id, seller = order.id, making.somebody_of(order.seller)
        with writing():
            order.due_at = order.placed_at

    def act(i: int) -> Any:
        order = db.session.get_one(Order, order_id)
        if i % 2:
            return making.pay(order, seller)
        with writing():
            return services.pass_deadline(order)

    assert errors(race(6, act, timeout=60)) == []
    with app.app_context():
        order = db.session.get_one(Order, order_id)
        assert order.is_paid
        assert figures(cake) == (10, 1)
        assert db.session.scalar(select(func.sum(LedgerEntry.amount_vnd))) == 0
        assert stock.stock_faults() == []
