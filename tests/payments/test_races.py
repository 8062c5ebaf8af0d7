"""Money told of by several at once: one receipt, one refund, no deadlock, and always a state that adds up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core import clock, i18n
from marketplace.core.actors import Actor
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments import services
from marketplace.payments.models import BankAccount, LedgerTransaction, ProviderEvent
from marketplace.payments.states import PaymentState, RefundState
from tests.payments.market import (
    ACCOUNT,
    PRICE,
    Market,
    a_market,
    cancel,
    confirm,
    faults,
    name_account,
    order_of,
    payment_of,
    placed,
    refunds_of,
    state_of,
)

Race = Callable[..., list[Any]]
ROUNDS = 5


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market(stock=1000)


def confirming(ref: str, by: Actor, amount: int = PRICE) -> str:
    payment = payment_of(ref)
    with writing():
        return services.confirm_receipt(payment, amount_vnd=amount, by=by)


def cancelling(ref: str, by: Actor) -> None:
    order = order_of(ref)
    with writing():
        orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=by)


def expiring(ref: str) -> bool:
    order = order_of(ref)
    with writing():
        return orders.pass_deadline(order)


def failures(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]


def rows(table: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_twenty_confirmations_at_once_are_one_receipt(market: Market, race: Race) -> None:
    ref, by = placed(market), market.sells
    db.session.rollback()
    results = race(20, lambda _i: confirming(ref, by))
    assert Counter(map(str, results)) == {"received": 1, "repeated": 19}
    assert (rows(ProviderEvent), payment_of(ref).received_vnd, faults()) == (1, PRICE, [])
    kinds = db.session.scalars(select(LedgerTransaction.kind).order_by(LedgerTransaction.id)).all()
    assert kinds == ["sale", "receipt"]


def test_two_amounts_at_once_do_not_wait_for_each_other_for_ever(market: Market, race: Race) -> None:
    by = market.sells
    for _ in range(ROUNDS):
        ref = placed(market)
        db.session.rollback()
        results = race(6, lambda i, ref=ref: confirming(ref, by, PRICE if i % 2 else PRICE - 1))
        assert failures(results) == []
        assert state_of(ref) == (OrderState.PLACED, PaymentState.RECEIVED)
        assert faults() == []


def test_confirming_while_the_buyer_cancels_gives_the_money_back(market: Market, race: Race) -> None:
    sells, buys = market.sells, market.buys
    for _ in range(ROUNDS):
        ref = placed(market)
        db.session.rollback()
        results = race(2, lambda i, ref=ref: cancelling(ref, buys) if i else confirming(ref, sells))
        assert failures(results) == []
        assert state_of(ref) == (OrderState.CANCELLED, PaymentState.RECEIVED)
        assert [refund.amount_vnd for refund in refunds_of(ref)] == [PRICE]
        assert faults() == []


def test_confirming_while_the_deadline_passes_keeps_the_order(market: Market, race: Race) -> None:
    sells = market.sells
    for _ in range(ROUNDS):
        ref = placed(market)
        db.session.rollback()
        with clock.frozen(clock.now() + timedelta(days=2)):
            results = race(2, lambda i, ref=ref: expiring(ref) if i else confirming(ref, sells))
        assert failures(results) == []
        assert state_of(ref) == (OrderState.PLACED, PaymentState.RECEIVED)
        assert (refunds_of(ref), faults()) == ([], [])


def test_a_refund_is_paid_back_once(market: Market, race: Race) -> None:
    ref, by = placed(market), market.sells
    confirm(market, ref)
    cancel(market, ref)
    name_account(market, ref)
    db.session.rollback()

    def pay(i: int) -> None:
        refund = refunds_of(ref)[0]
        with writing():
            services.confirm_refund(refund, transfer_ref=f"FT{i}", by=by)

    results = race(8, pay)
    assert (failures(results), results.count(None)) == ([], 1)
    assert ([refund.state for refund in refunds_of(ref)], payment_of(ref).refunded_vnd) == ([RefundState.DONE], PRICE)
    assert faults() == []


def test_a_first_account_named_by_several_at_once_is_one(market: Market, race: Race) -> None:
    by = market.sells
    with writing():
        db.session.execute(BankAccount.__table__.delete())  # type: ignore[attr-defined]
    seller_id = market.seller.id
    db.session.rollback()

    def name(i: int) -> None:
        with writing():
            services.name_bank_account(seller_id, **{**ACCOUNT, "number": f"00000{i}"}, by=by)

    assert failures(race(6, name)) == []
    assert rows(BankAccount) == 1


# --- the control: what the lock is for -------------------------------------------------------------------------------


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Take the locks of orders and payments away; the canceller has read, and then waits until the event is set."""
    both_read, confirmed, seen = threading.Barrier(2, timeout=10), threading.Event(), threading.local()

    def only_read(*things: Any) -> None:
        assert all(thing.state for thing in things)
        if not getattr(seen, "before", False):
            seen.before = True
            payment_of(things[0].ref if hasattr(things[0], "hold_ref") else things[0].order.ref)
            both_read.wait()
            if threading.current_thread().name == "canceller":
                confirmed.wait(10)

    for module in ("payments.services.settling", "payments.services.refunds", "payments.services.standing"):
        monkeypatch.setattr(f"marketplace.{module}.lock", only_read)
    for name in ("orders.services.fulfilment.lock_order", "orders.services.paying.lock"):
        monkeypatch.setattr(f"marketplace.{name}", only_read)
    return confirmed


@pytest.mark.postgresql
def test_without_the_lock_a_paid_order_is_called_off_and_its_money_lost(
    market: Market, race: Race, unlocked: threading.Event
) -> None:
    ref, sells, buys = placed(market), market.sells, market.buys
    db.session.rollback()

    def act(i: int) -> None:
        if i:
            threading.current_thread().name = "canceller"
            payment = payment_of(ref)  # read before, kept in this thread's session as the service would find it
            cancelling_with(payment, buys)
        else:
            confirming(ref, sells)
            unlocked.set()

    def cancelling_with(payment: Any, by: Actor) -> None:
        order = order_of(ref)
        with writing():
            assert payment.state is PaymentState.AWAITING
            orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=by)

    results = race(2, act)
    assert failures(results) == []
    assert state_of(ref)[0] is OrderState.CANCELLED
    assert payment_of(ref).received_vnd == PRICE
    assert refunds_of(ref) == []
    assert faults() != []
