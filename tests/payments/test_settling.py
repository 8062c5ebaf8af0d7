"""Money that comes, by the one path: right, wrong, late, twice, for goods that are gone; both sides hear of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.core import i18n
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.queries.timeline import turn_of
from marketplace.orders.states import CancelReason, OrderState, Side, StepKind
from marketplace.payments import services
from marketplace.payments.services import Told
from marketplace.payments.states import PaymentState, RefundState
from tests.payments.market import (
    PRICE,
    Market,
    a_market,
    balances,
    cancel,
    confirm,
    declare,
    dispute,
    end_review,
    expire,
    faults,
    name_account,
    order_of,
    pay_back,
    payment_of,
    placed,
    refunds_of,
    snapshot,
    state_of,
    told,
)

AWAITING = (OrderState.AWAITING_PAYMENT, PaymentState.AWAITING)
DECLARED = (OrderState.AWAITING_PAYMENT, PaymentState.DECLARED)
REVIEW = (OrderState.AWAITING_PAYMENT, PaymentState.REVIEW)
PAID = (OrderState.PLACED, PaymentState.RECEIVED)
OFF = (OrderState.CANCELLED, PaymentState.CANCELLED)
PAID_BUT_OFF = (OrderState.CANCELLED, PaymentState.RECEIVED)


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market(stock=5)


def test_a_declared_transfer_that_is_confirmed_pays_the_order(market: Market) -> None:
    ref = placed(market, commission_vnd=3_000)
    assert state_of(ref) == AWAITING
    declare(market, ref)
    assert state_of(ref) == DECLARED
    assert told("payments/declared_seller") == [("organisation", market.seller.ref)]
    assert confirm(market, ref) == "received"
    assert state_of(ref) == PAID
    assert (order_of(ref).is_paid, payment_of(ref).received_vnd) == (True, PRICE)
    expected = {"payable_to_seller": -PRICE, "received_by_seller": PRICE}
    assert balances(ref) == {**expected, "due_from_seller": 3_000, "commission": -3_000}
    assert faults() == []


def test_the_same_word_again_changes_nothing(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref)
    before = snapshot()
    assert confirm(market, ref) == "repeated"
    assert snapshot() == before


def test_declaring_gives_the_seller_two_days_and_twice_is_once(market: Market) -> None:
    ref = placed(market)
    due = order_of(ref).due_at
    declare(market, ref)
    later, before = order_of(ref).due_at, snapshot()
    assert due is not None
    assert later is not None
    assert later > due
    declare(market, ref)
    assert (order_of(ref).due_at, snapshot()) == (later, before)


def whose_turn(ref: str) -> Side | None:
    turn = turn_of(order_of(ref))
    return turn.side if turn else None


def test_a_dispute_asks_the_buyer_again(market: Market) -> None:
    ref = placed(market)
    declare(market, ref)
    dispute(market, ref)
    assert state_of(ref) == AWAITING
    assert told("orders/not_received_buyer") == [("person", market.buyer.ref)]
    assert whose_turn(ref) is Side.BUYER
    declare(market, ref)
    assert whose_turn(ref) is Side.SELLER
    assert state_of(ref) == DECLARED


def test_nothing_can_be_disputed_that_was_not_declared(market: Market) -> None:
    ref = placed(market)
    before = snapshot()
    with pytest.raises(Refused):
        dispute(market, ref)
    assert snapshot() == before


# --- another amount --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [1, PRICE - 1, PRICE + 1, 10 * PRICE])
def test_another_amount_is_looked_at_and_the_right_one_settles(market: Market, amount: int) -> None:
    ref = placed(market)
    due = order_of(ref).due_at
    assert confirm(market, ref, amount) == "review"
    assert state_of(ref) == REVIEW
    assert (order_of(ref).is_paid, order_of(ref).due_at, payment_of(ref).received_vnd) == (False, due, 0)
    assert told("orders/amount_differs_seller") == [("organisation", market.seller.ref)]
    assert told("payments/amount_differs_buyer") == [("person", market.buyer.ref)]
    assert confirm(market, ref) == "received"
    assert state_of(ref) == PAID
    assert faults() == []


@pytest.mark.parametrize("amount", [0, -5])
def test_no_amount_is_refused(market: Market, amount: int) -> None:
    ref = placed(market)
    before = snapshot()
    with pytest.raises(Refused) as refusal:
        confirm(market, ref, amount)
    assert refusal.value.field == "amount_vnd"
    assert snapshot() == before


def test_an_order_cancelled_in_review_gives_back_what_was_said_last(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref, 900_000)
    confirm(market, ref, 90_000)
    cancel(market, ref)
    assert state_of(ref) == OFF
    assert [(refund.amount_vnd, refund.state) for refund in refunds_of(ref)] == [
        (90_000, RefundState.WAITING_FOR_ACCOUNT)
    ]
    assert balances(ref) == {"received_by_seller": 90_000, "refund": -90_000}
    name_account(market, ref)
    pay_back(market, ref)
    assert (balances(ref), payment_of(ref).refunded_vnd, faults()) == ({}, 90_000, [])


def test_money_of_a_provider_adds_up(market: Market) -> None:
    ref = placed(market)
    for number, amount in enumerate((30_000, 20_000)):
        with writing():
            word = Told(provider="vietqr", event_id=f"line {number}", kind="statement", amount_vnd=amount)
            assert services.settle(payment_of(ref), word, by=market.sells) == "review"
    expire(ref)
    assert [refund.amount_vnd for refund in refunds_of(ref)] == [50_000]


def test_another_currency_is_never_taken(market: Market) -> None:
    ref = placed(market)
    with writing():
        word = Told(provider="vietqr", event_id="e", kind="statement", amount_vnd=PRICE, currency="USD")
        assert services.settle(payment_of(ref), word, by=market.sells) == "review"
    assert state_of(ref) == REVIEW
    expire(ref)
    assert (state_of(ref), refunds_of(ref)) == (OFF, [])


def test_a_wrong_amount_after_the_end_can_be_mended_for_two_days(market: Market) -> None:
    ref = placed(market)
    expire(ref)
    confirm(market, ref, 10_000)
    assert state_of(ref) == (OrderState.CANCELLED, PaymentState.REVIEW)
    assert confirm(market, ref) == "received"
    assert state_of(ref) == PAID
    assert refunds_of(ref) == []


def test_a_wrong_amount_after_the_end_goes_back(market: Market) -> None:
    ref = placed(market)
    expire(ref)
    confirm(market, ref, 10_000)
    with writing():
        assert not services.end_review(payment_of(ref), by=market.sells)
    assert end_review(ref)
    assert state_of(ref) == OFF
    assert [refund.amount_vnd for refund in refunds_of(ref)] == [10_000]
    assert not end_review(ref)
    assert faults() == []


def test_money_promised_back_pays_for_no_goods(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref, 40_000)
    expire(ref)
    assert confirm(market, ref) == "review"
    assert end_review(ref)
    assert state_of(ref) == OFF
    assert [refund.amount_vnd for refund in refunds_of(ref)] == [40_000, 60_000]
    assert (payment_of(ref).received_vnd, faults()) == (PRICE, [])


def test_another_amount_after_the_right_one_is_refused(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref)
    before = snapshot()
    with pytest.raises(Refused):
        confirm(market, ref, PRICE + 1)
    assert snapshot() == before


def test_more_money_told_by_a_provider_is_only_noted(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref)
    with writing():
        word = Told(provider="vietqr", event_id="twice", kind="statement", amount_vnd=PRICE)
        assert services.settle(payment_of(ref), word, by=market.sells) == "surplus"
    assert (payment_of(ref).received_vnd, refunds_of(ref), faults()) == (PRICE, [], [])


# --- late money ------------------------------------------------------------------------------------------------------


def test_late_money_places_the_order_again_while_goods_are_there(market: Market) -> None:
    ref = placed(market, quantity=5)
    expire(ref)
    assert state_of(ref) == OFF
    assert confirm(market, ref, 5 * PRICE) == "received"
    assert state_of(ref) == PAID
    order = order_of(ref)
    assert (order.cancel_reason, order.is_paid, order.hold_ref) == (None, True, f"{ref}/2")
    assert order.steps[-1].kind is StepKind.REVIVED
    with pytest.raises(Refused):
        placed(market)
    assert balances(ref) == {"payable_to_seller": -5 * PRICE, "received_by_seller": 5 * PRICE}
    assert faults() == []


def test_late_money_for_goods_that_are_gone_goes_back_and_both_are_told(market: Market) -> None:
    ref = placed(market, quantity=5)
    expire(ref)
    other = placed(market, quantity=3)
    assert confirm(market, ref, 5 * PRICE) == "refund"
    assert state_of(ref) == PAID_BUT_OFF
    assert order_of(ref).cancel_reason is CancelReason.NO_STOCK_LEFT
    assert [refund.amount_vnd for refund in refunds_of(ref)] == [5 * PRICE]
    assert told("payments/refund_opened_buyer") == [("person", market.buyer.ref)]
    assert told("payments/refund_opened_seller") == [("organisation", market.seller.ref)]
    assert state_of(other) == AWAITING
    assert balances(ref) == {"received_by_seller": 5 * PRICE, "refund": -5 * PRICE}
    assert faults() == []


def test_late_money_for_an_order_that_the_buyer_cancelled_goes_back(market: Market) -> None:
    ref = placed(market)
    cancel(market, ref)
    assert confirm(market, ref) == "refund"
    assert (state_of(ref), len(refunds_of(ref))) == (PAID_BUT_OFF, 1)


def test_a_declared_order_that_ends_asks_the_seller_to_look_again(market: Market) -> None:
    ref = placed(market)
    declare(market, ref)
    expire(ref)
    assert state_of(ref) == OFF
    assert told("payments/look_again_seller") == [("organisation", market.seller.ref)]


def test_a_paid_order_that_is_cancelled_is_paid_back_whole(market: Market) -> None:
    ref = placed(market, commission_vnd=3_000)
    confirm(market, ref)
    cancel(market, ref)
    assert state_of(ref) == PAID_BUT_OFF
    assert balances(ref) == {"received_by_seller": PRICE, "refund": -PRICE}
    name_account(market, ref)
    pay_back(market, ref)
    assert [refund.state for refund in refunds_of(ref)] == [RefundState.DONE]
    assert told("payments/refund_due_seller") == [("organisation", market.seller.ref)]
    assert told("payments/refunded_buyer") == [("person", market.buyer.ref)]
    assert (balances(ref), faults()) == ({}, [])


def test_a_refund_is_never_more_than_what_came(market: Market) -> None:
    ref = placed(market)
    confirm(market, ref)
    with writing():
        first = services.open_refund(payment_of(ref), 70_000, by=market.sells)
        second = services.open_refund(payment_of(ref), 70_000, by=market.sells)
        third = services.open_refund(payment_of(ref), 1, by=market.sells)
    assert first is not None
    assert second is not None
    assert [refund.amount_vnd for refund in refunds_of(ref)] == [70_000, 30_000]
    assert third is None


# --- cash ------------------------------------------------------------------------------------------------------------


def shipped(market: Market) -> str:
    ref = placed(market, method="cod")
    with writing():
        orders.confirm(order_of(ref), ship_on=order_of(ref).ready_on, by=market.sells)
    with writing():
        orders.ship(order_of(ref), carrier="", tracking="", by=market.sells)
    return ref


def test_cash_settles_at_delivery(market: Market) -> None:
    ref = shipped(market)
    assert (payment_of(ref).state, order_of(ref).is_paid) == (PaymentState.AWAITING, False)
    with writing():
        orders.deliver(order_of(ref), on=order_of(ref).ready_on, by=market.buys)
    assert state_of(ref) == (OrderState.DELIVERED, PaymentState.RECEIVED)
    assert (order_of(ref).is_paid, payment_of(ref).received_vnd, faults()) == (True, PRICE, [])
    assert balances(ref) == {"payable_to_seller": -PRICE, "received_by_seller": PRICE}


def test_nothing_is_due_for_a_refused_parcel(market: Market) -> None:
    ref = shipped(market)
    with writing():
        orders.fail_delivery(order_of(ref), note="Không ai ở nhà", by=market.sells)
    with writing():
        orders.take_back(order_of(ref), by=market.sells)
    assert state_of(ref) == (OrderState.RETURNED_TO_SELLER, PaymentState.CANCELLED)
    assert (balances(ref), refunds_of(ref), faults()) == ({}, [], [])


def test_cash_is_not_confirmed_by_hand(market: Market) -> None:
    ref = placed(market, method="cod")
    before = snapshot()
    for act in (confirm, declare, dispute):
        with pytest.raises(Refused):
            act(market, ref)
    assert snapshot() == before
    db.session.rollback()
