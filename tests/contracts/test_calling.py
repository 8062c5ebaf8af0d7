"""Call-offs become orders on the contract's terms, and the book follows every step of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.contracts.models import Agreement, AgreementEvent, CallOff, Deadline
from marketplace.contracts.queries.in_force import last_terms
from marketplace.contracts.services import books, calling, suspending, trail
from marketplace.contracts.states.agreements import AgreementAction, Side, Turn
from marketplace.contracts.states.performing import CallOffState, DeadlineKind
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db, lock, writing
from marketplace.core.refusals import Refused
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import CancelReason, OrderState
from tests.contracts import performing as perform
from tests.contracts.making import TwoSides, two_sides


@pytest.fixture
def sides(app: Flask) -> Iterator[TwoSides]:
    with app.app_context():
        yield two_sides(departments=False)


@pytest.fixture
def contract(sides: TwoSides) -> Agreement:
    return perform.contract_in_force(sides)


def events(agreement: Agreement) -> list[str]:
    mine = (
        select(AgreementEvent.kind).where(AgreementEvent.agreement_id == agreement.id).order_by(AgreementEvent.number)
    )
    return [kind for kind in db.session.scalars(mine) if kind.startswith("call_off")]


def test_a_contract_in_force_has_a_book(contract: Agreement) -> None:
    assert perform.book(contract) == {
        "contracted": 1200, "most": 1260, "called": 0, "confirmed": 0, "delivered": 0, "accepted": 0, "rejected": 0,
    }  # fmt: skip


def test_a_call_off_is_an_order_at_the_contracts_price(contract: Agreement, sides: TwoSides) -> None:
    call_off = perform.call(contract, sides, L1=100)
    order = call_off.order
    assert order is not None
    assert (order.state, order.payment_method, order.payment_days) == (OrderState.PLACED, "on_terms", 15)
    assert (order.goods_vnd, order.basis_ref) == (12_000_000, call_off.ref)
    assert order.purchase.organisation_id == contract.buyer_id
    assert perform.book(contract)["called"] == 100
    assert events(contract) == ["call_off_placed"]


# --- what the book allows --------------------------------------------------------------------------------------------


def test_no_more_is_called_than_the_contract_with_its_tolerance_on_the_whole(
    contract: Agreement, sides: TwoSides
) -> None:
    perform.call(contract, sides, L1=1200)
    with pytest.raises(Refused, match="60") as refused, writing():
        calling.call(contract, perform.asked(L1=61), by=sides.actor(Side.BUYER))
    assert refused.value.field == "quantity-L1"
    perform.call(contract, sides, L1=60)
    assert perform.book(contract)["called"] == 1260


def test_the_same_token_twice_is_one_call_off(contract: Agreement, sides: TwoSides) -> None:
    same = perform.asked(L1=10)
    refs = []
    for _ in range(2):
        with writing():
            refs.append(calling.call(contract, same, by=sides.actor(Side.BUYER)).ref)
    assert refs[0] == refs[1]
    assert perform.book(contract)["called"] == 10
    assert len(db.session.scalars(select(Order)).all()) == 1


def test_a_draft_counts_nothing_until_it_is_placed(contract: Agreement, sides: TwoSides) -> None:
    with writing():
        made = calling.draft(contract, perform.asked(L1=500), by=sides.actor(Side.BUYER))
    assert (made.state, perform.book(contract)["called"]) == (CallOffState.DRAFT, 0)
    with writing():
        calling.revise(made, perform.asked(L1=40), by=sides.actor(Side.BUYER))
    with writing():
        first = calling.place(made, by=sides.actor(Side.BUYER))
    with writing():
        again = calling.place(made, by=sides.actor(Side.BUYER))
    assert (first.ref, perform.book(contract)["called"]) == (again.ref, 40)
    with pytest.raises(Refused), writing():
        calling.drop(made, by=sides.actor(Side.BUYER))


def test_a_dropped_draft_is_not_placed(contract: Agreement, sides: TwoSides) -> None:
    with writing():
        made = calling.draft(contract, perform.asked(L1=5), by=sides.actor(Side.BUYER))
        calling.drop(made, by=sides.actor(Side.BUYER))
    with pytest.raises(Refused), writing():
        calling.place(made, by=sides.actor(Side.BUYER))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"due_in": -1, "L1": 5}, "due_on"),
        ({"due_in": 181, "L1": 5}, "due_on"),
        ({"L1": 0}, None),
        ({"L9": 1}, "quantity-L9"),
    ],
)
def test_what_cannot_be_called(contract: Agreement, sides: TwoSides, wanted: dict[str, int], field: str | None) -> None:
    quantities = {key: value for key, value in wanted.items() if key != "due_in"}
    with pytest.raises(Refused) as refused, writing():
        calling.call(
            contract,
            perform.asked(wanted.get("due_in", perform.LEAD), token="", **quantities),
            by=sides.actor(Side.BUYER),
        )
    assert refused.value.field == field
    assert (perform.book(contract)["called"], events(contract)) == (0, [])


@pytest.mark.parametrize("action", [AgreementAction.WIND_DOWN, AgreementAction.COMPLETE, AgreementAction.TERMINATE])
def test_nothing_is_called_when_a_contract_winds_down_or_has_ended(
    contract: Agreement, sides: TwoSides, action: AgreementAction
) -> None:
    with writing():
        lock(contract)
        trail.advance(contract, action, by=SYSTEM, turn=Turn.NOBODY)
    with pytest.raises(Refused, match="“"), writing():
        calling.call(contract, perform.asked(L1=1), by=sides.actor(Side.BUYER))


def test_nothing_is_called_while_a_suspension_stands(contract: Agreement, sides: TwoSides) -> None:
    seller, buyer = sides.actor(Side.SELLER), sides.actor(Side.BUYER)
    with writing():
        suspending.suspend(contract, "Mất mùa", clock.today(), by=seller)
    with pytest.raises(Refused), writing():
        calling.call(contract, perform.asked(L1=1), by=buyer)
    with writing():
        suspending.lift(contract, "Đã thu hoạch", by=seller)
    assert perform.call(contract, sides, L1=1).order is not None


def test_an_announced_suspension_holds_from_its_first_day(contract: Agreement, sides: TwoSides) -> None:
    with writing():
        suspending.suspend(contract, "Mưa bão", clock.today() + timedelta(days=2), by=sides.actor(Side.SELLER))
    perform.call(contract, sides, L1=1)
    with clock.frozen(clock.now() + timedelta(days=2)), pytest.raises(Refused), writing():
        calling.call(contract, perform.asked(L1=1), by=sides.actor(Side.BUYER))


def test_nothing_is_called_before_or_after_the_term(contract: Agreement, sides: TwoSides) -> None:
    for days in (-1, 181):
        with clock.frozen(clock.now() + timedelta(days=days)), pytest.raises(Refused), writing():
            calling.call(contract, perform.asked(L1=1), by=sides.actor(Side.BUYER))


# --- the order's life ------------------------------------------------------------------------------------------------


def test_the_book_follows_the_order_to_its_end(contract: Agreement, sides: TwoSides) -> None:
    perform.stock(sides)
    call_off = perform.call(contract, sides, L1=100)
    perform.confirm(call_off, sides)
    assert perform.book(contract)["confirmed"] == 100
    perform.deliver(call_off, sides)
    assert perform.book(contract)["delivered"] == 100
    order = perform.check(call_off, sides, rejected=30)
    assert perform.book(contract) == {
        "contracted": 1200, "most": 1260, "called": 100, "confirmed": 100, "delivered": 100, "accepted": 70,
        "rejected": 30,
    }  # fmt: skip
    assert (order.state, order.due_vnd) == (OrderState.COMPLETED, 70 * 120_000)
    assert events(contract) == ["call_off_placed", *(f"call_off_{one}" for one in STEPS)]
    assert running(call_off) == []


STEPS = ("confirmed", "shipped", "delivered", "checked")


def running(call_off: CallOff) -> list[DeadlineKind]:
    mine = (Deadline.subject_ref == call_off.ref) & Deadline.closed_at.is_(None)
    return list(db.session.scalars(select(Deadline.kind).where(mine)))


def test_what_is_sent_short_may_be_called_again(contract: Agreement, sides: TwoSides) -> None:
    perform.stock(sides, on_hand=80)
    call_off = perform.call(contract, sides, L1=100)
    with pytest.raises(Refused, match="80"):
        perform.ship(call_off, sides)
    db.session.rollback()
    perform.ship(call_off, sides, **{sides.variant.sku.replace("-", "_"): 80})
    assert (perform.book(contract)["called"], perform.book(contract)["confirmed"]) == (80, 80)
    assert perform.check(call_off, sides).due_vnd == 80 * 120_000


def test_a_declined_call_off_may_be_called_again(contract: Agreement, sides: TwoSides) -> None:
    call_off = perform.call(contract, sides, L1=1260)
    assert call_off.order is not None
    with writing():
        orders.cancel(call_off.order, reason=CancelReason.OUT_OF_STOCK, by=sides.actor(Side.SELLER))
    assert perform.book(contract)["called"] == 0
    assert perform.call(contract, sides, L1=1260).order is not None


def test_a_confirmed_call_off_is_called_off_only_by_both(contract: Agreement, sides: TwoSides) -> None:
    call_off = perform.call(contract, sides, L1=10)
    order = perform.confirm(call_off, sides)
    for side in Side:
        with pytest.raises(Refused, match="cả hai bên"), writing():
            orders.cancel(order, reason=CancelReason.OTHER, by=sides.actor(side))
    with writing():
        orders.ask_to_cancel(order, note="Mất mùa", by=sides.actor(Side.SELLER))
    with pytest.raises(Refused), writing():
        orders.agree_to_cancel(order, by=sides.actor(Side.SELLER))
    with writing():
        orders.agree_to_cancel(order, by=sides.actor(Side.BUYER))
    assert (order.state, perform.book(contract)["called"], perform.book(contract)["confirmed"]) == (
        OrderState.CANCELLED, 0, 0,
    )  # fmt: skip


def test_an_unanswered_call_off_ends_with_its_deadline(contract: Agreement, sides: TwoSides) -> None:
    from marketplace.contracts.services import reminding

    call_off = perform.call(contract, sides, L1=10)
    assert running(call_off) == [DeadlineKind.CONFIRMATION]
    with clock.frozen(clock.now() + timedelta(days=9)), writing():
        row = db.session.scalars(select(Deadline).where(Deadline.subject_ref == call_off.ref)).one()
        reminding.pass_deadline(row)
    assert call_off.order is not None
    assert (call_off.order.state, call_off.order.cancel_reason) == (OrderState.CANCELLED, CancelReason.UNANSWERED)
    assert (perform.book(contract)["called"], running(call_off)) == (0, [])


@pytest.mark.parametrize("by_order", [True, False])
def test_a_delivery_that_nobody_checks_is_never_called_accepted(
    contract: Agreement, sides: TwoSides, by_order: bool
) -> None:
    """Whichever job comes first, the order's or the contract's, the other one finds nothing left to do."""
    from marketplace.contracts.services import reminding

    perform.stock(sides)
    call_off = perform.call(contract, sides, L1=10)
    order = perform.deliver(call_off, sides)
    row = db.session.scalars(
        select(Deadline).where(Deadline.subject_ref == call_off.ref, Deadline.kind == DeadlineKind.RECEIPT)
    ).one()
    with clock.frozen(clock.now() + timedelta(days=9)):
        for orders_turn in (by_order, not by_order):
            with writing():
                orders.pass_deadline(order) if orders_turn else reminding.pass_deadline(row)
    figures = perform.book(contract)
    assert (figures["delivered"], figures["accepted"], figures["rejected"]) == (10, 0, 0)
    assert (order.state, order.due_vnd) == (OrderState.COMPLETED, 1_200_000)
    assert order.delivery_receipt is not None
    assert not order.delivery_receipt.is_checked
    assert events(contract)[-1] == "call_off_unchecked"


def test_a_delivery_refused_at_the_door_may_be_called_again(contract: Agreement, sides: TwoSides) -> None:
    perform.stock(sides, on_hand=60)
    call_off = perform.call(contract, sides, L1=50)
    order = perform.ship(call_off, sides)
    with writing():
        orders.fail_delivery(order, note="Không ai nhận", by=sides.actor(Side.SELLER))
    with writing():
        orders.take_back(order, by=sides.actor(Side.SELLER))
    figures = perform.book(contract)
    assert (figures["called"], figures["confirmed"], figures["delivered"]) == (0, 0, 0)


def test_rejected_goods_stay_called_and_an_annex_brings_their_replacement(contract: Agreement, sides: TwoSides) -> None:
    perform.stock(sides)
    call_off = perform.call(contract, sides, L1=1260)
    perform.deliver(call_off, sides)
    perform.check(call_off, sides, rejected=60)
    book = {"called": 1260, "confirmed": 1260, "delivered": 1260, "accepted": 1200, "rejected": 60}
    assert perform.book(contract).items() >= book.items()
    with pytest.raises(Refused) as refusal:
        perform.call(contract, sides, L1=1)
    assert "bằng phụ lục" in str(refusal.value.sentence)
    assert perform.book(contract).items() >= book.items()
    (line,) = last_terms(contract)["lines"]  # type: ignore[index]
    with writing():
        lock(contract)
        books.move_book(contract, {"lines": [{**line, "quantity": "1260", "tolerance_percent": 5}]})
    perform.call(contract, sides, L1=60)
    assert perform.book(contract)["called"] == 1320


def test_an_annex_moves_the_book_and_leaves_placed_call_offs_their_price(contract: Agreement, sides: TwoSides) -> None:
    call_off = perform.call(contract, sides, L1=100)
    terms = last_terms(contract)
    assert terms is not None
    lines = [{**terms["lines"][0], "quantity": "2000", "price_vnd": 130_000}]
    with writing():
        lock(contract)
        books.move_book(contract, {**terms, "lines": lines})
    assert (perform.book(contract)["most"], perform.book(contract)["called"]) == (2100, 100)
    assert call_off.order is not None
    assert call_off.order.goods_vnd == 12_000_000
    newer = perform.call(contract, sides, L1=10)
    assert newer.order is not None
    assert newer.order.goods_vnd == 1_300_000
