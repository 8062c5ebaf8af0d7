"""Late money of a contract costs interest at the rate of its terms: shown to both sides, charged by nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import late_interest
from marketplace.contracts.services import terminating
from marketplace.contracts.states.agreements import PaperKind, Side
from marketplace.contracts.terms import interest
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.orders.models import Order
from marketplace.payments import services as payments
from marketplace.payments.models import Payment
from tests.clients import Client
from tests.contracts import changing, performing
from tests.contracts.making import TwoSides, department, officer_of, two_sides

Members = Callable[[Any], Client]
Frozen = Callable[[datetime], datetime]
DUE = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("missing", "until", "owed"),
    [
        ([], date(2027, 3, 1), 0),
        # 10 % of 36.500.000 ₫ is 10.000 ₫ a day
        ([], date(2027, 3, 2), 10_000),
        ([(date(2027, 3, 11), 0)], date(2027, 3, 31), 100_000),
        # half of it came in time, or after ten days
        ([(date(2027, 2, 20), 18_250_000)], date(2027, 3, 11), 50_000),
        ([(date(2027, 3, 11), 18_250_000), (date(2027, 3, 21), 0)], date(2027, 3, 21), 150_000),
    ],
)
def test_interest_follows_what_was_missing(missing: list[tuple[date, int]], until: date, owed: int) -> None:
    assert interest.owed(36_500_000, DUE, missing, until, Decimal(10)) == owed


@given(st.integers(0, 10**12), st.integers(0, 900), st.decimals(0, 20, places=2))
def test_it_is_rounded_once_and_never_shrinks(amount: int, days: int, rate: Decimal) -> None:
    until = DUE + timedelta(days=days)
    found = interest.owed(amount, DUE, [], until, rate)
    exact = Decimal(amount) * days * rate / 100 / 365
    assert abs(Decimal(found) - exact) <= Decimal("0.5")
    assert interest.owed(amount, DUE, [], until + timedelta(days=1), rate) >= found


@pytest.mark.parametrize(("written", "rate"), [("8.5", "8.5"), ("0", "0"), (None, "0")])
def test_without_a_rate_nothing_is_owed(written: str | None, rate: str) -> None:
    assert interest.rate_of({"payment": {"late_interest_percent": written}}) == Decimal(rate)
    assert interest.rate_of({}) == 0


@pytest.fixture
def late(app: Flask, frozen: Frozen) -> tuple[TwoSides, str, str]:
    """12.000.000 ₫ of a call-off, ten days overdue at 10 % a year."""
    with app.app_context():
        sides = two_sides()
        contract = performing.contract_in_force(sides)
        performing.stock(sides)
        call_off = performing.call(contract, sides, L1=100)
        performing.deliver(call_off, sides)
        performing.check(call_off, sides)
        frozen(clock.now() + timedelta(days=25))
        return sides, contract.ref, call_off.ref


# 12.000.000 ₫ x 10 days x 10 % / 365
OWED = 32_877


def found() -> list[late_interest.LateInterest]:
    return late_interest.of_contract(db.session.scalars(select(Agreement)).one())


def pay(sides: TwoSides, amount_vnd: int) -> None:
    """The seller says what has come in all, so far."""
    with writing():
        payment = db.session.scalars(select(Payment)).one()
        payments.confirm_receipt(payment, amount_vnd=amount_vnd, by=sides.actor(Side.SELLER))


def test_both_sides_see_it_and_departments_do_not(
    app: Flask, client_of: Members, late: tuple[TwoSides, str, str]
) -> None:
    sides, contract, call_off = late
    with app.app_context():
        order = db.session.scalars(select(Order)).one().ref
        officer = db.session.get_one(Person, officer_of(department("quang-tri")).person_id)
    addresses = (f"/agreements/{contract}", f"/agreements/{contract}/call-offs/{call_off}")
    for person, own in ((sides.purchaser, f"/orders/{order}"), (sides.manager, f"/desk/orders/{order}")):
        for address in (*addresses, own):
            page = client_of(person).get(address)
            assert (address, page.status_code, "32.877" in page.text) == (address, 200, True)
    for address in addresses:
        page = client_of(officer).get(address.replace("/agreements", "/department/agreements", address.count("/") < 3))
        assert (page.status_code, "32.877" in page.text) == (200, False)


def test_it_stops_with_the_money_and_counts_parts(app: Flask, late: tuple[TwoSides, str, str], frozen: Frozen) -> None:
    with app.app_context():
        (one,) = found()
        assert (one.owed_vnd, one.days, one.is_running, one.rate_words) == (OWED, 10, True, "10")
        sides = late[0]
        pay(sides, 6_000_000)
        frozen(clock.now() + timedelta(days=10))
        # ten days on the whole, ten days on the half
        assert found()[0].owed_vnd == 49_315
        pay(sides, 12_000_000)
        frozen(clock.now() + timedelta(days=50))
        (one,) = found()
        assert (one.owed_vnd, one.days, one.is_running) == (49_315, 20, False)


def test_money_in_time_and_terms_without_a_rate_cost_nothing(app: Flask, frozen: Frozen) -> None:
    with app.app_context():
        sides = two_sides()
        free = {"days": 15, "deposit_percent": 0, "late_interest_percent": "0"}
        for payment in (free, {**free, "late_interest_percent": "20"}):
            contract = performing.contract_in_force(sides, payment=payment)
            performing.stock(sides)
            call_off = performing.call(contract, sides, L1=100)
            performing.deliver(call_off, sides)
            performing.check(call_off, sides)
        pay_last = db.session.scalars(select(Payment).order_by(Payment.id.desc())).first()
        assert pay_last is not None
        with writing():
            payments.confirm_receipt(pay_last, amount_vnd=12_000_000, by=sides.actor(Side.SELLER))
        frozen(clock.now() + timedelta(days=60))
        for contract in db.session.scalars(select(Agreement)):
            assert late_interest.of_contract(contract) == []


def test_minutes_of_liquidation_name_it(app: Flask, late: tuple[TwoSides, str, str]) -> None:
    with app.app_context():
        sides = late[0]
        contract = db.session.scalars(select(Agreement)).one()
        with writing():
            paper = terminating.propose_minutes(
                contract, Side.SELLER, PaperKind.LIQUIDATION, by=sides.actor(Side.SELLER)
            )
        clause = changing.draft_terms(paper)["clauses"][-1]
        assert clause["title"] == "Tiền lãi chậm thanh toán"
        assert "32.877" in clause["text"]
        assert "chậm 10 ngày, mức lãi 10% một năm" in clause["text"]
