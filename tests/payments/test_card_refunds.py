"""Refunds of card money over real HTTP, and orders that come to cost less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.events import publish
from marketplace.orders.events import OrderReduced
from marketplace.orders.states import OrderState
from marketplace.payments import queries, services
from marketplace.payments.states import PaymentState, RefundState
from tests.payments.cards import Cards, session_of, states
from tests.payments.market import (
    PRICE,
    balances,
    cancel,
    faults,
    order_of,
    payment_of,
    refunds_of,
    told,
)


def refunded(cards: Cards, *, outcome: str = "succeeded") -> str:
    """An order that was paid by card and called off; its refund is not asked for yet. The order's ref."""
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    cards.fake.outcome = outcome
    cancel(cards.market, order)
    return order


def state(order: str) -> tuple[RefundState, int]:
    db.session.rollback()
    (refund,) = refunds_of(order)
    return refund.state, payment_of(order).refunded_vnd


def test_a_cancelled_order_goes_back_to_the_card(cards: Cards) -> None:
    order = refunded(cards)
    assert state(order) == (RefundState.REQUESTED, 0)
    cards.work()
    assert state(order) == (RefundState.DONE, PRICE)
    assert (balances(order), faults()) == ({}, [])
    assert len(told("payments/card_refunded_buyer")) == 1


def test_a_refund_asked_for_twice_is_paid_once(cards: Cards) -> None:
    order = refunded(cards)
    cards.fake.fail("lost", "/v1/refunds", times=2)
    cards.work()
    assert state(order) == (RefundState.REQUESTED, 0)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        cards.work()
    assert (state(order), len(cards.fake.refunds)) == ((RefundState.DONE, PRICE), 1)


def test_an_event_may_come_before_the_answer(cards: Cards) -> None:
    order = refunded(cards)
    cards.fake.fail("lost", "/v1/refunds", times=2)
    cards.work()
    for event in cards.fake.events:
        cards.send(event)
    cards.work()
    assert state(order) == (RefundState.DONE, PRICE)
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        cards.work()
    assert (state(order), len(cards.fake.refunds), faults()) == ((RefundState.DONE, PRICE), 1, [])


def test_a_pending_refund_ends_when_the_card_company_says_so(cards: Cards) -> None:
    order = refunded(cards, outcome="pending")
    cards.work()
    assert state(order) == (RefundState.PENDING, 0)
    cards.send(cards.fake.end_refund(next(iter(cards.fake.refunds)), "succeeded"))
    cards.work()
    assert (state(order), faults()) == ((RefundState.DONE, PRICE), [])


def test_a_refund_that_comes_back_is_booked_back_and_tried_again(cards: Cards) -> None:
    order = refunded(cards)
    cards.work()
    cards.send(cards.fake.end_refund(next(iter(cards.fake.refunds)), "failed"))
    cards.work()
    assert (state(order), faults()) == ((RefundState.REQUESTED, 0), [])
    with clock.frozen(clock.now() + timedelta(hours=2)):
        cards.work()
    assert (state(order), len(cards.fake.refunds), balances(order), faults()) == ((RefundState.DONE, PRICE), 2, {}, [])


def test_a_refund_that_fails_twice_is_the_operators(cards: Cards) -> None:
    order = refunded(cards, outcome="failed")
    for hours in (0, 2, 4):
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            cards.work()
    assert (state(order), len(cards.fake.refunds)) == ((RefundState.FAILED, 0), 2)
    (stuck,) = queries.stuck_refunds()
    with writing():
        services.resolve_refund(stuck, reference="FT 77", by_seller=False, by=SYSTEM)
    assert (state(order), balances(order), faults()) == ((RefundState.DONE, PRICE), {}, [])


def test_a_late_word_on_a_refund_that_was_paid_by_hand_changes_nothing(cards: Cards) -> None:
    order = refunded(cards, outcome="failed")
    for hours in (0, 2):
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            cards.work()
    (stuck,) = queries.stuck_refunds()
    with writing():
        services.resolve_refund(stuck, reference="FT 77", by_seller=False, by=SYSTEM)
    for name in cards.fake.refunds:
        cards.send(cards.fake.end_refund(name, "failed"))
    cards.work()
    assert (state(order), balances(order), faults()) == ((RefundState.DONE, PRICE), {}, [])


def test_an_operator_has_a_failed_refund_tried_again(cards: Cards) -> None:
    order = refunded(cards, outcome="failed")
    for hours in (0, 2):
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            cards.work()
    cards.fake.outcome = "succeeded"
    (stuck,) = queries.stuck_refunds()
    with writing():
        services.ask_again(stuck, by=SYSTEM)
    cards.work()
    assert (state(order), faults()) == ((RefundState.DONE, PRICE), [])


