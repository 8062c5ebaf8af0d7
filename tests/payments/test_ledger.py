"""The ledger's verbs: what is booked when an order is paid, comes to cost less, is called off, is given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.core import i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import writing
from marketplace.orders.models import Order
from marketplace.payments.queries import balance_of
from marketplace.payments.services import ledger
from tests.payments.market import PRICE, Market, a_market, balances, order_of, placed

FEE = 5_000
Receives = Callable[..., None]
HOLDERS = {"received_by_seller": "due_from_seller", "received_by_platform": "payable_to_seller"}


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market()


def booked(ref: str, *acts: Callable[[Order], None]) -> dict[str, int]:
    for act in acts:
        order = order_of(ref)
        with writing():
            act(order)
    assert sum(balances(ref).values()) == 0
    return balances(ref)


def reduce(name: str, amount: int, fee: int, *, paid: bool) -> Callable[[Order], None]:
    return lambda order: ledger.sale_reduced(order, f"{order.hold_ref}/{name}", amount, fee, paid=paid, by=SYSTEM)


def receive(holder: str, amount: int = PRICE) -> Callable[[Order], None]:
    verb: Receives = getattr(ledger, holder)
    return lambda order: verb(order, f"{order.ref}/paid", amount, for_goods=True, by=SYSTEM)


def call_off(*, paid: bool) -> Callable[[Order], None]:
    return lambda order: ledger.sale_called_off(order, paid=paid, by=SYSTEM)


def test_card_money_pays_the_commission_out_of_what_the_seller_gets(market: Market) -> None:
    ref = placed(market, commission_vnd=FEE)
    expected = {"received_by_platform": PRICE, "payable_to_seller": FEE - PRICE, "commission": -FEE}
    assert booked(ref, receive("received_by_platform")) == expected
    assert balance_of(market.seller.id) == PRICE - FEE


@pytest.mark.parametrize("holder", HOLDERS)
def test_goods_taken_off_a_paid_order_are_to_be_given_back_with_their_commission(market: Market, holder: str) -> None:
    ref = placed(market, commission_vnd=FEE)
    after = booked(ref, receive(holder), reduce("short", 40_000, 2_000, paid=True))
    assert (after["refund"], after["commission"], after[holder]) == (-40_000, -3_000, PRICE)
    off = booked(ref, call_off(paid=True))
    assert off == {holder: PRICE, "refund": -PRICE}


@pytest.mark.parametrize("holder", HOLDERS)
def test_goods_taken_off_before_the_money_came_lower_the_commission_that_follows(market: Market, holder: str) -> None:
    ref = placed(market, commission_vnd=FEE)
    assert booked(ref, reduce("short", 40_000, 2_000, paid=False)) == {
        "receivable": 60_000,
        "payable_to_seller": -60_000,
    }
    after = booked(ref, receive(holder, 60_000))
    assert (after["commission"], after.get("receivable"), after[holder]) == (-3_000, None, 60_000)
    assert balance_of(market.seller.id) == (-3_000 if holder == "received_by_seller" else 57_000)


@pytest.mark.parametrize("holder", HOLDERS)
def test_all_of_an_order_taken_off_in_parts_leaves_no_commission(market: Market, holder: str) -> None:
    ref = placed(market, commission_vnd=FEE)
    parts = reduce("short", 33_333, 1_666, paid=True), reduce("back", 66_667, 3_333, paid=True)
    assert booked(ref, receive(holder), *parts) == {holder: PRICE, "refund": -PRICE}
    assert booked(ref, call_off(paid=True)) == {holder: PRICE, "refund": -PRICE}


def test_each_fact_is_booked_once(market: Market) -> None:
    ref = placed(market, commission_vnd=FEE)
    acts = [receive("received_by_platform"), reduce("short", 10_000, 500, paid=True)]
    once = booked(ref, *acts)
    assert booked(ref, *acts, *acts) == once
    gone = booked(ref, call_off(paid=True))
    assert booked(ref, call_off(paid=True), *acts) == gone


def test_more_than_is_left_cannot_be_taken_off(market: Market) -> None:
    ref = placed(market)
    before = booked(ref, reduce("short", 90_000, 0, paid=False))
    for amount in (10_001, 0, -1):
        with pytest.raises(ValueError, match="than is left"):
            booked(ref, reduce("back", amount, 0, paid=False))
    assert balances(ref) == before


def test_the_marketplace_gives_back_what_it_received(market: Market) -> None:
    ref = placed(market, commission_vnd=FEE)

    def give_back(order: Order) -> None:
        ledger.refunded_by_platform(order, "HT-1", PRICE, by=SYSTEM)

    assert booked(ref, receive("received_by_platform"), call_off(paid=True), give_back, give_back) == {}
    assert balance_of(market.seller.id) == 0
