"""Cards at once: nobody is charged without goods, and a charge is settled once, whoever tells of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, writing
from marketplace.core.refusals import Refused
from marketplace.inventory.models import StockItem
from marketplace.orders import services as orders
from marketplace.orders.states import CancelReason, OrderState
from marketplace.payments.jobs import cards as talk
from marketplace.payments.models import CardSession, LedgerTransaction
from marketplace.payments.providers.stripe import SessionSeen
from tests.access import making
from tests.access.making import Confirmation
from tests.payments.cards import Cards, session_of
from tests.payments.market import PRICE, faults, order_of, payment_of, refunds_of

Race = Callable[..., list[Any]]
BUYERS, PIECES, ROUNDS = 16, 6, 4


def failures(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]


def bought(cards: Cards, confirmed: Confirmation, buyer: Actor) -> str:
    """Order a piece and pay for it at once; the purchase's ref, or nothing where the goods are gone."""
    try:
        purchase = making.place(confirmed, buyer)
    except Refused:
        return ""
    page = talk.page_of(purchase, by=buyer)
    charge = cards.fake.pay(page.rsplit("/", 1)[-1])
    talk.take_in(SessionSeen.of(charge["data"]["object"]))
    return purchase


def test_nobody_is_charged_without_goods(cards: Cards, race: Race) -> None:
    pack = making.goods(stock=PIECES, price_vnd=PRICE)
    buyers = [making.a_guest() for _ in range(BUYERS)]
    for buyer in buyers:
        making.fill(buyer, (pack, 1))
    phones = [f"09123456{number:02d}" for number in range(BUYERS)]
    confirmed = [
        making.confirmation(buyer, payment="stripe", phone=phone) for buyer, phone in zip(buyers, phones, strict=True)
    ]
    db.session.rollback()
    results = race(BUYERS, lambda i: bought(cards, confirmed[i], buyers[i]), timeout=90)
    assert failures(results) == []
    purchases = [ref for ref in results if isinstance(ref, str) and ref]
    assert (len(purchases), len(cards.fake.intents)) == (PIECES, PIECES)
    db.session.rollback()
    sold = [order for purchase in purchases for order in cards.orders_of(purchase)]
    assert {order.state for order in sold} == {OrderState.PLACED}
    assert sum(one["amount"] for one in cards.fake.intents.values()) == sum(order.total_vnd for order in sold)
    item = db.session.scalars(select(StockItem).where(StockItem.variant_id == pack)).one()
    assert (item.reserved, item.on_hand, faults()) == (PIECES, PIECES, [])


def test_a_charge_told_by_many_at_once_is_settled_once(cards: Cards, race: Race) -> None:
    purchase = cards.placed(orders=2)
    seen = SessionSeen.of(cards.paid(purchase)["data"]["object"])
    db.session.rollback()
    assert failures(race(8, lambda _i: talk.take_in(seen))) == []
    db.session.rollback()
    receipts = select(func.count()).where(LedgerTransaction.kind == "receipt")
    assert (db.session.scalar(receipts), faults()) == (2, [])


def test_a_page_asked_for_by_many_at_once_is_one(cards: Cards, race: Race) -> None:
    purchase, by = cards.placed(), cards.market.buys
    db.session.rollback()
    pages = race(6, lambda _i: talk.page_of(purchase, by=by))
    assert failures(pages) == []
    assert (len(set(pages)), len(cards.fake.sessions)) == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(CardSession)) == 1


def test_a_charge_while_the_order_ends_leaves_goods_or_money(cards: Cards, race: Race) -> None:
    buys = cards.market.buys
    for number in range(ROUNDS):
        purchase = cards.placed()
        ref = cards.orders_of(purchase)[0].ref
        seen = SessionSeen.of(cards.paid(purchase)["data"]["object"])
        db.session.rollback()
        with clock.frozen(clock.now() + timedelta(hours=1)):
            results = race(2, lambda i, ref=ref, seen=seen, n=number: _ends(ref, buys, n) if i else talk.take_in(seen))
        assert failures(results) == []
        db.session.rollback()
        back = sum(refund.amount_vnd for refund in refunds_of(ref))
        goods = order_of(ref).state is OrderState.PLACED
        assert (payment_of(ref).received_vnd, back) == (PRICE, 0 if goods else PRICE)
        assert faults() == []
        assert session_of(purchase).charge_ref


def _ends(ref: str, buys: Any, number: int) -> None:
    """The buyer calls it off, or its time to pay is over."""
    order = order_of(ref)
    with writing():
        if number % 2:
            orders.cancel(order, reason=CancelReason.CHANGED_MIND, by=buys)
        elif order.state is OrderState.AWAITING_PAYMENT:
            orders.pass_deadline(order)