def test_a_second_charge_for_the_same_goods_goes_back_by_its_own_way(cards: Cards) -> None:
    purchase = cards.placed()
    page = cards.opened(purchase)
    with writing():
        services.end_session(session_of(purchase), by=SYSTEM)
    second = cards.paid(purchase)
    first = cards.fake.pay(page)
    for event in (second, first):
        cards.send(event)
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    assert states(cards, purchase) == [("placed", "received")]
    assert [(one.amount_vnd, one.state) for one in refunds_of(order)] == [(PRICE, RefundState.DONE)]
    assert payment_of(order).charge_ref != refunds_of(order)[0].charge_ref
    assert faults() == []


def foreign(cards: Cards, purchase: str) -> dict[str, Any]:
    """A page of another site on the same account, whose purchases have the same numbers: it is paid."""
    price = {"currency": "vnd", "unit_amount": str(PRICE), "product_data": {"name": "x"}}
    named = {
        "client_reference_id": session_of(purchase).ref,
        "line_items": {"0": {"quantity": "1", "price_data": price}},
    }
    made = cards.fake._create_session({"mode": "payment", "success_url": "http://x", **named})
    return cards.fake.pay(made["id"])


def test_a_charge_of_another_site_on_the_same_account_pays_for_nothing(cards: Cards) -> None:
    purchase = cards.placed()
    cards.opened(purchase)
    cards.send(foreign(cards, purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    assert states(cards, purchase) == [("awaiting_payment", "awaiting")]
    assert ([event.kind for event in queries.events_to_look_at()], refunds_of(order)) == (
        ["checkout.session.completed"],
        [],
    )


@pytest.mark.parametrize("other", [{"payment_intent": "pi_of_others"}, {"amount": 1}, {"currency": "usd"}])
def test_a_refund_of_another_site_ends_none_of_ours(cards: Cards, other: dict[str, Any]) -> None:
    order = refunded(cards, outcome="pending")
    (mine,) = refunds_of(order)
    said = {"id": "re_of_others", "object": "refund", "amount": PRICE, "currency": "vnd", "status": "succeeded"}
    said |= {"payment_intent": mine.charge_ref, "metadata": {"refund": mine.ref, "attempt": "1"}, **other}
    cards.send(cards.fake._tell("refund.updated", said))
    cards.work()
    assert (state(order), faults()) == ((RefundState.PENDING, 0), [])


# --- orders that come to cost less -----------------------------------------------------------------------------------


def reduce(order: str, amount: int) -> None:
    found = order_of(order)
    with writing():
        publish(OrderReduced(found, SYSTEM, amount, 0, f"{found.hold_ref}/short"))


def test_a_paid_order_that_costs_less_is_refunded_in_part(cards: Cards) -> None:
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    for _ in range(2):
        reduce(order, 30_000)
    cards.work()
    assert (state(order), faults()) == ((RefundState.DONE, 30_000), [])
    assert balances(order)["received_by_platform"] == PRICE - 30_000


def test_a_refund_asked_for_again_the_next_day_is_paid_once(cards: Cards) -> None:
    purchase = cards.placed()
    cards.send(cards.paid(purchase))
    cards.work()
    order = cards.orders_of(purchase)[0].ref
    cards.fake.fail("lost", "/v1/refunds", times=2)
    reduce(order, 30_000)
    cards.work()
    cards.fake.replies.clear()
    with clock.frozen(clock.now() + timedelta(hours=30)):
        cards.work()
    assert (state(order), len(cards.fake.refunds), faults()) == ((RefundState.DONE, 30_000), 1, [])


def test_cash_is_awaited_for_what_is_left(cards: Cards) -> None:
    from marketplace.orders import services as orders
    from tests.payments.market import placed

    ref = placed(cards.market, method="cod")
    order = order_of(ref)
    with writing():
        orders.confirm(order, ship_on=clock.today(), by=cards.market.sells)
    with writing():
        publish(OrderReduced(order, SYSTEM, 40_000, 0, f"{order.hold_ref}/short"))
    with writing():
        services.settle_cash(order, by=SYSTEM)
    payment = payment_of(ref)
    assert (payment.amount_vnd, payment.received_vnd, payment.state) == (60_000, 60_000, PaymentState.RECEIVED)
    assert (refunds_of(ref), faults(), order_of(ref).state) == ([], [], OrderState.CONFIRMED)
