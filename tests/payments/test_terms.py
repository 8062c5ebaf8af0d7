"""Money on terms: due days after the receipt, overdue said once, sent back where the order is off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import CallOff
from marketplace.contracts.states.agreements import Side
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.outbox import Notice
from marketplace.orders import services as orders
from marketplace.orders.states import CancelReason
from marketplace.payments import services
from marketplace.payments.jobs.rounds import tell_overdue_terms
from marketplace.payments.models import Payment
from marketplace.payments.queries import ledger_faults
from marketplace.payments.states import PaymentState
from tests import factories
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides

SUM = 1_200_000


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        made = two_sides(departments=False)
        factories.bank_account(made.seller)
        yield made


@pytest.fixture
def call_off(sides: TwoSides) -> CallOff:
    """Ten packs at 120.000 ₫, to be paid fifteen days after they are received."""
    made = perform.call(perform.contract_in_force(sides), sides, L1=10)
    perform.stock(sides)
    return made


def payment_of(call_off: CallOff) -> Payment:
    db.session.rollback()
    return db.session.scalars(select(Payment).where(Payment.order_id == call_off.order_id)).one()


def paid(call_off: CallOff, sides: TwoSides, amount_vnd: int = SUM) -> str:
    payment = payment_of(call_off)
    with writing():
        return services.confirm_receipt(payment, amount_vnd=amount_vnd, by=sides.actor(Side.SELLER))


def told() -> list[str]:
    return [one for one in db.session.scalars(select(Notice.template).order_by(Notice.id)) if "overdue" in one]


def test_money_is_due_days_after_the_receipt_and_overdue_is_said_once(call_off: CallOff, sides: TwoSides) -> None:
    assert payment_of(call_off).due_on is None
    perform.deliver(call_off, sides)
    perform.check(call_off, sides, rejected=4)
    payment = payment_of(call_off)
    assert (payment.amount_vnd, payment.due_on) == (720_000, clock.today() + timedelta(days=15))
    for days, count in ((15, 0), (16, 2), (17, 2)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            tell_overdue_terms()
            assert payment_of(call_off).is_overdue == bool(count)
        assert len(told()) == count
    assert paid(call_off, sides, 720_000) == "received"
    assert (payment_of(call_off).is_overdue, ledger_faults()) == (False, [])


def test_nothing_is_due_where_nothing_was_accepted(call_off: CallOff, sides: TwoSides) -> None:
    perform.deliver(call_off, sides)
    order = perform.check(call_off, sides, rejected=10)
    assert (order.due_vnd, payment_of(call_off).state) == (0, PaymentState.CANCELLED)
    assert ledger_faults() == []


def test_money_paid_before_goes_back_for_what_is_rejected(call_off: CallOff, sides: TwoSides) -> None:
    assert paid(call_off, sides) == "received"
    perform.deliver(call_off, sides)
    perform.check(call_off, sides, rejected=1)
    from marketplace.payments.models import Refund

    assert [one.amount_vnd for one in db.session.scalars(select(Refund))] == [120_000]
    assert ledger_faults() == []


def test_money_for_an_order_that_is_off_goes_back(call_off: CallOff, sides: TwoSides) -> None:
    order = payment_of(call_off).order
    with writing():
        orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=sides.actor(Side.BUYER))
    assert paid(call_off, sides) == "refund"
    assert ledger_faults() == []
    assert not payment_of(call_off).order.is_paid


def test_another_amount_is_looked_at_until_the_whole_is_there(call_off: CallOff, sides: TwoSides) -> None:
    perform.deliver(call_off, sides)
    perform.check(call_off, sides)
    assert paid(call_off, sides, 1_000_000) == "review"
    assert paid(call_off, sides) == "received"
    assert ledger_faults() == []


def test_the_buyer_declares_and_the_seller_finds_nothing(call_off: CallOff, sides: TwoSides) -> None:
    perform.deliver(call_off, sides)
    perform.check(call_off, sides)
    payment = payment_of(call_off)
    with writing():
        services.declare(payment, by=sides.actor(Side.BUYER))
    with writing():
        services.dispute(payment, by=sides.actor(Side.SELLER))
    assert payment_of(call_off).state is PaymentState.AWAITING
