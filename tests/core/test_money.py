"""Money: parts sum to the whole, roundings are to the nearest đồng, and what people type is read or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import MOST_VND, net_of_vat, parse_vnd, percent, rounded, split

amounts = st.integers(min_value=0, max_value=MOST_VND)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@given(amounts, weights)
def test_parts_always_sum_to_the_whole_and_are_fair(total: int, shares: list[int]) -> None:
    parts = split(total, shares)
    assert sum(parts) == total
    whole = sum(shares)
    if whole:
        assert all(abs(part * whole - total * share) < whole for part, share in zip(parts, shares, strict=True))


@given(amounts, st.integers(min_value=1, max_value=40))
def test_equal_weights_differ_by_one_dong_at_most(total: int, count: int) -> None:
    parts = split(total, [7] * count)
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1, [0, 1, 1], [0, 1, 0]),
        (5, [0, 0], [3, 2]),
        (0, [3, 4], [0, 0]),
        (35_000, [65_000, 90_000], [14_677, 20_323]),
    ],
)
def test_the_first_wins_a_tie(total: int, shares: list[int], parts: list[int]) -> None:
    assert split(total, shares) == parts


@pytest.mark.parametrize("shares", [[], [1, -1]])
def test_a_split_without_sense_is_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(10, shares)


@pytest.mark.parametrize(
    ("amount", "dong"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1), ("999999999999", MOST_VND)]
)
def test_halves_are_rounded_away_from_zero(amount: str, dong: int) -> None:
    assert rounded(Decimal(amount)) == dong


def test_percent_and_price_without_vat() -> None:
    assert percent(125_000, Decimal("1.5")) == 1_875
    assert net_of_vat(108_000, Decimal(8)) == 100_000
    assert net_of_vat(100_000, Decimal(10)) == 90_909


@given(amounts)
def test_a_shown_amount_is_read_back(amount: int) -> None:
    shown = f"{amount:,}".replace(",", ".")
    for typed in (shown, f"{shown}\u00a0₫", f"{shown} đ", str(amount), f"{amount:,} VND"):
        assert parse_vnd(typed) == amount


@pytest.mark.parametrize(
    ("typed", "dong"),
    [
        ("1.250.000 ₫", 1_250_000),
        ("1,25 triệu", 1_250_000),
        ("1tr250", 1_250_000),
        ("1tr25", 1_250_000),
        ("1tr2", 1_200_000),
        ("2tr", 2_000_000),
        ("65k", 65_000),
        ("65 K", 65_000),
        ("65 nghìn", 65_000),
        ("65 ngàn đồng", 65_000),
        ("1,5 tỷ", 1_500_000_000),
        ("1 250 000", 1_250_000),
        ("0", 0),
        ("0đ", 0),
    ],
)
def test_what_people_type_is_read(typed: str, dong: int) -> None:
    assert parse_vnd(typed) == dong


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "₫",
        "-5",
        "12.34",
        "1.2.3",
        "1,250,00",
        "65kk",
        "abc",
        "1e6",
        "k",
        "1.250.000.000.000",
        "65k5000",
        "1tr2tr",
    ],
)
def test_what_is_not_money_is_refused(typed: str) -> None:
    assert parse_vnd(typed) is None


@given(st.text(max_size=30))
def test_any_text_is_money_or_nothing(typed: str) -> None:
    amount = parse_vnd(typed)
    assert amount is None or 0 <= amount <= MOST_VND
