"""Sums are whole đồng: the tax is taken out of prices that include it, and parts sum to the whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.contracts.terms import sums
from tests.contracts.wording import line, sale

LINES = st.lists(
    st.builds(
        lambda quantity, price, rate: line("L1", quantity=str(quantity), price_vnd=price, vat_percent=rate),
        st.integers(0, 100_000),
        st.integers(0, 10_000_000),
        st.sampled_from([0, 5, 8, 10]),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(LINES)
def test_goods_and_tax_are_the_total(lines: list[dict[str, Any]]) -> None:
    made = sums.totals(lines)
    assert made["goods_vnd"] + made["vat_vnd"] == made["total_vnd"] == sum(sums.amount(one) for one in lines)
    assert all(isinstance(value, int) and value >= 0 for value in made.values())


def test_a_rate_is_rounded_once() -> None:
    lines = [line(f"L{n}", quantity="1", price_vnd=100, vat_percent=8) for n in (1, 2, 3)]
    assert sums.vat_of_rates(lines) == {8: 22}


def test_a_sale_adds_up() -> None:
    assert sale()["totals"] == {"goods_vnd": 163_531_746, "vat_vnd": 8_968_254, "total_vnd": 172_500_000}


def test_the_tolerance_is_of_the_total_in_whole_units() -> None:
    assert sums.most(line("L1", quantity="1000", tolerance_percent=5)) == 1050
    assert sums.most(line("L1", quantity="19", tolerance_percent=5)) == 19


def test_the_deposit_is_of_the_whole_value() -> None:
    made = sale()
    made["payment"]["deposit_percent"] = 30
    assert sums.deposit(made) == 51_750_000
