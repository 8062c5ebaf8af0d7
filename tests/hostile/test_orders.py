"""Orders of the hostile and of the unlucky: holds without end, promises that are broken, goods bought from oneself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product, Variant
from marketplace.catalogue.states import Keeping
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory import queries as stock
from marketplace.inventory.models import StockItem
from marketplace.orders import jobs, services
from marketplace.orders.models import Order, Purchase
from marketplace.orders.services import deadlines
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, Refund
from marketplace.payments.queries import ledger_faults
from tests import factories
from tests.access import making
from tests.access.making import a_guest, confirmation, fill, goods


@pytest.fixture(autouse=True)
def context(app: Flask) -> Any:
    with app.app_context():
        yield


# --- how many may wait -----------------------------------------------------------------------------------------------


def placed(cake: int, buyer: Actor, **contact: str) -> str:
    fill(buyer, (cake, 1))
    return making.place(confirmation(buyer, **contact), buyer)


def test_one_e_mail_address_with_ever_new_phones_is_one_guest() -> None:
    cake = goods(100)
    for number in range(3):
        placed(cake, a_guest(), phone=f"091234567{number}", email="lan@vidu.vn")
    with pytest.raises(Refused):
        placed(cake, a_guest(), phone="0912345679", email="lan@vidu.vn")
    with pytest.raises(Refused):
        placed(cake, a_guest(), phone="", email="lan@vidu.vn")


def test_somebody_else_is_not_held_up() -> None:
    cake = goods(100)
    for number in range(3):
        placed(cake, a_guest(), phone="0912345670", email=f"lan{number}@vidu.vn")
    placed(cake, a_guest(), phone="0912345671", email="")


# --- own goods -------------------------------------------------------------------------------------------------------


def test_a_producer_cannot_buy_from_herself_by_acting_as_herself() -> None:
    seller = factories.seller()
    factories.province(making.TO)
    cake = factories.variant_of(factories.product(seller)).id
    herself = factories.actor(factories.manager_of(seller))
    fill(herself, (cake, 1))
    with pytest.raises(Refused):
        making.place(confirmation(herself), herself)
    placed(cake, factories.actor(factories.person()))


# --- promises that are broken ----------------------------------------------------------------------------------------


def test_a_buyer_waits_for_a_confirmed_parcel_only_so_long() -> None:
    buyer = factories.actor(factories.person())
    order = making.order_in(OrderState.CONFIRMED, buyer, goods(10), paid_by="vietqr")
    late = clock.start_of((order.ship_on or clock.today()) + timedelta(days=4))
    with clock.frozen(late - timedelta(seconds=1)), pytest.raises(Refused), writing():
        services.cancel(order, reason=CancelReason.TOO_SLOW, by=buyer)
    with clock.frozen(late), writing():
        services.cancel(order, reason=CancelReason.TOO_SLOW, by=buyer)
    assert order.state is OrderState.CANCELLED
    assert db.session.scalars(select(Refund.amount_vnd)).one() == order.total_vnd
    assert stock.stock_faults() == []


def state_now() -> str:
    return str(db.session.scalars(select(Order.state)).one().value)


def test_a_refused_parcel_that_nobody_sees_again_is_paid_back() -> None:
    order = making.order_in(OrderState.UNDELIVERED, a_guest(), goods(10), paid_by="vietqr")
    with clock.frozen(clock.now() + timedelta(days=29)):
        jobs.pass_deadlines()
        assert state_now() == "undelivered"
    with clock.frozen(clock.now() + timedelta(days=31)):
        jobs.pass_deadlines()
        jobs.pass_deadlines()
    assert state_now() == "returned_to_seller"
    assert db.session.scalars(select(Refund.amount_vnd)).one() == order.total_vnd
    assert db.session.scalars(select(StockItem.on_hand)).one() == 9
    assert stock.stock_faults() == ledger_faults() == []


def test_paid_late_is_promised_for_the_day_on_which_it_can_be_made() -> None:
    made = goods(0, in_stock=True)
    with writing():
        pack = db.session.get_one(Variant, made)
        pack.keeping, pack.daily_capacity, pack.lead_days = Keeping.MADE_TO_ORDER, 1, 2
    late = making.order_in(OrderState.AWAITING_PAYMENT, a_guest(), made)
    with clock.frozen(clock.now() + timedelta(days=2)):
        jobs.pass_deadlines()
        making.order_in(OrderState.AWAITING_PAYMENT, a_guest(), made, phone="0912345671")
        making.pay(late, making.somebody_of(late.seller))
        assert late.state is OrderState.PLACED
        assert late.ready_on == clock.today() + timedelta(days=3)
        assert late.ready_on <= late.earliest_on <= late.latest_on


def test_goods_that_came_back_do_not_count_as_sold() -> None:
    making.order_in(OrderState.RETURNED_TO_SELLER, a_guest(), goods(10))
    assert db.session.scalars(select(Product.sold)).one() == 0


def test_one_order_that_cannot_go_on_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    cake = goods(10)
    refs = [making.order_in(OrderState.AWAITING_PAYMENT, a_guest(), cake, phone=f"091234567{n}").ref for n in range(2)]
    cancel = services.cancel

    def broken(order: Order, **how: Any) -> None:
        if order.ref == refs[0]:
            raise RuntimeError("never")
        cancel(order, **how)

    monkeypatch.setattr(deadlines, "cancel", broken)
    with clock.frozen(clock.now() + timedelta(days=2)), pytest.raises(RuntimeError):
        jobs.pass_deadlines()
    states = db.session.scalars(select(Order.state).order_by(Order.id)).all()
    assert states == [OrderState.AWAITING_PAYMENT, OrderState.CANCELLED]


# --- what a column holds ---------------------------------------------------------------------------------------------


def test_three_thousand_tonnes_are_an_order() -> None:
    factories.province(making.TO)
    product = factories.product(factories.seller(), price_vnd=1_000)
    heavy = factories.variant(product, price_vnd=1_000, gross_grams=2_000_000, stock=10_000).id
    buyer = factories.actor(factories.person())
    fill(buyer, (heavy, 1_500))
    ref = making.place(confirmation(buyer), buyer)
    asked = select(Order.grams).join(Purchase).where(Purchase.ref == ref)
    assert db.session.scalars(asked).one() == 3_000_000_000


def test_a_long_name_fits_into_the_trail() -> None:
    factories.province(making.TO)
    seller, by = factories.seller(), SYSTEM
    known: dict[str, Any] = {
        "product_set": factories.product_set(),
        "origin": factories.province("hai-duong"),
        "by": by,
    }
    for _number in range(2):
        with writing():
            made = catalogue.create(seller, catalogue.Description(name="bánh " * 30, unit="hộp"), **known)
        with writing():
            catalogue.add_variant(made, catalogue.Pack(name="Hộp", price_vnd=9_000, gross_grams=1), by=by)
            catalogue.publish(made, by=by)
        assert len(made.slug) <= 64


# --- what a seller says of her account -------------------------------------------------------------------------------


def test_a_seller_who_returns_to_her_first_word_is_taken_at_it() -> None:
    order = making.order_in(OrderState.AWAITING_PAYMENT, a_guest(), goods(10))
    seller, payment = making.somebody_of(order.seller), making.payment_of(order)
    for amount in (90, 80, 90, 90):
        with writing():
            payments.confirm_receipt(payment, amount_vnd=amount, by=seller)
    with writing():
        services.cancel(order, reason=CancelReason.OUT_OF_STOCK, by=seller)
    assert db.session.scalars(select(Payment.received_vnd)).one() == 90
    assert db.session.scalars(select(Refund.amount_vnd)).one() == 90
