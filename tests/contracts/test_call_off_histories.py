"""Any history of call-offs, deliveries and checks: the book, the stock and the money add up after every step."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from marketplace.contracts.models import Agreement, CallOff
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.services import calling
from marketplace.contracts.states.agreements import Side
from marketplace.core import clock, database
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory.queries import stock_faults
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.services import Checked, Packed
from marketplace.orders.states import CancelReason, OrderState, RejectReason, ShortReason
from marketplace.payments.queries import ledger_faults
from tests.contracts import performing as perform
from tests.contracts.making import two_sides

SIDES = st.sampled_from(list(Side))
PICKS = st.integers(0, 1000)
EXAMPLES = int(os.environ.get("HISTORIES", "6"))


class Performance(RuleBasedStateMachine):
    """A buyer and a seller do whatever comes to their minds; refusals change nothing."""

    app: Flask

    @initialize()
    def begin(self) -> None:
        self.context = self.app.app_context()
        self.context.push()
        self.sides = two_sides(departments=False)
        terms = perform.two_lines(self.sides)
        terms[0] = {**terms[0], "quantity": "100", "tolerance_percent": 5}
        self.contract = perform.contract_in_force(self.sides, lines=terms)
        perform.stock(self.sides, 130)

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            self.context.pop()

    def order(self, pick: int) -> Order | None:
        mine = select(Order).join(CallOff).where(CallOff.agreement_id == self.contract.id).order_by(Order.id)
        found = db.session.scalars(mine).all()
        return found[pick % len(found)] if found else None

    def attempt(self, act: Any) -> None:
        db.session.rollback()
        try:
            with writing():
                act()
        except Refused:
            db.session.rollback()

    @rule(rice=st.integers(0, 60), honey=st.integers(0, 60), draft=st.booleans())
    def call(self, rice: int, honey: int, draft: bool) -> None:
        wanted = perform.asked(L1=rice, L2=honey)
        act = calling.draft if draft else calling.call
        self.attempt(lambda: act(self.contract, wanted, by=self.sides.actor(Side.BUYER)))

    @rule(pick=PICKS)
    def confirm(self, pick: int) -> None:
        if order := self.order(pick):
            by = self.sides.actor(Side.SELLER)
            self.attempt(lambda: orders.confirm(order, ship_on=clock.today(), by=by))

    @rule(pick=PICKS, side=SIDES)
    def cancel(self, pick: int, side: Side) -> None:
        if order := self.order(pick):
            by = self.sides.actor(side)
            self.attempt(lambda: orders.cancel(order, reason=CancelReason.OTHER, by=by))

    @rule(pick=PICKS, side=SIDES)
    def ask_and_agree(self, pick: int, side: Side) -> None:
        if order := self.order(pick):
            asks, answers = self.sides.actor(side), self.sides.actor(side.other)
            self.attempt(lambda: orders.ask_to_cancel(order, note="Xin hủy", by=asks))
            self.attempt(lambda: orders.agree_to_cancel(order, by=answers))

    @rule(pick=PICKS, packs=st.integers(0, 60))
    def ship(self, pick: int, packs: int) -> None:
        if order := self.order(pick):
            line = order.lines[0]
            sent = min(packs, line.quantity)
            packed = [Packed(line.sku, sent, reason=ShortReason.OUT_OF_STOCK if sent < line.quantity else None)]
            by = self.sides.actor(Side.SELLER)
            self.attempt(lambda: orders.ship(order, carrier="Xe", tracking="", packed=packed, by=by))

    @rule(pick=PICKS)
    def deliver(self, pick: int) -> None:
        if order := self.order(pick):
            by = self.sides.actor(Side.SELLER)
            self.attempt(lambda: orders.deliver(order, on=clock.today(), by=by))

    @rule(pick=PICKS, rejected=st.integers(0, 60))
    def check(self, pick: int, rejected: int) -> None:
        if order := self.order(pick):
            line = order.lines[0]
            bad = min(rejected, line.shipped_quantity)
            one = Checked(line.shipped_quantity - bad, bad, RejectReason.MISSING if bad else None)
            by = self.sides.actor(Side.BUYER)
            self.attempt(lambda: orders.check_delivery(order, {line.id: one}, by=by))

    @rule(pick=PICKS)
    def refuse_at_the_door(self, pick: int) -> None:
        if order := self.order(pick):
            by = self.sides.actor(Side.SELLER)
            self.attempt(lambda: orders.fail_delivery(order, note="Không nhận", by=by))
            self.attempt(lambda: orders.take_back(order, by=by))

    @rule(pick=PICKS)
    def time_passes(self, pick: int) -> None:
        if order := self.order(pick):
            with clock.frozen(order.due_at or clock.now()):
                self.attempt(lambda: orders.pass_deadline(order))

    @invariant()
    def all_adds_up(self) -> None:
        if hasattr(self, "contract"):
            db.session.rollback()
            assert book_faults() == []
            assert stock_faults() == []
            assert ledger_faults() == []
            self.money_is_accepted_packs_at_their_price()

    def money_is_accepted_packs_at_their_price(self) -> None:
        for order in db.session.scalars(select(Order).where(Order.state == OrderState.COMPLETED)):
            receipt = order.delivery_receipt
            assert receipt is not None
            paid = [one.accepted if receipt.is_checked else one.line.shipped_quantity for one in receipt.lines]
            if receipt.is_checked:
                assert order.due_vnd == sum(
                    packs * one.line.unit_price_vnd for packs, one in zip(paid, receipt.lines, strict=True)
                )
            else:
                assert order.due_vnd == sum(line.shipped_quantity * line.unit_price_vnd for line in order.lines)


def test_any_history_adds_up(app: Flask) -> None:
    Performance.app = app
    machine = Performance.TestCase
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    machine.settings = settings(
        max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=checks
    )
    machine("runTest").runTest()


# --- a worker that dies in the middle --------------------------------------------------------------------------------


@pytest.fixture
def contract(app: Flask) -> Iterator[Agreement]:
    with app.app_context():
        yield perform.contract_in_force(two_sides(departments=False))


def test_a_killed_worker_leaves_nothing_and_the_same_token_tried_again_is_one_call_off(
    app: Flask, contract: Agreement
) -> None:
    same = perform.asked(L1=33)
    buyer = buyer_of(contract)
    db.session.rollback()
    assert killed(app, contract.ref, same, buyer) == signal.SIGKILL
    assert (perform.book(contract)["called"], db.session.scalars(select(Order)).all()) == (0, [])
    refs = []
    for _ in range(2):
        with writing():
            refs.append(calling.call(contract, same, by=buyer).ref)
    assert len(set(refs)) == 1
    assert (perform.book(contract)["called"], book_faults(contract)) == (33, [])
    assert len(db.session.scalars(select(Order)).all()) == 1


def buyer_of(contract: Agreement) -> Any:
    from marketplace.accounts.models import Membership, Person
    from tests import factories

    mine = select(Person).join(Membership).where(Membership.organisation_id == contract.buyer_id)
    return factories.actor(db.session.scalars(mine.order_by(Person.id)).first(), contract.buyer)  # type: ignore[arg-type]


def killed(app: Flask, ref: str, asked: calling.Asked, buyer: Any) -> int:
    """A process that calls goods and dies when all is written but nothing is committed: by which signal."""
    with app.app_context():
        db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            database._finishers.append(lambda _session: os.kill(os.getpid(), signal.SIGKILL))
            with app.app_context(), writing():
                mine = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
                calling.call(mine, asked, by=buyer)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]
