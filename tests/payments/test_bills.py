"""Monthly bills: asked once, for what is owed beyond card money, paid once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.core import clock, i18n
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.payments.jobs import purse as jobs
from marketplace.payments.models import FeeBill
from marketplace.payments.queries import balance_of, ledger_faults
from marketplace.payments.queries.bills import bill_by_ref, is_overdue
from marketplace.payments.services.bills import make_bill, pay_bill, withdraw_bill
from marketplace.payments.states import BillState
from tests.payments.market import Market, a_market, cancel, told
from tests.payments.purse import LAST_MONTH, an_operator, paid_by_card, paid_direct

OCTOBER = datetime(2026, 10, 15, 3, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    with app.app_context(), i18n.speaking("en"), clock.frozen(OCTOBER):
        yield a_market(stock=1000)


def bill_all() -> list[FeeBill]:
    with clock.frozen(NOVEMBER):
        jobs.make_bills()
    return list(db.session.scalars(select(FeeBill)))


def test_commission_of_a_month_is_billed_once(market: Market) -> None:
    paid_direct(market, commission_vnd=12_000)
    paid_direct(market, commission_vnd=8_000)
    (bill,) = bill_all()
    assert (bill.amount_vnd, bill.commission_vnd, bill.tax_vnd, bill.month) == (20_000, 20_000, 0, LAST_MONTH)
    assert bill_all() == [bill]
    assert told("payments/bill_opened_seller") == [("organisation", market.seller.ref)]
    with clock.frozen(datetime(2026, 11, 18, tzinfo=UTC)):
        assert is_overdue(bill)


def test_little_waits_for_the_next_month(market: Market) -> None:
    paid_direct(market, commission_vnd=9_000)
    assert bill_all() == []


def test_card_money_that_is_kept_covers_it(market: Market) -> None:
    paid_direct(market, commission_vnd=20_000)
    paid_by_card(market)
    assert bill_all() == []
    assert balance_of(market.seller.id) == 80_000


def test_what_was_called_off_is_not_billed(market: Market) -> None:
    ref = paid_direct(market, commission_vnd=20_000)
    paid_direct(market, commission_vnd=15_000)
    cancel(market, ref)
    (bill,) = bill_all()
    assert bill.amount_vnd == 15_000


def test_what_is_billed_is_not_billed_again(market: Market) -> None:
    paid_direct(market, commission_vnd=20_000)
    bill_all()
    with clock.frozen(NOVEMBER):
        paid_direct(market, commission_vnd=30_000)
        with writing():
            second = make_bill(market.seller.id, datetime(2026, 11, 1, tzinfo=UTC).date(), by=SYSTEM)
        assert second is not None
        assert second.amount_vnd == 30_000


def test_a_paid_bill_is_settled_once(market: Market) -> None:
    paid_direct(market, commission_vnd=20_000)
    bill_all()
    bill, operator = bill_by_ref(bill_all()[0].ref), an_operator()
    assert bill is not None
    with writing():
        pay_bill(bill, bank_ref="FT1", by=operator)
    assert (balance_of(market.seller.id), ledger_faults()) == (0, [])
    for act in (lambda: pay_bill(bill, bank_ref="FT2", by=operator), lambda: withdraw_bill(bill, by=operator)):
        with pytest.raises(Refused), writing():
            act()
    assert balance_of(market.seller.id) == 0


def test_a_withdrawn_bill_is_part_of_the_next(market: Market) -> None:
    paid_direct(market, commission_vnd=20_000)
    bill, operator = bill_by_ref(bill_all()[0].ref), an_operator()
    assert bill is not None
    with writing():
        withdraw_bill(bill, by=operator)
    with clock.frozen(datetime(2026, 12, 2, tzinfo=UTC)):
        jobs.make_bills()
    states = db.session.execute(select(FeeBill.state, FeeBill.amount_vnd).order_by(FeeBill.id)).all()
    assert [tuple(row) for row in states] == [(BillState.WITHDRAWN, 20_000), (BillState.OPEN, 20_000)]
