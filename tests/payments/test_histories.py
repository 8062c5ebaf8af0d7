"""Any history of money: the ledger sums to zero, nothing is promised back that did not come, repeats change nothing.

What does not depend on the order of events is said exactly:
- what is told before an order is called off: the payment is received if the right amount is among it, else looked at
  if anything is, whatever was told how often and in which order;
- the right amount and the end of the deadline: the order is placed and paid, as long as its goods are there;
- the right amount and a cancellation by either side: the order is off and all of its money goes back.
Otherwise order counts: money that was promised back no longer pays for goods, and a seller's last word is her word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.models import Organisation
from marketplace.accounts.states import LegalForm
from marketplace.core import i18n
from marketplace.core.database import db, writing
from marketplace.core.money import split
from marketplace.core.refusals import Refused
from marketplace.inventory.models import StockItem
from marketplace.orders.states import OrderState
from marketplace.payments import services
from marketplace.payments.services import Told
from marketplace.payments.states import PaymentState
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
)

Act = Callable[[Market, str], object]
many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market(stock=100_000)


def says(amount: int) -> Act:
    return lambda market, ref: confirm(market, ref, amount)


def line(name: str, amount: int) -> Act:
    """A line of a bank statement, which is the same whenever it is told."""

    def tell(market: Market, ref: str) -> str:
        payment = payment_of(ref)
        told = Told(provider="vietqr", event_id=f"{ref} {name}", kind="statement", amount_vnd=amount)
        with writing():
            return services.settle(payment, told, by=market.sells)

    return tell


ACTS: dict[str, Act] = {
    "seller says right": says(PRICE),
    "seller says less": says(60_000),
    "seller says more": says(160_000),
    "statement right": line("right", PRICE),
    "statement less": line("less", 30_000),
    "statement more": line("more", 130_000),
    "declare": declare,
    "dispute": dispute,
    "buyer cancels": cancel,
    "seller cancels": lambda market, ref: cancel(market, ref, by=market.sells),
    "expire": lambda market, ref: expire(ref),
    "review ends": lambda market, ref: end_review(ref),
    "name account": name_account,
    "pay back": pay_back,
}
MONEY = [name for name in ACTS if name.startswith(("seller says", "statement"))]


def play(market: Market, ref: str, names: list[str]) -> None:
    """Each act in turn; one that is refused changes nothing."""
    for name in names:
        before = snapshot()
        try:
            ACTS[name](market, ref)
        except Refused:
            assert snapshot() == before
        check(market, ref)


def check(market: Market, ref: str) -> None:
    assert faults() == []
    payment, order = payment_of(ref), order_of(ref)
    assert sum(balances(ref).values()) == 0
    assert sum(refund.amount_vnd for refund in refunds_of(ref)) <= payment.received_vnd
    assert payment.refunded_vnd <= payment.received_vnd
    assert order.is_paid <= (payment.state is PaymentState.RECEIVED)
    if order.state is OrderState.PLACED:
        back = sum(refund.amount_vnd for refund in refunds_of(ref))
        assert (order.is_paid, payment.received_vnd - back) == (True, PRICE)
    if order.state is OrderState.CANCELLED and payment.state is not PaymentState.REVIEW:
        assert sum(refund.amount_vnd for refund in refunds_of(ref)) == payment.received_vnd


def outcome(ref: str) -> tuple[object, ...]:
    db.session.rollback()
    order, payment = order_of(ref), payment_of(ref)
    promised = sum(refund.amount_vnd for refund in refunds_of(ref))
    held = balances(ref)
    return order.state, order.is_paid, payment.state, payment.received_vnd, promised, held


@many
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=9))
def test_every_history_adds_up(market: Market, names: list[str]) -> None:
    ref = placed(market, commission_vnd=2_500)
    play(market, ref, names)
    held = {OrderState.AWAITING_PAYMENT, OrderState.PLACED}
    item = db.session.query(StockItem).filter_by(variant_id=market.variant.id).one()
    before = item.reserved
    if order_of(ref).state in held:
        cancel(market, ref)
        assert db.session.query(StockItem).filter_by(variant_id=market.variant.id).one().reserved == before - 1
    check(market, ref)


@many
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=5), st.sampled_from(MONEY))
def test_what_was_told_before_changes_nothing(market: Market, names: list[str], money: str) -> None:
    ref = placed(market)
    play(market, ref, [*names, money])
    before = snapshot()
    try:
        assert ACTS[money](market, ref) == "repeated"
    except Refused:
        assert payment_of(ref).state is PaymentState.RECEIVED
    assert snapshot() == before


@many
@given(st.data())
def test_what_is_told_before_the_end_may_come_in_any_order(market: Market, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(MONEY), min_size=1, max_size=5))
    shuffled = data.draw(st.permutations([*names, *data.draw(st.lists(st.sampled_from(names), max_size=3))]))
    first, second = placed(market), placed(market)
    play(market, first, names)
    play(market, second, list(shuffled))
    right = any(name.endswith("right") for name in names)
    assert outcome(first) == outcome(second)
    assert payment_of(first).state is (PaymentState.RECEIVED if right else PaymentState.REVIEW)


@many
@given(
    st.sampled_from([["expire"], ["buyer cancels"], ["seller cancels"], ["declare", "expire"]]),
    st.lists(st.sampled_from(["seller says right", "statement right"]), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_right_amount_comes_before_or_after_the_end_alike(
    market: Market, end: list[str], money: list[str], dice: object
) -> None:
    names = [*end, *money]
    dice.shuffle(names)  # type: ignore[attr-defined]
    ref = placed(market)
    play(market, ref, names)
    if "expire" in end:
        expected = {"payable_to_seller": -PRICE, "received_by_seller": PRICE}
        assert outcome(ref) == (OrderState.PLACED, True, PaymentState.RECEIVED, PRICE, 0, expected)
    else:
        expected = {"refund": -PRICE, "received_by_seller": PRICE}
        state, _paid, *rest = outcome(ref)
        assert (state, *rest) == (OrderState.CANCELLED, PaymentState.RECEIVED, PRICE, PRICE, expected)


@many
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=9))
def test_tax_of_a_household_follows_every_history(market: Market, names: list[str]) -> None:
    with writing():
        db.session.get_one(Organisation, market.seller.id).legal_form = LegalForm.HOUSEHOLD_BUSINESS
    ref = placed(market, commission_vnd=2_500)
    play(market, ref, names)
    held = order_of(ref).is_paid and order_of(ref).state is OrderState.PLACED
    assert -balances(ref).get("tax_withheld", 0) == (1_500 if held else 0)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_parts_of_a_split_sum_to_the_whole(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert (sum(parts), len(parts)) == (total, len(weights))
    assert min(parts) >= 0
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if sum(weights) else [1] * len(weights), strict=True):
        assert abs(part * whole - total * weight) < whole
