"""Payouts: card money goes on to its seller once, less what she owes, however many operators try."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from marketplace.core import clock, i18n
from marketplace.core.actors import Actor
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.payments.models import BankAccount, Payout
from marketplace.payments.queries import balance_of, ledger_faults
from marketplace.payments.queries.money import standing_of
from marketplace.payments.queries.payouts import due_payouts
from marketplace.payments.services import ledger, name_bank_account
from marketplace.payments.services.payouts import plan_payouts
from marketplace.payments.states import PayoutState
from tests.payments.market import ACCOUNT, PRICE, Market, a_market, cancel, confirm, order_of, placed, told
from tests.payments.purse import an_operator, found, fresh, least_vnd, lost, paid_by_card, paid_direct, planned, sent

Race = Callable[..., list[Any]]


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"):
        yield a_market(stock=1000)


def due() -> list[int]:
    return [one.standing.payout_vnd for one in due_payouts(least_vnd())]


def test_card_money_less_commission_is_due(market: Market) -> None:
    paid_by_card(market, commission_vnd=5_000)
    placed(market)
    assert due() == [95_000]


def test_what_the_seller_owes_is_set_off(market: Market) -> None:
    paid_by_card(market)
    paid_direct(market, commission_vnd=30_000)
    assert due() == [70_000]
    assert balance_of(market.seller.id) == 70_000


def test_a_refund_that_the_seller_has_to_pay_is_held_back(market: Market) -> None:
    paid_by_card(market, quantity=2)
    ref = placed(market)
    confirm(market, ref)
    cancel(market, ref)
    assert (due(), standing_of(market.seller.id).to_give_back_vnd) == ([100_000], PRICE)


def test_little_money_and_money_paid_straight_are_not_paid_out(market: Market) -> None:
    paid_direct(market)
    assert due() == []
    ref = paid_by_card(market)
    order = order_of(ref)
    with writing():
        ledger.sale_reduced(order, f"{ref}/short", 51_000, 0, paid=True, by=market.sells)
    assert due() == []


def test_nothing_is_paid_to_a_changed_account_for_three_days(market: Market) -> None:
    paid_by_card(market)
    with writing():
        name_bank_account(market.seller.id, **(ACCOUNT | {"number": "666013"}), by=market.sells)
    (held,) = due_payouts(least_vnd())
    assert (held.standing.payout_vnd, held.can_be_paid) == (PRICE, False)
    operator = an_operator()
    with pytest.raises(Refused):
        planned(market, operator)
    fresh()
    with clock.frozen(clock.now() + timedelta(days=3, minutes=1)):
        assert planned(market, operator).account_number == "666013"


def test_a_first_account_and_the_same_one_typed_again_wait_for_nothing(market: Market) -> None:
    with writing():
        db.session.execute(delete(BankAccount))
        for _ in range(2):
            name_bank_account(market.seller.id, **ACCOUNT, by=market.sells)
    paid_by_card(market)
    assert planned(market, an_operator()).amount_vnd == PRICE


def test_a_confirmed_payout_is_booked_and_the_seller_told(market: Market) -> None:
    paid_by_card(market)
    operator = an_operator()
    payout = planned(market, operator)
    assert (due(), balance_of(market.seller.id), payout.amount_vnd) == ([], PRICE, PRICE)
    sent(payout, operator)
    assert (balance_of(market.seller.id), found(payout.ref).state) == (0, PayoutState.DONE)
    assert told("payments/payout_done_seller") == [("organisation", market.seller.ref)]
    with pytest.raises(Refused):
        sent(found(payout.ref), operator)
    fresh()
    assert (balance_of(market.seller.id), ledger_faults()) == (0, [])


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_failed_payout_is_due_again(market: Market, was_sent: bool) -> None:
    paid_by_card(market)
    operator = an_operator()
    payout = planned(market, operator)
    if was_sent:
        sent(payout, operator)
    lost(found(payout.ref), operator)
    assert (due(), balance_of(market.seller.id), ledger_faults()) == ([PRICE], PRICE, [])
    assert told("payments/payout_failed_seller") == [("organisation", market.seller.ref)]
    again = planned(market, operator)
    sent(again, operator)
    assert (balance_of(market.seller.id), ledger_faults()) == (0, [])


def test_without_an_account_nothing_is_planned(market: Market) -> None:
    paid_by_card(market)
    with writing():
        db.session.execute(BankAccount.__table__.delete())  # type: ignore[attr-defined]
    operator = an_operator()
    with pytest.raises(Refused, match="None of these"):
        planned(market, operator)


def test_a_refund_after_the_batch_lessens_the_next_payout(market: Market) -> None:
    ref, operator = paid_by_card(market), an_operator()
    sent(planned(market, operator), operator)
    cancel(market, ref)
    assert balance_of(market.seller.id) == -PRICE
    paid_by_card(market, quantity=3)
    assert (due(), ledger_faults()) == ([2 * PRICE], [])


# --- two operators at once -------------------------------------------------------------------------------------------


def planning(seller_id: int, by: Actor) -> str:
    with writing():
        return plan_payouts([seller_id], least_vnd=least_vnd(), by=by).ref


def test_two_operators_at_once_pay_once(market: Market, race: Race) -> None:
    paid_by_card(market)
    seller_id, operator = market.seller.id, an_operator()
    fresh()
    results = race(6, lambda _i: planning(seller_id, operator))
    assert [type(one) for one in results].count(str) == 1
    assert [type(one) for one in results].count(Refused) == 5
    fresh()
    assert db.session.scalars(select(Payout.amount_vnd)).all() == [PRICE]


@pytest.mark.postgresql
def test_without_the_lock_both_see_the_same_money(market: Market, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    paid_by_card(market)
    seller_id, operator = market.seller.id, an_operator()
    fresh()
    both_read, real = threading.Barrier(2, timeout=10), due_payouts

    def reading(*asked: Any) -> Any:
        seen = real(*asked)
        both_read.wait()
        return seen

    monkeypatch.setattr("marketplace.payments.services.payouts.locked", lambda *_things: [])
    monkeypatch.setattr("marketplace.payments.services.payouts.due_payouts", reading)
    results = race(2, lambda _i: planning(seller_id, operator))
    # what the lock would have refused in a sentence only the index of open payouts stops
    assert sorted(type(one).__name__ for one in results) == [IntegrityError.__name__, "str"]
