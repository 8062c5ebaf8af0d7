"""However much is short, light or given back: parts sum to the whole, and nobody gets more than she paid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.orders.models import OrderLine
from marketplace.orders.services.reducing import agreed_shares, freight_back_amount, goods_back_amount, settled_amount
from marketplace.orders.states import ReturnReason, ReturnState


def line_of(number: int, price: int, packs: int, grams: int | None) -> OrderLine:
    known = {"unit_price_vnd": price, "quantity": packs, "amount_vnd": price * packs, "returned_quantity": 0}
    return OrderLine(id=number, estimated_grams=grams, tolerance_percent=10, returned_vnd=0, **known)


LINES = st.lists(
    st.tuples(st.integers(1, 9_999_999), st.integers(1, 50), st.none() | st.integers(1, 50_000)), min_size=1, max_size=5
)


class Bill:
    """An order as far as its sums go."""

    def __init__(self, wishes: list[tuple[int, int, int | None]], freight: int, discount: int) -> None:
        self.lines = [line_of(number, *wish) for number, wish in enumerate(wishes)]
        self.goods_vnd = sum(line.amount_vnd for line in self.lines)
        self.discount_vnd, self.freight_vnd = min(discount, self.goods_vnd), freight
        self.returns: list[Any] = []
        self.reduced_freight_vnd = 0

    def paid(self) -> int:
        return self.goods_vnd + self.freight_vnd - self.discount_vnd


@given(LINES, st.integers(0, 500_000), st.integers(0, 10**7), st.data())
def test_nothing_is_lost_between_the_parcel_and_the_last_return(
    wishes: list[tuple[int, int, int | None]], freight: int, discount: int, data: st.DataObject
) -> None:
    bill: Any = Bill(wishes, freight, discount)
    shares = agreed_shares(bill)
    assert sum(shares.values()) == bill.goods_vnd - bill.discount_vnd
    for line in bill.lines:
        line.shipped_quantity = data.draw(st.integers(0, line.quantity))
        grams = data.draw(st.integers(0, 10**6)) if line.estimated_grams else None
        line.settled_vnd = settled_amount(line, shares[line.id], line.shipped_quantity, grams)
        assert 0 <= line.settled_vnd <= shares[line.id] <= line.amount_vnd
    back = 0
    while any(line.returned_quantity < line.shipped_quantity for line in bill.lines):
        back += give_back(bill, data)
    assert back == sum(line.settled_vnd for line in bill.lines) + bill.reduced_freight_vnd
    assert back <= bill.paid()
    assert all(line.returned_vnd == line.settled_vnd for line in bill.lines if line.shipped_quantity)


def give_back(bill: Any, data: st.DataObject) -> int:
    """One more return, of at least one pack."""
    goods = 0
    for line in bill.lines:
        left = line.shipped_quantity - line.returned_quantity
        packs = data.draw(st.integers(min(1, left), left))
        if packs:
            amount = goods_back_amount(line, packs)
            assert amount >= 0
            line.returned_vnd, line.returned_quantity = line.returned_vnd + amount, line.returned_quantity + packs
            goods += amount
    reason = data.draw(st.sampled_from(ReturnReason))
    bill.returns.append(SimpleNamespace(reason=reason, state=ReturnState.RECEIVED, goods_vnd=goods))
    freight = freight_back_amount(bill) if reason.is_sellers_fault else 0
    assert 0 <= freight <= bill.freight_vnd - bill.reduced_freight_vnd
    bill.reduced_freight_vnd += freight
    return goods + freight


def test_all_faulty_goods_bring_all_of_the_freight_back() -> None:
    bill: Any = Bill([(33_333, 3, None), (7, 1, None)], 25_001, 0)
    for line in bill.lines:
        line.shipped_quantity, line.settled_vnd = line.quantity, line.amount_vnd
    for line in bill.lines:
        for _pack in range(line.quantity):
            amount = goods_back_amount(line, 1)
            line.returned_vnd, line.returned_quantity = line.returned_vnd + amount, line.returned_quantity + 1
            bill.returns.append(
                SimpleNamespace(reason=ReturnReason.DAMAGED, state=ReturnState.RECEIVED, goods_vnd=amount)
            )
            bill.reduced_freight_vnd += freight_back_amount(bill)
    assert bill.reduced_freight_vnd == 25_001


@pytest.mark.parametrize(("grams", "amount"), [(0, 0), (1, 300), (333, 100_000), (998, 299_700), (3_330, 300_000)])
def test_weight_is_rounded_once(grams: int, amount: int) -> None:
    assert settled_amount(line_of(1, 100_000, 3, 333), 300_000, 3, grams) == amount
